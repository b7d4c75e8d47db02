"""Whether text reads as Vietnamese: the evidence that chooses between encodings. Old font codes are undone here."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["FONT_CODES", "from_tcvn3", "from_vni", "syllable_counts"]

_TONES = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook above, dot below
_WORD = re.compile(r"[^\W\d_][^\W\d_\u0300-\u0323]*(?:[\u0300-\u0323][^\W\d_]*)*")
_NUCLEI = (
    "iêu|oai|oao|oay|oeo|uây|uêu|uôi|uya|uyê|uyu|ươi|ươu|yêu|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|oo|ôi|ơi"
    "|ua|uâ|uê|ui|uô|uơ|uy|ưa|ưi|ươ|ưu|yê|[aăâeêioôơuưy]"
)
_SYLLABLE = re.compile(
    f"(?:ngh?|nh|gh?|gi|qu|kh|ph|th|tr|ch|[bcdđhklmnprstvx])?(?:{_NUCLEI})(?:ng|nh|ch|[cmnpt])?"
)


@lru_cache(maxsize=65536)
def _is_syllable(word: str) -> bool:
    """Whether a word has the shape of one Vietnamese syllable: initial, vowels, final, one tone at most."""
    if word[1:] not in (word[1:].lower(), word.upper()[1:]):
        return False  # a capital inside small letters is no Vietnamese spelling
    decomposed = unicodedata.normalize("NFD", word.lower())
    toneless = "".join(c for c in decomposed if c not in _TONES)
    if len(decomposed) - len(toneless) > 1:
        return False
    return _SYLLABLE.fullmatch(unicodedata.normalize("NFC", toneless)) is not None


def syllable_counts(text: str) -> tuple[int, int]:
    """Of the words with a letter outside ASCII: how many are Vietnamese syllables, and how many are not."""
    words = [w for w in _WORD.findall(text) if not w.isascii()]
    good = sum(map(_is_syllable, words))
    return good, len(words) - good


# TCVN 5712:1993 (VN3, the "ABC" fonts), lower case and the few capitals it has; capitals with tones are a font of
# their own with the same codes.
_TCVN3 = str.maketrans(
    "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
    "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
)


def from_tcvn3(text: str) -> str:
    """Text typed with an ABC font and read as Western European, in Unicode."""
    return text.translate(_TCVN3)


def _vni_table() -> dict[str, str]:
    """VNI fonts write a vowel and then its mark as a second letter."""
    plain = dict(zip("øùõûï", _TONES, strict=True))
    circumflex = dict(zip("âàáãåä", ("", *_TONES), strict=True))
    breve = dict(zip("êèéüúë", ("", *_TONES), strict=True))
    table = {"ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
    for vowel in "aeouy":
        table |= {vowel + mark: vowel + tone for mark, tone in plain.items()}
    for vowel in "aeo":
        table |= {vowel + mark: f"{vowel}\u0302{tone}" for mark, tone in circumflex.items()}
    table |= {"a" + mark: "a\u0306" + tone for mark, tone in breve.items()}
    for code, vowel in (("ô", "ơ"), ("ö", "ư")):
        table |= {code + mark: vowel + tone for mark, tone in plain.items()}
    return {key: unicodedata.normalize("NFC", value) for key, value in table.items()}


_VNI = _vni_table()
_VNI |= {key.upper(): value.upper() for key, value in _VNI.items()}
_VNI_CODES = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))


def from_vni(text: str) -> str:
    """Text typed with a VNI font and read as Western European, in Unicode."""
    return _VNI_CODES.sub(lambda match: _VNI[match[0]], text)


FONT_CODES = {"TCVN3 (ABC)": from_tcvn3, "VNI": from_vni}
