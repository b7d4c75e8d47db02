"""How the name of a theme is put together in one language: ``thing: problem``, a saying, an issue, or nothing said."""

from __future__ import annotations

from collections import Counter

from painpoints.themes.glossary import Glossary
from painpoints.themes.phrases import phrase_share
from painpoints.themes.troubles import ThemeWords
from painpoints.themes.words import function_words, plain

__all__ = ["GENERAL", "WISHES", "called_by_issue", "compose", "of_side", "telling_phrases", "told_by_saying"]

# shares of a theme's segments that must say a phrase before the theme is called by it; set by reading names
PHRASE_SHARE = 0.2
HEARD_SHARE = 0.15
TOO_MANY = 6  # segments for one of their quotes to stand for them all
_IN_GENERAL = {"vi": "(nói chung)", "en": "(in general)"}
GENERAL = {
    ("pain", "vi"): "Không hài lòng nói chung",
    ("pain", "en"): "General dissatisfaction",
    ("praise", "vi"): "Hài lòng nói chung",
    ("praise", "en"): "General satisfaction",
}
WISHES = {"vi": "Mong muốn và góp ý khác", "en": "Other wishes"}
_UNNAMED = {
    ("pain", "vi"): "Phản ánh khác",
    ("pain", "en"): "Other complaint",
    ("praise", "vi"): "Lời khen khác",
    ("praise", "en"): "Other praise",
}


def compose(
    about: list[int],
    details: list[int],
    weak: set[int],
    phrases: list[str],
    theme: ThemeWords,
    lang: str,
    glossary: Glossary,
) -> str:
    """``Topic: trouble, trouble``; what the glossary lacks is filled from touchpoint, phrases or a short
    quote. A trouble that is ``weak`` ("errors" where half of the run tells of errors) stands behind a phrase.
    """
    subject, said = (
        [glossary.concepts[c].vi if lang == "vi" else glossary.concepts[c].en for c in concepts]
        for concepts in (about, details)
    )
    telling = telling_phrases(phrases, theme, lang)
    heading = subject[0] if subject else theme.place.get(lang, "")
    if subject and not said:
        fresh = [phrase for phrase in telling if not _repeats(phrase, heading)][:1]
        fresh = fresh or _heard(phrases, heading, theme, lang)
        general = "" if theme.part else f" {_IN_GENERAL[lang]}"
        return _heading(heading, fresh) if fresh else f"{_capital(heading)}{general}"
    if heading and details and weak.issuperset(details):
        said = [*_heard(phrases, heading, theme, lang)[:1], said[0]]
    if said or telling:
        said = said or telling[:2]
        return _heading(heading, said) if heading else _capital(", ".join(said))
    return _last_resort(heading, theme, lang)


def told_by_saying(saying: str, about: list[int], theme: ThemeWords, lang: str, glossary: Glossary) -> str:
    """``Topic: saying``, or the saying alone where it names the topic itself."""
    subject = [glossary.concepts[c].vi if lang == "vi" else glossary.concepts[c].en for c in about]
    heading = "" if theme.part else subject[0] if subject else theme.place.get(lang, "")
    return _capital(saying) if not heading or _names_topic(saying, heading) else _heading(heading, [saying])


def called_by_issue(
    issue: tuple[str, str], about: list[int], theme: ThemeWords, glossary: Glossary
) -> dict[str, str]:
    """``Topic: issue``, or the issue alone where it names the topic itself, in both languages alike."""
    vi, en = issue
    topics = [(glossary.concepts[c].vi, glossary.concepts[c].en) for c in about]
    heading_vi, heading_en = topics[0] if topics else (theme.place.get("vi", ""), theme.place.get("en", ""))
    alone = theme.part or not heading_vi or _names_topic(vi, heading_vi) or _names_topic(en, heading_en)
    if alone:
        return {"vi": _capital(vi), "en": _capital(en)}
    return {"vi": _heading(heading_vi, [vi]), "en": _heading(heading_en, [en])}


def _names_topic(name: str, heading: str) -> bool:
    said = {plain(word) for word in name.split()}
    return bool(heading) and all(plain(word) in said for word in heading.split())


def telling_phrases(phrases: list[str], theme: ThemeWords, lang: str) -> list[str]:
    """Phrases that enough segments of the language share to stand in a name."""
    own = of_side(theme, lang)
    telling = []
    for phrase in phrases:
        count, share = phrase_share(phrase, own)
        if count >= 3 and share >= PHRASE_SHARE:
            telling.append(phrase)
    return telling


def _heard(phrases: list[str], heading: str, theme: ThemeWords, lang: str) -> list[str]:
    """Up to two key phrases that some segments of the language share, where none is shared by enough to be the subject."""
    own = of_side(theme, lang)
    shared = []
    for phrase in phrases:
        count, share = phrase_share(phrase, own)
        if count >= 3 and share >= HEARD_SHARE and not _repeats(phrase, heading):
            shared.append(phrase)
    return shared[:2]


def of_side(theme: ThemeWords, lang: str) -> list[dict[str, str]]:
    pairs = zip(theme.phrases, theme.langs, strict=True)
    return [phrases for phrases, own in pairs if (own == "en") == (lang == "en")]


def _last_resort(heading: str, theme: ThemeWords, lang: str) -> str:
    """The touchpoint alone, else a quote, where the theme has text of the language: a name is never in the other one.

    Where not even one word recurs, a quote would promise a subject that the theme does not have.
    """
    if theme.part:
        said = theme.central.get(lang) or next(iter(theme.central.values()), "")
        return f"“{said}”" if said else _UNNAMED[theme.polarity, lang]
    counts = Counter(
        key for phrases in theme.phrases for key in phrases if " " not in key and key not in function_words()
    )
    quote = theme.central.get(lang)
    if heading:
        return f"{_capital(heading)} {_IN_GENERAL[lang]}" if quote else _capital(heading)
    if theme.asks:
        return WISHES[lang]
    little = counts and max(counts.values()) < PHRASE_SHARE * len(theme.phrases)
    if little or len(theme.phrases) >= TOO_MANY:  # none of them says what the others say
        return GENERAL[theme.polarity, lang]
    return _heading(_UNNAMED[theme.polarity, lang], [f"“{quote}”"] if quote else [])


def _repeats(phrase: str, heading: str) -> bool:
    return phrase in heading.lower() or heading.lower() in phrase


def _heading(subject: str, details: list[str]) -> str:
    kept = [detail for detail in details if detail.lower() not in subject.lower()]
    named = kept[0].lower() if kept else ""
    if subject and (named.startswith(subject.lower()) or named.endswith(subject.lower())):
        return _capital(", ".join(kept))
    return _capital(f"{subject}: {', '.join(kept)}" if kept else subject)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
