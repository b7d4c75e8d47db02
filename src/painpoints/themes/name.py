"""Names of themes in Vietnamese and English: what it is about, and what is wrong (or right) with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from painpoints.themes.compose import (
    GENERAL,
    WISHES,
    called_by_issue,
    compose,
    of_side,
    telling_phrases,
    told_by_saying,
)
from painpoints.themes.glossary import Glossary, load_glossary
from painpoints.themes.phrases import (
    KEY_SHARE,
    PhraseBook,
    key_phrases,
    phrase_keys,
    phrase_share,
    stop_words,
)
from painpoints.themes.troubles import (
    LEAST_TOLD,
    ThemeWords,
    faint_trouble,
    fits,
    ranked_concepts,
    subject_and_details,
    with_lesser,
)
from painpoints.themes.words import plain

__all__ = ["NamedTheme", "ThemeWords", "distinct_names", "name_each", "name_themes"]

KEPT_PHRASES = 6
FEW_PHRASES = 3
RARER_SHARE = 0.03  # of the segments of a language, where phrases are few
VOICE_SHARE = 0.2  # of the segments, from which the lesser language is shown
# shares of a theme's segments that must name a concept or phrase before the theme is called by it; set by reading names
SPARE_SHARE = 0.1
STRONG_LIFT = 2.0
SURE_SHARE = 0.4
SAID_SHARE = 0.2  # of segments near to the one that is to name them all
CLEAR_SHARE = 0.35  # of segments that name one of the troubles, from which no name of an issue is asked for


@dataclass(frozen=True)
class NamedTheme:
    """Names and key phrases; ``spare`` and ``aside`` hold what could be added to tell it from a namesake.

    A spare is a further concept in both languages, the aside a phrase or quote in either language (''
    without text).
    """

    vi: str
    en: str
    keyphrases: tuple[str, ...]
    spare: tuple[tuple[str, str], ...] = ()
    aside: tuple[str, str] = ("", "")
    lang: str = "vi"
    """the language of most segments: vi or en"""


def name_themes(
    themes: list[ThemeWords],
    background: Counter[int],
    segments: int,
    books: Mapping[str, PhraseBook],
    given: Sequence[tuple[str, str] | None] = (),
) -> list[NamedTheme]:
    """A name in both languages for every theme, all distinct. ``background`` counts concepts over all
    segments. A theme with a ``given`` pair (Vietnamese, English) is called by it.
    """
    return distinct_names(name_each(themes, background, segments, books, given), given)


def name_each(
    themes: list[ThemeWords],
    background: Counter[int],
    segments: int,
    books: Mapping[str, PhraseBook],
    given: Sequence[tuple[str, str] | None] = (),
) -> list[NamedTheme]:
    """As `name_themes`, but several themes may be called the same."""
    glossary = load_glossary()
    named = [_name_one(theme, background, segments, books, glossary) for theme in themes]
    return [
        n if pair is None else NamedTheme(*pair, n.keyphrases)
        for n, pair in zip(named, given or [None] * len(themes), strict=True)
    ]


def distinct_names(named: list[NamedTheme], given: Sequence[tuple[str, str] | None] = ()) -> list[NamedTheme]:
    """The themes with names that differ; those of ``given`` ones stay as they are."""
    given = given or [None] * len(named)
    order = sorted(range(len(named)), key=lambda number: given[number] is None)  # given names are taken first
    distinct = dict(zip(order, _make_distinct([named[number] for number in order]), strict=True))
    return [distinct[number] for number in range(len(named))]


def _name_one(
    theme: ThemeWords,
    background: Counter[int],
    segments: int,
    books: Mapping[str, PhraseBook],
    glossary: Glossary,
) -> NamedTheme:
    ranked = ranked_concepts(theme, background, segments)
    about, details = subject_and_details(ranked, theme, glossary)
    weak = {one.concept for one in ranked if one.lift < STRONG_LIFT and one.share < SURE_SHARE}
    phrases = {lang: _phrases(theme, books, lang, glossary) for lang in ("vi", "en")}
    issue = _issue(theme, details, phrases, glossary)
    if about or theme.place:
        details = with_lesser(details, ranked, theme, glossary)
    faint = details or faint_trouble(ranked, theme, glossary)
    composed = _composed(about, details, faint, weak, phrases, theme, glossary)
    main = _main_language(theme)
    names = composed if issue is None else called_by_issue(issue, about, theme, glossary)
    shown = {*about, *details}
    spare = tuple(
        (glossary.concepts[c].vi, glossary.concepts[c].en)
        for c, share in ((one.concept, one.share) for one in ranked if one.lift >= 1)
        if c not in shown and share >= SPARE_SHARE and fits(glossary.concepts[c].kind, theme.polarity)
    )
    aside = _aside(phrases["vi"], theme, "vi"), _aside(phrases["en"], theme, "en")
    keyphrases = _shown_phrases(theme, phrases, books, main, glossary)
    return NamedTheme(names["vi"], names["en"], keyphrases, spare[:6], aside, main)


def _issue(
    theme: ThemeWords, details: list[int], phrases: Mapping[str, list[str]], glossary: Glossary
) -> tuple[str, str] | None:
    """The name of the issue that the theme is called by, or None where its own words tell it better."""
    issue = theme.issue
    if all(glossary.concepts[concept].kind == "topic" for concept in details):
        issue = issue or theme.part_issue
    if issue is None or _clear(details, phrases, theme, glossary):
        return None
    return None if _outnumbered(issue, details, theme, glossary) else issue


def _composed(
    about: list[int],
    details: list[int],
    faint: list[int],
    weak: set[int],
    phrases: Mapping[str, list[str]],
    theme: ThemeWords,
    glossary: Glossary,
) -> dict[str, str]:
    """A name in either language, of concepts, phrases and sayings."""
    subject = bool(about or theme.place)
    composed = {}
    for lang in ("vi", "en"):
        told = faint if subject and not phrases[lang] else details
        composed[lang] = compose(about, told, weak, phrases[lang], theme, lang, glossary)
    main = _main_language(theme)
    other = "vi" if main == "en" else "en"
    # what a few say names a theme of grumbling no better, and in the other language as little
    for called in (WISHES, {lang: GENERAL[theme.polarity, lang] for lang in ("vi", "en")}):
        if composed[main] == called[main]:
            composed[other] = called[other]
            return composed
    for lang, saying in _sayings(details, theme, glossary).items():
        composed[lang] = told_by_saying(saying, about, theme, lang, glossary)
    return composed


def _main_language(theme: ThemeWords) -> str:
    return "en" if 2 * theme.langs.count("en") > len(theme.langs) else "vi"


def _clear(
    details: list[int], phrases: Mapping[str, list[str]], theme: ThemeWords, glossary: Glossary
) -> bool:
    """Whether so many segments name one of the troubles, or say one of the phrases, that nothing tells the theme better."""
    troubles = {c for c in details if glossary.concepts[c].kind != "topic"}
    telling = [phrase for lang in phrases for phrase in telling_phrases(phrases[lang], theme, lang)]
    keys = {plain(phrase) for phrase in telling} if not details else set()
    said = [
        not troubles.isdisjoint(concepts) or not keys.isdisjoint(spoken)
        for concepts, spoken in zip(theme.concepts, theme.phrases, strict=True)
    ]
    return sum(said) >= CLEAR_SHARE * len(said)


def _sayings(details: list[int], theme: ThemeWords, glossary: Glossary) -> dict[str, str]:
    """What stands in a name instead of the ``details``: the saying that enough segments lie near to, and more than name a
    trouble, where the troubles are not clear by themselves."""
    troubles = {c for c in details if glossary.concepts[c].kind != "topic"}
    told = sum(not troubles.isdisjoint(own) for own in theme.concepts) / max(1, len(theme.concepts))
    if told >= CLEAR_SHARE:
        return {}
    return {
        lang: saying.text for lang, saying in theme.sayings.items() if saying.share >= max(SAID_SHARE, told)
    }


def _outnumbered(issue: tuple[str, str], details: list[int], theme: ThemeWords, glossary: Glossary) -> bool:
    """Whether more segments name one of the troubles than say the rarest word of the issue's name."""
    lang = _main_language(theme)
    own = of_side(theme, lang)
    said = phrase_keys(issue[lang == "en"].lower().split(), stop_words(lang))
    words = [key for key in said if " " not in key]
    troubles = [c for c in details if glossary.concepts[c].kind != "topic"]
    if not words or not troubles:
        return False
    rarest = min(sum(word in phrases for phrases in own) / len(own) for word in words)
    named = max(sum(c in concepts for concepts in theme.concepts) for c in troubles)
    return named > rarest * len(theme.concepts)


