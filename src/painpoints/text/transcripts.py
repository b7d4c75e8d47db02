"""Chats as help desks export them: who speaks, which turns are the company's, and titles such as "Conversation with An"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from painpoints.text.lexicon import load_boilerplate

__all__ = ["chat_title", "turns_of_chat"]

_TIME = r"[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[^\S\n]?[ap]m)?[\])]?"
_LABEL = re.compile(
    rf"^[^\S\n]*(?:{_TIME}[^\S\n]*[-–]?[^\S\n]*)?(?P<who>[^\W\d_][^\n:?!.,]{{0,29}}?)[^\S\n]*(?:{_TIME})?:(?=\s|\Z)",
    re.MULTILINE,
)
_NAME_WORDS = 3
_OFTEN = 2
"""turns of a speaker from which an unknown name is a speaker, and no heading of a form"""


class _Speakers(NamedTuple):
    customer: re.Pattern[str]
    agent: re.Pattern[str]
    maybe_agent: re.Pattern[str]
    title: re.Pattern[str]


@lru_cache(maxsize=1)
def _speakers() -> _Speakers:
    words = load_boilerplate()["transcript"]
    name = r"(?:\s\S+){0,3}"
    return _Speakers(
        re.compile(f"(?:{words['customer']})"),
        re.compile(f"(?:{words['agent']}){name}"),
        re.compile(f"(?:{words['maybe_agent']}){name}"),
        re.compile(rf"\W{{0,12}}(?:{words['title']})(?P<name>(?:[^\S\n]+\S+){{1,4}}?)[^\S\n]*(?=\n|\Z)"),
    )


def turns_of_chat(folded: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Spans of the customer's labels (``Customer:``), and of the turns that the company's side speaks.

    Nothing where no label is a customer's. Words that may also head a line of a form or a review (``Staff: friendly``), and
    names, are speakers only where the customer speaks twice; a name must speak twice itself.
    """
    labels = list(_LABEL.finditer(folded))
    who = [" ".join(label["who"].split()) for label in labels]
    words = _speakers()
    customers = [words.customer.fullmatch(name) is not None for name in who]
    if not any(customers):
        return [], []
    talk = sum(customers) >= _OFTEN
    ends = [label.start() for label in labels[1:]] + [len(folded)]
    own, others = [], []
    for label, name, customer, end in zip(labels, who, customers, ends, strict=True):
        if customer:
            own.append((label.start(), label.end()))
        elif words.agent.fullmatch(name) or (
            talk and (words.maybe_agent.fullmatch(name) or _speaks(name, who))
        ):
            others.append((label.start(), end))
    return own, others


def _speaks(name: str, who: list[str]) -> bool:
    return len(name.split()) <= _NAME_WORDS and who.count(name) >= _OFTEN


def chat_title(text: str, folded: str) -> tuple[int, int] | None:
    """The first line, where it only says whom somebody talked with: ``Trò chuyện với Hạnh``."""
    found = _speakers().title.match(folded)
    if found is None:
        return None
    names = text[found.start("name") : found.end("name")].split()
    return found.span() if all(name[0].isupper() or name[0] == "[" for name in names) else None
