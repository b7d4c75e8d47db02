"""Tokens for segmentation: words, numbers, marks and emoji, with the line breaks kept, as spaCy documents.

A span that must not be cut (masked personal data) is one token.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

__all__ = ["KIND", "WORDLIKE", "WORDS", "ReviewTokenizer"]

_EMOJI = (
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\u203c\u2049\u3030\u303d\u2190-\u21ff\u2b00-\u2bff\u2300-\u23ff]"
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\u203c\u2049\u200d\ufe0e\ufe0f\u20e3\u2190-\u21ff\u2b00-\u2bff]*"
)
_LETTER = r"(?:[^\W\d_]|[\u0300-\u036f])"
_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<link>(?:https?://|www\.)\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
    r"|(?<![\w.-])[A-Za-z0-9][\w-]{0,62}(?:\.[\w-]{1,63}){0,3}\.(?:com|vn|net|org|io|exe|apk|pdf|xlsx|html)\b(?:/\S*)?)"
    r"|(?P<number>\d+(?:[.,:/-]\d+)*(?:%|" + _LETTER + r"+\d*)?)"
    r"|(?P<face>[:=;8][\'^-]?[()\[\]DdPpvVOo3|/\\<>*]+(?!\w)|<3+|\^[_.]?\^|[TtqQ]_+[TtqQ]|-_+-|>_+<|:\)+|:\(+)"
    r"|(?P<short>(?:(?<!\w)[A-Za-z]\.){2,}|(?<!\w)[Tt][Pp]\.\s?(?=[A-ZĐ])"
    r"|(?<!\w)[A-Za-zđĐ]\.(?=" + _LETTER + r")"
    r"|(?<!\w)(?:Mr|Mrs|Ms|Dr|St|No|vs|etc|e\.g|i\.e|ThS|TS|BS|PGS|GS|Cty|P|Q|F|đt|sđt|tel)\.(?=\s?[\w])(?!\n))"
    r"|(?P<word>(?:" + _LETTER + r"|\d)+(?:[\'’_-](?:" + _LETTER + r"|\d)+)*)"
    r"|(?P<emoji>" + _EMOJI + r")"
    r"|(?P<end>[.!?…。！？]+)"
    r"|(?P<comma>[,，、]+)"
    r"|(?P<semicolon>;+)"
    r"|(?P<mark>.)",
    re.DOTALL,
)
_BREAK = re.compile("[\n\r\t\v\f\u0085\u2028\u2029]")  # a tab parts a title from its text in many exports
WORDLIKE = frozenset({"word", "number", "short", "link", "private"})
KIND, WORDS = "kinds", "words"  # keys of the tokens' kinds and texts in `Doc.user_data`


class ReviewTokenizer:
    """spaCy tokenizer (``nlp.tokenizer``): loses no character, and stores the kind of each token in
    ``user_data``.
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str, private: Sequence[tuple[int, int]] = ()) -> Doc:
        """``private``: sorted spans of ``text`` that become one token each."""
        from spacy.tokens import Doc

        words: list[str] = []
        spaces: list[bool] = []
        kinds: list[str] = []
        position = 0
        for start, end in private:
            _tokenize(text, position, start, words, spaces, kinds)
            words.append(text[start:end])
            spaces.append(False)
            kinds.append("private")
            position = end
        _tokenize(text, position, len(text), words, spaces, kinds)
        user_data: dict[Any, Any] = {KIND: kinds, WORDS: words}
        return Doc(self.vocab, words=words, spaces=spaces, user_data=user_data)


def _tokenize(
    text: str, start: int, end: int, words: list[str], spaces: list[bool], kinds: list[str]
) -> None:
    """Append the tokens of ``text[start:end]``; a single blank belongs to the token before it."""
    for match in _TOKEN.finditer(text, start, end):
        word = match.group()
        kind = match.lastgroup or "mark"
        if kind == "space":
            if word[0] == " " and words and not spaces[-1]:
                spaces[-1] = True
                word = word[1:]
            if not word:
                continue
            kind = "line" if _BREAK.search(word) else "space"
        words.append(word)
        spaces.append(False)
        kinds.append(kind)
