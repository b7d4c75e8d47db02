"""Writes ``data/demo``: the exports of one invented shop, from the sentences in ``data/material``.

    python data/make_demo.py [FOLDER]

Same material, same seed: the same files. `data/README.md` says what is in them.
"""

from __future__ import annotations

import csv
import random
import sys
from collections import Counter
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from demo_files import Record, write_customers, write_facebook, write_nps, write_play, write_tickets  # noqa: E402
from demo_items import all_items  # noqa: E402
from demo_plan import FRAME_KEYS, SENTIMENT, Planner, make_customers  # noqa: E402

SEED = 20261018
CUSTOMERS = 640
TRUTH_HEADER = [
    "source", "row", "feedback_id", "part", "issue", "kind", "touchpoint", "stage", "sentiment", "severity", "lang",
    "item_sentiment", "flags", "text",
]  # fmt: skip


def label(key: str, planner: Planner, stages: dict[str, str]) -> list[str]:
    """Kind, touchpoint, stage, sentiment and severity of a sentence's key."""
    issue = planner.issues.get(key)
    if issue is None:
        kind, sentiment = FRAME_KEYS[key]
        return [kind, "", "", sentiment, ""]
    touchpoint = issue["touchpoint"]
    severity = str(issue.get("severity", ""))
    return [issue["kind"], touchpoint, stages.get(touchpoint, ""), SENTIMENT[issue["kind"]], severity]


def item_sentiment(sentiments: list[str]) -> str:
    """neg, pos or neu; mixed where an item both praises and complains."""
    found = set(sentiments) - {"neu"}
    return "mixed" if len(found) > 1 else (found.pop() if found else "neu")


def truth_rows(
    source: str, records: list[Record], planner: Planner, stages: dict[str, str]
) -> list[list[str]]:
    """One row a planted sentence; one bare row for a record without any."""
    rows = []
    for record in records:
        parts = record.item.draft.parts if record.item else []
        labels = [label(p.key, planner, stages) for p in parts]
        overall = item_sentiment([found[3] for found in labels])
        head = [source, str(record.row), record.feedback_id]
        flags = "|".join(sorted(record.flags - {"story", "mixed"}))
        if not parts:
            rows.append([*head, "0", "", "", "", "", "", "", "", "", flags, ""])
        for n, (part, found) in enumerate(zip(parts, labels, strict=True), 1):
            text = "" if "ramble" in record.flags else part.text
            rows.append([*head, str(n), part.key, *found, part.lang, overall, flags, text])
    return rows


def make_demo(folder: Path) -> Counter[str]:
    """Writes every file of the demo into `folder`; returns how many records each holds."""
    rng = random.Random(SEED)  # noqa: S311 - invented data, nothing secret
    planner = Planner(HERE / "material", rng)
    journey = yaml.safe_load((HERE / "demo" / "journey.yaml").read_text(encoding="utf-8"))
    stages = {point["id"]: point["stage"] for point in journey["touchpoints"]}
    customers = make_customers(CUSTOMERS, rng)
    items = all_items(planner, customers)
    folder.mkdir(parents=True, exist_ok=True)
    channel = {c: [i for i in items if i.channel == c] for c in "ptnf"}
    files = {
        "play_reviews.csv": write_play(channel["p"], folder / "play_reviews.csv", planner),
        "tickets.xlsx": write_tickets(channel["t"], folder / "tickets.xlsx", planner),
        "nps_survey.csv": write_nps(channel["n"], folder / "nps_survey.csv", rng),
        "facebook_comments.jsonl": write_facebook(channel["f"], folder / "facebook_comments.jsonl", planner),
    }
    write_customers(customers, folder / "customers.csv")
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(TRUTH_HEADER)
        for source, records in files.items():
            out.writerows(truth_rows(source, records, planner, stages))
    return Counter({name: len(records) for name, records in files.items()})


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "demo"
    for name, count in make_demo(target).items():
        print(f"{name}: {count} records")
