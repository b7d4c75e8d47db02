"""A codebook: themes that the user names beforehand, each with a description and examples."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from painpoints.errors import InputError
from painpoints.ingest.names import fold, without_controls
from painpoints.ingest.small_table import read_small_table
from painpoints.themes.known import MEMBER_COLUMNS, KnownTheme, KnownThemes

if TYPE_CHECKING:
    import pandas as pd

    from painpoints.encoders import Encoder

__all__ = ["CodebookEntry", "known_from", "load_codebook"]

_COLUMNS = {  # folded as `names.fold` does
    "name_vi": ("name vi", "ten", "ten vi", "ten chu de", "chu de", "theme", "name"),
    "name_en": ("name en", "ten en", "english"),
    "description": ("description", "mo ta", "dinh nghia", "definition"),
    "examples": ("examples", "example", "vi du", "mau", "cau mau"),
    "polarity": ("polarity", "loai", "kind"),
}
_PRAISE = {"praise", "khen", "tich cuc", "positive", "pos"}
_LONGEST = 200


@dataclass(frozen=True)
class CodebookEntry:
    """A theme that is looked for before anything is clustered."""

    name_vi: str
    name_en: str
    texts: tuple[str, ...]
    """description and examples"""
    polarity: str = "pain"

    @property
    def theme_id(self) -> str:
        """``T`` and six hex digits of polarity and names: the same entry has the same id in every run."""
        named = "\n".join((self.polarity, self.name_vi, self.name_en))
        return "T" + hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:6].upper()


def load_codebook(path: str | Path) -> tuple[CodebookEntry, ...]:
    """Read a CSV or XLSX with a row a theme: name (Vietnamese, English or both), description, examples (one a line, or cut
    by ``|``), and optionally pain or praise.

    Raises `InputError` where the file is no such table, an entry has no name or no text, or a name comes twice.
    """
    path = Path(path)
    needed = "a column with the themes' names (name_vi, name_en, tên) and one with examples (examples, ví dụ) are needed"
    header, records, first = read_small_table(path, _fits, needed)
    at = _places(header)

    def cell(record: list[str], name: str) -> str:
        return without_controls(" ".join(record[at[name]].split()), 10_000) if name in at else ""

    entries = []
    for place, record in enumerate(records, first):
        if not any(value.strip() for value in record):
            continue
        names = (cell(record, "name_vi"), cell(record, "name_en"))
        raw = record[at["examples"]] if "examples" in at else ""
        examples = [" ".join(part.split()) for line in raw.splitlines() for part in line.split("|")]
        texts = tuple(filter(None, (*examples, cell(record, "description"))))
        if not any(names) or max(map(len, names)) > _LONGEST:
            raise InputError(
                f"{path.name}: row {place} has no name, or one longer than {_LONGEST} characters."
            )
        if not texts:
            raise InputError(
                f"{path.name}: row {place} ({names[0] or names[1]}) has neither examples nor a description."
            )
        polarity = "praise" if fold(cell(record, "polarity")) in _PRAISE else "pain"
        entries.append(CodebookEntry(names[0] or names[1], names[1] or names[0], texts, polarity))
    ids = [entry.theme_id for entry in entries]
    if not entries:
        raise InputError(f"{path.name}: the codebook holds no theme.")
    twice = next((e.name_vi for e, i in zip(entries, ids, strict=True) if ids.count(i) > 1), None)
    if twice is not None:
        raise InputError(f"{path.name}: the theme {twice!r} comes twice.")
    return tuple(entries)


def _places(header: list[str]) -> dict[str, int]:
    folded = [fold(name) for name in header]
    found = {}
    for column, names in _COLUMNS.items():
        place = next((folded.index(name) for name in names if name in folded), None)
        if place is not None:
            found[column] = place
    return found


def _fits(header: list[str]) -> bool:
    found = _places(header)
    return bool({"name_vi", "name_en"} & set(found)) and bool({"examples", "description"} & set(found))


def known_from(
    entries: tuple[CodebookEntry, ...], encoder: Encoder, known: KnownThemes | None = None
) -> KnownThemes:
    """The entries as known themes, beside those that a workspace knows already (whose names win)."""
    import pandas as pd

    from painpoints.text import clean_many, detect_language

    before = {theme.theme_id for theme in known.themes} if known is not None else set()
    themes = tuple(
        KnownTheme(e.theme_id, e.polarity, e.name_vi, e.name_en, guided=True)
        for e in entries
        if e.theme_id not in before
    )
    told = [(e.theme_id, text) for e in entries for text in e.texts]
    members = pd.DataFrame(
        {
            "theme_id": [theme_id for theme_id, _ in told],
            "match_text": clean_many([text for _, text in told]),
            "lang": [detect_language(text) for _, text in told],
            "touchpoint": "",
            "touchpoint_p": 0.0,
        }
    )
    vectors = encoder.encode(members["match_text"].tolist())
    if known is None:
        return KnownThemes(themes, members, vectors, lambda texts: [""] * len(texts))
    named = {entry.theme_id for entry in entries}
    return KnownThemes(
        (*(replace(t, guided=True) if t.theme_id in named else t for t in known.themes), *themes),
        _joined(known.members, members),
        np.concatenate([known.vectors, vectors]),
        known.ids_of,
        known.taken,
    )


def _joined(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    columns = list(MEMBER_COLUMNS)
    return pd.concat([one[columns], other], ignore_index=True) if len(one) else other
