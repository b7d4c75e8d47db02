"""Personal data: found with offsets, masked with typed placeholders such as ``[PHONE]``.

Rules, not a model: what is masked must be the same for every run and explainable to a data protection officer.
docs/personal-data.md says what is found, what is left and why.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

from painpoints.errors import InputError
from painpoints.resources import configs_dir
from painpoints.text.redact_address import find_addresses
from painpoints.text.redact_contact import find_contacts
from painpoints.text.redact_name import find_names, find_told_names
from painpoints.text.redact_number import find_numbers
from painpoints.text.redact_shadow import Shadow, shadow_of

__all__ = ["KINDS", "Redactor", "Span", "default_redactor", "load_redactor", "mask"]

KINDS = (
    "LINK", "EMAIL", "ORDER_CODE", "CARD", "ACCOUNT", "ID_NUMBER", "TAX_CODE", "PHONE", "PLATE", "HANDLE",
    "ADDRESS", "NAME",
)  # fmt: skip
"""Where two findings overlap, they become one span of the kind that stands first here."""

_RANK = {kind: rank for rank, kind in enumerate(KINDS)}

_ROUNDS = 8
"""masking can bring a context word next to another number; two rounds settle every text met so far"""


@dataclass(frozen=True, order=True)
class Span:
    """Characters ``start`` to ``end`` (exclusive) of a text hold personal data of this kind."""

    start: int
    end: int
    kind: str

    @property
    def placeholder(self) -> str:
        return f"[{self.kind}]"


def mask(text: str, spans: Sequence[Span], start: int = 0, end: int | None = None) -> str:
    """``text[start:end]`` with each span in it replaced by its placeholder; a span cut by the slice is masked too.

    `spans` are sorted and do not overlap, as `Redactor.find` gives them.
    """
    end = len(text) if end is None else end
    pieces: list[str] = []
    at = start
    for span in spans:
        if span.end <= start or span.start >= end:
            continue
        pieces += (text[at : max(at, span.start)], span.placeholder)
        at = span.end
    pieces.append(text[at:end])
    return "".join(pieces)


class Redactor:
    """Finds personal data. `code_patterns` maps a name to a regular expression of order or waybill codes.

    A pattern is matched without regard to accents; where it has a group called ``code``, only that group is masked.
    Without patterns no order code is masked. Raises InputError for a pattern that is not a regular expression.
    """

    def __init__(self, code_patterns: Mapping[str, str] | None = None) -> None:
        self._codes = [_compiled(name, pattern) for name, pattern in (code_patterns or {}).items()]

    def find(self, text: str, names: Sequence[str] = ()) -> list[Span]:
        """Sorted, non-overlapping spans of `text`, such that nothing is found any more in the masked text.

        `names`: what the export says that the customer is called.
        """
        spans = self._find_once(text, names)
        for _ in range(_ROUNDS):
            more = self._find_once(mask(text, spans), names) if spans else []
            joined = _joined([*spans, *_unmasked(more, spans)]) if more else spans
            if joined == spans:
                break
            spans = joined
        return spans

    def redact(self, text: str, names: Sequence[str] = ()) -> tuple[str, Counter[str]]:
        """The masked text and how many spans of each kind were masked; `names` as in `find`."""
        spans = self.find(text, names)
        return mask(text, spans), Counter(span.kind for span in spans)

    def _find_once(self, text: str, names: Sequence[str] = ()) -> list[Span]:
        shadow = shadow_of(text)
        found = [*find_contacts(shadow), *self._find_codes(shadow)]
        found += find_numbers(shadow)
        found += find_addresses(shadow)
        found += find_names(shadow, found)
        found += find_told_names(shadow, names)
        return _joined(Span(*shadow.text_span(start, end), kind) for start, end, kind in found)

    def _find_codes(self, shadow: Shadow) -> Iterable[tuple[int, int, str]]:
        if not self._codes or not _DIGIT.search(shadow.plain):
            return
        for pattern in self._codes:
            group = "code" if "code" in pattern.groupindex else 0
            for match in pattern.finditer(shadow.plain):
                start, end = match.span(group)
                if start < end:
                    yield start, end, "ORDER_CODE"


_DIGIT = re.compile(r"[0-9]")


def _compiled(name: str, pattern: str) -> re.Pattern[str]:
    # accents are stripped from both sides; case is the pattern's own affair
    try:
        return re.compile(shadow_of(pattern).plain)
    except re.error as error:
        raise InputError(
            f"order_codes: the pattern of {name!r} is not a regular expression: {error}"
        ) from None


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start < joined[-1].end:
            last = joined[-1]
            kind = min(last.kind, span.kind, key=_RANK.__getitem__)
            joined[-1] = Span(last.start, max(last.end, span.end), kind)
        else:
            joined.append(span)
    return joined


def _unmasked(found: Sequence[Span], spans: Sequence[Span]) -> list[Span]:
    """Spans found in the masked text, as spans of the text; one that touches a placeholder takes in what it stands for."""
    grown = list(accumulate(len(s.placeholder) - (s.end - s.start) for s in spans))
    starts = [s.start + before for s, before in zip(spans, [0, *grown], strict=False)]

    def original(offset: int, *, is_end: bool) -> int:
        i = bisect_right(starts, offset - is_end) - 1
        if i < 0:
            return offset
        inside = offset - is_end < starts[i] + len(spans[i].placeholder)
        if inside:
            return spans[i].end if is_end else spans[i].start
        return offset - grown[i]

    return [Span(original(f.start, is_end=False), original(f.end, is_end=True), f.kind) for f in found]


def load_redactor(path: str | Path) -> Redactor:
    """A redactor with the ``order_codes`` of a YAML file like ``configs/redact.yaml``.

    Raises InputError for a missing file or one of another shape.
    """
    from painpoints.text.redact_config import read_order_codes

    return Redactor({code.name: code.pattern for code in read_order_codes(Path(path))})


@cache
def default_redactor() -> Redactor:
    """The redactor of the bundled ``configs/redact.yaml``."""
    return load_redactor(configs_dir() / "redact.yaml")
