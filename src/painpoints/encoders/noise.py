"""Texts as hurried customers type them: without diacritics, in teencode, with slips of the finger.

The encoder and the classifiers see such twins beside the clean text while they are trained, so that both get one
vector and one label. The forms are habits of Vietnamese typing, applied at random; nothing here is needed at run time.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from painpoints.text import strip_accents

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

__all__ = ["english_noise", "unaccented_some", "vietnamese_noise"]

_SHORT_FORMS = {
    "không": ("k", "ko", "kh", "hok", "hong", "hông", "khum", "kg"), "được": ("đc", "dc", "đk", "dk", "được"),
    "gì": ("j", "gi", "rì"), "vậy": ("z", "v", "vầy", "dị", "zậy"), "rồi": ("r", "rùi", "rồy", "roi"),
    "biết": ("bt", "bít", "bik"), "bình thường": ("bt", "bthg", "bthuong"), "nhân viên": ("nv", "nviên"),
    "khách hàng": ("kh", "khg", "khach"), "tài khoản": ("tk", "tkhoan"), "với": ("vs", "zới", "vớ"),
    "quá": ("wá", "qá", "qua"), "giao hàng": ("ship", "giao hg"), "người": ("ng", "ngừi", "nguoi"),
    "mọi người": ("mn", "m.n"), "nhiều": ("nhìu", "nh"), "thôi": ("thui", "th"), "yêu": ("iu",),
    "luôn": ("lun", "luon"), "cũng": ("cug", "cx", "cũg"), "như": ("nhu", "nhw"), "trong": ("tr", "trog"),
    "những": ("nhữg", "nhg"), "hàng": ("hg", "hàg"), "ứng dụng": ("app", "ud"), "mình": ("mik", "m", "mìh"),
    "điện thoại": ("đt", "dt"), "bao giờ": ("bh", "bao h"), "bây giờ": ("bh", "bay h"), "giờ": ("h", "gio"),
    "thế nào": ("tn", "ntn"), "thì": ("thỳ", "thi"), "tiền": ("xiền", "tien"), "vẫn": ("vãn", "vẩn"),
    "chất lượng": ("cl", "chất lg"), "sản phẩm": ("sp", "sphẩm"), "trả lời": ("tl", "rep"), "nhắn tin": ("nt", "ib"),
    "liên hệ": ("lh", "lhe"), "cho": ("chop", "ch"), "của": ("cua", "cụa"), "một": ("1", "mot"), "hai": ("2",),
    "này": ("nầy", "nè", "nay"), "đang": ("dag", "đag"), "chưa": ("chưaa", "ch", "chua"),
}  # fmt: skip
_MAX_WORDS = max(len(phrase.split()) for phrase in _SHORT_FORMS)

_SPELLINGS = (
    (r"\bph", "f"), (r"ng\b", "g"), (r"nh\b", "h"), (r"\bgi(?=[aăâeêoôơuưáàảãạ])", "z"), (r"\bd", "z"), (r"\bqu", "w"),
    (r"\btr", "ch"), (r"\bch", "tr"), (r"\bs", "x"), (r"\bx", "s"), (r"\bl", "n"), (r"\bn(?=[^gh])", "l"), (r"\br", "d"),
    (r"c\b", "k"), (r"iê", "i"), (r"ươ", "ơ"), (r"uô", "u"), (r"n\b", "ng"), (r"ng\b", "n"), (r"t\b", "c"), (r"c\b", "t"),
    (r"ỏ", "õ"), (r"ẻ", "ẽ"), (r"ẩ", "ẫ"), (r"ả", "ã"), (r"ủ", "ũ"), (r"ã", "ả"), (r"ẫ", "ẩ"), (r"ỗ", "ổ"), (r"ũ", "ủ"),
)  # fmt: skip
"""teencode spellings, and mix-ups of sounds that sound alike to Northern, Central or Southern ears"""

_TELEX_TONE = {"̀": "f", "́": "s", "̉": "r", "̃": "x", "̣": "j"}
_TELEX_LETTER = {"â": "aa", "ă": "aw", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw", "đ": "dd"}
_TONES = dict.fromkeys(map(ord, _TELEX_TONE))
_KEY_NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "g": "fh", "h": "gj", "i": "uo", "k": "jl", "l": "k", "m": "n",
    "n": "bm", "o": "ip", "p": "o", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "x": "zc", "y": "tu",
}  # fmt: skip


def unaccented_some(text: str, random: np.random.Generator, share: float) -> str:
    """`text` with the diacritics of about `share` of its words left out."""
    return " ".join(strip_accents(w) if random.random() < share else w for w in text.split(" "))


def _short_forms(words: list[str], random: np.random.Generator, share: float) -> list[str]:
    result, at = [], 0
    while at < len(words):
        for length in range(min(_MAX_WORDS, len(words) - at), 0, -1):
            forms = _SHORT_FORMS.get(" ".join(words[at : at + length]))
            if forms and random.random() < share:
                result.append(forms[int(random.integers(len(forms)))])
                break
        else:
            length = 1
            result.append(words[at])
        at += length
    return result


def _respell(word: str, random: np.random.Generator) -> str:
    pattern, replacement = _SPELLINGS[int(random.integers(len(_SPELLINGS)))]
    return re.sub(pattern, replacement, word, count=1)


def _telex(word: str, _: np.random.Generator) -> str:
    """The keys as they are struck when the input method is off: ``khoong``, ``ddoonf``; the tone comes last."""
    letters, tones = [], []
    for char in word:
        parts = unicodedata.normalize("NFD", char)
        tones += [_TELEX_TONE[p] for p in parts if p in _TELEX_TONE]
        base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in _TELEX_TONE))
        letters.append(_TELEX_LETTER.get(base, base))
    return "".join([*letters, *tones])


def _toneless(word: str, _: np.random.Generator) -> str:
    """Without the tone, with the letter: ``đường`` as ``đương``."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", word).translate(_TONES))


