"""Detector of people's names where the context is clear: an introduction, a signature, a phone next to it.

A Vietnamese name alone is left: it may be a street, a branch or a product. Offsets are into the shadow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from painpoints.text.redact_shadow import Shadow, shadow_of
from painpoints.text.redact_words import (
    ACCENTED_FAMILY_NAMES,
    BANKS,
    FAMILY_NAMES,
    any_of,
    is_written_like,
    words,
)

__all__ = ["find_names", "find_told_names"]

Found = tuple[int, int, str]

_WHOLE, _PAIR, _NICKNAME = 3, 2, 5
"""words that make a name by themselves, words that do with capitals, characters of a nickname"""

_CAP = r"(?:[A-Z][a-z]{1,11}|[A-Z]{1,9})(?![A-Za-z0-9])"
_SYLLABLE = r"(?:[A-Z][a-z]{0,6}|[A-Z]{1,7})(?![A-Za-z0-9])"
_FAMILY = "(?:" + "|".join(f"{n.capitalize()}|{n.upper()}" for n in sorted(FAMILY_NAMES)) + ")(?![A-Za-z])"
_FULL = rf"{_FAMILY}(?: {_SYLLABLE}){{1,4}}"
_ANY = rf"{_CAP}(?: {_CAP}){{0,3}}"
_TITLE = r"(?P<title>(?i:anh|chi|co|chu|bac|ong|ba|em|c|a|mr|mrs|ms|miss))\.? "
_LINK = r" ?(?:(?i:la|is)(?![A-Za-z])|:|=)? ?"

_INTRODUCED = (
    # tôi tên là Lan · họ tên: Nguyễn Văn A · ký tên Lan
    re.compile(
        r"(?<![A-Za-z])(?i:(?:toi|em|minh|chau|con|tui|chi|anh|co) ten(?: la)?|ten (?:toi|em|minh|tui|chau|la)"
        r"|ho (?:va )?ten|ten (?:khach(?: hang)?|kh|day du|nguoi (?:nhan|gui|mua|dat))|ky ten"
        r"|my (?:full )?name is|my name'?s|full name|i am called)"
        rf"{_LINK}(?:{_TITLE})?(?P<name>{_ANY})"
    ),
    # em là Nguyễn Thị Lan · người nhận: Trần Văn B · chủ tk NGUYEN VAN C · anh Lê Văn D
    re.compile(
        r"(?<![A-Za-z])(?i:(?:toi|em|minh|chau|tui) la|chu (?:tk|tai khoan|the|thue bao)|ctk"
        r"|nguoi (?:nhan|gui|mua|dat|lien he)|khach(?: hang)?|kh|i am|i'm|this is|name"
        r"|ten|(?P<role>anh|chi|chu|bac|ong|em|ban)"
        r"|nhan vien|nv|tai xe|shipper|bac si|bs"
        rf"|giao dich vien|gdv|account name|signed|gui|gap){_LINK}(?:{_TITLE})?(?P<name>{_FULL})"
    ),
    # bạn nhân viên tên Hùng
    re.compile(
        r"(?<![A-Za-z])(?i:ban|anh|chi|em|co|chu|nv|nhan vien|shipper|tai xe|bac si|bs|quan ly|ong|ba|nguoi|khach)"
        rf"(?: (?i:nhan vien|nv|shipper|giao hang|tai xe|le tan|bao ve|tu van|nu|nam|quan ly))?"
        rf" (?i:ten)(?: (?i:la))? (?P<name>{_ANY})"
    ),
    re.compile(rf"(?<![A-Za-z])(?:Mr|Mrs|Ms|Miss)\.? (?!DIY)(?P<name>{_ANY})"),
    # Trân trọng,⏎Nguyễn Văn A
    re.compile(
        r"(?<![A-Za-z])(?i:regards|sincerely|tran trong|than(?: ai| men| chao)?|kinh (?:chao|thu)|best wishes)"
        r"[ ]?[,.!]?[ ]?[\n,]\s{0,3}"
        rf"(?P<name>{_ANY}) ?(?:\n|\Z)"
    ),
)  # fmt: skip

# … mãi không ai trả lời.⏎Nguyễn Thị Bé (the last line; two syllables may be a street)
_LAST_LINE = re.compile(rf"\n[ ]*(?P<name>{_FAMILY}(?: {_SYLLABLE}){{2,4}})[ .]*\Z")

_MIDDLE = "van|thi|duc|minh|ngoc|thanh|quoc|huu|xuan|kim|hong|thu|dinh|cong|bao"
_SMALL = re.compile(
    r"(?<![a-z])(?:(?:toi|em|minh) ten(?: la)?|ten (?:toi|em|minh) la|ten la|my name is)[ :]{1,2}"
    rf"(?P<name>{any_of(*FAMILY_NAMES)} (?:(?:{_MIDDLE}) )?"
    r"[a-z]{1,7})(?![a-z0-9])"
)
_SMALL_GIVEN = re.compile(r"(?<![a-z])my name is (?P<name>[a-z]{2,12})(?![a-z])")
_NOT_GIVEN = frozenset(
    words("not on in wrong spelled misspelled still missing never the a also already unknown")
)

_NEVER_IN_NAMES = frozenset(
    words(
        """khong chua shop app sdt dt cccd cmnd cmt stk tk lh so zalo tel phone mail email fb hotline gap the
        and vcb mb acb bidv"""
    )
)

_NOT_NAMES = frozenset(
    words(
        """khong chua da toi minh em shop app nhung va ngan giao nhan vien cho mua gui cam thank thanks please ok oke
        vang sai rat qua the this that i my not very admin ad page khach dich san hom nay nen shopee lazada tiki grab
        be momo zalo facebook google hotline otp vip pro"""
    )
)

_NOT_PEOPLE = frozenset(
    {"ha noi", "ha tinh", "ha nam", "ha giang", "ha long", "ha dong", "ho chi minh", "ho tay", "lam dong", "cao bang",
     "thai nguyen", "thai binh", "thai lan", "hua hin", "mai linh", "ho guom", "ly son", "cao lanh", "vu quang",
     "nong nghiep", "than thiet", "la liga"}
)  # fmt: skip

_BESIDE = any_of(
    "sdt", "so dt", "dt", "so dien thoai", "dien thoai", "phone", "tel", "cccd", "cmnd", "can cuoc", "zalo", "stk",
    "so tk", "tk", "lh", "lien he", "so", "email", "mail", "mobile", "cmt",
)  # fmt: skip
_BEFORE = re.compile(
    rf"(?P<name>(?:(?<=[^A-Za-z])|\A)(?:(?<!\w){_TITLE}(?P<called>{_SYLLABLE}(?: {_SYLLABLE}){{0,3}})|(?P<full>{_FULL})))"
    rf"[ ,:;\-(\n]{{0,4}}(?:(?i:{_BESIDE})[ .:\-]{{0,3}}){{0,3}}\Z"
)
_AFTER = re.compile(
    r"[ ,:;\-()\n]{0,4}"
    rf"(?:(?i:gap|ten|chu tk|chu tai khoan|ctk|nguoi nhan|cua|{BANKS})(?![A-Za-z])[ :,;\-(]{{0,3}}){{0,3}}"
    rf"(?:{_TITLE}(?P<called>{_SYLLABLE}(?: {_SYLLABLE}){{0,3}})|(?P<full>{_FULL}))"
)
# Bùi Ngọc Trâm⏎số 12 phố … · gửi cho nguyen van binh, so 5 ngo 10: a name of three syllables (two may be a street)
_AT_ADDRESS = re.compile(
    rf"(?P<name>(?:(?<=[^A-Za-z])|\A){_FAMILY}(?: {_SYLLABLE}){{2,4}})[ ,:;\-(.]{{0,3}}\n?[ ,:;\-(]{{0,3}}\Z"
)
_SMALL_AT_ADDRESS = re.compile(
    rf"(?<![a-z])(?P<name>{any_of(*FAMILY_NAMES)} (?:{_MIDDLE})(?: [a-z]{{1,7}}){{1,2}})"
    r"[ ,:;\-(.]{0,3}\n?[ ,:;\-(]{0,3}\Z"
)
_WINDOW = 60
_NEIGHBOURS = frozenset({"PHONE", "ID_NUMBER", "ACCOUNT", "EMAIL", "CARD"})

_HINT = re.compile(
    r"(?<![a-z])(?:ten|name|la|i'?m|i am|this is|chu|ctk|nguoi|khach|kh|anh|chi|co|bac|ong|em|ban|nhan vien|nv|tai xe"
    r"|shipper|bs|gdv|giao dich|gap|gui|signed|full|ky|ho|ba|quan ly|regards|sincerely|tran trong|than|kinh chao|kinh thu"
    r"|best wishes"
    r"|m(?:r|rs|s|iss))(?![a-z])"
)


_ROLES = frozenset(words("anh chị chú bác ông em bạn cô bà"))


def find_names(shadow: Shadow, found: Iterable[Found]) -> Iterator[Found]:
    """NAME spans: introductions and signatures, and names beside one of the spans already `found`."""
    plain, lower = shadow.plain, shadow.lower
    if plain != lower and _HINT.search(lower):
        for pattern in _INTRODUCED:
            for match in pattern.finditer(plain):
                yield from _named(shadow, match, "name")
    last = _LAST_LINE.search(plain, 0, len(plain.rstrip()))
    if last is not None and not last["name"].isupper():
        yield from _named(shadow, last, "name")
    if "ten" in lower or "toi la" in lower or "name" in lower:
        for match in _SMALL.finditer(lower):
            yield from _named(shadow, match, "name")
        for match in _SMALL_GIVEN.finditer(lower):
            if match["name"] not in _NOT_GIVEN:
                yield *match.span("name"), "NAME"
    for start, end, kind in found:
        if kind in _NEIGHBOURS:
            yield from _beside(shadow, start, end)
        elif kind == "ADDRESS":
            yield from _at_address(shadow, start)


def find_told_names(shadow: Shadow, names: Iterable[str]) -> Iterator[Found]:
    """NAME spans of people whom the export names: the whole name, or its last two words.

    Two words are common words as well ("mai anh": tomorrow you), so that they count only with capitals; one word counts
    only as a nickname with a figure in it.
    """
    for name in names:
        parts = re.findall(r"[a-z0-9]+", shadow_of(name).lower)
        if not parts or parts[-1] not in shadow.lower:
            continue
        if len(parts) >= _WHOLE:
            yield from _spelt(shadow.lower, parts)
        if len(parts) >= _PAIR:
            capital = [part.capitalize() for part in parts[-_PAIR:]]
            yield from _spelt(shadow.plain, capital)
        elif len(name) >= _NICKNAME and any(c.isdigit() for c in name) and any(c.isalpha() for c in name):
            yield from _spelt(shadow.lower, parts)


def _spelt(text: str, parts: list[str]) -> Iterator[Found]:
    """Where the words follow one another as words of their own."""
    pattern = r"(?<![A-Za-z0-9])" + r"[ .]{1,3}".join(map(re.escape, parts)) + r"(?![A-Za-z0-9])"
    for match in re.finditer(pattern, text):
        yield *match.span(), "NAME"


def _is_plausible(shadow: Shadow, match: re.Match[str], start: int, parts: list[str]) -> bool:
    """Accents decide between words that look alike without them, and shouting makes no names."""
    found = match.groupdict()
    for role in ("role", "title"):
        if found.get(role) and not is_written_like(shadow.accented(*match.span(role)), _ROLES):
            return False
    first = shadow.accented(start, start + len(parts[0]))
    if (
        len(parts) > 1
        and parts[0].lower() in FAMILY_NAMES
        and not is_written_like(first, ACCENTED_FAMILY_NAMES)
    ):
        return False
    before = shadow.plain[max(0, start - 16) : start]
    return not (parts[0].isupper() and len(parts[0]) > 1 and before.isupper() and ":" not in before)


def _beside(shadow: Shadow, start: int, end: int) -> Iterator[Found]:
    plain = shadow.plain
    before = _BEFORE.search(plain, max(0, start - _WINDOW), start)
    after = _AFTER.match(plain, end, min(len(plain), end + _WINDOW))
    for match in (before, after):
        if match is not None:
            yield from _named(shadow, match, "called" if match["called"] else "full")


def _at_address(shadow: Shadow, start: int) -> Iterator[Found]:
    """Who lives at the address that begins at `start`."""
    begin = max(0, start - _WINDOW)
    match = _AT_ADDRESS.search(shadow.plain, begin, start)
    if match is not None:
        yield from _named(shadow, match, "name")
        return
    small = _SMALL_AT_ADDRESS.search(shadow.lower, begin, start)
    if small is not None:
        yield *small.span("name"), "NAME"


def _named(shadow: Shadow, match: re.Match[str], group: str) -> Iterator[Found]:
    """The name without words that only begin the next sentence; nothing where it is no name after all."""
    start, end = match.span(group)
    parts = shadow.plain[start:end].split(" ")
    if not _is_plausible(shadow, match, start, parts):
        return
    if " ".join(parts[:2]).lower() in _NOT_PEOPLE or " ".join(parts[:3]).lower() in _NOT_PEOPLE:
        return
    if parts[0].lower() in _NOT_NAMES:
        return
    kept = 1
    while kept < len(parts) and parts[kept].lower() not in _NEVER_IN_NAMES:
        kept += 1
    if parts[0].lower() not in _NEVER_IN_NAMES:
        yield start, start + len(" ".join(parts[:kept])), "NAME"
