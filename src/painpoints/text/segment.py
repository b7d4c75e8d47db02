"""Items to segments: mask personal data, take boilerplate out, cut into clauses, clean each for matching.

Offsets in the result refer to the item's text as read. Where that is not NFC, the work is done on its NFC
form and the offsets are mapped back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from painpoints.schema import SEGMENT_COLUMNS
from painpoints.settings import TextSettings
from painpoints.text.boilerplate import agent_voice, find_boilerplate, only_contact
from painpoints.text.characters import Composed, compose, fold
from painpoints.text.clauses import Costs, mark_clauses
from painpoints.text.language import detect_language
from painpoints.text.normalise import clean_and_detect
from painpoints.text.tokens import ReviewTokenizer

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

__all__ = ["BOILERPLATE_COLUMNS", "PersonalData", "RedactorLike", "Segmented", "make_segments"]

BOILERPLATE_COLUMNS = ("item", "feedback_id", "start", "end", "text", "reason")


class PersonalData(Protocol):
    """A span of personal data, as the redactor gives it."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def kind(self) -> str: ...


class RedactorLike(Protocol):
    """What `make_segments` needs of a redactor; `find` gives sorted spans that do not overlap."""

    def find(self, text: str, names: Sequence[str] = ()) -> Sequence[Any]: ...


@dataclass(frozen=True)
class Segmented:
    """Segments, and all that was left out of them."""

    segments: pd.DataFrame
    """one row a segment, `schema.SEGMENT_COLUMNS`, RangeIndex"""
    boilerplate: pd.DataFrame
    """one row a piece that is not analysed: item, feedback_id, start, end, text (masked), reason"""
    masked: dict[str, int]
    """spans of personal data by kind"""
    languages: dict[str, int]
    """segments by language"""
    truncated: int
    """items of which only the first `TextSettings.max_item_chars` characters were analysed"""


@dataclass
class _Item:
    """One item on its way: NFC text, personal data, and its pieces (start, end in NFC, reason or '')."""

    position: int
    composed: Composed
    private: list[Any]
    length: int
    pieces: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.composed.text


def make_segments(
    items: pd.DataFrame, settings: TextSettings, *, redactor: RedactorLike | None = None
) -> Segmented:
    """Cut every item's text into segments.

    `items` has `schema.ITEM_COLUMNS`. `redactor` defaults to `redact.default_redactor()`. Segments and
    boilerplate never overlap and together cover every character that is neither white space nor a mere
    separator; none cuts personal data. An item whose whole text is boilerplate has no segment and is to be
    found in `boilerplate`.
    """
    from painpoints.text import redact

    redactor = redact.default_redactor() if redactor is None else redactor
    masked: Counter[str] = Counter()
    truncated = 0
    found: list[_Item] = []
    told = items["customer_name"].tolist() if "customer_name" in items else [""] * len(items)
    for position, (raw, names) in enumerate(zip(items["text"].tolist(), told, strict=True)):
        item, cut = _open_item(position, raw, settings, redactor, names.splitlines())
        truncated += cut
        masked.update(span.kind for span in item.private)
        found.append(item)
    _cut_items(found, settings)
    _mark_templates(found, items, settings)
    _mark_titles(found, items, settings)
    segments, boilerplate = _frames(found, items)
    languages = dict(sorted(Counter(segments["lang"].tolist()).items()))
    return Segmented(segments, boilerplate, dict(sorted(masked.items())), languages, truncated)


def _open_item(
    position: int, raw: str, settings: TextSettings, redactor: RedactorLike, names: Sequence[str]
) -> tuple[_Item, bool]:
    """Compose, find personal data, and set the end of what is analysed; True where something is cut off."""
    margin = settings.max_item_chars + settings.redaction_margin_chars
    composed = compose(raw[:margin])
    private = list(redactor.find(composed.text, names))
    length = len(composed.text)
    cut = len(raw) > settings.max_item_chars
    if cut:
        length = _safe_length(composed.text, settings.max_item_chars, private)
        private = [span for span in private if span.end <= length]
    return _Item(position, composed, private, length), cut


