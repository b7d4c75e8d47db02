"""Detector of postal addresses with a street number (offsets into the shadow).

A head (number and street) is found first; then commas, wards, districts and cities that follow it are taken in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from painpoints.text.redact_shadow import Shadow
from painpoints.text.redact_words import ACCENTED_FAMILY_NAMES, FAMILY_NAMES, any_of, is_written_like, words

__all__ = ["find_addresses"]

Found = tuple[int, int, str]

_DIGIT = re.compile(r"[0-9]")
_NUMBER = r"[0-9]{1,4}[a-zA-Z]?[0-9]?(?:[/\-][0-9]{1,4}[a-zA-Z]?){0,5}"
_CAP = r"[A-Z][A-Za-z']{0,11}(?![A-Za-z0-9])"
_CAPS = rf"{_CAP}(?: {_CAP}){{0,3}}(?: [0-9]{{1,2}}(?![0-9/.,hk]))?"
_LANE = r"(?i:ngo|ngach|hem|kiet)"
_ACCENTED_LANES = frozenset(words("ngõ ngách hẻm kiệt"))
_ROAD = r"(?i:duong|pho|dai lo|quoc lo|ql|tinh lo|huong lo)"
_LANES = rf"(?:[ ,]{{1,3}}{_LANE} (?:so )?{_NUMBER}){{0,3}}"
_FAMILY = "(?:" + "|".join(sorted(name.capitalize() for name in FAMILY_NAMES)) + ")"
_PLACE_NAME = (
    rf"(?:{_FAMILY}|Ba|Hai|Dien|Cach|Quang|Lang|Giai|Kim|Cau|Tay|Xuan|Nam|Hang|Phu|Thai|Au|Lac|Hung|Van|CMT8)"
)

_STREET_WORDS = (
    "ba",
    "hai",
    "dien",
    "cach",
    "quang",
    "lang",
    "giai",
    "kim",
    "cau",
    "tay",
    "xuan",
    "nam",
    "hang",
    "phu",
)
_SMALL_STREETS = ACCENTED_FAMILY_NAMES | frozenset(
    words("bà hai điện cách quang láng giải kim cầu tây xuân nam hàng phú")
)
_SMALL_NAME = any_of(*FAMILY_NAMES, *_STREET_WORDS) + r"(?![a-z0-9])"

_LONG_NAMES = frozenset(
    """tran hung/ly thuong/le thanh/hai ba/hoang hoa/dinh tien/nguyen thi/vo thi/vo van/nguyen van/pham van/nguyen chi/
