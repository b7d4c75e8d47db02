"""The value that a before/after comparison returns, what its verdicts rest on, and the table of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from painpoints.change.impact.before_after import Comparison
    from painpoints.change.impact.initiatives import Initiative

__all__ = ["INITIATIVE_COLUMNS", "REASONS", "VERDICTS", "Effect", "effect_notes", "effects_table"]

INITIATIVE_COLUMNS = (
    "date", "title", "theme_id", "matched_by", "verdict", "rate_ratio", "ci_low", "ci_high", "p_value",
    "complaints_avoided_per_week",
)  # fmt: skip
VERDICTS = ("resolved", "improved", "no_change", "worse", "inconclusive")
REASONS: dict[str, dict[str, str]] = {
    "outside": {
        "vi": "Ngày của sáng kiến nằm ngoài các tuần đã có dữ liệu.",
        "en": "The initiative's date lies outside the weeks that are known.",
    },
    "few_weeks": {
        "vi": "Chưa đủ số tuần có phản hồi trước và sau sáng kiến.",
        "en": "There are too few weeks with feedback before or after it.",
    },
    "few_items": {
        "vi": "Quá ít phản hồi về chủ đề này để so sánh.",
        "en": "Too few items tell this theme for a comparison.",
    },
    "already_falling": {
        "vi": "Chủ đề đã giảm từ trước sáng kiến; nếu xu hướng đó tiếp diễn thì mức giảm không còn rõ.",
        "en": "The theme was falling before; against that trend drawn on, the fall is no longer clear.",
    },
    "already_rising": {
        "vi": "Chủ đề đã tăng từ trước sáng kiến; nếu xu hướng đó tiếp diễn thì mức tăng không còn rõ.",
        "en": "The theme was rising before; against that trend drawn on, the rise is no longer clear.",
    },
    "trend_before": {
        "vi": "Chủ đề đã thay đổi từ trước sáng kiến, nên không thể nói là không có tác động.",
        "en": "The theme was moving before, so that no change after it says little.",
    },
    "after_spike": {
        "vi": "Sáng kiến bắt đầu đúng lúc phàn nàn tăng vọt; so với mức trước đó thì thay đổi không rõ.",
        "en": "It began at the top of a spike; against the weeks before the spike the change is not clear.",
    },
    "many_tests": {
        "vi": "Thay đổi không còn rõ khi tính đến số phép so sánh.",
        "en": "The change is not clear once the number of comparisons is allowed for.",
    },
    "changed_elsewhere": {
        "vi": "Một chủ đề khác của cùng sáng kiến đã thay đổi rõ, nên không thể nói là không có tác động.",
        "en": "Another theme of the same initiative has clearly changed, so that it cannot be said to have changed nothing.",
    },
    "other_touchpoint": {
        "vi": "Nội dung chủ đề gần với sáng kiến nhưng không ở điểm chạm đã nêu, nên chưa thể nói là không có tác động.",
        "en": "The theme is like it but not known to be of the touchpoint that was named; it may have changed another one.",
    },
    "no_power": {
        "vi": "Số phản hồi không đủ để phân biệt có tác động hay không.",
        "en": "The counts are too small to tell an effect from none.",
    },
}
"""Why a verdict is inconclusive, for people, by language."""
_NOTES = {
    "vi": {
        "detectable": "Chỉ mức giảm từ khoảng {share} % trở lên mới thấy được.",
        "counted": "Chỉ tính {share} % số đoạn của chủ đề, là những đoạn nói điều mà sáng kiến nhắm tới.",
        "together": "Cùng tuần với: {titles}; kết quả là của tất cả.",
        "controlled": "Đã so với nhóm chưa áp dụng.",
    },
    "en": {
        "detectable": "Only a fall by about {share} % or more would have been seen.",
        "counted": "Only the {share} % of the theme's segments that tell what it is about were counted.",
        "together": "In the same week as: {titles}; the effect is of all of them.",
        "controlled": "Compared with where it was not rolled out.",
    },
}


@dataclass(frozen=True)
class Effect:
    """What became of one theme after one initiative.

    `found` is None where nothing could be compared. `before_weeks`, `after_weeks`, `spike_weeks`: ISO weeks. `slope`: change
    of the log rate a week before the initiative, with its standard error (0 where there is none). `detectable`:
    the mildest fall, as a ratio, that would have been found with a chance of 80 %, 0 none.
    ``avoided*``: complaints avoided a week with its 95 % interval, negative where there were more.
    """

    initiative: Initiative
    theme_id: str
    matched_by: str
    verdict: str = "inconclusive"
    reason: str = ""
    """key of REASONS, '' for a verdict that is not inconclusive"""
    found: Comparison | None = None
    q_value: float = math.nan
    before_weeks: tuple[str, ...] = ()
    after_weeks: tuple[str, ...] = ()
    spike_weeks: tuple[str, ...] = ()
    controlled: bool = False
    """whether it was compared with where it was not rolled out; False also where too little is known from there"""
    together_with: tuple[str, ...] = ()
    """titles of other initiatives for the theme in the same week: the effect is of all of them together"""
    counted: float = 1.0
    """share of the theme's segments that were counted: those that the initiative is about, unless the user named it"""
    slope: float = 0.0
    slope_error: float = 0.0
    detectable: float = 0.0
    avoided: float = math.nan
    avoided_low: float = math.nan
    avoided_high: float = math.nan


def effects_table(effects: Sequence[Effect]) -> pd.DataFrame:
    """``initiatives.csv``: INITIATIVE_COLUMNS, one row an effect; NaN where nothing could be compared."""
    rows = []
    for effect in effects:
        found = effect.found
        numbers = [math.nan] * 4
        if found is not None:
            numbers = [_short(found.ratio), _short(found.low), _short(found.high), _short(found.p_value, 6)]
        avoided = _short(effect.avoided, 2)
        day = effect.initiative.date.isoformat()
        rows.append(
            (
                day,
                effect.initiative.title,
                effect.theme_id,
                effect.matched_by,
                effect.verdict,
                *numbers,
                avoided,
            )
        )
    return pd.DataFrame(rows, columns=list(INITIATIVE_COLUMNS))


def effect_notes(effects: Sequence[Effect]) -> pd.DataFrame:
    """What to know beside each row of `effects_table`, in its order: ``date, title, theme_id, note_vi, note_en``."""
    rows = [
        (e.initiative.date.isoformat(), e.initiative.title, e.theme_id, _note(e, "vi"), _note(e, "en"))
        for e in effects
    ]
    return pd.DataFrame(rows, columns=["date", "title", "theme_id", "note_vi", "note_en"])


def _note(effect: Effect, lang: str) -> str:
    words = _NOTES[lang]
    parts = [REASONS[effect.reason][lang]] if effect.reason else []
    if effect.reason == "no_power" and effect.detectable > 0:
        parts.append(words["detectable"].format(share=round(100 * (1 - effect.detectable))))
    if effect.counted < 1:
        parts.append(words["counted"].format(share=round(100 * effect.counted)))
    if effect.together_with:
        parts.append(words["together"].format(titles="; ".join(effect.together_with)))
    if effect.controlled:
        parts.append(words["controlled"])
    return " ".join(parts)


def _short(value: float, digits: int = 4) -> float:
    return round(value, digits) if math.isfinite(value) else math.nan
