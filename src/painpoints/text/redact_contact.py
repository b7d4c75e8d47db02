"""Detectors of e-mail addresses, social handles and profile links (offsets into the shadow)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from painpoints.text.redact_shadow import Shadow
from painpoints.text.redact_words import FAMILY_NAMES, any_of

__all__ = ["find_contacts"]

Found = tuple[int, int, str]

_MAIL_HOSTS = any_of("gmail", "yahoo", "hotmail", "outlook", "icloud", "live", "protonmail", "zoho")
_TOP = any_of(
    "com",
    "vn",
    "net",
    "org",
    "edu",
    "gov",
    "io",
    "co",
    "info",
    "biz",
    "me",
    "uk",
    "au",
    "sg",
    "jp",
    "de",
    "fr",
)

_AT = r"(?:@|[(\[{]\s?(?:a|at|a cong|a moc)\s?[)\]}])"
_DOMAIN = rf"""
    (?: [a-z0-9][a-z0-9-]{{0,62}} (?:\.[a-z0-9-]{{1,62}}){{0,3}} \.[a-z]{{2,20}} (?![a-z0-9-])
      | [a-z0-9][a-z0-9-]{{0,62}} (?:\s?(?:\.|\(dot\)|\[dot\]|\bdot\b|\bcham\b)\s?[a-z0-9-]{{2,30}}){{0,2}}
        \s?(?:\.|\(dot\)|\[dot\]|\bdot\b|\bcham\b)\s? {_TOP} (?![a-z0-9-]) )