def _aside(phrases: list[str], theme: ThemeWords, lang: str) -> str:
    quote = theme.central.get(lang)
    return phrases[0] if phrases else f"“{quote}”" if quote else ""


def _shown_phrases(
    theme: ThemeWords,
    phrases: Mapping[str, list[str]],
    books: Mapping[str, PhraseBook],
    main: str,
    glossary: Glossary,
) -> tuple[str, ...]:
    """Key phrases to show, those of the ``main`` language first, and of the other one where it has a voice."""
    shown = list(phrases[main])
    if len(shown) < FEW_PHRASES:
        rarer = _phrases(theme, books, main, glossary, RARER_SHARE)
        shown += [phrase for phrase in rarer if phrase not in shown]
    other = "vi" if main == "en" else "en"
    own = of_side(theme, other)
    if len(own) >= VOICE_SHARE * len(theme.langs):
        shown += [phrase for phrase in phrases[other] if phrase_share(phrase, own)[0] >= LEAST_TOLD]
    return tuple(shown[:KEPT_PHRASES])


def _phrases(
    theme: ThemeWords,
    books: Mapping[str, PhraseBook],
    lang: str,
    glossary: Glossary,
    share: float = KEY_SHARE,
) -> list[str]:
    """Key phrases from the theme's segments of one language; no pain is named by one that praises, no praise by one that
    blames."""
    own = of_side(theme, lang)
    return [
        phrase
        for phrase in key_phrases(own, books[lang], KEPT_PHRASES, share)
        if all(
            fits(glossary.concepts[concept].kind, theme.polarity)
            for concept in glossary.find(phrase.split(), lang)
        )
    ]