nguyen dinh/le van/tran quoc/tran quang/nguyen huu/ton duc/le hong/dien bien/phan dinh/phan chu/bui thi/ly tu/phan van/
truong dinh/nguyen tri/pham ngoc/hoang van/hoang quoc/nguyen cong/to hien/ton that""".replace("\n", "").split(
        "/"
    )
)
"""first two syllables of streets that have three"""

_HOUSE = rf"(?<![\w./])(?:(?i:so nha|nha so|so)\.? {_NUMBER}"
_HEADS = (
    # số 12 ngõ 34 Nguyễn Trãi · so 12 duong … · hẻm 45/6 Lê Lợi
    re.compile(rf"{_HOUSE}|(?<![\w./,]){_NUMBER}){_LANES}[ ,]{{1,3}}{_ROAD} (?P<street>{_CAPS}|{_SMALL_NAME})"),
    re.compile(rf"{_HOUSE}){_LANES}[ ,]{{1,3}}(?P<street>{_PLACE_NAME}(?: {_CAP}){{1,3}}(?: [0-9](?![0-9]))?)"),
    re.compile(rf"(?:{_HOUSE}|(?<![\w./,]){_NUMBER})[ ,]{{1,3}})?(?<![A-Za-z])(?P<lane>{_LANE})"
               rf" (?:so )?{_NUMBER}(?![A-Za-z0-9])"
               rf"{_LANES}(?:[ ,]{{1,3}}(?:{_ROAD} )?(?P<street>{_CAPS}))?"),
    # so 88 le van sy · đường Phạm Hùng số 19
    re.compile(rf"{_HOUSE}) (?P<street>{any_of(*_LONG_NAMES)} [a-z]{{2,7}})(?![a-z0-9])"),
    re.compile(rf"(?<![A-Za-z]){_ROAD} (?P<street>{_CAP}(?: {_CAP}){{0,3}}),? (?i:so nha|so) {_NUMBER}(?![A-Za-z0-9])"),
    # 123/45 Lê Lợi · 12A Nguyễn Huệ
    re.compile(rf"(?<![\w./,])(?:[0-9]{{1,4}}[a-zA-Z]?(?:/[0-9]{{1,4}}[a-zA-Z]?){{1,5}}|[0-9]{{1,4}}[A-H])"
               rf" (?P<street>{_PLACE_NAME}(?: {_CAP}){{1,3}})"),
    # 12 Le Loi street · 221B Baker Street
    re.compile(
        rf"(?<![\w./,]){_NUMBER},? (?P<street>(?:[A-Z][A-Za-z']{{1,15}} ){{1,4}}"
        r"(?i:street|str|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|alley|court|crescent|terrace)(?![a-zA-Z])\.?)"
    ),
    re.compile(
        rf"(?<![\w./,]){_NUMBER} (?P<street>(?:[a-z]{{2,7}} ){{1,3}}(?:street|road|avenue|boulevard|alley)(?![a-z]))"
    ),
    # 45 Lê Lợi, P.5, Q.3: any name, when a ward or district follows
    re.compile(
        rf"(?<![\w./,]){_NUMBER} (?P<street>{_CAP}(?: {_CAP}){{1,3}})"
        r"(?=[ ,\-]{1,3}(?:[PQ]\.? ?[0-9]{1,2}(?![0-9])|(?i:phuong|quan|huyen|tp\.|ward|district|dist\.?) ))"
    ),
    # địa chỉ: 45 Hoàng Hoa Thám · giao về 8 Lý Tự Trọng
    re.compile(
        r"(?<![A-Za-z])(?i:dia chi|d/c|dc|address|add|nha (?:toi|em|minh|o)"
        r"|(?:giao|ship|gui)(?: hang)? (?:den|toi|ve)"
        r"|o tai|song o|tru tai|i live at|live at|deliver(?:ed)? to|ship(?:ped)? to)"
        r"(?: (?i:la|so|nha|nhan|giao|hang)){0,4}[ :\-]{0,3}"
        rf"(?P<number>{_NUMBER}),? (?P<street>{_CAP}(?: {_CAP}){{0,3}})"
    ),
    # căn hộ 1205 toà S2
    re.compile(
        r"(?<![A-Za-z])(?i:can ho|can|apartment|apt|flat|unit)\.? (?i:so )?[A-Za-z]?[0-9]{3,4}[A-Za-z]?"
        r"[ ,\-]{1,3}(?P<street>(?i:toa(?: nha)?|block|thap|tower|chung cu)"
        r" [A-Z0-9][A-Za-z0-9.]{0,11}(?: [A-Z][A-Za-z]{1,11}){0,3})"
    ),
    # tổ 5 ấp Bình Hoà, xã …
    re.compile(
        r"(?<![A-Za-z])(?i:to|so) [0-9]{1,3}[a-zA-Z]?,? (?i:khu pho|kp|ap|thon|xom|khu vuc|to dan pho|tdp)"
        rf" (?P<street>[0-9]{{1,2}}(?![0-9])|{_CAPS})"
    ),
)  # fmt: skip

_LOWER_STREET = re.compile(r"(?: [a-z]{2,7}(?![a-z0-9]))")

_CITY = any_of(
    "ha noi", "hanoi", "hn", "sai gon", "sg", "hcm", "tphcm", "tp hcm", "tp.hcm", "ho chi minh", "da nang", "hai phong",
    "can tho", "hue", "bien hoa", "binh duong", "dong nai", "vung tau", "nha trang", "da lat", "viet nam", "vietnam",
)  # fmt: skip
_ADMIN = (
    r"(?i:phuong|quan|huyen|xa|thanh pho|tinh|thi tran|thi xa|khu pho|kp|thon|ap|xom|to|khu|kdt|ward|district|dist|"
    r"city|province|tp|tx|tt|p|q|d|h|x)"
)
_TAIL = re.compile(
    rf"(?:[ ,.\-]{{1,3}}(?i:{_CITY})(?![A-Za-z])"
    rf"|[ ,\-]{{1,3}}{_ADMIN}(?:\.? ?[0-9]{{1,2}}(?![0-9A-Za-z/%])|\.? {_CAP}(?: {_CAP}){{0,3}}|\.{_CAP}(?: {_CAP}){{0,3}})"
    rf"|[ ]?[,\-] ?{_CAP}(?: {_CAP}){{1,3}}(?: (?i:city|district|ward|province)(?![a-z]))?"
    r"|[ ,]{1,2}(?i:ward|district|dist\.?) [0-9]{1,2}(?![0-9]))"
)
_TAIL_PARTS = 6
_NOT_STREETS = re.compile(
    r"(?i:viet nam|vietnam|the gioi|dong nam a|chau a|thi truong|hang dau|sao|lan|don|star)"
)


def find_addresses(shadow: Shadow) -> Iterator[Found]:
    """ADDRESS spans."""
    plain = shadow.plain
    if not _DIGIT.search(plain):
        return
    for head in _HEADS:
        for match in head.finditer(plain):
            street = match.groupdict().get("street") or ""
            if _NOT_STREETS.match(street) or not _is_plausible(shadow, match):
                continue
            start = match.start("number") if "number" in head.groupindex else match.start()
            yield start, _tail_end(plain, _street_end(plain, match.end(), street)), "ADDRESS"


def _is_plausible(shadow: Shadow, match: re.Match[str]) -> bool:
    """Accents decide between words that look alike without them: ``ngờ 200`` is no lane, ``1 đường lúc`` no street."""
    found = match.groupdict()
    if found.get("lane") and not is_written_like(shadow.accented(*match.span("lane")), _ACCENTED_LANES):
        return False
    street = found.get("street") or ""
    is_small = street.isalpha() and street.islower()
    return not is_small or is_written_like(shadow.accented(*match.span("street")), _SMALL_STREETS)


def _street_end(plain: str, end: int, street: str) -> int:
    """The end of a street name that is written in small letters: two syllables, three where the name is known."""
    if not street or not street[0].islower() or " " in street or not street.isalpha():
        return end
    second = _LOWER_STREET.match(plain, end)
    if second is None:
        return end
    end = second.end()
    if street + second.group() in _LONG_NAMES:
        third = _LOWER_STREET.match(plain, end)
        end = third.end() if third else end
    return end


def _tail_end(plain: str, end: int) -> int:
    for _ in range(_TAIL_PARTS):
        part = _TAIL.match(plain, end)
        if part is None:
            break
        end = part.end()
    return end