def _safe_length(text: str, limit: int, private: Sequence[Any]) -> int:
    """At most ``limit``, at white space where there is some near, and outside personal data."""
    limit = min(limit, len(text))
    blank = max((text.rfind(c, max(0, limit - 200), limit) for c in " \n\t"), default=-1)
    limit = blank if blank > 0 else limit
    for span in private:
        if span.start < limit < span.end:
            return int(span.start)
    return limit


# -- cutting -------------------------------------------------------------------------------------------------


def _clause_component(nlp: Language, name: str, costs: dict[str, float]) -> Callable[[Doc], Doc]:  # noqa: ARG001
    """The spaCy factory; spaCy asks for these names."""
    chosen = Costs(**costs)  # type: ignore[arg-type]
    return lambda doc: mark_clauses(doc, chosen)


@lru_cache(maxsize=4)
def _pipeline(costs: Costs) -> Language:
    """A blank spaCy pipeline with our tokenizer and the clause component."""
    import spacy
    from spacy.language import Language

    if not Language.has_factory("painpoints_clauses"):
        Language.factory("painpoints_clauses", func=_clause_component)
    nlp: Language = spacy.blank("xx")
    nlp.tokenizer = ReviewTokenizer(nlp.vocab)
    nlp.add_pipe("painpoints_clauses", config={"costs": vars(costs)})
    return nlp


def _cut_items(found: Sequence[_Item], settings: TextSettings) -> None:
    """Fill `pieces` of every item: boilerplate and, between it, clauses."""
    nlp = _pipeline(Costs(max_words=settings.max_segment_words))
    with nlp.memory_zone():
        stream = nlp.pipe(_regions(found, nlp), batch_size=settings.batch_size, as_tuples=True)
        for doc, (item, offset) in stream:
            for sentence in doc.sents:
                start, end = _trim(item.text, offset + sentence.start_char, offset + sentence.end_char)
                if end > start:
                    reason = "" if _says_something(item.text[start:end]) else "empty"
                    item.pieces.append((start, end, reason))
    for item in found:
        item.pieces.sort()


def _regions(found: Sequence[_Item], nlp: Language) -> Iterator[tuple[Doc, tuple[_Item, int]]]:
    """What lies between the boilerplate of each item, as documents; notes the boilerplate on the way."""
    tokenizer = nlp.tokenizer
    for item in found:
        private = [(span.start, span.end) for span in item.private]
        text = item.text[: item.length]
        start = 0
        for piece in find_boilerplate(text, private):
            item.pieces.append((piece.start, piece.end, piece.reason))
            if text[start : piece.start].strip():
                yield _document(tokenizer, text, start, piece.start, private), (item, start)
            start = piece.end
        if text[start:].strip():
            yield _document(tokenizer, text, start, len(text), private), (item, start)


def _document(tokenizer: Any, text: str, start: int, end: int, private: Sequence[tuple[int, int]]) -> Doc:
    inside = [(left - start, right - start) for left, right in private if left >= start and right <= end]
    doc: Doc = tokenizer(text[start:end], inside)
    return doc


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _says_something(text: str) -> bool:
    """Whether there is a letter, a digit or an emoji: a row of dashes or question marks says nothing."""
    return any(c.isalnum() or (c > "\u2190" and not c.isspace()) for c in text)


# -- templates that many customers share ---------------------------------------------------------------------


def _mark_templates(found: Sequence[_Item], items: pd.DataFrame, settings: TextSettings) -> None:
    """Long sentences in a company's voice that several customers sent word for word are templates."""
    customers = items["customer_id"].tolist()
    places: dict[str, list[tuple[_Item, int]]] = {}
    for item in found:
        for n, (start, end, reason) in enumerate(item.pieces):
            if not reason and end - start >= settings.template_min_chars:
                places.setdefault(fold(item.text[start:end]), []).append((item, n))
    for folded, where in places.items():
        senders = {customers[item.position] or item.position for item, _ in where}
        if len(senders) < settings.template_customers or not agent_voice(folded):
            continue
        for item, n in where:
            start, end, _ = item.pieces[n]
            item.pieces[n] = (start, end, "template")


