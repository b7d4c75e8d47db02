"""Names of themes in Vietnamese and English: what it is about, and what is wrong (or right) with it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from painpoints.themes.glossary import Glossary, load_glossary
from painpoints.themes.phrases import PhraseBook, key_phrases

__all__ = ["NamedTheme", "ThemeWords", "name_themes"]

KEPT_PHRASES = 6
TOPIC_SHARE = 0.22
TROUBLE_SHARE = 0.18
WEAK_SHARE = 0.1
_UNNAMED = {
    ("pain", "vi"): "Phản ánh khác",
    ("pain", "en"): "Other complaint",
    ("praise", "vi"): "Lời khen khác",
    ("praise", "en"): "Other praise",
}


@dataclass(frozen=True)
class ThemeWords:
    """What naming needs of one theme: concepts and phrases a segment, the language, the touchpoint's names."""

    polarity: str
    concepts: list[set[int]]
    phrases: list[dict[str, str]]
    langs: list[str]
    place: Mapping[str, str]
    central: Mapping[str, str]


@dataclass(frozen=True)
class NamedTheme:
    """Names and key phrases; ``spare`` holds what could be added to tell it from a theme of the same name."""

    vi: str
    en: str
    keyphrases: tuple[str, ...]
    spare: tuple[tuple[str, str], ...] = ()


def name_themes(
    themes: list[ThemeWords], background: Counter[int], segments: int, books: Mapping[str, PhraseBook]
) -> list[NamedTheme]:
    """A name in both languages for every theme, all distinct. ``background`` counts concepts over all
    segments.
    """
    glossary = load_glossary()
    named = [_name_one(theme, background, segments, books, glossary) for theme in themes]
    return _make_distinct(named)


def _name_one(
    theme: ThemeWords,
    background: Counter[int],
    segments: int,
    books: Mapping[str, PhraseBook],
    glossary: Glossary,
) -> NamedTheme:
    ranked = _ranked_concepts(theme, background, segments)
    topics = [(c, share) for c, share in ranked if glossary.concepts[c].kind == "topic"]
    wanted = ("praise",) if theme.polarity == "praise" else ("problem", "request")
    troubles = [(c, share) for c, share in ranked if glossary.concepts[c].kind in wanted]
    topic = [c for c, share in topics if share >= TOPIC_SHARE][:1]
    trouble = [c for c, share in troubles if share >= TROUBLE_SHARE][:2]
    phrases = {lang: _phrases(theme, books, lang) for lang in ("vi", "en")}
    weak = [c for c, share in topics[:1] + troubles[:1] if share >= WEAK_SHARE]
    names = {
        lang: _compose(topic, trouble, weak, phrases[lang], theme, lang, glossary) for lang in ("vi", "en")
    }
    shown = set(topic + trouble + ([] if topic or trouble else weak))
    spare = tuple(
        (glossary.concepts[c].vi, glossary.concepts[c].en)
        for c, share in troubles[:4] + topics[:4]
        if c not in shown and share >= 0.05
    )
    return NamedTheme(names["vi"], names["en"], tuple(phrases["vi"] + phrases["en"])[:KEPT_PHRASES], spare)


def _ranked_concepts(theme: ThemeWords, background: Counter[int], segments: int) -> list[tuple[int, float]]:
    """Concepts with their share of the theme, by share times rarity elsewhere."""
    counts = Counter(concept for own in theme.concepts for concept in own)
    size = max(1, len(theme.concepts))
    rated = [
        (-(count / size) * math.log1p(segments / max(1, background[concept])), concept, count / size)
        for concept, count in counts.items()
    ]
    return [(concept, share) for _, concept, share in sorted(rated)]


def _phrases(theme: ThemeWords, books: Mapping[str, PhraseBook], lang: str) -> list[str]:
    """Key phrases from the theme's segments of one language."""
    own = [
        p for p, segment_lang in zip(theme.phrases, theme.langs, strict=True) if _side(segment_lang) == lang
    ]
    if len(own) < 2 and len(theme.phrases) > 3:
        return []
    return key_phrases(own, books[lang], KEPT_PHRASES)


def _side(lang: str) -> str:
    return "en" if lang == "en" else "vi"


def _compose(
    topic: list[int],
    trouble: list[int],
    weak: list[int],
    phrases: list[str],
    theme: ThemeWords,
    lang: str,
    glossary: Glossary,
) -> str:
    """``Topic: trouble, trouble``; what the glossary lacks is filled from phrases, touchpoint or a short
    quote.
    """

    def shown(concepts: list[int]) -> list[str]:
        return [glossary.concepts[c].vi if lang == "vi" else glossary.concepts[c].en for c in concepts]

    about, wrong = shown(topic), shown(trouble)
    if about and wrong:
        return _heading(about[0], wrong)
    if about:
        fresh = [p for p in phrases if not _repeats(p, about[0])][:1]
        return _heading(about[0], fresh) if fresh else _capital(about[0])
    place = theme.place.get(lang, "")
    if wrong:
        return _heading(place, wrong) if place else _capital(", ".join(wrong))
    if phrases:
        return _heading(place, phrases[:2]) if place else _capital(", ".join(phrases[:2]))
    if weak:
        return _heading(place, shown(weak)) if place else _capital(", ".join(shown(weak)))
    quote = theme.central.get(lang) or theme.central.get("any", "")
    return _heading(place or _UNNAMED[theme.polarity, lang], [f"“{quote}”"] if quote else [])


def _repeats(phrase: str, heading: str) -> bool:
    return phrase in heading.lower() or heading.lower() in phrase


def _heading(subject: str, details: list[str]) -> str:
    kept = [detail for detail in details if detail.lower() != subject.lower()]
    return _capital(f"{subject}: {', '.join(kept)}" if kept else subject)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _make_distinct(named: list[NamedTheme]) -> list[NamedTheme]:
    """Themes of one name get what tells them apart: a further concept, a key phrase, at last a number."""
    done: list[NamedTheme] = []
    taken: dict[str, set[str]] = {"vi": set(), "en": set()}
    for theme in named:
        vi, en = theme.vi, theme.en
        for extra_vi, extra_en in theme.spare:
            if vi not in taken["vi"] and en not in taken["en"]:
                break
            vi, en = _extended(theme.vi, extra_vi), _extended(theme.en, extra_en)
        vi, en = _numbered(vi, taken["vi"]), _numbered(en, taken["en"])
        taken["vi"].add(vi)
        taken["en"].add(en)
        done.append(replace(theme, vi=vi, en=en))
    return done


def _extended(name: str, extra: str) -> str:
    return f"{name} ({extra})"


def _numbered(name: str, taken: set[str]) -> str:
    number, candidate = 2, name
    while candidate in taken:
        candidate, number = f"{name} ({number})", number + 1
    return candidate
