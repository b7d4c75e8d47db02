"""Names of issues that people wrote for the labelled corpus: what a theme is called where it says the same in its own words.

The catalogue holds, for one encoder, the mean vector of every issue's wordings and the issue's name in both languages. A
name is taken only where most of it is said by the theme's own segments, so that it never tells what the customers did not.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from painpoints.errors import ModelError
from painpoints.resources import models_dir
from painpoints.themes.views import thinned, unit_rows
from painpoints.themes.words import load_word_list, tokens, tone_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from painpoints.settings import ThemeSettings

__all__ = ["IssueNames", "IssueTeller", "load_issue_names"]

Side = Literal["vi", "en"]
_DENIALS = frozenset(("không", "chưa", "no", "not", "never", "cannot", "without"))
_STEM = 5
"""letters that two English words share to be forms of one"""


@dataclass(frozen=True)
class IssueNames:
    """``vectors`` float32[n, d], unit rows around ``centre``; ``vi`` and ``en`` names, ``polarity`` (pain, praise) and
    ``industry`` of each."""

    vectors: np.ndarray
    centre: np.ndarray
    vi: tuple[str, ...]
    en: tuple[str, ...]
    polarity: tuple[str, ...]
    industry: tuple[str, ...]

    def of_business(self, vectors: np.ndarray, settings: ThemeSettings) -> IssueNames:
        """The issues of those industries that speak as the run does: where the nearest issue of more segments lies than
        chance would bring. ``vectors`` float32[n, d] are the run's, as the encoder gives them."""
        likeness = self._around(thinned(vectors, settings.business_rows)) @ self.vectors.T
        near = likeness.argmax(axis=1)[likeness.max(axis=1) >= settings.issue_near]
        counts = Counter(self.industry[n] for n in near)
        least = len(near) / max(1, len(set(self.industry)))
        own = np.flatnonzero([counts[name] >= max(1.0, least) for name in self.industry])
        vi, en, polarity, industry = (
            tuple(column[n] for n in own) for column in (self.vi, self.en, self.polarity, self.industry)
        )
        return IssueNames(self.vectors[own], self.centre, vi, en, polarity, industry)

    def name(
        self,
        vectors: np.ndarray,
        words: Sequence[Sequence[str]],
        polarity: str,
        side: Side,
        part: bool,
        settings: ThemeSettings,
    ) -> tuple[str, str] | None:
        """The name (Vietnamese, English) of the issue that most of a theme's segments tell, or None.

        ``vectors`` float32[n, d] and ``words`` are of the segments in the language of ``side``; enough of them
        must lie near the issue, more of a ``part`` of a theme, and every word of its name that means something must be
        theirs.
        """
        own = np.flatnonzero(np.asarray(self.polarity, dtype=object) == polarity)
        if not len(own) or not len(vectors):
            return None
        least = settings.issue_told_part if part else settings.issue_told
        heard_least = settings.issue_words_part if part else settings.issue_words
        rows = self._around(vectors)
        near = rows @ self.vectors[own].T
        middle = unit_rows(rows.mean(axis=0, keepdims=True))[0] @ self.vectors[own].T
        told = (near >= settings.issue_near).mean(axis=0)
        said = Counter(word for segment in words for word in {_form(w, side) for w in segment})
        names = self.vi if side == "vi" else self.en
        best, found = 0.0, None
        for n in np.flatnonzero((told >= least) & (middle >= settings.issue_middle)):
            shares = {word: said[_form(word, side)] / len(words) for word in _meaning(names[own[n]], side)}
            if not all(share >= heard_least for share in shares.values()):
                continue
            heard = (
                np.mean([min(1.0, share / settings.issue_heard) for share in shares.values()])
                if shares
                else 0.0
            )
            if (score := told[n] + middle[n] + heard / 4) > best:
                best, found = score, (self.vi[own[n]], self.en[own[n]])
        return found

    def _around(self, vectors: np.ndarray) -> np.ndarray:
        return unit_rows(vectors.astype(np.float32) - self.centre)


@dataclass(frozen=True)
class IssueTeller:
    """The issue that any of a run's segments tell together; ``names`` are those of its business, or None."""

    names: IssueNames | None
    vectors: np.ndarray
    """float32[n, d] of all segments, as the encoder gives them"""
    words: Sequence[Sequence[str]]
    english: np.ndarray
    """bool[n]"""
    settings: ThemeSettings

    def name(self, rows: np.ndarray, polarity: str, *, part: bool = False) -> tuple[str, str] | None:
        """As `IssueNames.name`, by those of the segments at ``rows`` that are in the language of most of them; a ``part``
        of a theme must say one thing."""
        if self.names is None:
            return None
        english = self.english[rows]
        side: Side = "en" if 2 * english.sum() > len(rows) else "vi"
        own = rows[english == (side == "en")]
        said = [self.words[row] for row in own]
        return self.names.name(self.vectors[own], said, polarity, side, part, self.settings)


def _meaning(name: str, side: Side) -> list[str]:
    """Words of a name that are no function words; what is denied is said in too many ways to be asked for."""
    idle = load_word_list(f"stopwords_{side}.txt")
    return [word for word in tokens(name) if word not in idle and word not in _DENIALS]


def _form(word: str, side: Side) -> str:
    return tone_key(word) if side == "vi" else word[:_STEM]


def load_issue_names(digest: str) -> IssueNames | None:
    """The catalogue made for the encoder with that digest; None where there is none. Raises `ModelError`."""
    for path in sorted((models_dir() / "issue_names").glob("*.safetensors")):
        names = _load(path)
        if names is not None and names[0] == digest:
            return names[1]
    return None


@lru_cache(maxsize=4)
def _load(path: Path) -> tuple[str, IssueNames] | None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="np") as file:
            about = file.metadata() or {}
            vectors, centre = (file.get_tensor(n).astype(np.float32) for n in ("vectors", "centre"))
        columns = {c: tuple(json.loads(about[c])) for c in ("vi", "en", "polarity", "industry")}
        return about["encoder"], IssueNames(unit_rows(vectors), centre, **columns)
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise ModelError(f"{path.name} of the issue names cannot be read: {error}") from error
