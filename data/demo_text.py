"""How written sentences become messy customer text: a bank that rations sentences, writers with habits, noise.

Used by `make_demo.py` only. Everything draws from the `random.Random` that is passed in.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

MAX_USES = 3  # a written sentence appears in at most this many items, each time noised by another hand

SOUTH = re.compile(
    r"\b(hông|hổng|hem|z|vầy|nè|tui|dữ thần|xài|bển|bả|ảnh không|vô(?! tận| lý| dụng)|má|mắc quá|nha|giùm|thiệt|"
    r"quài|hén|mấy bữa|bữa nay|bữa trước|cưng|quá trời|dễ thương ghê)\b",
    re.I,
)
CENTRAL = re.compile(r"\b(mô(?! tả)|răng|rứa|ni(?! lông)|nớ|chừ|mệ|mạ|hắn|chi lạ)\b", re.I)
NORTH = re.compile(r"\b(chả|nhé|đấy|nhỉ|giời|đỗ|bát|cơ mà|thằng cu|mẹ đẻ|cu nhà)\b", re.I)
SHOP_AS_MINH = re.compile(r"\b(bên|nhà|shop|của|hiệu) mình\b", re.I)
PRONOUNS = {"toi": r"\btôi\b", "tui": r"\btui\b", "minh": r"\bmình\b", "em": r"\be\b"}


@dataclass
class Sentence:
    """One written line of `material/sentences.tsv` and how often it was used."""

    key: str
    role: str
    lang: str
    channels: str
    voice: str
    since: str
    flags: str
    text: str
    uses: int = 0
    region: str = ""

    def fits(self, channel: str, writer: Writer | None, day: dt.date) -> bool:
        if self.channels and channel not in self.channels:
            return False
        if self.since and day.isoformat() < self.since:
            return False
        if writer is None:
            return True
        if writer.lang != self.lang and self.lang != "other":
            return False
        return self.voice in ("", writer.voice) and self.region in ("", writer.region)


@dataclass
class Writer:
    """A person with a way of writing; habits hold over everything this person sends."""

    lang: str = "vi"
    voice: str = "minh"
    region: str = "S"
    unaccented: float = 0.0
    teencode: float = 0.0
    style: str = "proper"
    typos: float = 0.0
    caps: bool = False
    emoji: float = 0.0
    old_tones: bool = False


@dataclass
class Part:
    """One sentence as it stands in an item after noise."""

    key: str
    text: str
    lang: str
    flags: str


@dataclass
class Draft:
    """Body of an item: the parts in order, joined."""

    parts: list[Part] = field(default_factory=list)
    body: str = ""


def region_of(text: str) -> str:
    """S, C or N by telltale words, '' where the sentence would pass anywhere."""
    if CENTRAL.search(text):
        return "C"
    if SOUTH.search(text):
        return "S"
    return "N" if NORTH.search(text) else ""


def voice_of(text: str) -> str:
    """Which first person the sentence speaks in, '' for none."""
    plain = SHOP_AS_MINH.sub("", text)
    return next((name for name, pattern in PRONOUNS.items() if re.search(pattern, plain, re.I)), "")


class Bank:
    """All written sentences; `pick` gives the least used one that fits."""

    def __init__(self, path: Path, rng: random.Random) -> None:
        self.rng = rng
        self.lines: dict[tuple[str, str], list[Sentence]] = {}
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
                line = Sentence(
                    row["key"], row["role"], row["lang"], row["channels"], row["voice"], row["from"],
                    row["flags"], row["text"].replace("\\n", "\n"),
                )  # fmt: skip
                if line.lang == "vi":
                    line.voice = line.voice or voice_of(line.text)
                    line.region = region_of(line.text)
                self.lines.setdefault((line.key, line.role), []).append(line)

    def pick(
        self, key: str, role: str, channel: str, writer: Writer | None, day: dt.date, *, limit: int = MAX_USES
    ) -> Sentence | None:
        """The least used fitting line of a key and role, or None when all are spent."""
        fitting = [
            line
            for line in self.lines.get((key, role), [])
            if line.uses < limit and line.fits(channel, writer, day)
        ]
        if not fitting:
            return None
        line = min(fitting, key=lambda s: (s.uses, self.rng.random()))
        line.uses += 1
        return line

    def frame(self, key: str, writer: Writer) -> str:
        """A line of a frame (greeting, signature, link word) in the writer's language; repeats are natural."""
        role = "subject" if key == "subject_generic" else "main"
        lines = self.lines[(key, role)]
        fitting = [s for s in lines if s.lang == writer.lang and s.voice in ("", writer.voice)]
        return self.rng.choice(fitting or [s for s in lines if s.lang == "vi"]).text