def _mark_titles(found: Sequence[_Item], items: pd.DataFrame, settings: TextSettings) -> None:
    """First lines that name what is spoken of (a product, a branch) and not what the customer thinks.

    They are told by their repetition: in an export whose items mostly share their first line with others, it is a label.
    """
    sources = items["source"].tolist()
    titles: dict[str, list[tuple[_Item, int, str]]] = {}
    for item in found:
        end = item.text.find("\n")
        title = fold(item.text[:end]).strip() if end > 0 else ""
        if len(title.split()) >= settings.title_min_words:
            titles.setdefault(sources[item.position], []).append((item, end, title))
    for source, entries in titles.items():
        counts = Counter(title for _, _, title in entries)
        shared = sum(n for n in counts.values() if n > 1)
        if (
            shared < settings.title_shared_share * sources.count(source)
            or shared < settings.template_customers
        ):
            continue
        for item, end, _ in entries:
            item.pieces = [
                (left, right, reason or ("title" if right <= end else ""))
                for left, right, reason in item.pieces
            ]


# -- frames --------------------------------------------------------------------------------------------------

_COPIED = ("feedback_id", "source", "row", "created_at")


def _frames(found: Sequence[_Item], items: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    copied = {name: items[name].tolist() for name in _COPIED if name != "created_at"}
    texts = items["text"].tolist()
    kept: dict[str, list[Any]] = {name: [] for name in SEGMENT_COLUMNS if name != "created_at"}
    dropped: dict[str, list[Any]] = {name: [] for name in BOILERPLATE_COLUMNS}
    for item in found:
        number = 0
        prior = _item_language(item)
        for start, end, reason in item.pieces:
            raw_start, raw_end = _trim(texts[item.position], item.composed.raw(start), item.composed.raw(end))
            shown = _masked(item, start, end)
            reason = reason or ("contact" if only_contact(shown) else "")
            if reason:
                row = (item.position, copied["feedback_id"][item.position], raw_start, raw_end, shown, reason)
                for name, value in zip(BOILERPLATE_COLUMNS, row, strict=True):
                    dropped[name].append(value)
                continue
            number += 1
            match_text, lang = clean_and_detect(shown, prior)
            for name, values in copied.items():
                kept[name].append(values[item.position])
            for name, value in (
                ("item", item.position), ("segment_no", number), ("start", raw_start), ("end", raw_end),
                ("text", shown), ("match_text", match_text), ("lang", lang),
            ):  # fmt: skip
                kept[name].append(value)
    return _segment_frame(kept, items), _typed(pd.DataFrame(dropped), ("item", "start", "end"))


def _segment_frame(kept: dict[str, list[Any]], items: pd.DataFrame) -> pd.DataFrame:
    frame = _typed(pd.DataFrame(kept), ("item", "row", "segment_no", "start", "end"))
    times = items["created_at"].reset_index(drop=True)
    frame["created_at"] = times.take(frame["item"].to_numpy()).reset_index(drop=True)
    return frame[list(SEGMENT_COLUMNS)]


def _typed(frame: pd.DataFrame, integers: Sequence[str]) -> pd.DataFrame:
    """Whole numbers as int64 and the rest as text, also where the frame is empty."""
    return frame.astype({name: "int64" if name in integers else "str" for name in frame.columns})


def _item_language(item: _Item) -> str | None:
    """The language of the item's own words, as a help for its short segments; None for an item of one
    piece.
    """
    own = [(start, end) for start, end, reason in item.pieces if not reason]
    if len(own) < 2:
        return None
    return detect_language(item.text[own[0][0] : own[-1][1]])


def _masked(item: _Item, start: int, end: int) -> str:
    from painpoints.text import redact

    if not item.private:
        return item.text[start:end]
    return redact.mask(item.text, item.private, start, end)
