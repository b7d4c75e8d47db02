"""The inside view against the customers' view: what we believe of a touchpoint and what those who meet us there say."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from painpoints.change.beliefs import Belief, Beliefs
from painpoints.rank.stats import Z_95, wilson_interval

if TYPE_CHECKING:
    from painpoints.change.history import History
    from painpoints.journey import Journey
    from painpoints.settings import ExpectationSettings

__all__ = ["EXPECTATION_COLUMNS", "Expectations", "inside_view"]

EXPECTATION_COLUMNS = (
    "touchpoint", "promise_vi", "promise_en", "self_score", "customer_score", "ci_low", "ci_high", "verdict", "voices",
    "negative_share", "mean_sentiment", "rating_score", "rating_low", "rating_high", "rated", "gap_segments",
)  # fmt: skip


@dataclass(frozen=True)
class Expectations:
    """`rows` (EXPECTATION_COLUMNS), the most over-rated first; scores on 0 to 100, nan where there is none.

    ``customer_score``: share of the voices who speak of the touchpoint without more blame than praise, with Wilson's
    interval. ``verdict``: ``over_rated`` (self-score above the interval), ``under_rated`` (below it), ``in_line``,
    ``too_few`` voices, ``no_score`` (a promise alone). ``mean_sentiment`` and ``rating_score``: the mean feeling there and
    the mean rating of the items that speak of it, both as 50 (1 + mean on [−1, 1]). ``gap_segments``: segments there that
    say a promise was not kept. `formulas`: sentences by language, to print beside the table.
    """

    rows: pd.DataFrame
    formulas: dict[str, tuple[str, ...]] = field(default_factory=dict)


_FORMULAS = {
    "vi": (
        "Điểm của khách = 100 × tỷ lệ khách nhắc đến điểm chạm mà không chê nhiều hơn khen (khoảng tin cậy Wilson 95 %); "
        "mỗi khách một phiếu.",
        "Người viết phản hồi thường là người đang bực, nên điểm của khách thấp hơn ý kiến của mọi khách hàng: so sánh các "
        "điểm chạm với nhau trước, rồi mới so với điểm tự chấm.",
    ),
    "en": (
        "Customer score = 100 × the share of customers who speak of the touchpoint without more blame than praise (Wilson's "
        "95 % interval); one vote a customer.",
        "Those who write are more often annoyed than those who do not, so the customer score lies below the opinion of all "
        "customers: compare touchpoints with each other first, and only then with the self-score.",
    ),
}


def inside_view(
    history: History, journey: Journey, settings: ExpectationSettings, beliefs: Beliefs | None = None
) -> Expectations:
    """A row for every touchpoint that has a promise in the journey file or stands in the beliefs file."""
    held = beliefs.by_touchpoint if beliefs else {}
    told = _told(history, settings.weeks)
    rows = [
        _row(
            touchpoint.id,
            held.get(touchpoint.id),
            journey,
            told[told["touchpoint"] == touchpoint.id],
            settings,
        )
        for touchpoint in journey.touchpoints
        if touchpoint.id in held or touchpoint.id in journey.expectations
    ]
    order = ("over_rated", "in_line", "under_rated", "too_few", "no_score")
    rows.sort(key=lambda row: (order.index(row["verdict"]), -_distance(row), row["touchpoint"]))
    words = {
        lang: tuple(filter(None, (*_FORMULAS[lang], beliefs.scale_words(lang) if beliefs else "")))
        for lang in ("vi", "en")
    }
    return Expectations(pd.DataFrame(rows, columns=list(EXPECTATION_COLUMNS)), words)


def _told(history: History, weeks: int) -> pd.DataFrame:
    """Mentions of the weeks that count, with ``voice`` and ``rating`` (on [−1, 1]) of their items."""
    at = history.mentions["item"].to_numpy(dtype=int)
    number = history.week_numbers()
    undated = (history.items["week"] == "").to_numpy()
    counted = undated | (number >= (max(0, len(history.weeks) - weeks) if weeks else 0))
    rating = pd.to_numeric(history.items["rating_norm"], errors="coerce").to_numpy(dtype=float)
    feeling = history.mentions["sentiment"].map({"neg": -1.0, "neu": 0.0, "pos": 1.0})
    told = history.mentions.assign(
        voice=history.items["voice"].to_numpy()[at], rating=rating[at], feeling=feeling.astype(float)
    )
    recent: pd.DataFrame = told[counted[at]]
    return recent


def _row(
    touchpoint: str,
    belief: Belief | None,
    journey: Journey,
    told: pd.DataFrame,
    settings: ExpectationSettings,
) -> dict[str, Any]:
    own = math.nan if belief is None or belief.score is None else belief.score
    promise = journey.expectations.get(touchpoint, {})
    feeling = told.groupby("voice")["feeling"].mean().dropna()
    negative, voices = int((feeling < 0).sum()), len(feeling)
    low, high = wilson_interval(voices - negative, voices)
    ratings = told.drop_duplicates("item")["rating"].dropna().to_numpy()
    mean, error = _mean(ratings)
    return {
        "touchpoint": touchpoint,
        **{f"promise_{lang}": _promise(belief, promise, lang) for lang in ("vi", "en")},
        "self_score": own,
        "customer_score": 100 * (voices - negative) / voices if voices else math.nan,
        "ci_low": 100 * low if voices else math.nan,
        "ci_high": 100 * high if voices else math.nan,
        "verdict": _verdict(own, 100 * low, 100 * high, voices, settings),
        "voices": voices,
        "negative_share": negative / voices if voices else math.nan,
        "mean_sentiment": 50 * (1 + float(feeling.mean())) if voices else math.nan,
        "rating_score": 50 * (1 + mean),
        "rating_low": max(0.0, 50 * (1 + mean - error)),
        "rating_high": min(100.0, 50 * (1 + mean + error)),
        "rated": len(ratings),
        "gap_segments": int((told["expectation_gap"] == 1).sum()),
    }


def _promise(belief: Belief | None, promise: dict[str, str], lang: str) -> str:
    """The journey file's words in that language; else what the beliefs file says, else the other language."""
    said = promise.get(lang) or (belief.text if belief else "")
    return said or next(iter(promise.values()), "")


def _verdict(own: float, low: float, high: float, voices: int, settings: ExpectationSettings) -> str:
    if math.isnan(own):
        return "no_score"
    if voices < settings.min_voices:
        return "too_few"
    return "over_rated" if own > high else "under_rated" if own < low else "in_line"


def _mean(values: np.ndarray) -> tuple[float, float]:
    """Mean and half of its 95 % interval (normal), nan where fewer than two."""
    if len(values) < 2:
        return math.nan, math.nan
    return float(values.mean()), Z_95 * float(values.std(ddof=1)) / math.sqrt(len(values))


def _distance(row: dict[str, Any]) -> float:
    gap = row["self_score"] - row["customer_score"]
    return 0.0 if math.isnan(gap) else float(gap)
