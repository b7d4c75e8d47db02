"""Where one point ends and the next begins: a spaCy component that marks sentence and clause starts.

Every gap between two words may be a cut. Punctuation, line breaks, emoji and marker words (nhưng, tuy
nhiên, but, and so on, in ``configs/lexicon/clause_markers.yaml``) give it a cost, below 0 where a cut is
wanted. Pieces that are too short or too long cost as well, and dynamic programming finds the cuts of the
least total cost. So a full stop cuts nearly always, a comma only where the piece would grow long, and text
without any punctuation is cut at its markers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from painpoints.text.markers import AGAINST, NEVER, ClauseMarker, load_markers
from painpoints.text.tokens import KIND, WORDLIKE, WORDS

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = ["Costs", "find_cuts", "mark_clauses"]


@dataclass(frozen=True)
class Costs:
    """What the segmenter weighs, in one scale: below 0 a cut is wanted. Tuned on the odd rows of the
    gold set.
    """

    stop: float = -3.0
    """after . ! ? and after a line break"""
    soft_stop: float = -1.5
    """after an ellipsis, an emoji, a semicolon"""
    comma: float = 1.2
    dash: float = 0.2
    other_mark: float = 2.5
    """colon, bracket, quotation mark"""
    wrapped_line: float = 0.8
    """a line break inside a sentence of a mail client that wraps lines"""
    capital: float = -1.2
    """a capital that starts a statement with no mark before it"""
    topic: float = -0.5
    """after a comma, a topic that ``thì`` takes up (giao hàng thì lâu)"""
    topic_without_comma: float = 0.6
    """the same where nothing but the new topic marks the cut (… nguội ngắt khoai thì ỉu)"""
    action_topic: float = 0.1
    """the same with a deed (gọi tổng đài thì máy bận): mostly the same story goes on"""
    joint: float = 6.0
    """before a small word that joins clauses, where a piece would exceed the maximum"""
    forced: float = 8.0
    """anywhere, where a piece would exceed the maximum and has no such word"""
    one_word: float = 4.0
    two_words: float = 0.7
    three_words: float = 0.3
    comfortable_words: int = 12
    word_beyond: float = 0.15
    max_words: int = 40
    word_beyond_max: float = 1.0


def mark_clauses(doc: Doc, costs: Costs) -> Doc:
    """Set the sentence starts of a document made by `tokens.ReviewTokenizer`."""
    if not len(doc):
        return doc
    import numpy as np

    starts = np.full(len(doc), -1, dtype=np.int64)
    starts[[0, *find_cuts(doc.user_data[WORDS], doc.user_data[KIND], costs)]] = 1
    # one call for all tokens: setting them one by one costs more than all the rest of the segmentation
    doc.from_array(["SENT_START"], starts.astype(np.uint64).reshape(-1, 1))
    return doc


def find_cuts(tokens: Sequence[str], kinds: Sequence[str], costs: Costs) -> list[int]:
    """Indices of the tokens that start a piece, the first one left out. Sorted."""
    line = _Line(tokens, kinds, costs)
    candidates = line.candidates()
    if not candidates:
        return []
    return _cheapest(candidates, len(line.at), costs)


class _Line:
    """The wordlike tokens of a text, and what a cut before each would cost."""

    def __init__(self, tokens: Sequence[str], kinds: Sequence[str], costs: Costs) -> None:
        self.tokens = tokens
        self.kinds = kinds
        self.costs = costs
        self.at = [i for i, kind in enumerate(kinds) if kind in WORDLIKE]
        self.words = [tokens[i].lower() for i in self.at]
        self.markers = load_markers()
        self.unaccented = sum(not w.isascii() for w in self.words) < _ACCENTED_SHARE * len(self.words)

    def candidates(self) -> list[tuple[int, int, float]]:
        """(words before it, token to cut before, cost) of every possible cut, with forced ones in long
        stretches.
        """
        found: list[tuple[int, int, float]] = []
        last = 0
        for n in range(1, len(self.at)):
            cost = self._cost(n)
            if cost >= NEVER and n - last >= self.costs.max_words // 4:
                cost = self._forced_cost(n, n - last)
            if cost < NEVER:
                found.append((n, self._position(n), cost))
                last = n
        return found

    def _forced_cost(self, n: int, since: int) -> float:
        if self.words[n] in self.markers.joints and self.words[n - 1] not in self.markers.binders:
            return self.costs.joint
        return self.costs.forced if since >= self.costs.max_words // 2 else NEVER

    def _position(self, n: int) -> int:
        """The token that would start the piece: the word, or the bullet, bracket or quotation mark that
        opens it.
        """
        first, position = self.at[n - 1] + 1, self.at[n]
        lines = [i for i in range(first, position) if self.kinds[i] == "line"]
        if lines:
            return lines[-1] + 1
        while position > first and self.tokens[position - 1] in _OPENING:
            position -= 1
        return position

    def _cost(self, n: int) -> float:
        cost, comma = self._separator_cost(n)
        if cost <= self.costs.stop:
            return cost
        marker = self._marker(n)
        if marker is not None:
            by_marker = marker.with_comma if comma or cost < NEVER else marker.cost
            if marker.name in _MERE and not comma and self._bound(n):
                by_marker = NEVER
            elif marker.name in _NOUNS | {"action"} and self._taken_up(n + 1):
                by_marker = min(by_marker, self.costs.topic_without_comma)
            cost = min(cost, by_marker)
        is_action = marker is not None and marker.name == "action"
        if comma and self._topic(n):
            cost = min(cost, self.costs.action_topic if is_action else self.costs.topic)
        if not self._marks_before(n) and self._capital_start(n):
            cost = min(cost, self.costs.capital)
        return cost

    def _bound(self, n: int) -> bool:
        """Whether the word before ties the next one to itself; ``không được`` closes a statement instead."""
        previous = self.words[n - 1]
        closed = previous in _CAN and n > 1 and self.words[n - 2] in _NEGATIONS
        return previous in self.markers.binders and not closed

    def _separator_cost(self, n: int) -> tuple[float, bool]:
        """Cost given by what stands between two words, and whether a comma does."""
        first, position = self.at[n - 1] + 1, self.at[n]
        if first == position:
            return NEVER, False
        costs = self.costs
        cost, comma = NEVER, False
        for i in range(first, position):
            kind, token = self.kinds[i], self.tokens[i]
            if kind == "line":
                cost = min(cost, self._line_cost(n))
            elif kind == "end":
                cost = min(cost, self._end_cost(token, n))
            elif kind in ("emoji", "face", "semicolon"):
                cost = min(cost, costs.soft_stop)
            elif kind == "comma":
                cost, comma = min(cost, costs.comma), True
            elif kind == "mark":
                cost = min(cost, costs.dash if token in _DASHES and i > first - 1 else costs.other_mark)
                cost = NEVER if token in _JOINING and position == first + 1 else cost
        return cost, comma

    def _line_cost(self, n: int) -> float:
        """A line break ends a statement unless a mail client wrapped a long line there."""
        before = self.tokens[self.at[n - 1] + 1 : self.at[n]]
        starts_small = self.tokens[self.at[n]][0].islower()
        if starts_small and "," in before:
            return self.costs.comma
        if not starts_small or any(t in _BULLETS for t in before):
            return self.costs.stop
        return self.costs.wrapped_line if self._line_length(n) >= _WRAP_CHARS else self.costs.stop

    def _line_length(self, n: int) -> int:
        length = 0
        i = self.at[n - 1]
        while i >= 0 and self.kinds[i] != "line":
            length += len(self.tokens[i]) + 1
            i -= 1
        return length

    def _end_cost(self, mark: str, n: int) -> float:
        before = self.tokens[self.at[n - 1]]
        if mark == "." and self.kinds[self.at[n - 1]] == "number" and self._opens_line(n - 1):
            return NEVER  # the number of a list: "1. Giao hàng"
        if mark.startswith(("..", "…")):
            return self.costs.soft_stop if self.tokens[self.at[n]][0].islower() else self.costs.stop
        if mark == "." and len(before) == 1 and before.isalpha() and before.isupper():
            return NEVER
        return self.costs.stop

    def _opens_line(self, n: int) -> bool:
        return n == 0 or "line" in self.kinds[self.at[n - 1] + 1 : self.at[n]]

    def _marker(self, n: int) -> ClauseMarker | None:
        best: ClauseMarker | None = None
        for phrase, marker in self.markers.phrases.get(self.words[n], ()):
            end = n + len(phrase)
            if tuple(self.words[n:end]) == phrase and self._fits(n, end, marker):
                best = marker
                break
        if (
            best is not None
            and best.name == "weak"
            and self.words[n] in ("mà", "ma")
            and self._opens_agent(n + 1)
        ):
            return AGAINST
        return best

    def _opens_agent(self, n: int) -> bool:
        """``… mà ship tới thì …``: mà before a new actor opposes."""
        return any(
            marker.name in _NOUNS and tuple(self.words[n : n + len(phrase)]) == phrase
            for phrase, marker in self.markers.phrases.get(self.words[n] if n < len(self.words) else "", ())
        )

    def _fits(self, n: int, end: int, marker: ClauseMarker) -> bool:
        if marker.bare and not self.unaccented:
            return False
        needs_predicate = marker.name in _NOUNS or self.words[n] == "it"  # "using it" is no clause
        if needs_predicate and not self._comma_before(n) and not self._taken_up(end):
            return end < len(self.words) and self.words[end] in self.markers.predicates
        previous = self.words[n - 1]
        context = self.markers.contexts.get(self.words[n])
        if context is None:
            return not marker.needs_context or previous not in self.markers.binders
        capital = self.tokens[self.at[n]][:1].isupper()
        commas = (self._comma_before(n), self._marks_before(n + 1))
        return context.allows(previous, self.words[n + 1 : n + 7], capital, commas)

    def _taken_up(self, n: int) -> bool:
        """Whether ``thì`` follows word n within two words: what stands before it is a new topic."""
        return any(w in _THEN for w in self.words[n : n + 3])

    def _topic(self, n: int) -> bool:
        """``…, giao hàng thì lâu``: a topic of one to four words, taken up by thì."""
        return any(w in _THEN for w in self.words[n + 1 : n + 6]) and self.words[n] not in _SUBORDINATE

    def _capital_start(self, n: int) -> bool:
        """A capital after a small letter, as in ticked stock phrases (… tuyệt vời Đóng gói …), but not
        in a name.
        """
        word, previous = self.tokens[self.at[n]], self.tokens[self.at[n - 1]]
        following = self.tokens[self.at[n + 1]] if n + 1 < len(self.at) else ""
        if not word[:1].isupper() or not previous[:1].islower():
            return False
        if len(word) > 1 and word.isupper() and following.isupper() and len(following) > 1:
            return not word.isascii()
        if not word[1:].islower() or not following[:1].islower():
            return False
        if self.words[n] in self.markers.capital_starts:
            return True
        if self.words[n] in self.markers.name_starts:
            return False
        return not word.isascii() and self.words[n - 1] not in self.markers.binders | self.markers.titles

    def _marks_before(self, n: int) -> bool:
        """Whether anything but white space stands between word n and the one before."""
        return n < len(self.at) and any(k not in _BLANK for k in self.kinds[self.at[n - 1] + 1 : self.at[n]])

    def _comma_before(self, n: int) -> bool:
        return n < len(self.at) and "comma" in self.kinds[self.at[n - 1] + 1 : self.at[n]]


_ACCENTED_SHARE = 0.2  # Vietnamese text with accents has them on most words
_OPENING = frozenset('(["“‘«#*•')
_DASHES = frozenset("-–—+•*|~")
_BULLETS = frozenset("-–—+•*►▪✔✓")
_JOINING = frozenset("/&'’-_@%\"”“:")
_MERE = frozenset({"agent", "aspect", "person", "action", "sequence", "request", "weak"})
_THEN = frozenset({"thì", "thi"})
_BLANK = frozenset({"space"})
_NOUNS = frozenset({"agent", "aspect"})
_CAN = frozenset(["được", "duoc", "đc", "dc", "đx"])
_NEGATIONS = frozenset(["không", "khong", "ko", "k", "kg", "kh", "hok", "chưa", "chua", "chẳng", "chả"])
_SUBORDINATE = frozenset(
    ["nếu", "neu", "khi", "lúc", "luc", "mà", "ma", "để", "de", "vì", "vi", "thì", "thi"]
)
_WRAP_CHARS = 55  # mail clients wrap at 60 to 80 characters


def _piece_cost(words: int, costs: Costs) -> float:
    if words <= 3:
        return (NEVER, costs.one_word, costs.two_words, costs.three_words)[words]
    cost = max(0, words - costs.comfortable_words) * costs.word_beyond
    return cost + max(0, words - costs.max_words) * costs.word_beyond_max


def _cheapest(candidates: Sequence[tuple[int, int, float]], total: int, costs: Costs) -> list[int]:
    """Cuts of the least total cost: ``best[i]`` is the cost of the text up to candidate i, each piece
    cut optimally.
    """
    ends = [0, *(n for n, _, _ in candidates), total]
    best = [0.0]
    came_from = [-1]
    for i in range(1, len(ends)):
        cut = candidates[i - 1][2] if i <= len(candidates) else 0.0
        cheapest, origin = float("inf"), i - 1
        for j in range(i - 1, -1, -1):
            length = ends[i] - ends[j]
            if length > 2 * costs.max_words and j < i - 1:
                break
            cost = best[j] + _piece_cost(length, costs)
            if cost < cheapest:
                cheapest, origin = cost, j
        best.append(cheapest + cut)
        came_from.append(origin)
    cuts = []
    i = came_from[-1]
    while i > 0:
        cuts.append(candidates[i - 1][1])
        i = came_from[i]
    return cuts[::-1]