def _slip(word: str, random: np.random.Generator) -> str:
    """One letter dropped, doubled, swapped with the next, or struck one key aside."""
    if len(word) < 3:
        return word
    at = int(random.integers(1, len(word)))
    kind = int(random.integers(4))
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2:
        return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
    keys = _KEY_NEIGHBOURS.get(word[at], word[at])
    return word[:at] + keys[int(random.integers(len(keys)))] + word[at + 1 :]


def _some_words(
    words: list[str],
    change: Callable[[str, np.random.Generator], str],
    random: np.random.Generator,
    share: float,
) -> list[str]:
    return [change(w, random) if w[:1] != "[" and random.random() < share else w for w in words]


def vietnamese_noise(text: str, random: np.random.Generator) -> str:
    """One plausible careless form of a clean Vietnamese text: half of them wholly without diacritics."""
    words = _short_forms(text.split(" "), random, float(random.choice([0.0, 0.3, 0.8])))
    words = _some_words(words, _respell, random, float(random.choice([0.0, 0.05, 0.2])))
    style = random.random()
    if style < 0.1:
        words = _some_words(words, _toneless, random, 0.7)
    elif style < 0.16:
        words = _some_words(words, _telex, random, 0.3)
    elif style < 0.3:
        words = unaccented_some(" ".join(words), random, 0.4).split(" ")
    elif style < 0.85:
        words = [strip_accents(w) for w in words]
    return " ".join(_some_words(words, _slip, random, float(random.choice([0.0, 0.0, 0.06]))))


def english_noise(text: str, random: np.random.Generator) -> str:
    """One plausible careless form of an English text: a few slips, no apostrophes or punctuation now and then."""
    words = _some_words(text.split(" "), _slip, random, 0.08)
    joined = " ".join(words)
    return re.sub(r"[^\w\s\[\]]", "", joined) if random.random() < 0.5 else joined
