"""The cleaned form of a text that encoders and classifiers see: ``match_text``.

It is NFC, in lower case (placeholders such as ``[PHONE]`` stay in capitals), without markup, links and
hidden characters. Emoji that carry feeling become words. In Vietnamese text teencode is expanded, drawn-out
letters are shortened (``đẹppp`` → ``đẹp``) and tones are put where the older spelling puts them (``hoà`` →
``hòa``, ``khoẻ`` → ``khỏe``). Text typed without accents gets them back as far as `accents` can tell, so that models
meet one language and not two; what is shown to readers stays as the customer typed it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from painpoints.text.accents import restore_accents
from painpoints.text.characters import is_placeholder, plain, split_words, strip_accents
from painpoints.text.language import is_english_word, is_syllable, language_of
from painpoints.text.lexicon import Rule, Teencode, folded_neighbour, load_emoji, load_teencode

__all__ = ["clean_and_detect", "clean_for_matching", "clean_many", "unify_tones"]

_VIETNAMESE = frozenset({"vi", "vi_unaccented", "mixed"})
_SPACES = re.compile(r"\s+")
_MARK_RUN = re.compile(r"([!?.,;:…~*=+\-_])\1{2,}")
_LETTER_RUN = re.compile(r"([^\W\d_])\1{2,}")
_SYLLABLE_RUN = re.compile(r"([^\W\d_]{2,3})\1{2,}")
_UNIT = re.compile(r"(\d+(?:[.,]\d+)*)([^\W\d_]+)")


def clean_for_matching(text: str) -> str:
    """The matching form of one text whose language is not known; personal data should be masked before."""
    return clean_and_detect(text)[0]


def clean_many(texts: Sequence[str]) -> list[str]:
    """`clean_for_matching` of each text."""
    return [clean_and_detect(text)[0] for text in texts]


def clean_and_detect(text: str, prior: str | None = None) -> tuple[str, str]:
    """The matching form and the language of one text. ``prior`` is the language of the item it comes from."""
    teencode = load_teencode()
    simple = _emoticons_as_emoji(plain(text))
    words, gaps = split_words(simple)
    lowered = [w if w[0] == "[" else w.lower() for w in words]
    lang = language_of(simple, lowered, prior)
    if lang in _VIETNAMESE:
        if ("." in simple or "/" in simple) and teencode.dotted.search(simple):
            simple = teencode.dotted.sub(lambda m: teencode.dotted_words[m.group().lower()], simple)
            words, gaps = split_words(simple)
            lowered = [w if w[0] == "[" else w.lower() for w in words]
        cleaned = _vietnamese(words, lowered, lang)
    else:
        cleaned = [_english_word(w) for w in lowered]
    return _join(cleaned, gaps, lang in _VIETNAMESE), lang


_LETTERED_HINT = re.compile(r"[:=<;_.][3dD_.vVpP]|[tT][_.][tT]")


def _emoticons_as_emoji(text: str) -> str:
    """``<3`` as ❤: the digit would be taken for a word."""
    if not _LETTERED_HINT.search(text):
        return text
    emoji = load_emoji()
    return emoji.lettered.sub(lambda m: f" {emoji.lettered_emoji[m.group().lower()]} ", text)


def _join(words: Sequence[str], gaps: Sequence[str], vietnamese: bool) -> str:
    parts = [_gap(gaps[0], vietnamese)]
    for word, gap in zip(words, gaps[1:], strict=True):
        parts.append(word)
        parts.append(gap if gap in (" ", ", ", ". ") else _gap(gap, vietnamese))
    return _SPACES.sub(" ", "".join(parts)).strip()


# -- what lies between words: marks and emoji --------------------------------------------------------------


@lru_cache(maxsize=50_000)
def _gap(gap: str, vietnamese: bool) -> str:
    """Marks kept (runs shortened), listed emoji as words, other symbols dropped. Empty between two
    words: a space.
    """
    if not gap:
        return " "
    emoji = load_emoji()
    meanings = emoji.vietnamese if vietnamese else emoji.english
    said: list[str] = []

    def word(match: re.Match[str]) -> str:
        sign = match.group().lower()
        meaning = meanings.get(sign) or meanings.get(sign.rstrip("()") + sign[-1], "")
        if meaning in said:
            return " "
        said.append(meaning)
        return f" {meaning} "

    gap = _LAUGH.sub(" ", emoji.pattern.sub(word, gap))
    gap = "".join(c if c.isalnum() or c in _KEPT_MARKS else " " for c in gap)
    return _MARK_RUN.sub(r"\1", gap)


_LAUGH = re.compile(r"[:=;]['-]?\)+|\){2,}|\({2,}")
_KEPT_MARKS = frozenset(" .,;:!?…%&/()\"'+-$€₫#@*")

# -- words -------------------------------------------------------------------------------------------------


def _vietnamese(words: Sequence[str], lowered: Sequence[str], lang: str) -> list[str]:
    teencode = load_teencode()
    # without any accent, a short text counts as plain Vietnamese where its words are often written so
    bare = lang == "vi_unaccented" or (
        lang == "vi" and all(w.isascii() and not is_english_word(w) for w in lowered)
    )
    expand_loans = lang != "mixed"
    out: list[str] = []
    skip = False
    for i, word in enumerate(lowered):
        if skip:
            skip = False
            continue
        if word in teencode.pairs and i + 1 < len(lowered) and lowered[i + 1] in teencode.pairs[word]:
            new: str | None = teencode.pairs[word][lowered[i + 1]]
            out += [new or "", ""]
            skip = True
            continue
        new = _vietnamese_word(word)
        if new is None:
            new = _conditional(teencode, words, lowered, i, expand_loans)
        out.append(new)
    return restore_accents(out) if bare else out


@lru_cache(maxsize=200_000)
def _vietnamese_word(word: str) -> str | None:
    """Cleaned form of a lower-case word, or None where its neighbours decide."""
    if is_placeholder(word):
        return word
    teencode = load_teencode()
    if word in teencode.rules:
        return None
    if word[0].isdigit():
        return _number(teencode, word)
    known = teencode.words.get(word)
    if known is not None:
        return known
    short = squeeze(word)
    if short in teencode.rules and short != word:
        return (
            short
            if len(short) == 1
            else next((r.expansion for r in teencode.rules[short] if r.expansion), short)
        )
    return unify_tones(teencode.words.get(short, short))


def _number(teencode: Teencode, word: str) -> str:
    match = _UNIT.fullmatch(word)
    if match is None or match.group(2) not in teencode.units:
        return word
    return f"{match.group(1)} {teencode.units[match.group(2)]}"


def _conditional(
    teencode: Teencode, words: Sequence[str], lowered: Sequence[str], i: int, expand_loans: bool
) -> str:
    word = lowered[i]
    if i and word in teencode.units and lowered[i - 1].replace(".", "").isdigit():
        return teencode.units[word]
    previous = folded_neighbour(lowered[i - 1] if i else None, "<start>")
    following = folded_neighbour(lowered[i + 1] if i + 1 < len(lowered) else None, "<end>")
    upper = i > 0 and words[i].isupper() and not words[i - 1].isupper()
    rule = _first_rule(teencode.rules[word], previous, following, upper)
    if rule is None or rule.expansion is None or (rule.loan and not expand_loans):
        return word
    return rule.expansion


def _first_rule(rules: Sequence[Rule], previous: str, following: str, upper: bool) -> Rule | None:
    return next((r for r in rules if r.condition.holds(previous, following, upper)), None)


@lru_cache(maxsize=100_000)
def _english_word(word: str) -> str:
    if word[0] == "[" or not _LETTER_RUN.search(word):
        return word
    double = _LETTER_RUN.sub(r"\1\1", word)
    single = _LETTER_RUN.sub(r"\1", word)
    return double if is_english_word(double) or len(single) == 1 else single


def squeeze(word: str) -> str:
    """Drawn-out letters shortened: ``tuyệtttt`` → ``tuyệt``, ``goood`` → ``good``, ``xoong`` stays."""
    if len(word) < 3:
        return word
    if set(word) == {"k"}:
        return "haha"
    word = _SYLLABLE_RUN.sub(r"\1\1", word)
    if _LETTER_RUN.search(word):
        single = _LETTER_RUN.sub(r"\1", word)
        if len(single) == 1:
            return single * 2
        double = _LETTER_RUN.sub(r"\1\1", word)
        if is_english_word(double) and not (is_syllable(single) and single != strip_accents(single)):
            return double
        word = single
    last_doubled = len(word) > 2 and word[-1] == word[-2]
    if last_doubled and not is_english_word(word) and is_syllable(word[:-1]):
        return word[:-1]
    return word


# -- tone placement ----------------------------------------------------------------------------------------

_SECOND = {
    "oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa",
    "oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe", "oẹ": "ọe",
    "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy",
}  # fmt: skip
_FIRST = {first: second for second, first in _SECOND.items()}
_OPEN = re.compile(r"(?<!q)(?:" + "|".join(_SECOND) + r")(?![^\W\d_])")
_CLOSED = re.compile(r"(?:[òóỏõọ][ae]|[ùúủũụ]y)(?=[^\W\d_])|(?<=q)[ùúủũụ]y")
_ONSET_TONE = re.compile(r"^(q[ùúủũụ]|g[ìíỉĩị])([aăâeêoôơu])")
_TONE_MARKS = {"̀": "ùì", "́": "úí", "̉": "ủỉ", "̃": "ũĩ", "̣": "ụị"}


def unify_tones(word: str) -> str:
    """One placement of the tone mark: open ``oa, oe, uy`` carry it on the first vowel, all else on the
    main vowel.
    """
    if word.isascii():
        return word
    word = _OPEN.sub(lambda m: _SECOND[m.group()], word)
    word = _CLOSED.sub(lambda m: _FIRST.get(m.group(), m.group()), word)
    return _ONSET_TONE.sub(_move_off_onset, word)


def _move_off_onset(match: re.Match[str]) -> str:
    """``qúa`` → ``quá``, ``gìa`` → ``già``: u after q and i after g belong to the onset."""
    onset, vowel = match.group(1), match.group(2)
    mark = next(m for m, vowels in _TONE_MARKS.items() if onset[1] in vowels)
    return strip_accents(onset) + unicodedata.normalize("NFC", vowel + mark)
