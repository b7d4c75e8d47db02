"""The sample exports: rebuilt byte for byte, as messy as `data/README.md` says, and with nobody's real data."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import yaml

DATA = Path(__file__).resolve().parents[1] / "data"
DEMO = DATA / "demo"
EXPORTS = ("play_reviews.csv", "tickets.xlsx", "nps_survey.csv", "facebook_comments.jsonl")
NO_ISSUE = {
    "open_neg", "open_pos", "follow_neg", "follow_pos", "short_pos", "short_neg", "short_neu", "spam",
    "other_language", "off_topic_fb", "",
}  # fmt: skip
PHONE = re.compile(r"(?<![\w.@-])(?:\+84|0)[ .-]?\d(?:[ .-]?\d){8}(?!\d)")

Row = dict[str, str]


@pytest.fixture(scope="module")
def truth() -> list[Row]:
    with (DEMO / "truth.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def issues() -> dict[str, Any]:
    return yaml.safe_load((DATA / "material" / "issues.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def play() -> list[Row]:
    text = (DEMO / "play_reviews.csv").read_bytes().decode("utf-16")
    return list(csv.DictReader(text.splitlines(keepends=True)))


@pytest.fixture(scope="module")
def nps() -> list[Row]:
    text = unicodedata.normalize("NFC", (DEMO / "nps_survey.csv").read_bytes().decode("cp1258"))
    return list(csv.DictReader(text.splitlines(keepends=True), delimiter=";"))


@pytest.fixture(scope="module")
def tickets() -> list[Row]:
    header, *rows = ticket_cells()
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def comments() -> list[dict[str, Any] | None]:
    def parse(line: str) -> dict[str, Any] | None:
        try:
            return json.loads(line)
        except json.JSONDecodeError:
            return None

    return [
        parse(line) for line in (DEMO / "facebook_comments.jsonl").read_text(encoding="utf-8").splitlines()
    ]


def ticket_cells(folder: Path = DEMO) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(folder / "tickets.xlsx")
    return list(book["Tickets"].iter_rows(values_only=True))


def by_item(truth: list[Row]) -> dict[tuple[str, int], list[Row]]:
    items: dict[tuple[str, int], list[Row]] = {}
    for row in truth:
        items.setdefault((row["source"], int(row["row"])), []).append(row)
    return items


def item_text(source: str, record: dict[str, Any]) -> str:
    if source == "play_reviews.csv":
        return str(record["Review Text"])
    if source == "tickets.xlsx":
        return str(record["Description"])
    return str(record["Góp ý của khách hàng"] if source == "nps_survey.csv" else record["message"])


def test_the_generator_writes_exactly_the_committed_files(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(DATA / "make_demo.py"), str(tmp_path)], check=True, capture_output=True
    )
    for name in (
        "play_reviews.csv",
        "nps_survey.csv",
        "facebook_comments.jsonl",
        "customers.csv",
        "truth.csv",
    ):
        assert (tmp_path / name).read_bytes() == (DEMO / name).read_bytes(), name
    # the bytes of a workbook hang on the zlib and XlsxWriter versions, its cells do not
    assert ticket_cells(tmp_path) == ticket_cells()


def test_the_generator_is_deterministic_to_the_byte_with_one_set_of_libraries(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        script = [sys.executable, str(DATA / "make_demo.py"), str(tmp_path / folder)]
        subprocess.run(
            script, check=True, capture_output=True, env={"PYTHONHASHSEED": str(len(folder) + ord(folder))}
        )
    for name in EXPORTS:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_every_record_of_every_export_has_its_truth(
    truth: list[Row], play: list[Row], nps: list[Row], tickets: list[Row], comments: list[Any]
) -> None:
    found = Counter(source for source, _ in by_item(truth))
    assert found == {
        "play_reviews.csv": len(play),
        "tickets.xlsx": len(tickets),
        "nps_survey.csv": len(nps),
        "facebook_comments.jsonl": len(comments),
    }
    assert sum(found.values()) >= 1700


def test_at_least_1500_items_are_usable(truth: list[Row]) -> None:
    unusable = {"broken", "empty", "duplicate", "repeated_header"}
    usable = [key for key, rows in by_item(truth).items() if not unusable & set(rows[0]["flags"].split("|"))]
    assert len(usable) >= 1500


def test_the_truth_quotes_each_item_where_the_text_is_whole(
    truth: list[Row], play: list[Row], nps: list[Row], tickets: list[Row], comments: list[Any]
) -> None:
    records = dict(zip(EXPORTS, (play, tickets, nps, comments), strict=True))
    spoiled = {"mojibake", "nfd", "broken", "html", "ramble", "repeated_header"}
    checked = 0
    for row in truth:
        if row["text"] and not spoiled & set(row["flags"].split("|")):
            text = item_text(row["source"], records[row["source"]][int(row["row"]) - 1])
            if row["source"] == "nps_survey.csv":
                text = re.sub(r"\s+", " ", text)
            quoted = re.sub(r"\s+", " ", row["text"]) if row["source"] == "nps_survey.csv" else row["text"]
            assert quoted.lower() in text.lower() or "?" in text, (row["source"], row["row"])
            checked += 1
    assert checked > 2000


def test_truth_keys_touchpoints_and_ids_are_known(truth: list[Row], issues: dict[str, Any]) -> None:
    journey = yaml.safe_load((DEMO / "journey.yaml").read_text(encoding="utf-8"))
    points = {point["id"] for point in journey["touchpoints"]}
    assert {row["issue"] for row in truth} - NO_ISSUE <= set(issues)
    assert {row["touchpoint"] for row in truth} <= points | {""}
    assert {issue["touchpoint"] for issue in issues.values()} <= points | {""}
    assert {near for issue in issues.values() for near in issue.get("near", [])} <= set(issues)


def test_planted_pains_are_many_and_skewed(truth: list[Row], issues: dict[str, Any]) -> None:
    pains = {key for key, issue in issues.items() if issue["kind"] == "pain" and issue["size"]}
    sizes = Counter(key for rows in by_item(truth).values() for key in {row["issue"] for row in rows} & pains)
    assert len(sizes) == 30
    assert sizes.most_common(1)[0][1] >= 100
    assert sum(1 for size in sizes.values() if size <= 25) >= 14
    assert min(sizes.values()) >= 8


def weeks_of(keys: set[str], truth: list[Row], play: list[Row], nps: list[Row]) -> Counter[int]:
    weeks: Counter[int] = Counter()
    for (source, row), parts in by_item(truth).items():
        if keys & {part["issue"] for part in parts} and not {"broken", "bad_date"} & set(
            parts[0]["flags"].split("|")
        ):
            if source == "play_reviews.csv":
                sent = dt.datetime.fromisoformat(play[row - 1]["Review Submit Date and Time"])
                weeks[(sent + dt.timedelta(hours=7)).isocalendar().week] += 1
            elif source == "nps_survey.csv":
                when = dt.datetime.strptime(nps[row - 1]["Ngày phản hồi"], "%d/%m/%Y %H:%M")
                weeks[when.isocalendar().week] += 1
    return weeks


def test_items_spread_over_thirteen_weeks_with_the_sale_as_the_peak(
    truth: list[Row], play: list[Row], nps: list[Row]
) -> None:
    weeks = weeks_of({row["issue"] for row in truth}, truth, play, nps)
    assert sorted(weeks) == list(range(30, 43))
    ordinary = sorted(count for week, count in weeks.items() if week != 41)
    assert weeks[41] > 1.4 * ordinary[len(ordinary) // 2]
    assert ordinary[0] >= 40


def test_one_issue_starts_in_week_six_and_one_fades_after_week_eight(
    truth: list[Row], play: list[Row], nps: list[Row]
) -> None:
    otp = weeks_of({"otp_login"}, truth, play, nps)
    assert min(otp) == 35
    torn = weeks_of({"torn_rice_bag"}, truth, play, nps)
    assert sum(n for week, n in torn.items() if week > 37) <= 0.12 * sum(torn.values())


def test_ratings_follow_the_words_mostly(truth: list[Row], play: list[Row]) -> None:
    stars: dict[str, list[int]] = {"neg": [], "pos": [], "mixed": []}
    contradicting = 0
    for (source, row), parts in by_item(truth).items():
        if (
            source == "play_reviews.csv"
            and parts[0]["item_sentiment"] in stars
            and "broken" not in parts[0]["flags"]
        ):
            stars[parts[0]["item_sentiment"]].append(int(play[row - 1]["Star Rating"]))
            contradicting += "rating_contradicts" in parts[0]["flags"]
    means = {name: sum(values) / len(values) for name, values in stars.items()}
    assert means["neg"] < 2 < means["mixed"] < 4 < means["pos"]
    assert contradicting >= 5


def test_sentences_seldom_repeat(truth: list[Row]) -> None:
    own = [
        row
        for row in truth
        if row["text"] and row["issue"] not in NO_ISSUE and "duplicate" not in row["flags"]
    ]
    uses = Counter(row["text"].lower() for row in own)
    assert uses.most_common(1)[0][1] <= 3
    assert len(uses) / len(own) > 0.82
    assert len(uses) >= 1750


def test_the_material_holds_over_1900_written_sentences_and_none_of_the_training_ones() -> None:
    with (DATA / "material" / "sentences.tsv").open(encoding="utf-8", newline="") as stream:
        written = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    texts = {row["text"].lower() for row in written}
    assert len(texts) >= 1900
    trained = set()
    for path in (DATA / "labelled" / "corpus").glob("*/segments.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            trained |= {row["text"].lower().rstrip(".!") for row in csv.DictReader(stream)}
    assert len(trained) > 10_000
    shared = {text for text in texts & trained if len(text.split()) > 3}
    assert not shared


def test_the_deliberate_faults_are_there(truth: list[Row]) -> None:
    flags = Counter(flag for rows in by_item(truth).values() for flag in rows[0]["flags"].split("|"))
    assert flags["duplicate"] == 27
    assert flags["broken"] == 14
    assert flags["mojibake"] == 14
    assert flags["ruined_id"] == 24
    assert flags["bad_date"] == 3
    assert flags["repeated_header"] == 1
    for name in ("empty", "spam", "foreign", "sarcasm", "nfd", "html", "agent", "ramble", "short"):
        assert flags[name] >= 5, name


def test_the_readme_counts_what_is_there(truth: list[Row]) -> None:
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    records = Counter(source for source, _ in by_item(truth))
    for source, count in records.items():
        assert f"| `{source}` | {count} |" in readme
    assert f"| {len(truth):,} rows |" in readme
    assert f"{sum(records.values()):,} records in all" in readme
    flags = {
        name: Counter()
        for name in ("mojibake", "short", "spam", "sarcasm", "rating_contradicts", "duplicate")
    }
    for (source, _), rows in by_item(truth).items():
        for name in flags.keys() & set(rows[0]["flags"].split("|")):
            flags[name][source] += 1
    for counts in flags.values():
        cells = " | ".join(str(counts[source]) if counts[source] else "–" for source in EXPORTS)
        assert f"| {cells} |" in readme


def test_the_exports_open_in_pandas_and_openpyxl() -> None:
    play = pd.read_csv(DEMO / "play_reviews.csv", encoding="utf-16", on_bad_lines="skip")
    assert list(play.columns)[9:12] == ["Star Rating", "Review Title", "Review Text"]
    assert (DEMO / "play_reviews.csv").read_bytes()[:2] == b"\xff\xfe"
    tickets = pd.read_excel(DEMO / "tickets.xlsx", engine="openpyxl")
    assert len(tickets) >= 490
    customers = pd.read_csv(DEMO / "customers.csv", encoding="utf-8-sig")
    assert customers["customer_id"].is_unique
    assert (customers["yearly_value_vnd"] > 0).all()


def test_excel_dates_are_dates_but_for_a_few_typed_ones() -> None:
    kinds = Counter(type(row[1]).__name__ for row in ticket_cells()[1:])
    assert kinds["datetime"] > 480
    assert kinds["str"] >= 6  # six typed by hand and the header pasted in the middle


def test_customers_come_back_over_tickets_and_survey(tickets: list[Row], nps: list[Row]) -> None:
    known = set(pd.read_csv(DEMO / "customers.csv", encoding="utf-8-sig")["customer_id"])
    wrote = {row["Requester ID"] for row in tickets} & known
    answered = {row["Mã khách hàng"] for row in nps} & known
    assert len(wrote & answered) >= 80


def test_no_phone_number_outside_the_invented_block() -> None:
    text = (DEMO / "play_reviews.csv").read_bytes().decode("utf-16")
    text += (DEMO / "nps_survey.csv").read_bytes().decode("cp1258")
    text += (DEMO / "facebook_comments.jsonl").read_text(encoding="utf-8")
    text += "\n".join(str(cell) for row in ticket_cells() for cell in row)
    numbers = [re.sub(r"\D", "", found) for found in PHONE.findall(text)]
    numbers = [n for n in numbers if not n.startswith("00000")]  # tax codes
    assert len(numbers) > 50
    outside = [n for n in numbers if not re.fullmatch(r"(84|0)900000\d{3}", n)]
    assert not outside
    assert all(mail.endswith((".example", "example.com")) for mail in re.findall(r"[\w.]+@[\w.]+[a-z]", text))
    assert all(
        ".example" in link or "play.google.com" in link for link in re.findall(r"https?://[^\s,\"]+", text)
    )


def test_the_journey_file_keeps_its_contract() -> None:
    journey = yaml.safe_load((DEMO / "journey.yaml").read_text(encoding="utf-8"))
    assert [stage["id"] for stage in journey["stages"]] == [
        "awareness",
        "consideration",
        "decision",
        "use",
        "retention",
    ]
    points = journey["touchpoints"]
    assert 12 <= len(points) <= 15
    assert len({point["id"] for point in points}) == len(points)
    for point in points:
        assert {"id", "name", "stage", "owner", "description", "keywords"} <= set(point)
        assert set(point["name"]) == set(point["description"]) == {"vi", "en"}
        assert point.get("effort", 1) in range(1, 6)
    assert {point["stage"] for point in points} == {stage["id"] for stage in journey["stages"]}
    assert len(journey["competitors"]) == 2
    assert len(journey["expectations"]) == 2


def test_the_product_reads_the_journey_file() -> None:
    from painpoints.journey import load_journey

    journey = load_journey(DEMO / "journey.yaml")
    assert journey.brand == "Chạn Lúa"
    assert journey.stage_of("account") == "decision"


def test_the_demo_stays_small() -> None:
    assert sum(path.stat().st_size for path in DEMO.iterdir()) < 2_000_000
