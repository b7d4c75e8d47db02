"""What is not feedback inside a feedback text: greetings, sign-offs, signatures, agents' templates and turns, quoted
mail.

The patterns lie in ``configs/lexicon/boilerplate.yaml``. A greeting or thanks is dropped only where it
stands alone: "cảm ơn shop, giao nhanh" is praise and stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from painpoints.text.characters import fold
from painpoints.text.lexicon import load_boilerplate
from painpoints.text.transcripts import chat_title, turns_of_chat

__all__ = ["Found", "agent_voice", "find_boilerplate", "only_contact"]

_END = r"(?:[^\w\n\[]*(?=\n)|[^\w\n\[]*\Z|[ ]*[.!?…]+[^\w\n\[]*|[ ]*(?=[\U0001f300-\U0001faff\u2600-\u27bf]))"
_SENTENCE_START = r"(?:(?<=\n)|(?<=[.!?…])|\A)[^\w\n\[]{0,12}"
_BLOCK_TAG = re.compile(
    r"(?:</?(?:p|br|div|li|ul|ol|tr|td|table|h[1-6]|hr|blockquote)\b[^<>]{0,200}>\s*)+", re.IGNORECASE
)
"""tags that end a line where a text comes as HTML"""
_SIGNATURE_LINES = 6
_SIGNATURE_WORDS = 8  # a longer line below "Regards," is text again
_TURNS = re.compile(
    r"\b(?:but|yet|nhung|ma|toan|cu)\b"
)  # a customer who speaks of a template, not the template


@dataclass(frozen=True, order=True)
class Found:
    """A piece of boilerplate: offsets into the text, and why."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True)
class _Patterns:
    greeting: re.Pattern[str]
    sign_off: re.Pattern[str]
    signature: re.Pattern[str]
    device: re.Pattern[str]
    quoted_from: re.Pattern[str]
    template: re.Pattern[str]
    agent_marks: re.Pattern[str]
    contact: frozenset[str]
    hint: re.Pattern[str]


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    data = load_boilerplate()

    def join(name: str) -> str:
        return "(?:" + "|".join(data[name]).replace("[ ]", r"\s").replace(" ", r"[^\S\n]") + ")"

    greeting = rf"[^\w\n\[]{{0,12}}{join('greeting')}[^\w\n\[]*"
    sign_off = rf"{_SENTENCE_START}{join('sign_off')}(?:[^\S\n]*,(?=[^\S\n]*(?:\n|\Z)))?{_END}"
    return _Patterns(
        greeting=re.compile(greeting),
        sign_off=re.compile(sign_off),
        signature=re.compile(rf"(?:(?<=\n)|\A)[^\w\n\[]{{0,12}}{join('signature')}[^\w\n\[]*(?=\n)"),
        device=re.compile(rf"(?:(?<=\n)|(?<=[.!?]\s)|\A)[^\w\n\[]{{0,12}}{join('device')}"),
        quoted_from=re.compile(rf"(?:(?<=\n)|(?<=>)|\A)[^\w\n\[]{{0,12}}{join('quoted_from')}"),
        template=re.compile(
            rf"(?:(?<=\n)|(?<=[.!?…]\s)|(?<=>)|\A)[^\w\n\[]{{0,12}}{join('template')}[^\n.!?]*[.!?]*"
        ),
        agent_marks=re.compile(data["agent_marks"]),
        contact=frozenset(data["contact"].split()),
        hint=re.compile(
            r"chao|gui|kinh|dear|hi\b|hey\b|hello|alo|good |cam (?:on|un|ta)|t(?:h)?ks|than|mon\b|camon|c\.on|on\b|an\b"
            r"|regards|yours|sincerely|wishes|cheers|best|looking|mong|wrote:|da viet|-----|forwarded|from:|tu:|>|--"
            r"|sent |get outlook"
            r"|</?(?:p|br|div|li|ul|ol|tr|td|table|h[1-6]|hr|blockquote)\b"
            r"|cskh|bot|admin|support|xin loi|lay lam tiec|rat tiec|quy khach|chung toi|we "
            r"|our|tu dong|automat|vui long|please|ticket|yeu cau|concern"
            r"|kh:|khach|nguoi |custom|client|user|visitor|guest|buyer"
            r"|tro chuyen|thoai|chat|goi |call |tin nhan|conversation|message"
        ),
    )


def agent_voice(folded: str) -> bool:
    """Whether a text (folded) speaks as a company does."""
    return _patterns().agent_marks.search(folded) is not None


_PLACEHOLDER = re.compile(r"\[(?:PHONE|EMAIL|NAME|ADDRESS|LINK|HANDLE|ID_NUMBER)\]")