STYLES = ["proper", "comma", "lines", "dots", "none"]
STYLE_WEIGHTS = {"careful": [60, 14, 12, 6, 8], "plain": [42, 24, 6, 10, 18], "chatty": [18, 26, 2, 14, 40]}


def make_writer(rng: random.Random, anchor: Sentence | None = None, *, manner: str = "plain") -> Writer:
    """A writer whose language, first person and region suit `anchor`.

    `manner`: careful (writes to support), plain, or chatty (comments in passing).
    """
    lang = anchor.lang if anchor and anchor.lang != "other" else ("en" if rng.random() < 0.09 else "vi")
    voice = (anchor.voice if anchor else "") or rng.choices(
        ["minh", "toi", "em", "tui", "chi", "co", "bac", "chau"], [34, 30, 16, 8, 4, 4, 3, 1]
    )[0]
    region = (anchor.region if anchor else "") or rng.choices(["N", "S", "C"], [42, 43, 15])[0]
    if voice == "tui":
        region = "S"
    young = voice in ("minh", "em", "tui")
    chats = {"careful": [0.0, 0.0, 0.2], "plain": [0.0, 0.3, 0.8], "chatty": [0.3, 0.8, 0.9]}[manner]
    plain = rng.random()
    return Writer(
        lang=lang,
        voice=voice,
        region=region,
        unaccented=0.97 if plain < 0.17 else 0.35 if plain < 0.27 else 0.0,
        teencode=rng.choice(chats if young else [0.0, 0.0, 0.2]),
        style=rng.choices(STYLES, STYLE_WEIGHTS[manner])[0],
        typos=rng.choices([0.0, 0.15, 0.5], [60, 28, 12])[0],
        caps=rng.random() < 0.025,
        emoji=0.0 if manner == "careful" or not young else rng.choice([0.0, 0.15, 0.5]),
        old_tones=rng.random() < 0.25,
    )


# ---------------------------------------------------------------- noise

TEENCODE = {
    "không": ["ko", "k", "kh", "hok", "khum"], "được": ["đc", "dc", "đk"], "với": ["vs"], "rồi": ["r", "rùi"],
    "gì": ["j"], "biết": ["bít"], "nhiều": ["nhìu"], "quá": ["wá", "qá"], "mình": ["mk", "mik"],
    "người": ["ng"], "bình thường": ["bt", "bth"], "sản phẩm": ["sp"], "nhân viên": ["nv"],
    "khách hàng": ["kh"], "điện thoại": ["đt"], "tài khoản": ["tk"], "đơn hàng": ["đh"], "vậy": ["v", "zậy"],
    "trước": ["trc"], "những": ["n~"], "cũng": ["cx", "cug"], "bây giờ": ["bh"], "giờ": ["h"], "anh": ["a"],
    "chị": ["c"], "nhưng": ["nhg", "nhưg"], "trả lời": ["rep"], "nhắn tin": ["nt"], "voucher": ["vch"],
    "như thế nào": ["ntn"], "mọi người": ["mn", "m.n"], "thích": ["thik"], "luôn": ["lun"], "hôm qua": ["hqua"],
    "cập nhật": ["update", "cập nhập"], "giao hàng": ["ship"], "thông báo": ["tb"], "hotline": ["hotlai"],
    "tin nhắn": ["tn"], "một": ["1"], "vẫn": ["vẫn", "zẫn"], "thôi": ["thui"], "trời": ["trùi"],
    "gạo": ["gạo"], "chuyển khoản": ["ck"], "số điện thoại": ["sđt", "sdt"], "địa chỉ": ["đc nhà", "dchi"],
}  # fmt: skip
TELEX_MARKS = {"\u0302": "", "\u0306": "w", "\u031b": "w"}
TELEX_TONES = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
OLD_TONES = [("oà", "òa"), ("oá", "óa"), ("oả", "ỏa"), ("oã", "õa"), ("oạ", "ọa"), ("oè", "òe"), ("oé", "óe"),
             ("uỳ", "ùy"), ("uý", "úy"), ("uỷ", "ủy"), ("uỵ", "ụy")]  # fmt: skip
STRETCH = re.compile(r"\b(quá|lắm|ơi|chậm|tệ|ngon|hoài|luôn|nhanh|chán|trời|thơm|ghê)\b", re.I)
EMOJI = {
    "pain": ["😡", "😤", "😭", "🙄", "😢", "🤦", "👎", "😑", "🥲", "😒"],
    "praise": ["❤️", "😍", "👍", "🥰", "😋", "🌾", "💯", "🍚", "👏"],
    "other": ["🙂", "😅", "🤔", "🙏", "😁"],
}