"""
_AT_DOMAIN = re.compile(
    rf"\s{{0,2}}{_AT}\s{{0,2}}{_DOMAIN}"
    rf"|\s(?:at|a\s?cong|a\s?moc)\s{_MAIL_HOSTS}\s?(?:\.|dot|cham)\s?com(?:\s?(?:\.|dot|cham)\s?vn)?(?![a-z0-9])",
    re.VERBOSE,
)
_ENDS_IN_TOP = re.compile(rf"{_TOP}\Z")
_LOCAL = re.compile(r"[a-z0-9_.+%'-]{1,64}\Z")
_MAIL_WITHOUT_AT = re.compile(
    rf"\be?-?mails?\b\s?(?:la|is|:|=)?\s?([a-z0-9_.+-]{{3,64}}\s{_MAIL_HOSTS}\.com(?:\.vn)?)(?![a-z0-9])"
)

_PROFILE_LINK = re.compile(
    r"""(?:https?://)?(?<![a-z0-9@.-])(?:[a-z0-9-]{1,20}\.){0,2}
    (?: (?:facebook\.com|fb\.com|fb\.me)/
        (?!(?:groups|watch|events|hashtag|marketplace|help|business|privacy|policies|login|sharer|ads|gaming|reel)\b)
      | m\.me/ | messenger\.com/t/ | zalo\.me/ | t\.me/ | telegram\.me/ | wa\.me/ | viber\.me/ | line\.me/
      | (?:instagram\.com|instagr\.am)/(?!(?:p|explore|reels?|stories)/)
      | tiktok\.com/@ | threads\.(?:net|com)/@ | linkedin\.com/in/ | youtube\.com/(?:@|channel/|user/|c/)
      | (?:twitter|x)\.com/(?!(?:search|home|hashtag|intent|i)\b)
      | vk\.com/ | locket\.cam/ | linktr\.ee/
    ) [^\s<>"'`|\]\[()]+""",
    re.VERBOSE,
)
_SECRET_IN_URL = re.compile(
    r"[?&](?:access_token|token|auth|session|sessionid|sid|otp|password|pass|key|sig|signature)="
    r"([^\s&<>\"'\[\]]+)"
)

_TAG = re.compile(r"(?<![a-z0-9_.@])@(?=[a-z0-9_.]{0,29}[a-z])[a-z0-9_](?:[a-z0-9_.]{0,28}[a-z0-9_])(?![@(])")
_TAGGED_NAME = re.compile(r"[ ]?[A-Z][a-z]{1,6}(?![a-z])")
_NETWORK = any_of(
    "zalo", "fb", "facebook", "face", "ig", "insta", "instagram", "tele", "telegram", "tiktok", "tik tok", "viber",
    "skype", "wechat", "line", "twitter", "threads", "whatsapp", "linkedin", "nick", "nickname", "username", "user name",
    "ten dang nhap", "ten tai khoan", "user", "uid", "user id", "id nguoi dung", "id tai khoan", "id game",
)  # fmt: skip
_NETWORK_VALUE = re.compile(
    rf"(?<![a-z0-9]){_NETWORK}(?:\s(?:id|nick|name|cua|toi|minh|em|ca nhan)){{0,3}}\s{{0,2}}"
    r"(?:[:=]|\bla\b|\bis\b)\s{0,2}@?([a-z0-9_][a-z0-9_.\-]{2,39})(?![a-z0-9_@/])"
)
_HAS_MARK = re.compile(r"[a-z].*[\d_.]|\d.*[a-z_]|^\d{5,}$")
_GLUED_NAME = re.compile(rf"(?:{'|'.join(sorted(FAMILY_NAMES))})[a-z]{{4,}}\Z")
_TIME_OR_AMOUNT = re.compile(
    r"\d+(?:h\d*|k|d|tr|vnd|p|s|sao|lan|ngay|gio|phut|am|pm|usd|gb|mb|g|st|nd|rd|th|x)\Z"
)


def find_contacts(shadow: Shadow) -> Iterator[Found]:
    """LINK, EMAIL and HANDLE spans."""
    lower = shadow.lower
    if "/" in lower or "?" in lower:
        yield from _links(lower)
    if "@" in lower or "mail" in lower or "(a" in lower or "[a" in lower or "yahoo" in lower:
        yield from _mails(lower)
    if "@" in lower:
        yield from _tags(shadow)
    if ":" in lower or "=" in lower or " la " in lower or " is " in lower:
        yield from _named_handles(lower)


def _links(lower: str) -> Iterator[Found]:
    for match in _PROFILE_LINK.finditer(lower):
        yield match.start(), match.start() + len(match.group().rstrip(".,;:!?")), "LINK"
    for match in _SECRET_IN_URL.finditer(lower):
        yield *match.span(1), "LINK"


def _mails(lower: str) -> Iterator[Found]:
    for match in _AT_DOMAIN.finditer(lower):
        local = _LOCAL.search(lower, max(0, match.start() - 64), match.start())
        # "hỏi @lan.dev" tags somebody; "lan @gmail.com" is an address typed loosely
        is_tag = match.group()[0].isspace() and not _ENDS_IN_TOP.search(match.group())
        if local is not None and not is_tag:
            yield local.start(), match.end(), "EMAIL"
    for match in _MAIL_WITHOUT_AT.finditer(lower):
        yield *match.span(1), "EMAIL"


def _tags(shadow: Shadow) -> Iterator[Found]:
    for match in _TAG.finditer(shadow.lower):
        start, end = match.span()
        if end - start < 4 or _TIME_OR_AMOUNT.match(match.group()[1:]):
            continue
        if match.group()[1:] in FAMILY_NAMES and shadow.plain[start + 1].isupper():
            for _ in range(3):
                syllable = _TAGGED_NAME.match(shadow.plain, end)
                end = syllable.end() if syllable else end
        yield start, end, "HANDLE"


def _named_handles(lower: str) -> Iterator[Found]:
    for match in _NETWORK_VALUE.finditer(lower):
        value = match.group(1).rstrip(".-")
        if _TIME_OR_AMOUNT.match(value):
            continue
        if _HAS_MARK.search(value) or _GLUED_NAME.match(value):
            yield match.start(1), match.start(1) + len(value), "HANDLE"
