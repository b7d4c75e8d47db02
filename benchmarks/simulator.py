"""Simulated feedback whose truth is known to the letter: which characters tell which issue, in which week.

Sentences are those of ``benchmarks/simulated/INDUSTRY`` (written by us, some forty wordings an issue, near neighbours among
them, never trained on); everything else is drawn: who writes, when, where, how carelessly, how many things at once.
Sizes of issues follow Zipf's law over two orders of magnitude. Events change rates for some weeks.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from painpoints.text import strip_accents

FOLDER = Path(__file__).with_name("simulated")
INDUSTRIES = ("grocery_box", "credit_card")
FIRST_DAY = pd.Timestamp("2026-01-05")
"""a Monday"""

_CHANNELS = ("review", "ticket", "survey", "comment")
_CHANNEL_SHARES = (0.4, 0.25, 0.2, 0.15)
_SEGMENTS = (0.45, 0.3, 0.17, 0.08)
"""shares of items that tell one thing, two, three, four"""
_ZIPF = 1.25
_ENGLISH = 0.15
"""share of customers who write English"""
SALE_VOLUME = 2.5
"""items of a sale week over those of an ordinary one"""
_STYLES = ("careful", "bare", "careless")
_STYLE_SHARES = (0.5, 0.25, 0.25)
_OPENINGS = {
    "vi": ("Chào shop.", "Kính gửi quý công ty,", "Mình là khách quen.", "Ad ơi,", "Xin chào,", "Dear anh chị,"),
    "en": ("Hello,", "Hi team,", "Dear Sir or Madam,", "Good morning,"),
}  # fmt: skip
_CLOSINGS = {
    "vi": ("Cảm ơn.", "Trân trọng.", "Mong sớm nhận phản hồi.", "Thanks ad.", "Xin cảm ơn nhiều ạ."),
    "en": ("Thank you.", "Best regards.", "Thanks.", "Looking forward to your reply."),
}  # fmt: skip
_LINKS = {
    "vi": (" ", ". ", ", ", ", với lại ", ". Ngoài ra ", ", mà "),
    "en": (" ", ". ", ", ", ", and ", ". Also, "),
}
_TEENCODE = {
    "không": "k", "được": "dc", "gì": "j", "rồi": "r", "vậy": "z", "với": "vs", "quá": "wa", "biết": "bit", "nhiều": "nhìu",
    "luôn": "lun", "nhân viên": "nv", "khách hàng": "kh", "mình": "mk", "người": "ng",
}  # fmt: skip


@dataclass(frozen=True)
class Event:
    """The rate of one issue is multiplied by `factor` (reached step by step over `ramp` weeks) in some weeks."""

    name: str
    issue: str
    first_week: int
    weeks: int
    factor: float
    ramp: int = 0


@dataclass(frozen=True)
class Simulated:
    """Items as an export has them, and what each part of their text tells."""

    items: pd.DataFrame
    """``id, created_at, channel, rating, customer_id, text``"""
    truth: pd.DataFrame
    """``id, start, end, issue, kind, sentiment, touchpoint, stage, lang, week``: spans of `text`"""
    journey: Path
    events: tuple[Event, ...] = field(default=())


def simulated_options(description: str | None) -> argparse.ArgumentParser:
    """A parser with ``--items`` and ``--seed``, for benchmarks of one export an industry."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    return parser


def load_wordings(industry: str) -> pd.DataFrame:
    """``issue, sentiment, lang, text`` with what `issues.csv` says of each issue."""
    folder = FOLDER / industry
    issues = pd.read_csv(folder / "issues.csv", dtype=str).fillna("")
    return pd.read_csv(folder / "wordings.csv", dtype=str).fillna("").merge(issues, on="issue", how="left")


