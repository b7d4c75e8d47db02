"""Detectors of numbers that belong to a person: phones, identity papers, accounts, cards, tax codes, plates.

Offsets are into the shadow, so every digit is ASCII and every dash a hyphen. A number is taken for its shape where the
shape is telling (mobile prefix, Luhn, province code of a CCCD) and for the words before it elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from painpoints.text.redact_shadow import Shadow
from painpoints.text.redact_words import BANKS, any_of

__all__ = ["find_numbers"]

Found = tuple[int, int, str]

_DIGIT = re.compile(r"[0-9]")
_FOUR_DIGITS = re.compile(r"[0-9](?:[ .()/\-]{0,2}[0-9]){3}")

_FILLER = (
    r"(?:[ :.\-=#(\n]|\b(?:so|cua|toi|em|minh|anh|chi|chu|khach|kh|la|no|number|is|my|nay|moi|cu|nhan|ngan|hang|bank"
    r"|duoc|cap|cong|ty|ben|nick|tui|tai)\b){0,12}"
)
_UNIT = (
    r"(?! ?(?:d|dong|vnd|k|ng|nghin|ngan|tr|trieu|ty|ti|usd|eur|\$|%|lan|ngay|gio|phut|giay|thang|nam|diem|sp|cai|don"
    r"|nguoi|km|met|kg|gb|mb|sao|seconds?|minutes?|mins?|times|days?|hours?|points|reviews?|followers?)"
    r"(?![a-z0-9]))"
)

# -- phones ---------------------------------------------------------------------------------------------------------

_SEP = r"[ .()_\-]{0,3}"
_PHONE = re.compile(
    rf"""(?<![0-9])(?<![0-9][.,])(?<![0-9][hg:])
    (?: \(?\+ ?\(?84\)?{_SEP}0? | \(?0084\)?{_SEP}0? | \(?084\) | (?<![0-9.,] )84{_SEP} | \(?0\)? )
    {_SEP}
    (?: [35789](?:{_SEP}[0-9]){{8}} | 2(?:{_SEP}[0-9]){{9}} | 1[2689](?:{_SEP}[0-9]){{8}} )
    (?![0-9])""",
    re.VERBOSE,
)
_FOREIGN_PHONE = re.compile(
    r"(?<![0-9a-z])\+ ?[1-9](?:[ ()\-]{0,2}[0-9]){9,14}(?![0-9])(?! ?(?:d|k|dong|vnd|usd)(?![a-z]))"
)
_TYPED_PHONE = re.compile(r"(?<![a-z0-9])[0o](?:[ .\-]{0,2}[0-9oil]){9}(?![a-z0-9])")
_PHONE_WORD = any_of(
    "sdt", "so dt", "so dien thoai", "dien thoai", "dthoai", "dt", "phone", "tel", "zalo", "viber", "whatsapp",
    "mobile", "call", "goi", "goi so", "lien he", "lh", "alo", "contact", "cell", "imess", "so may", "telephone",
)  # fmt: skip
_PHONE_IN_CONTEXT = re.compile(
    rf"(?<![a-z0-9]){_PHONE_WORD}(?![a-z]){_FILLER}(?<![0-9+])(\+?(?!1[89]00)[0-9](?:[ .\-]?[0-9]){{7,11}})(?![0-9])"
    + _UNIT
)
_SPELLED_DIGIT = any_of(
    "khong", "hong", "mot", "hai", "ba", "bon", "tu", "nam", "lam", "sau", "bay", "tam", "chin", "zero", "oh", "o",
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
)  # fmt: skip
_SPELLED_PHONE = re.compile(
    rf"(?<![a-z0-9])(?:khong|hong|zero|oh|o|0)(?:[ ,.\-]{{1,2}}(?:{_SPELLED_DIGIT}|[0-9])(?![a-z0-9])){{9}}"
)
_DATE_FIRST = re.compile(r"[0-9]{1,2}[ .\-][0-9]{1,2}[ .\-](?:19|20)[0-9]{2}(?![0-9])")
_NOT_DIGITS = re.compile(r"[^0-9]+")


def _is_phone(value: str) -> bool:
    """Whether a run of digits with a phone's prefix is written like a phone, not like dates or amounts."""
    groups = [group for group in _NOT_DIGITS.split(value) if group]
    separators = set(_NOT_DIGITS.findall(value.strip("()+ ")))
    if _DATE_FIRST.match(value) or (groups[0] == "0" and value[1:2] in ".,"):
        return False
    is_pairwise = len(groups) > 2 and len(groups[0]) == 2 and groups[0] != "84"
    return not (is_pairwise and len(separators) > 1)


def _phones(lower: str) -> Iterator[Found]:
    for match in _PHONE.finditer(lower):
        if _is_phone(match.group()):
            yield *_trimmed(match), "PHONE"
    for match in _TYPED_PHONE.finditer(lower):
        if 6 <= sum(char.isdigit() for char in match.group()) < 10:
            yield *match.span(), "PHONE"
    if "+" in lower:
        for match in _FOREIGN_PHONE.finditer(lower):
            yield *match.span(), "PHONE"
    for match in _PHONE_IN_CONTEXT.finditer(lower):
        value = match.group(1)
        if not _is_amount(value) and not _DATE_FIRST.match(value):
            yield *match.span(1), "PHONE"


def _trimmed(match: re.Match[str]) -> tuple[int, int]:
    """Without an opening bracket whose partner lies outside."""
    value = match.group()
    return match.start() + (value[0] == "(" and ")" not in value), match.end()


# -- identity papers, dates of birth, secrets -------------------------------------------------------------------------

_CCCD = re.compile(
    r"(?<![0-9])(?<![0-9][.,\-])0[0-9](?:[0-9]{10}|[0-9]([ .\-])(?:[0-9]{3}\1[0-9]{6}|[0-9]{3}\1[0-9]{3}\1[0-9]{3})"
    r"|[0-9]{2}([ .\-])[0-9]{4}\2[0-9]{4})(?![0-9])"
)
_LAST_PROVINCE = 96
_ID_WORD = any_of(
    "cccd", "cmnd", "cmt", "cmtnd", "can cuoc", "can cuoc cong dan", "chung minh", "chung minh thu",
    "chung minh nhan dan", "id card", "identity card", "identity number", "citizen id", "national id", "so dinh danh",
    "ma dinh danh", "cc", "identification",
)  # fmt: skip
_IN_CONTEXT: tuple[re.Pattern[str], ...] = (
    re.compile(rf"(?<![a-z0-9]){_ID_WORD}(?![a-z]){_FILLER}([0-9](?:[ .\-]?[0-9]){{8,11}})(?![0-9])" + _UNIT),
    re.compile(
        rf"(?<![a-z0-9])(?:ho chieu|passport)(?![a-z]){_FILLER}"
        r"([a-z]{1,2} ?[0-9]{6,8}|[0-9]{8,9})(?![a-z0-9])"
    ),
    re.compile(
        r"(?<![a-z0-9])(?:gplx|giay phep lai xe|bang lai(?: xe)?|driver'?s? licen[cs]e|bhxh|bhyt|bao hiem xa hoi"
        rf"|bao hiem y te)(?![a-z]){_FILLER}([a-z]{{0,2}} ?[0-9](?: ?[0-9]){{7,14}})(?![a-z0-9])"
    ),
    re.compile(
        r"(?<![a-z0-9])(?:sinh(?: ngay| nam)?|ngay sinh|nam sinh|dob|date of birth|d\.o\.b|birthday|born(?: on| in)?|ns)"
        rf"(?![a-z]){_FILLER}([0-9]{{1,2}} ?[/.\-] ?[0-9]{{1,2}} ?[/.\-] ?(?:19|20)?[0-9]{{2}}"
        r"|(?:19|20)[0-9]{2}[/.\-][0-9]{1,2}[/.\-][0-9]{1,2})(?![0-9])"
    ),
    re.compile(
        r"(?<![a-z0-9])(?:otp|ma xac (?:nhan|thuc|minh)|ma bao mat|ma pin|verification code|security code|passcode"
        r"|pin (?:code|number)"
        rf"|one[ \-]time (?:code|password)){_FILLER}(?<![0-9/.,])([0-9]{{4,8}})(?![0-9a-z/]|[.,][0-9])" + _UNIT
    ),
)  # fmt: skip

_PASSWORD = re.compile(
    r"(?<![a-z0-9])(?:mat khau|password|passwd|pass|pw|mk)(?: (?:cua )?(?:toi|em|minh))?"
    r" ?(?::|=|\bla\b|\bis\b) ?((?=[^\s]{0,31}[0-9])[^\s,;\[\]]{4,32})"
)


def _identity_numbers(lower: str) -> Iterator[Found]:
    for match in _CCCD.finditer(lower):
        digits = _NOT_DIGITS.sub("", match.group())
        if 1 <= int(digits[:3]) <= _LAST_PROVINCE and digits[3] in "0123":
            yield *match.span(), "ID_NUMBER"
    for pattern in _IN_CONTEXT:
        for match in pattern.finditer(lower):
            if not _is_amount(match.group(1)):
                yield *match.span(1), "ID_NUMBER"


# -- money: accounts, cards, tax codes --------------------------------------------------------------------------------

_ACCOUNT_WORD = any_of(
    "stk", "so tk", "so tai khoan", "tai khoan", "tk", "account", "account number", "acc", "acct", "account no", "a/c",
    "iban", "ma kh", "ma khach hang", "customer id", "customer code", "ma hop dong", "so hop dong", "contract no",
    "contract number", "so hd", "ma hd",
)  # fmt: skip
_ACCOUNT = re.compile(
    rf"(?<![a-z0-9])(?:{_ACCOUNT_WORD}|{BANKS})(?![a-z])(?:{_FILLER}(?<![a-z]){BANKS}(?![a-z]))?{_FILLER}"
    rf"(?<![0-9+])([0-9](?:[ .\-]?[0-9]){{5,18}}|[a-z]{{2,3}}[0-9]{{6,15}})(?![a-z0-9])" + _UNIT
)
_ACCOUNT_THEN_BANK = re.compile(
    rf"(?<![0-9a-z.,])(?<![0-9][ .\-])([0-9](?:[ .\-]?[0-9]){{7,18}}+) ?[\-(,:/]? ?(?:nh )?{BANKS}(?![a-z])"
)
_ACCOUNT_DIGITS = range(8, 20)
_LONE_BANK = re.compile(rf"{BANKS}")

_CARD = re.compile(
    r"(?<![0-9])(?<![0-9][.,])(?:[0-9]{4}([ .\-])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{3})?"
    r"|3[47][0-9]{2}([ .\-])[0-9]{6}\2[0-9]{5}|[0-9]{13,19})(?![0-9])"
)
_CARD_WORD = any_of(
    "so the", "card number", "card no", "visa", "mastercard", "master card", "the tin dung", "the ghi no", "the atm",
    "credit card", "debit card", "napas", "jcb",
)  # fmt: skip
_CARD_IN_CONTEXT = re.compile(
    rf"(?<![a-z0-9]){_CARD_WORD}(?![a-z]){_FILLER}([0-9](?:[ .\-]?[0-9]){{12,18}})(?![0-9])"
)
_CVV = re.compile(rf"(?<![a-z0-9])(?:cvv2?|cvc2?){_FILLER}([0-9]{{3,4}})(?![0-9])" + _UNIT)
_TAX_CODE = re.compile(
    r"(?<![a-z0-9])(?:mst|ma so thue|ma thue|tax (?:code|id|number)|vat (?:no|number|id|code)|tin)"
    rf"(?![a-z]){_FILLER}([0-9](?:[ .]?[0-9]){{9}}(?: ?- ?[0-9]{{3}})?|[0-9]{{12,13}})(?![0-9])"
)


def _accounts(lower: str) -> Iterator[Found]:
    for match in _ACCOUNT.finditer(lower):
        value = match.group(1)
        digits = sum(char.isdigit() for char in value)
        by_bank_only = _LONE_BANK.match(match.group()) is not None
        enough = digits in _ACCOUNT_DIGITS or (digits >= 6 and value[0].isalpha())
        if (
            enough
            and not _is_amount(value)
            and not _DATE_FIRST.match(value)
            and not (by_bank_only and value.endswith("0000"))
        ):
            yield *match.span(1), "ACCOUNT"
    for match in _ACCOUNT_THEN_BANK.finditer(lower):
        value = match.group(1)
        if not _is_amount(value) and not _DATE_FIRST.match(value) and not value.endswith("0000"):
            yield *match.span(1), "ACCOUNT"
    for match in _TAX_CODE.finditer(lower):
        yield *match.span(1), "TAX_CODE"


def _cards(lower: str) -> Iterator[Found]:
    for match in _CARD.finditer(lower):
        digits = _NOT_DIGITS.sub("", match.group())
        if _has_card_prefix(digits) and _luhn(digits):
            yield *match.span(), "CARD"
    for match in _CARD_IN_CONTEXT.finditer(lower):
        yield *match.span(1), "CARD"


def _has_card_prefix(digits: str) -> bool:
    """Lengths that the card schemes issue, by first digits (ISO/IEC 7812 ranges; 9704 is NAPAS)."""
    length = len(digits)
    if digits.startswith("9704"):
        return length in (16, 19)
    if digits[0] == "4":
        return length in (13, 16, 19)
    if digits[:2] in ("34", "37"):
        return length == 15
    if digits[:2] in ("30", "36", "38"):
        return length == 14
    return length == 16 and (digits[:2] in ("35", "62", "60", "65") or digits[0] in "25")


def _luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812-1."""
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits)))
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


_THOUSANDS = re.compile(
    r"\+?[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+|(?:-[0-9]{3})+(?=\Z)|(?: [0-9]{3})*(?: 000)+)\Z"
)


def _is_amount(value: str) -> bool:
    """Whether digits are grouped like an amount of money: 1.200.000, or 1 200 000."""
    return ("." in value and _THOUSANDS.match(value) is not None) or value.endswith(" 000")


# -- plates -----------------------------------------------------------------------------------------------------------

_PLATE = re.compile(
    r"(?<![A-Za-z0-9.,/])[1-9][0-9](?:"
    r"[ \-]?[A-HK-NPR-VX-Z](?:[A-HK-NPR-VX-Z]|[1-9])? ?[\-. ]? ?[0-9]{3}\.[0-9]{2}"
    r"|[ \-]?[A-HK-NPR-VX-Z](?:[A-HK-NPR-VX-Z]|[1-9])? ?[\- ]? ?[0-9]{5}"
    r"|[A-HK-NPR-VX-Z](?:[A-HK-NPR-VX-Z]|[1-9])?-[0-9]{4}"
    r"|-?[a-hk-npr-vx-z][1-9]?(?:-[0-9]{3}\.?[0-9]{2}|[0-9]{3}\.[0-9]{2})"
    r")(?![A-Za-z0-9%]|[.,][0-9])"
)
_PLATE_IN_CONTEXT = re.compile(
    rf"(?<![a-z0-9])(?:bien so(?: xe)?|bien kiem soat|bks|bsx|bien xe|xe so|license plate|number plate|plate){_FILLER}"
    r"([1-9][0-9] ?-? ?[a-z]{1,2}[0-9]? ?[\-. ]? ?[0-9]{3}[. ]?[0-9]{1,2})(?![a-z0-9])"
)


def _plates(shadow: Shadow) -> Iterator[Found]:
    for match in _PLATE.finditer(shadow.plain):
        yield *match.span(), "PLATE"
    for match in _PLATE_IN_CONTEXT.finditer(shadow.lower):
        yield *match.span(1), "PLATE"


_URL_PATH = re.compile(r"(?:https?://|www\.)[^\s?]+")


def find_numbers(shadow: Shadow) -> Iterator[Found]:
    """PHONE, ID_NUMBER, ACCOUNT, TAX_CODE, CARD and PLATE spans; product numbers in the path of a URL are left."""
    lower = shadow.lower
    if "khong " in lower or "zero " in lower or "hong " in lower:
        for match in _SPELLED_PHONE.finditer(lower):
            yield *match.span(), "PHONE"
    if not _DIGIT.search(lower):
        return
    yield from ((*match.span(1), "ID_NUMBER") for match in _PASSWORD.finditer(lower))
    if "cvv" in lower or "cvc" in lower:
        yield from ((*match.span(1), "CARD") for match in _CVV.finditer(lower))
    if not _FOUR_DIGITS.search(lower):
        return
    yield from _phones(lower)
    if "://" in lower or "www." in lower:
        # the same length, so that offsets hold
        lower = _URL_PATH.sub(lambda match: "\x00" * len(match.group()), lower)
    yield from _identity_numbers(lower)
    yield from _accounts(lower)
    yield from _cards(lower)
    yield from _plates(shadow)
