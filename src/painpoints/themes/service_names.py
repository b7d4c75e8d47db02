"""What a naming service is told of the themes, and which of its names are taken over."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from painpoints.themes.naming_service import Answer, NamingService, Question, ask_all
from painpoints.themes.theme_words import place_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from painpoints.journey import Journey
    from painpoints.settings import NamingSettings
    from painpoints.themes.known import KnownThemes
    from painpoints.themes.theme_set import ThemeSet

__all__ = ["ServiceNames", "checked_names", "names_from_service"]

# markup, addresses, masked personal data; a full stop between letters is a host's
_NO_NAME = re.compile(r"[<>{}\[\]\\`*#_|~^=@]|//|&\w+;|[^\W\d_]\.[^\W\d_]{2}")


@dataclass(frozen=True)
class ServiceNames:
    """The themes with their names, what a reader should know of them, and what run.json keeps."""

    themes: ThemeSet
    notice: str
    record: dict[str, Any]


def names_from_service(
    themes: ThemeSet,
    segments: pd.DataFrame,
    service: NamingService,
    *,
    journey: Journey | None = None,
    known: KnownThemes | None = None,
) -> ServiceNames:
    """The themes with names of the service where it gave a usable one, else with those they have.

    ``known`` themes have names that people gave or have read before: they are not asked for. ``segments`` are those of
    `find_themes`; only their masked ``text`` is sent.
    """
    kept = {theme.theme_id for theme in known.themes} if known is not None else set()
    fresh = [n for n, theme_id in enumerate(themes.themes["theme_id"]) if theme_id not in kept]
    questions = _questions(themes, segments, fresh, journey, service.settings)
    table, failures = _renamed(themes.themes, fresh, ask_all(service, questions), known, service.settings)
    counts = {"asked": len(fresh), "named": len(fresh) - failures.total()}
    record = {
        "service": service.host,
        "model": service.model,
        **counts,
        "not_used": dict(sorted(failures.items())),
    }
    return ServiceNames(replace(themes, themes=table), _notice(service, len(fresh), failures), record)


def _questions(
    themes: ThemeSet,
    segments: pd.DataFrame,
    rows: list[int],
    journey: Journey | None,
    settings: NamingSettings,
) -> list[Question]:
    members = themes.assignment.assign(place=range(len(themes.assignment))).groupby("theme_id")
    asked = themes.themes.iloc[rows].to_dict("records")
    texts, items = segments["text"].astype(str).tolist(), segments["item"].tolist()
    questions = []
    for theme in asked:
        own = members.get_group(theme["theme_id"])
        place = place_names(segments.iloc[own["place"]], journey)
        central_first = own.sort_values(["theme_p", "place"], ascending=[False, True])["place"]
        quotes = _quotes([*theme["quotes"], *central_first], texts, items, settings)
        touchpoint = place.get("vi") or place.get("en", "")
        questions.append(Question(theme["name_vi"], theme["name_en"], touchpoint, quotes))
    return questions


def _quotes(
    positions: Iterable[int], texts: Sequence[str], items: Sequence[int], settings: NamingSettings
) -> tuple[str, ...]:
    """Masked texts of different items, none twice, each clipped."""
    chosen: list[str] = []
    heard: set[int] = set()
    for position in positions:
        text, item = texts[position], items[position]
        clipped = text if len(text) <= settings.quote_chars else text[: settings.quote_chars - 1] + "…"
        if item not in heard and clipped not in chosen:
            chosen.append(clipped)
            heard.add(item)
        if len(chosen) == settings.quotes:
            break
    return tuple(chosen)


def _renamed(
    table: pd.DataFrame,
    rows: list[int],
    answers: list[Answer],
    known: KnownThemes | None,
    settings: NamingSettings,
) -> tuple[pd.DataFrame, Counter[str]]:
    """The table, and how often what kept a name from being used. In the order of the table: the first of two equal
    names wins. Names that other themes have now are taken, since those themes may keep them."""
    names = {lang: table[f"name_{lang}"].astype(str).tolist() for lang in ("vi", "en")}
    taken = {lang: {_key(name) for name in own} for lang, own in names.items()}
    for theme in known.themes if known is not None else ():
        taken["vi"].add(_key(theme.name_vi))
        taken["en"].add(_key(theme.name_en))
    failures: Counter[str] = Counter()
    for row, answer in zip(rows, answers, strict=True):
        own = {lang: names[lang][row] for lang in names}
        pair = None if answer.failure else checked_names(answer.content, settings)
        if pair is None:
            failures[answer.failure or "no usable name"] += 1
            continue
        given = {"vi": pair[0], "en": pair[1] or own["en"]}
        if any(_key(given[lang]) in taken[lang] - {_key(own[lang])} for lang in given):
            failures["name of another theme"] += 1
            continue
        for lang, name in given.items():
            names[lang][row] = name
            taken[lang].add(_key(name))
    return table.assign(name_vi=names["vi"], name_en=names["en"]), failures


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def checked_names(content: str, settings: NamingSettings) -> tuple[str, str] | None:
    """Vietnamese and English name of an answer, the English one '' where it has none; None unless all is as it should be.

    A customer's text may have told the model what to answer, so that nothing but a short plain name passes.
    """
    try:
        answer = json.loads(_bare(content))
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict):
        return None
    vi, en = answer.get("vi"), answer.get("en", "")
    if not isinstance(vi, str) or not isinstance(en, str):
        return None
    names = tuple(unicodedata.normalize("NFC", name.strip(" ")) for name in (vi, en))
    if not _is_name(names[0], settings) or not (names[1] == "" or _is_name(names[1], settings)):
        return None
    return _capital(names[0]), _capital(names[1])


def _bare(content: str) -> str:
    """Without what some models put around an answer: thoughts before it and a fence."""
    text = content.strip()
    if text.startswith("<think>"):
        text = text.partition("</think>")[2].strip()
    if text.startswith("```"):
        text = text.removeprefix("```json").removeprefix("```").removesuffix("```")
    return text


def _is_name(name: str, settings: NamingSettings) -> bool:
    return (
        0 < len(name) <= settings.name_chars
        and name.isprintable()  # no control characters, line breaks, direction overrides, unseen characters
        and name[0].isalnum()
        and any(c.isalpha() for c in name)
        and sum(c.isdigit() for c in name) <= settings.name_digits
        and not _NO_NAME.search(name)
    )


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _notice(service: NamingService, asked: int, failures: Counter[str]) -> str:
    who = f"{service.host} ({service.model})"
    if not asked:
        return f"{who} was not asked for names: no theme is new, and known themes keep theirs."
    told = f"{asked - failures.total()} of {asked} theme names come from {who}"
    if not failures:
        return f"{told}."
    why = ", ".join(f"{reason} ({count})" for reason, count in sorted(failures.items()))
    return f"{told}; {failures.total()} stay offline names: {why}."