def _make_distinct(named: list[NamedTheme]) -> list[NamedTheme]:
    """Themes of one name get what tells them apart: a further concept, a key phrase, at last a number."""
    done: list[NamedTheme] = []
    taken: dict[str, set[str]] = {"vi": set(), "en": set()}
    for theme in named:
        vi, en = theme.vi, theme.en
        for extra_vi, extra_en in theme.spare:
            if vi not in taken["vi"] and en not in taken["en"]:
                break
            vi = _extended(theme.vi, extra_vi) if theme.vi in taken["vi"] else theme.vi
            en = _extended(theme.en, extra_en) if theme.en in taken["en"] else theme.en
        vi = _numbered(vi, theme.vi, theme.aside[0], taken["vi"])
        en = _numbered(en, theme.en, theme.aside[1], taken["en"])
        taken["vi"].add(vi)
        taken["en"].add(en)
        done.append(replace(theme, vi=vi, en=en))
    return done


def _extended(name: str, extra: str) -> str:
    return f"{name} ({extra})"


def _numbered(name: str, plain_name: str, aside: str, taken: set[str]) -> str:
    if name in taken and aside and aside not in plain_name:
        name = _extended(plain_name, aside)
    number, candidate = 2, name
    while candidate in taken:
        candidate, number = f"{name} ({number})", number + 1
    return candidate
