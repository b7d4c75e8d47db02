"""What a theme's segments name: the thing that they speak of, and what is wrong (or right) with it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from painpoints.themes.glossary import Glossary
from painpoints.themes.sayings import Saying

__all__ = [
    "LIFT",
    "Rated",
    "ThemeWords",
    "faint_trouble",
    "fits",
    "ranked_concepts",
    "subject_and_details",
    "with_lesser",
]

# shares of a theme's segments that must name a concept before the theme is called by it; set by reading names
TOPIC_SHARE = 0.22
TROUBLE_SHARE = 0.15
ALONE_SHARE = 0.3  # of a trouble without a thing that it befalls
WEAK_SHARE = 0.12
FAINT_SHARE = 0.1  # of a trouble that stands alone where few tell any
LEADING_SHARE = 0.4  # of the segments with any trouble that tell that one
LESSER_SHARE = 0.08  # of each of several troubles that are told beside one another
TOGETHER_SHARE = 0.25  # of segments that tell any of them
MOST_DETAILS = 3
LEAST_TOLD = 3  # segments; what one or two say by the way names nothing
# a concept that is hardly commoner in the theme than anywhere ("app" in app reviews) does not name it
LIFT = 1.3


@dataclass(frozen=True)
class ThemeWords:
    """What naming needs of one theme: concepts and phrases a segment, the language, the touchpoint's names."""

    polarity: str
    concepts: list[set[int]]
    phrases: list[dict[str, str]]
    langs: list[str]
    place: Mapping[str, str]
    central: Mapping[str, str]
    issue: tuple[str, str] | None = None
    """Vietnamese and English name of the issue that most segments tell"""
    part_issue: tuple[str, str] | None = None
    """and of the one that a good part of them tells, which names the theme where no trouble does"""
    asks: bool = False
    """most segments ask for something"""
    part: bool = False
    """a part of a theme: called by what is commoner in it than in the theme, at last by its quote, in whatever language"""
    sayings: Mapping[str, Saying] = field(default_factory=dict)
    """the segment that tells in few words what the others tell, in either language"""


@dataclass(frozen=True)
class Rated:
    """A concept, its share of the theme's segments, and that share over its share of all segments."""

    concept: int
    share: float
    lift: float


def ranked_concepts(theme: ThemeWords, background: Counter[int], segments: int) -> list[Rated]:
    """Concepts by share of the theme times rarity elsewhere, best first."""
    counts = Counter(concept for own in theme.concepts for concept in own)
    size = max(1, len(theme.concepts))
    rated = []
    for concept, count in counts.items():
        if count < min(LEAST_TOLD, size):
            continue
        share, everywhere = count / size, max(count, background[concept]) / max(1, segments)
        # a run that is one theme has nothing to be compared with
        lift = share / everywhere if theme.part or size < 0.5 * segments else LIFT
        rated.append((-share * math.log1p(1 / everywhere), concept, Rated(concept, share, lift)))
    return [one for _, _, one in sorted(rated, key=lambda found: found[:2])]


def subject_and_details(
    ranked: list[Rated], theme: ThemeWords, glossary: Glossary
) -> tuple[list[int], list[int]]:
    """The thing spoken of (none or one concept), and up to two concepts of what is said of it."""
    fitting = [
        one
        for one in ranked
        if fits(glossary.concepts[one.concept].kind, theme.polarity) and one.lift >= LIFT
    ]
    topics = [one for one in fitting if glossary.concepts[one.concept].kind == "topic"]
    troubles = [one for one in fitting if glossary.concepts[one.concept].kind != "topic"]
    about = [one.concept for one in topics if one.share >= TOPIC_SHARE][:1]
    if not about and not theme.place:
        about = [one.concept for one in topics if one.share >= WEAK_SHARE][:1]
    least = TROUBLE_SHARE if about or theme.place else ALONE_SHARE
    details = [one.concept for one in troubles if one.share >= least][:2]
    if not details:
        others = [one for one in fitting if one.concept not in about]
        least = TOPIC_SHARE if about or theme.place else ALONE_SHARE
        details = [one.concept for one in others if one.share >= least][: 2 if about else 1]
    return about, details


def with_lesser(details: list[int], ranked: list[Rated], theme: ThemeWords, glossary: Glossary) -> list[int]:
    """Up to three troubles, those that fewer tell added, where all together are told by a good part of the theme: a broad
    theme is called by several, one of which alone would be a minority's word."""
    troubles = [
        one
        for one in ranked
        if one.lift >= LIFT
        and glossary.concepts[one.concept].kind != "topic"
        and fits(glossary.concepts[one.concept].kind, theme.polarity)
    ]
    named = [one.concept for one in troubles if one.concept in details]
    lesser = [one.concept for one in troubles if one.share >= LESSER_SHARE and one.concept not in named]
    lesser.sort(key=lambda concept: glossary.concepts[concept].kind == "request")  # what is wrong says more
    several = [*named, *lesser][:MOST_DETAILS]
    size = len(theme.concepts)
    if several and _told_by(several, theme) >= TOGETHER_SHARE * size:
        return several
    first = [one for one in troubles if one.share >= FAINT_SHARE][:1]
    any_trouble = _told_by([one.concept for one in troubles], theme)
    if not details and first and first[0].share * size >= LEADING_SHARE * any_trouble:
        return [first[0].concept]
    return details


def _told_by(concepts: list[int], theme: ThemeWords) -> int:
    """Segments that name any of the concepts."""
    return sum(not own.isdisjoint(concepts) for own in theme.concepts)


def faint_trouble(ranked: list[Rated], theme: ThemeWords, glossary: Glossary) -> list[int]:
    """The best trouble that a few segments name: for a language in which there is no phrase to say more."""
    return [
        one.concept
        for one in ranked
        if glossary.concepts[one.concept].kind != "topic"
        and fits(glossary.concepts[one.concept].kind, theme.polarity)
        and one.lift >= LIFT
        and one.share >= WEAK_SHARE
    ][:1]


def fits(kind: str, polarity: str) -> bool:
    """A pain is not named by praise, nor praise by a problem."""
    return kind == "topic" or (kind == "praise") == (polarity == "praise")