def simulate(
    industry: str,
    items: int = 3000,
    weeks: int = 26,
    seed: int = 0,
    events: tuple[Event, ...] = (),
    english: float = _ENGLISH,
    sales: tuple[int, ...] = (),
) -> Simulated:
    """`items` items over `weeks` weeks; everything follows from the arguments.

    The weeks of `sales` have `SALE_VOLUME` times as many items, of the same kinds: what a sale does to one issue beyond that
    is an event. These items, and what events add, come on top of `items`.
    """
    random = _random(industry, items, weeks, seed)
    wordings = load_wordings(industry)
    by_issue = {
        (issue, lang): part.index.to_numpy() for (issue, lang), part in wordings.groupby(["issue", "lang"])
    }
    issues = _by_size(wordings, random)
    shares = 1 / np.arange(1, len(issues) + 1) ** _ZIPF
    customers = _customers(max(50, items // 2), english, random)
    sizes = random.multinomial(items, np.full(weeks, 1 / weeks))
    records, spans = [], []
    for week, usual in enumerate(sizes):
        size = usual * (SALE_VOLUME if week in sales else 1)
        rates = shares * [_factor(issue, week, events) for issue in issues]
        # what an event adds comes on top: the other issues go on as they were
        for _ in range(round(size * rates.sum() / shares.sum())):
            number = len(records)
            customer = customers.iloc[int(random.integers(len(customers)))]
            told = _told(issues, rates / rates.sum(), random)
            rows = [int(random.choice(by_issue[issue, customer["lang"]])) for issue in told]
            channel = str(random.choice(_CHANNELS, p=_CHANNEL_SHARES))
            text, places = _composed(
                wordings, rows, channel, str(customer["lang"]), str(customer["style"]), random
            )
            moment = (
                FIRST_DAY + pd.Timedelta(days=7 * week) + pd.Timedelta(minutes=int(random.integers(7 * 1440)))
            )
            sentiments = wordings.loc[rows, "sentiment"].tolist()
            records.append(
                (f"S{number:06d}", moment, channel, _rating(sentiments, random), customer["id"], text)
            )
            for row, (start, end) in zip(rows, places, strict=True):
                told_of = wordings.loc[row]
                spans.append(
                    (f"S{number:06d}", start, end, told_of["issue"], told_of["kind"], told_of["sentiment"],
                     told_of["touchpoint"], told_of["stage"], customer["lang"], week)
                )  # fmt: skip
    return Simulated(
        pd.DataFrame(records, columns=["id", "created_at", "channel", "rating", "customer_id", "text"]),
        pd.DataFrame(
            spans,
            columns=[
                "id",
                "start",
                "end",
                "issue",
                "kind",
                "sentiment",
                "touchpoint",
                "stage",
                "lang",
                "week",
            ],
        ),
        FOLDER / industry / "journey.yaml",
        events,
    )


def issues_by_size(industry: str, items: int, weeks: int, seed: int) -> list[str]:
    """The issues in the order of their sizes in `simulate` of the same arguments, largest first."""
    return [str(i) for i in _by_size(load_wordings(industry), _random(industry, items, weeks, seed))]


def _random(industry: str, items: int, weeks: int, seed: int) -> np.random.Generator:
    return np.random.default_rng((seed, len(industry), items, weeks))


def _by_size(wordings: pd.DataFrame, random: np.random.Generator) -> np.ndarray:
    return np.asarray(random.permutation(sorted(wordings["issue"].unique())))


def _factor(issue: str, week: int, events: tuple[Event, ...]) -> float:
    """What the events of an issue make of its rate in a week."""
    found = 1.0
    for event in events:
        if event.issue == issue and event.first_week <= week < event.first_week + event.weeks:
            done = 1.0 if not event.ramp else min(1.0, (week - event.first_week + 1) / event.ramp)
            found *= 1 + (event.factor - 1) * done
    return found


def _customers(count: int, english: float, random: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": [f"K{n:05d}" for n in range(count)],
            "lang": np.where(random.random(count) < english, "en", "vi"),
            "style": random.choice(_STYLES, count, p=_STYLE_SHARES),
        }
    )


def _told(issues: np.ndarray, shares: np.ndarray, random: np.random.Generator) -> list[str]:
    """One to four different issues."""
    count = 1 + int(random.choice(len(_SEGMENTS), p=_SEGMENTS))
    return [str(issue) for issue in random.choice(issues, count, replace=False, p=shares)]


def _composed(
    wordings: pd.DataFrame, rows: list[int], channel: str, lang: str, style: str, random: np.random.Generator
) -> tuple[str, list[tuple[int, int]]]:
    """The text of an item, and where each wording stands in it."""
    text, places = "", []
    if channel == "ticket" or (channel == "comment" and random.random() < 0.3):
        text = str(random.choice(_OPENINGS[lang])) + " "
    for number, row in enumerate(rows):
        if number:
            link = str(random.choice(_LINKS[lang]))
            text += link.lstrip(". ,") if text.endswith((".", "!", "?")) and link[0] in ".," else link
            text += "" if text.endswith(" ") else " "
        told = _typed(str(wordings.at[row, "text"]), lang, style, random)
        places.append((len(text), len(text) + len(told)))
        text += told
    if channel == "ticket":
        text += ("\n" if random.random() < 0.5 else " ") + str(random.choice(_CLOSINGS[lang]))
    return text, places


def _typed(text: str, lang: str, style: str, random: np.random.Generator) -> str:
    """A sentence as the customer types it: the same hand in every sentence."""
    if style == "careful":
        return text
    if lang == "vi" and style == "bare":
        text = strip_accents(text)
    if style == "careless":
        text = text.lower().rstrip(".!?")
        for whole, short in _TEENCODE.items() if lang == "vi" else ():
            if random.random() < 0.5:
                text = f" {text} ".replace(f" {whole} ", f" {short} ").strip()
        text = "".join(_slipped(char, random) for char in text)
    return text


def _slipped(char: str, random: np.random.Generator) -> str:
    if not char.isalpha() or random.random() > 0.015:
        return char
    return "" if random.random() < 0.5 else char * 2


def _rating(sentiments: list[str], random: np.random.Generator) -> int:
    """Stars that go with what is told, one star more or less now and then."""
    mood = np.mean([{"neg": 1.5, "neu": 3.0, "pos": 4.8}[s] for s in sentiments])
    return int(np.clip(round(mood + random.normal(0, 0.6)), 1, 5))