def strip_accents(text: str) -> str:
    """Vietnamese without diacritics, as typed on a foreign keyboard."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", plain.replace("đ", "d").replace("Đ", "D"))


def telex(word: str, *, tone_only: bool) -> str:
    """The keys of a word typed on a telex keyboard that was off (or dropped only the tone)."""
    out, tone = "", ""
    for char in unicodedata.normalize("NFC", word):
        if char in "đĐ" and not tone_only:
            out += "dd"
            continue
        for piece in unicodedata.normalize("NFD", char):
            if piece in TELEX_TONES:
                tone = TELEX_TONES[piece]
            elif piece in TELEX_MARKS and not tone_only:
                out += TELEX_MARKS[piece] or out[-1].lower()
            else:
                out += piece
    return unicodedata.normalize("NFC", out + tone)


def slip(word: str, rng: random.Random) -> str:
    """One keyboard slip in a word: telex keys left over, letters swapped, dropped or doubled."""
    accented = any(unicodedata.combining(c) for c in unicodedata.normalize("NFD", word))
    if accented and word.isalpha() and rng.random() < 0.6:
        return telex(word, tone_only=rng.random() < 0.6)
    if len(word) < 4 or not word.isalpha():
        return word
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + word[at + 1 :] if kind == 1 else word[:at] + word[at] + word[at:]


def teencode(text: str, share: float, rng: random.Random) -> str:
    """Some known words in their chat spelling."""
    for word in sorted(TEENCODE, key=len, reverse=True):
        if rng.random() < share:
            short = rng.choice(TEENCODE[word])
            text = re.sub(rf"(?<!\w){word}(?!\w)", short, text)
    return text


def noise(text: str, writer: Writer, rng: random.Random, *, plain: bool) -> str:
    """One sentence as this writer would have typed it."""
    if writer.lang == "vi":
        if writer.teencode:
            text = teencode(text, writer.teencode * 0.6, rng)
        if writer.old_tones:
            for old, new in OLD_TONES:
                text = re.sub(rf"{new}(?!\w)", old, text)
        if writer.teencode and rng.random() < 0.2:
            text = STRETCH.sub(lambda m: m[0] + m[0][-1] * rng.randrange(2, 5), text, count=1)
    words = text.split(" ")
    for at, word in enumerate(words):
        if not word.startswith("{") and rng.random() < writer.typos * 0.06:
            words[at] = slip(word, rng)
    text = " ".join(words)
    if plain:
        text = strip_accents(text)
    if writer.style == "none":
        text = re.sub(r"[,.!?;:](?=\s|$)", "", text)
    if writer.caps:
        text = re.sub(r"\{\w+\}|[^{}]+", lambda m: m[0] if m[0].startswith("{") else m[0].upper(), text)
    return text


KEEP_CAPITAL = (
    "Chạn",
    "Thóc",
    "Vựa",
    "Hà ",
    "Zalo",
    "Bắc",
    "App:",
    "ST",
    "OTP",
    "I ",
    "I'",
    "QR",
    "VAT",
    "Huế",
)


def lower_first(text: str) -> str:
    """The sentence continued inside another one."""
    if text.startswith(KEEP_CAPITAL) or text[:2].isupper():
        return text
    return text[:1].lower() + text[1:]


def join_parts(texts: list[str], writer: Writer, rng: random.Random) -> str:
    """Sentences joined the way the writer punctuates."""
    if writer.style == "comma":
        return ", ".join([texts[0], *(lower_first(t) for t in texts[1:])])
    if writer.style == "none":
        return " ".join(lower_first(t) for t in texts)
    if writer.style == "dots":
        return "... ".join([texts[0], *(lower_first(t) if rng.random() < 0.6 else t for t in texts[1:])])
    mark = rng.choices([". ", "! ", ".", " . "], [84, 8, 4, 4])[0]
    joint = mark if writer.style == "proper" else "\n"
    pieces = [t if t[-1:] in ".!?…)" else t + mark.strip() for t in texts[:-1]] + texts[-1:]
    if writer.style == "lines":
        pieces = texts
    end = "." if writer.style == "proper" and texts[-1][-1:] not in ".!?…)" and rng.random() < 0.6 else ""
    glue = "\n" if joint == "\n" else ("" if mark == "." else " ")
    return glue.join(pieces) + end
