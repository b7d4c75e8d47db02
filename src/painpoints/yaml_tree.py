"""Strict reading of small hand-written YAML files into a tree that remembers lines.

Every scalar stays the text that was typed: ``no``, ``on``, ``1`` and ``2024-01-01`` are words here, so that a
keyword list means what it says. Aliases, tags and several documents are refused: a configuration needs none
of them, and they are the ways in which a YAML file can explode or run code. Doubled keys are found (YAML
itself keeps the last one in silence).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from painpoints.errors import InputError

__all__ = ["Node", "YamlTreeError", "parse_yaml", "read_list", "read_utf8"]

MAX_DEPTH = 12
"""levels of nesting; a journey file has five, and a deeper one is an attack or an accident"""

MAX_BYTES = 2_000_000
"""bytes of a file; the largest bundled journey is a fiftieth of it"""


class YamlTreeError(Exception):
    """What is wrong with the file as YAML; `problems` are plain sentences with lines."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


@dataclass
class Node:
    """A scalar (`text`), a list (`items`) or a mapping (`pairs`); exactly one of them is not None.

    An empty value and an unquoted ``null`` or ``~`` have none of the three.
    """

    line: int
    text: str | None = None
    items: list[Node] | None = None
    pairs: dict[str, Node] | None = None
    key: str | None = field(default=None, repr=False)

    @property
    def kind(self) -> str:
        """What a message calls this value."""
        if self.text is not None:
            return f"the text {_shorten(self.text)!r}"
        if self.items is not None:
            return "a list"
        return "a mapping (key: value)" if self.pairs is not None else "nothing"


def _shorten(text: str, width: int = 40) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def read_utf8(raw: bytes) -> str:
    """The text of a UTF-8 file, with or without BOM. Raises `YamlTreeError` with the first bad line."""
    if len(raw) > MAX_BYTES:
        raise YamlTreeError([f"the file has {len(raw):,} bytes; at most {MAX_BYTES:,} are read"])
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise YamlTreeError(["the file is UTF-16; save it as UTF-8"])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{raw[error.start]:02x}"
        raise YamlTreeError([f"line {line}: not UTF-8 text ({found}); save the file as UTF-8"]) from None


def parse_yaml(text: str) -> Node:
    """The one document of `text` as a tree. Raises `YamlTreeError`: doubled keys or a syntax error."""
    problems: list[str] = []
    try:
        root = _build(_events(text), problems)
    except yaml.MarkedYAMLError as error:
        raise YamlTreeError([_syntax_problem(error)]) from None
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise YamlTreeError([f"not readable as YAML: {reason}"]) from None
    if problems:
        raise YamlTreeError(problems)
    return root


def read_list(path: Path, key: str, when_empty: str) -> tuple[Node, ...]:
    """The nodes of a file that holds one list, `key`; `when_empty` says what an empty one means. Raises InputError."""
    try:
        root = parse_yaml(read_utf8(path.read_bytes()))
    except YamlTreeError as error:
        raise InputError(f"{path}: {error}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    unknown = sorted(set(root.pairs or {}) - {key})
    listed = (root.pairs or {}).get(key)
    if unknown or listed is None or listed.items is None:
        found = f"unknown key {unknown[0]!r}" if unknown else f"no list {key!r}"
        raise InputError(f"{path}: {found}; the file holds one list, {key} (empty: {when_empty})")
    return tuple(listed.items)


def _events(text: str) -> Iterator[yaml.Event]:
    # libyaml where there is one: the pure Python scanner needs a quarter of a second for a bundled journey
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return iter(yaml.parse(text, Loader=loader))


def _syntax_problem(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    reason = " ".join(part for part in (error.context, error.problem) if part)
    return f"{place}YAML syntax error: {reason}"


def _build(events: Iterator[yaml.Event], problems: list[str]) -> Node:
    root: Node | None = None
    open_nodes: list[Node] = []
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise YamlTreeError([f"line {_line(event)}: a second YAML document ('---'); keep one"])
        if isinstance(event, yaml.CollectionEndEvent):
            open_nodes.pop()
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        node = _node(event)
        if open_nodes:
            _attach(open_nodes[-1], node, problems)
        else:
            root = node
        if isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append(node)
            if len(open_nodes) > MAX_DEPTH:
                raise YamlTreeError([f"line {node.line}: nested deeper than {MAX_DEPTH} levels"])
    return root if root is not None else Node(line=1)


def _line(event: yaml.Event) -> int:
    return int(event.start_mark.line) + 1 if event.start_mark else 1


def _node(event: yaml.NodeEvent) -> Node:
    line = _line(event)
    if isinstance(event, yaml.AliasEvent):
        raise YamlTreeError([f"line {line}: the alias '*{event.anchor}' is not allowed; write the value out"])
    if event.anchor is not None:
        raise YamlTreeError(
            [f"line {line}: the anchor '&{event.anchor}' is not allowed; write the value out"]
        )
    tag = getattr(event, "tag", None)
    # a lone "!" is how libyaml reports quoted text
    if tag not in (None, "!"):
        raise YamlTreeError([f"line {line}: the tag {tag!r} is not allowed; write plain text"])
    if isinstance(event, yaml.SequenceStartEvent):
        return Node(line, items=[])
    if isinstance(event, yaml.MappingStartEvent):
        return Node(line, pairs={})
    assert isinstance(event, yaml.ScalarEvent)
    is_plain = event.style is None
    return Node(line, text=None if is_plain and event.value in ("", "~", "null") else event.value)


def _attach(parent: Node, node: Node, problems: list[str]) -> None:
    if parent.items is not None:
        parent.items.append(node)
        return
    assert parent.pairs is not None
    if parent.key is None:
        if node.text is None:
            raise YamlTreeError([f"line {node.line}: a key must be text, found {node.kind}"])
        parent.key = node.text
        if node.text in parent.pairs:
            first = parent.pairs[node.text].line
            problems.append(f"line {node.line}: the key {node.text!r} is there twice (first on line {first})")
        return
    parent.pairs[parent.key] = node
    parent.key = None