def only_contact(masked: str) -> bool:
    """Whether a masked clause says how to reach the customer, and nothing else."""
    rest, placeholders = _PLACEHOLDER.subn(" ", masked)
    words = re.findall(r"[^\W\d_]+", fold(rest))
    return placeholders > 0 and _patterns().contact.issuperset(words)


def find_boilerplate(text: str, private: Sequence[tuple[int, int]] = ()) -> list[Found]:
    """Boilerplate in one text (NFC), sorted and not overlapping; never cuts a ``private`` span."""
    folded = fold(text)
    patterns = _patterns()
    if not patterns.hint.search(folded):
        return []
    found, limit = _quoted(folded, patterns)
    found += [Found(m.start(), m.end(), "markup") for m in _BLOCK_TAG.finditer(text)]
    body = folded[:limit].rstrip() if limit < len(text) else folded
    found += _below_sign_off(body, patterns)
    labels, turns = turns_of_chat(body)
    found += [Found(start, end, "speaker") for start, end in labels]
    found += [Found(start, end, "template") for start, end in turns]
    title = chat_title(text, folded)
    if title is not None:
        found.append(Found(*title, "title"))
    found += [Found(m.start(), m.end(), "signature") for m in patterns.device.finditer(folded)]
    greeting = patterns.greeting.match(folded)
    below = folded.find("\n") + 1  # where a ticket begins below its subject
    for opening in (greeting, patterns.greeting.match(folded, below) if below else None):
        if opening and opening.end() > opening.start():
            found.append(Found(opening.start(), opening.end(), "greeting"))
    start = greeting.end() if greeting else 0
    for match in patterns.template.finditer(folded):
        if not _TURNS.search(match.group()):
            found.append(Found(match.start(), match.end(), "template"))
    found += [Found(m.start(), m.end(), "sign_off") for m in _sign_offs(folded, start, patterns)]
    return _tidy(found, text, private)


def _sign_offs(folded: str, start: int, patterns: _Patterns) -> Iterable[re.Match[str]]:
    """Sign-offs, also right behind a greeting."""
    opening = patterns.sign_off.match(folded[start:]) if start else None
    if opening:
        shifted = re.compile(re.escape(opening.group()))
        again = shifted.match(folded, start)
        if again:
            yield again
    yield from patterns.sign_off.finditer(folded)


def _quoted(folded: str, patterns: _Patterns) -> tuple[list[Found], int]:
    """Quoted mail (lines that begin with ``>``, what follows a reply or forward header), and where the first header is."""
    found = [Found(m.start(), m.end(), "quoted_email") for m in re.finditer(r"(?m)^[ \t]{0,3}>.*$", folded)]
    first = len(folded)
    for header in patterns.quoted_from.finditer(folded):
        first = min(first, header.start())
        answered_inline = folded[header.end() :].lstrip().startswith(">")
        found.append(Found(header.start(), header.end() if answered_inline else len(folded), "quoted_email"))
        if not answered_inline:
            break
    return found, first


def _below_sign_off(body: str, patterns: _Patterns) -> list[Found]:
    """A closing line and the name below it, or the block below ``--``, where they end the text."""
    dashes = re.search(r"(?m)^--[ \t]*$", body)
    if dashes and body.count("\n", dashes.start()) <= _SIGNATURE_LINES + 2:
        return [Found(dashes.start(), len(body), "signature")]
    for match in patterns.signature.finditer(body):
        lines = [line for line in body[match.end() :].split("\n") if line.strip()]
        if len(lines) <= _SIGNATURE_LINES and all(_is_name_line(line) for line in lines):
            return [Found(match.start(), len(body), "signature")]
    return []


def _is_name_line(line: str) -> bool:
    return len(line.split()) <= _SIGNATURE_WORDS and not line.rstrip().endswith((".", "!", "?"))


def _tidy(found: Iterable[Found], text: str, private: Sequence[tuple[int, int]]) -> list[Found]:
    """Trimmed, grown over private spans that they cut, merged where they overlap (the first reason stays)."""
    tidy: list[Found] = []
    for piece in sorted(found, key=lambda f: (f.start, -f.end)):
        start, end = _grown(piece.start, piece.end, private)
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if tidy and start < tidy[-1].end:
            if end > tidy[-1].end:
                tidy[-1] = Found(tidy[-1].start, end, tidy[-1].reason)
        elif end > start:
            tidy.append(Found(start, end, piece.reason))
    return tidy


def _grown(start: int, end: int, private: Sequence[tuple[int, int]]) -> tuple[int, int]:
    for left, right in private:
        if left < start < right:
            start = left
        if left < end < right:
            end = right
    return start, end
