"""A small bilingual glossary: which things and which troubles a segment names, in either language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from painpoints.resources import configs_dir
from painpoints.themes.words import function_words, plain, tone_key

__all__ = ["Concept", "Glossary", "content_words", "load_glossary"]


@dataclass(frozen=True)
class Concept:
    """A thing or a trouble with its name in both languages. ``kind``: topic, problem, request or praise."""

    kind: str
    vi: str
    en: str


@dataclass(frozen=True)
class Glossary:
    """Concepts and their forms: word tuples with tone keys, and the same without accents for unaccented
    text.
    """

    concepts: tuple[Concept, ...]
    accented: dict[tuple[str, ...], tuple[int, ...]]
    bare: dict[tuple[str, ...], tuple[int, ...]]
    longest: int

    def find(self, words: list[str], lang: str) -> set[int]:
        """Indices of the concepts in a segment's words; a longer form hides the shorter ones of its kind
        inside it.
        """
        without_accents = lang == "vi_unaccented"
        forms = self.bare if without_accents else self.accented
        keys = [plain(word) if without_accents else tone_key(word) for word in words]
        hits: list[tuple[int, int, int]] = []
        for start in range(len(keys)):
            for length in range(min(self.longest, len(keys) - start), 0, -1):
                for concept in forms.get(tuple(keys[start : start + length]), ()):
                    hits.append((start, start + length, concept))
        return {hit[2] for hit in hits if not any(self._hides(other, hit) for other in hits)}

    def _hides(self, longer: tuple[int, int, int], hit: tuple[int, int, int]) -> bool:
        inside = longer[0] <= hit[0] and hit[1] <= longer[1] and longer[1] - longer[0] > hit[1] - hit[0]
        return inside and self.concepts[longer[2]].kind == self.concepts[hit[2]].kind


@lru_cache(maxsize=1)
def load_glossary() -> Glossary:
    """The bundled glossary, configs/lexicon/glossary_vi_en.tsv."""
    path = Path(configs_dir()) / "lexicon" / "glossary_vi_en.tsv"
    lines = [
        line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    ]
    concepts: list[Concept] = []
    accented: dict[tuple[str, ...], list[int]] = {}
    bare: dict[tuple[str, ...], list[int]] = {}
    for line in lines[1:]:
        kind, vi, en, forms = line.split("\t")
        concepts.append(Concept(kind, vi, en))
        for form in {vi.lower(), en.lower(), *forms.lower().split("|")} - {""}:
            words = form.replace(",", " ").split()
            _add(accented, tuple(tone_key(word) for word in words), len(concepts) - 1)
            # a single syllable loses its meaning with its accents: thẻ (card) and thế (so) are both "the"
            if len(words) > 1 or plain(form) == form:
                _add(bare, tuple(plain(word) for word in words), len(concepts) - 1)
    return Glossary(
        tuple(concepts),
        {form: tuple(found) for form, found in accented.items()},
        {form: tuple(found) for form, found in bare.items()},
        max(len(form) for form in accented),
    )


def _add(forms: dict[tuple[str, ...], list[int]], form: tuple[str, ...], concept: int) -> None:
    found = forms.setdefault(form, [])
    if concept not in found:
        found.append(concept)


def content_words(words: list[str], lang: str) -> set[str]:
    """Accent-stripped words that carry meaning, and the concepts among them (``#12``), which bridge the languages."""
    said = {plain(word) for word in words} - function_words()
    return said | {f"#{concept}" for concept in load_glossary().find(words, lang)}
