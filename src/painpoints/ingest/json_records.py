"""JSON and JSON Lines: finds the list of records, flattens nested keys with dots, follows threads of replies."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from typing import Any

from painpoints.errors import InputError
from painpoints.ingest.aliases import load_aliases
from painpoints.ingest.grid import Rejection, Table, is_blank, rows_before_blank_end
from painpoints.ingest.names import fold
from painpoints.ingest.profiles import Profile, Thread, load_profiles

__all__ = ["looks_like_json", "parse_json"]

Record = dict[str, Any]
_MAX_DEPTH = 4  # levels of wrapping around the list of records
_SAMPLE = 50  # records whose keys decide which profile fits


def looks_like_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def parse_json(
    name: str, text: str, choose: Callable[[set[str]], Profile | None]
) -> tuple[Table, str, Profile | None]:
    """Table, ``json`` or ``jsonl``, and the profile that `choose` picked for the flattened keys.

    Objects without values at the end are no records.
    Raises InputError where no list of objects can be found. A broken line of JSON Lines is rejected, not fatal.
    """
    records, rejections, kind = _load(name, text)
    flat = _without_blank_end([(row, flatten(record)) for row, record in records], rejections)
    profile = choose({key for _, record in flat[:_SAMPLE] for key in record})
    if profile is not None and profile.thread is not None and profile.thread.as_items:
        flat, rejections = _with_nested(flat, rejections, profile.thread)
    elif profile is not None and profile.thread is not None:
        flat = [(row, _with_thread(record, profile)) for row, record in flat]
    return _table(flat, rejections), kind, profile


def _load(name: str, text: str) -> tuple[list[tuple[int, Record]], list[Rejection], str]:
    # not splitlines: U+2028 and its like may stand inside a JSON string
    lines = [line for line in text.split("\n") if line.strip()] if "\n" in text.strip() else []
    if len(lines) > 1 and _is_object(lines[0]) and any(line.lstrip().startswith("{") for line in lines[1:]):
        return *_from_lines(lines), "jsonl"
    try:
        found = _find_records(_parse(text))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: not valid JSON ({error}).") from error
    if found is None:
        raise InputError(f"{name}: the JSON holds no list of objects to take as feedback items.")
    return *_sort_out(found), "json"


def _parse(text: str) -> Any:
    # numbers stay as they are written: ids may be longer than a float or an int can take
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=lambda _: None)


def _is_object(line: str) -> bool:
    try:
        return isinstance(_parse(line), dict)
    except (ValueError, RecursionError):
        return False


def _from_lines(lines: list[str]) -> tuple[list[tuple[int, Record]], list[Rejection]]:
    records: list[tuple[int, Record]] = []
    rejections = []
    for row, line in enumerate(lines, 1):
        try:
            value = _parse(line)
        except (ValueError, RecursionError):
            rejections.append(Rejection(row, "", "not valid JSON", line))
            continue
        if isinstance(value, dict):
            records.append((row, value))
        else:
            rejections.append(Rejection(row, "", "not a JSON object", line))
    return records, rejections


def _find_records(value: Any, depth: int = 0) -> list[Any] | None:
    """The outermost list that holds objects; among several of one level the longest, then the first."""
    if isinstance(value, list):
        return value if any(isinstance(v, dict) for v in value) else None
    if not isinstance(value, dict) or depth >= _MAX_DEPTH:
        return None
    lists = {key: found for key, v in value.items() if (found := _find_records(v, depth + 1))}
    if depth == 0 and _is_single_record(value, lists.keys()):
        return [value]
    return max(lists.values(), key=len) if lists else None


def _is_single_record(value: Record, lists: Collection[str]) -> bool:
    """One object that is itself an item: it names two fields at least, and its only lists are replies to it."""
    replies = {name.split(".")[0] for p in load_profiles() if p.thread is not None for name in p.thread.lists}
    known = load_aliases().known_names
    named = sum(fold(key) in known for key, v in value.items() if isinstance(v, str) and v)
    return named >= 2 and set(lists) <= replies


def _sort_out(found: list[Any]) -> tuple[list[tuple[int, Record]], list[Rejection]]:
    records = [(row, value) for row, value in enumerate(found, 1) if isinstance(value, dict)]
    others = [(row, value) for row, value in enumerate(found, 1) if not isinstance(value, dict)]
    return records, [Rejection(row, "", "not a JSON object", _spelt(value)) for row, value in others]


def flatten(record: Record, prefix: str = "") -> Record:
    """``{"a": {"b": 1}}`` → ``{"a.b": "1"}``. Lists of objects stay lists; lists of plain values are joined."""
    flat: Record = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            flat |= flatten(value, f"{name}.")
        elif isinstance(value, list) and any(isinstance(v, dict) for v in value):
            flat[name] = [v for v in value if isinstance(v, dict)]
        elif isinstance(value, list):
            flat[name] = ", ".join(map(_spelt, value))
        else:
            flat[name] = _spelt(value)
    return flat


def _without_blank_end(
    flat: list[tuple[int, Record]], rejections: list[Rejection]
) -> list[tuple[int, Record]]:
    """Without the objects after everything else that have no value, or only blank ones."""
    last = max((r.row for r in rejections), default=0)
    return flat[: rows_before_blank_end(len(flat), lambda n: flat[n][0] > last and _is_blank(flat[n][1]))]


def _is_blank(record: Record) -> bool:
    return all(isinstance(value, str) and is_blank(value) for value in record.values())


def _spelt(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _nested(record: Record, thread: Thread) -> list[Record]:
    for name in thread.lists:
        if isinstance(record.get(name), list):
            return [flatten(reply) for reply in record[name]]
    return []


def _with_nested(
    flat: list[tuple[int, Record]], rejections: list[Rejection], thread: Thread
) -> tuple[list[tuple[int, Record]], list[Rejection]]:
    """Replies become records of their own, numbered in reading order after the record that they answer."""
    broken = {r.row: r for r in rejections}
    rows = dict(flat)
    numbered: list[tuple[int, Record]] = []
    moved: list[Rejection] = []
    count = 0
    for row in sorted({*broken, *rows}):
        for record in _unrolled(rows[row], thread) if row in rows else ():
            count += 1
            numbered.append((count, record))
        if row in broken:
            count += 1
            moved.append(Rejection(count, "", broken[row].reason, broken[row].value))
    return numbered, moved


def _unrolled(record: Record, thread: Thread) -> Iterator[Record]:
    pending = [record]
    while pending:
        current = pending.pop(0)
        yield current
        pending = _nested(current, thread) + pending


def _with_thread(record: Record, profile: Profile) -> Record:
    """The customer's later messages join the text, the company's go to ``thread.reply``."""
    thread = profile.thread
    if thread is None:
        return record
    first = {
        record.get(name, "").strip()
        for part in profile.text
        for name in part
        if isinstance(record.get(name), str)
    }
    said: list[str] = []
    answered: list[str] = []
    for reply in _nested(record, thread):
        words = next(
            (reply[name] for name in thread.text if isinstance(reply.get(name), str) and reply[name]), ""
        )
        if not words.strip() or (thread.skip is not None and thread.skip.holds(reply, record)):
            continue
        by_customer = thread.customer is not None and thread.customer.holds(reply, record)
        if by_customer and words.strip() in first:
            continue
        (said if by_customer else answered).append(words)
    return {**record, "thread.text": "\n".join(said), "thread.reply": "\n".join(answered)}


def _table(flat: list[tuple[int, Record]], rejections: list[Rejection]) -> Table:
    keys = list(
        dict.fromkeys(key for _, record in flat for key, value in record.items() if isinstance(value, str))
    )
    columns = {
        key: [v if isinstance(v := record.get(key, ""), str) else "" for _, record in flat] for key in keys
    }
    return Table(columns, [row for row, _ in flat], len(flat) + len(rejections), tuple(rejections))
