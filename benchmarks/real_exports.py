"""The main job on real exports: items a second a stage, peak memory, and the first ten pain points to read.

    python -m benchmarks.real_exports [fast|accurate] [--only NAME] [--keep FOLDER]

Each job runs in a process of its own, so that peak memory is its own. ``10,000 reviews`` is made of distinct shop
reviews.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from painpoints.resources import datasets_dir

HERE = Path(__file__).resolve().parent


def play_console_file(reviews: pd.DataFrame, path: Path) -> None:
    """The bank reviews as Google Play Console writes them: UTF-16, its headers, its times."""
    moment = pd.to_datetime(reviews["at"], dayfirst=True)
    links = [
        f"https://play.google.com/console/developers/app/reviews?reviewId=gp:{i:08x}"
        for i in range(len(reviews))
    ]
    table = pd.DataFrame(
        {
            "Package Name": reviews["app_name"],
            "App Version Code": "",
            "App Version Name": "",
            "Reviewer Language": "vi",
            "Device": "",
            "Review Submit Date and Time": moment.dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Review Submit Millis Since Epoch": moment.dt.as_unit("ms").astype("int64").astype(str),
            "Review Last Update Date and Time": "",
            "Review Last Update Millis Since Epoch": "",
            "Star Rating": reviews["score"],
            "Review Title": "",
            "Review Text": reviews["content"],
            "Developer Reply Date and Time": "",
            "Developer Reply Millis Since Epoch": "",
            "Developer Reply Text": "",
            "Review Link": links,
        }
    )
    table.to_csv(path, index=False, encoding="utf-16")


def jobs(scratch: Path) -> dict[str, tuple[Path, str]]:
    """name -> export and journey, for the data sets that are present."""
    root = datasets_dir()
    if root is None:
        return {}
    bank = root / "vi_bank_app_reviews" / "all.csv"
    play = scratch / "play_console_reviews.csv"
    play_console_file(pd.read_csv(bank), play)
    shop = scratch / "shop_reviews_10000.csv"
    reviews = (
        pd.read_csv(root / "vi_shopee_reviews" / "all.csv")
        .dropna(subset=["content"])
        .drop_duplicates("content")
    )
    reviews.sample(10_000, random_state=1).to_csv(shop, index=False)
    return {
        "bank": (bank, "retail_bank"),
        "bank, UTF-16 Google Play": (play, "retail_bank"),
        "airline lounges": (
            root / "en_skytrax_lounge" / "all.csv",
            str(HERE / "journeys" / "airline_lounge.yaml"),
        ),
        "10,000 shop reviews": (shop, "ecommerce"),
    }


def run_job(export: Path, journey: str, encoder: str, out: Path, lang: str) -> dict[str, object]:
    """One run of the command line; the manifest it wrote."""
    command = [
        sys.executable,
        "-m",
        "painpoints",
        "run",
        str(export),
        "--journey",
        journey,
        "--out",
        str(out),
    ]
    subprocess.run([*command, "--encoder", encoder, "--lang", lang], check=True, capture_output=True)
    manifest: dict[str, object] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return manifest


def describe(name: str, out: Path, manifest: dict[str, object]) -> None:
    """Counts, seconds a stage, and the first ten pain points."""
    counts, seconds = dict(manifest["counts"]), dict(manifest["seconds"])  # type: ignore[call-overload]
    total = sum(seconds.values())
    segments = pd.read_csv(out / "segments.csv", keep_default_na=False)
    negative = segments[segments["sentiment"] == "neg"]
    loose = (negative["theme_id"] == "").mean()
    print(f"-- {name}: {counts}")
    print(
        f"   {counts['kept'] / total:.0f} items/s, {total:.0f} s, peak {manifest['peak_memory_mb']} MB; seconds: {seconds}"
    )
    unplaced = (segments["touchpoint"] == "").mean()
    print(
        f"   negative segments {len(negative)}, in no theme {loose:.1%}; segments without touchpoint {unplaced:.1%}"
    )
    pains = pd.read_csv(out / "painpoints.csv", keep_default_na=False).head(10)
    for pain in pains.to_dict("records"):
        print(
            f"   {pain['rank']:>2}. {pain['score']:5.1f}  {pain['name_vi']} | {pain['name_en']}"
            f"  [{pain['touchpoint']}, {pain['segments']} segments, severity {pain['severity']}]"
        )
    sys.stdout.flush()


def main() -> None:
    """Run and describe every job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("encoder", nargs="?", default="accurate")
    parser.add_argument("--only", default="", help="part of the job's name")
    parser.add_argument("--keep", type=Path, default=None, help="folder in which the reports stay")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for number, (name, (export, journey)) in enumerate(jobs(Path(scratch)).items()):
            if options.only not in name:
                continue
            out = (options.keep or Path(scratch)) / f"job{number}"
            lang = "en" if "lounge" in name else "vi"
            describe(name, out, run_job(export, journey, options.encoder, out, lang))


if __name__ == "__main__":
    main()
