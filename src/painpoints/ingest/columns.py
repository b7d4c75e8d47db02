"""Which column is what: the user's map first, then the profile, then names, then (for the text) the content."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from painpoints.errors import InputError
from painpoints.ingest import dates, ratings
from painpoints.ingest.aliases import TEXT_ROLES, load_aliases
from painpoints.ingest.grid import Table
from painpoints.ingest.names import find_name, fold, quoted_list
from painpoints.ingest.profiles import Profile, SkipRows
from painpoints.schema import RATING_SCALES

__all__ = ["MAP_FIELDS", "Plan", "check_column_map", "no_text", "plan_columns", "prose_score"]

MAP_FIELDS = (
    "text", "id", "created_at", "rating", "rating_scale", "customer_id", "channel", "segment", "product", "agent_reply",
)  # fmt: skip
_WORDY_FIELDS = ("channel", "segment", "product", "agent_reply")  # a column of figures is none of these
_SAMPLE = 400
_NUMBERS = re.compile(r"[-+\d\s.,:/%]*")
_SYMBOLS = "\u2190"  # from here on: arrows, stars, emoji
_MIN_PROSE_WORDS = 2.0  # mean words of a cell from which a column can be the text without being named so
_OPEN_ANSWER_WORDS = 3.0  # the same for one of several survey questions, where choices are short
_OPEN_ANSWER_DISTINCT = 0.7
_NAME_MAX_SHARE = 0.2  # of one name, above which names do not tell customers apart


@dataclass
class Plan:
    """Field → columns, and what else the profile or the user says about reading them."""

    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    rating_scale: str = ""
    id_pattern: str = ""
    time_zone: str = ""
    skip_rows: SkipRows | None = None
    people: tuple[str, ...] = ()
    """columns of the customers' names, whatever else they are used for"""
    problems: list[str] = field(default_factory=list)

    @property
    def claimed(self) -> set[str]:
        return {column for columns in self.columns.values() for column in columns}


def check_column_map(column_map: Mapping[str, str]) -> None:
    """Raises InputError for a field or rating scale that does not exist."""
    for name, value in column_map.items():
        if name not in MAP_FIELDS:
            raise InputError(f"--map {name}={value}: no such field; the fields are {', '.join(MAP_FIELDS)}.")
        if name == "rating_scale" and value not in RATING_SCALES:
            raise InputError(
                f"--map rating_scale={value}: no such scale; the scales are {', '.join(RATING_SCALES)}."
            )


def plan_columns(
    table: Table, profile: Profile | None, column_map: Mapping[str, str]
) -> tuple[Plan, set[str]]:
    """The plan, and the keys of `column_map` that this table could serve. The plan may lack a text column."""
    plan = Plan()
    used = _take_map(plan, table, column_map)
    if profile is not None:
        _take_profile(plan, table, profile)
    else:
        _take_names(plan, table)
    if "text" not in plan.columns:
        _guess_text(plan, table)
    _tell_of_numbers(plan, table)
    plan.people = _columns_of_names(plan, table, profile)
    return plan, used


def no_text(name: str, table: Table) -> InputError:
    """The error for a table in which nothing reads like customers' words."""
    columns, numbers = quoted_list(table.columns), _text_of_numbers(table)
    empty = [
        c for c, values in table.columns.items() if _is_named_like_text(fold(c)) and not _is_filled(values)
    ]
    if empty:
        return InputError(
            f"{name}: {quoted_list(empty)} is empty, and no other column holds customers' text; name the one that does with "
            f"--map text=COLUMN, or leave this file out. The columns are {columns}."
        )
    if numbers:
        return InputError(
            f"{name}: there is nothing but numbers in {quoted_list(numbers)}, so no customers' text was found; name the "
            f"column that has it with --map text=COLUMN. The columns are {columns}."
        )
    return InputError(
        f"{name}: no column with the customers' text was found. The columns are {columns}. "
        "Name the right one with --map text=COLUMN."
    )


def _text_of_numbers(table: Table) -> list[str]:
    """The columns that are named like the text but hold numbers; all columns where all hold numbers; else none."""
    filled = [column for column, values in table.columns.items() if _is_filled(values)]
    numbers = [column for column in filled if _is_numbers(table.columns[column])]
    named = [column for column in numbers if _is_named_like_text(fold(column))]
    return named or (numbers if numbers == filled else [])


def _take_map(plan: Plan, table: Table, column_map: Mapping[str, str]) -> set[str]:
    used = set()
    for name, value in column_map.items():
        if name == "rating_scale":
            plan.rating_scale = value
            used.add(name)
            continue
        whole = find_name(value, table.columns)
        parts = [whole] if whole else [find_name(v.strip(), table.columns) for v in value.split("+")]
        found = tuple(p for p in parts if p is not None)
        if len(found) == len(parts):
            plan.columns[name] = found
            used.add(name)
    return used


def _take_profile(plan: Plan, table: Table, profile: Profile) -> None:
    plan.constants = dict(profile.constants)
    plan.rating_scale = plan.rating_scale or profile.rating_scale
    plan.id_pattern, plan.time_zone, plan.skip_rows = profile.id_pattern, profile.time_zone, profile.skip_rows
    for name in ("id", "created_at", "rating", "customer_id", "channel", "segment", "product", "agent_reply"):
        column = _first_filled(table, getattr(profile, name), plan.claimed)
        if column and name not in plan.columns:
            plan.columns[name] = (column,)
    if "customer_id" not in plan.columns:
        _take_customer_name(plan, table, tuple(fold(n) for n in profile.customer_name))
    if "rating" not in plan.columns and profile.rating_columns:
        _take_question_rating(plan, table, profile.rating_columns)
    if "text" not in plan.columns:
        parts = [_first_filled(table, alternatives, plan.claimed) for alternatives in profile.text]
        found = [p for p in parts if p]
        found += _open_questions(plan, table, profile)
        if found:
            plan.columns["text"] = tuple(dict.fromkeys(found))
    if profile.thread is not None and not profile.thread.as_items and "thread.text" in table.columns:
        plan.columns["text"] = (*plan.columns.get("text", ()), "thread.text")
        plan.columns.setdefault("agent_reply", ("thread.reply",))


def _first_filled(table: Table, names: Iterable[str], claimed: set[str]) -> str | None:
    """The first of `names` that the table has with anything in it; else the first that it has."""
    found = [c for n in names if (c := find_name(n, table.columns)) is not None and c not in claimed]
    return next((c for c in found if any(v.strip() for v in table.columns[c])), found[0] if found else None)


def _header_cells(table: Table, row: int) -> list[str]:
    cells = table.header[row - 1] if len(table.header) >= row else ()
    return [*cells, *[""] * (len(table.columns) - len(cells))]


def _open_questions(plan: Plan, table: Table, profile: Profile) -> list[str]:
    wanted = profile.text_columns
    if wanted is None:
        return []
    cells = _header_cells(table, wanted.row)
    found = []
    for column, cell in zip(table.columns, cells, strict=False):
        if column in plan.claimed or re.search(wanted.never, column):
            continue
        named = re.search(wanted.pattern, cell, re.IGNORECASE) and _is_wordy(table.columns[column])
        if named or (wanted.by_content and _is_open_answer(table.columns[column])):
            found.append(column)
    return found


def _take_question_rating(plan: Plan, table: Table, pattern: str) -> None:
    questions = _header_cells(table, 2)
    for column, question in zip(table.columns, questions, strict=False):
        label = f"{column} {question}"
        matches = re.search(pattern, column, re.IGNORECASE) or re.search(pattern, question, re.IGNORECASE)
        if (
            matches
            and column not in plan.claimed
            and ratings.readable_share(table.columns[column][:_SAMPLE]) > 0.5
        ):
            plan.columns["rating"] = (column,)
            plan.rating_scale = plan.rating_scale or _question_scale(label)
            return


def _question_scale(label: str) -> str:
    folded = fold(label)
    if re.search(r"\bnps\b|recommend|gioi thieu", folded):
        return "nps"
    return "csat" if re.search(r"csat|satisf|hai long", folded) else ""


def _take_names(plan: Plan, table: Table) -> None:
    """Columns of an unknown export, by the names in ``configs/columns.yaml``."""
    aliases = load_aliases()
    if "text" not in plan.columns:
        _take_text_names(plan, table)
    if "rating" not in plan.columns:
        _take_rating_name(plan, table)
    for name in ("id", "created_at", "customer_id"):
        if name not in plan.columns:
            _take_first(plan, table, name, aliases.fields[name])
    if "customer_id" not in plan.columns:
        _take_customer_name(plan, table, aliases.fields["customer_name"])
    for name in ("channel", "segment", "product", "agent_reply"):
        if name not in plan.columns:
            _take_first(plan, table, name, aliases.fields[name])


def _unclaimed(plan: Plan, table: Table) -> dict[str, str]:
    """Folded name → column, of the columns still free."""
    claimed = plan.claimed
    free: dict[str, str] = {}
    for column in table.columns:
        if column not in claimed:
            free.setdefault(fold(column), column)
    return free


def _take_text_names(plan: Plan, table: Table) -> None:
    free = _unclaimed(plan, table)
    roles: dict[str, str] = {}
    for role in TEXT_ROLES:
        usable = (free[n] for n in load_aliases().text[role] if n in free and free[n] not in roles.values())
        column = next((c for c in usable if _is_wordy(table.columns[c])), None)
        if column:
            roles[role] = column
    if "body" not in roles:
        longer = _longer_text_name(table, free, set(roles.values()))
        if longer:
            roles["body"] = longer
    if roles:
        plan.columns["text"] = tuple(roles[r] for r in TEXT_ROLES if r in roles)


def _longer_text_name(table: Table, free: Mapping[str, str], taken: set[str]) -> str | None:
    """A column such as "Ý kiến của Quý khách về dịch vụ": the one with the most prose wins."""
    found = []
    for name, column in free.items():
        if column not in taken and _speaks_of_text(name) and _is_wordy(table.columns[column]):
            found.append(column)
    return max(found, key=lambda c: prose_score(table.columns[c]), default=None)


def _speaks_of_text(name: str) -> bool:
    """Whether a folded name has a word for what customers say, and none that tells otherwise."""
    spaced, aliases = f" {name} ", load_aliases()
    if any(f" {word} " in spaced for word in aliases.text_never):
        return False
    return any(f" {word} " in spaced for word in aliases.text_contains)


def _is_named_like_text(name: str) -> bool:
    return any(name in names for names in load_aliases().text.values()) or _speaks_of_text(name)


def _take_rating_name(plan: Plan, table: Table) -> None:
    free = _unclaimed(plan, table)
    for name, scale in load_aliases().rating:
        if name in free and ratings.readable_share(table.columns[free[name]][:_SAMPLE]) >= 0.5:
            plan.columns["rating"] = (free[name],)
            plan.rating_scale = plan.rating_scale or scale
            return
    for scale, words in load_aliases().rating_contains:
        for name, column in free.items():
            asked = any(f" {word} " in f" {name} " for word in words)
            if asked and ratings.readable_share(table.columns[column][:_SAMPLE]) >= 0.5:
                plan.columns["rating"] = (column,)
                plan.rating_scale = plan.rating_scale or scale
                return


def _take_first(plan: Plan, table: Table, name: str, names: Sequence[str]) -> None:
    free = _unclaimed(plan, table)
    usable = _is_wordy if name in _WORDY_FIELDS else _is_filled
    found = [free[n] for n in names if n in free and usable(table.columns[free[n]])]
    if name == "created_at":
        found.sort(key=lambda c: dates.readable_share(table.columns[c][:_SAMPLE]) < 0.5)
    if found:
        # every id column is kept as a candidate: the first one that tells rows apart will be used
        plan.columns[name] = tuple(found) if name == "id" else (found[0],)


def _take_customer_name(plan: Plan, table: Table, names: Sequence[str]) -> None:
    """A column of people's names, where it tells customers apart."""
    free = _unclaimed(plan, table)
    unnamed = load_aliases().unnamed_customers
    for column in (free[n] for n in names if n in free):
        filled = [v for v in table.columns[column] if v.strip() and fold(v) not in unnamed]
        if len(filled) < 0.5 * len(table.columns[column]) or not filled:
            continue
        most = max(Counter(filled).values())
        if len(filled) < 10 or most <= _NAME_MAX_SHARE * len(filled):
            plan.columns["customer_id"] = (column,)
            return


def _columns_of_names(plan: Plan, table: Table, profile: Profile | None) -> tuple[str, ...]:
    """Columns that tell what the customer is called."""
    fields, told = load_aliases().fields, profile.customer_name if profile else ()
    names = {*fields["customer_name"], *fields["people"], *(fold(name) for name in told)}
    text = plan.columns.get("text", ())
    return tuple(column for column in table.columns if fold(column) in names and column not in text)


def _is_filled(values: Sequence[str]) -> bool:
    return any(v.strip() for v in values)


def _is_numbers(values: Sequence[str]) -> bool:
    """Whether there are figures in every cell that says something, and no words or signs in any."""
    missing = load_aliases().missing
    found = False
    for value in map(str.strip, values):
        if value and value.casefold() not in missing:
            if not (_NUMBERS.fullmatch(value) and re.search(r"\d", value)):
                return False
            found = True
    return found


def _tell_of_numbers(plan: Plan, table: Table) -> None:
    """Numbers are read as the text where the user or the profile names them so: that is hardly meant."""
    columns = plan.columns.get("text", ())
    if columns and all(_is_numbers(table.columns[column]) for column in columns):
        plan.problems.append(
            f"The text column '{'+'.join(columns)}' holds nothing but numbers; name the one with the customers' words with "
            "--map text=COLUMN."
        )


def _is_wordy(values: Sequence[str]) -> bool:
    """Whether a column that is named like the text can be it: most filled cells have letters or emoji."""
    filled = [v for v in values if v.strip()][:_SAMPLE]
    return bool(filled) and sum(
        any(c.isalpha() or c > _SYMBOLS for c in v[:200]) for v in filled
    ) >= 0.5 * len(filled)


def prose_score(values: Sequence[str]) -> float:
    """Mean words of a cell times the share of distinct cells; 0 for links, addresses, numbers and codes."""
    filled = [v.strip() for v in values if v.strip()][:_SAMPLE]
    if not filled:
        return 0.0
    plain = [v for v in filled if not re.match(r"https?://|\S+@\S+$|[{\[<]", v)]
    words = sum(min(len(re.findall(r"[^\W\d_]{2,}", v[:2000])), 100) for v in plain) / len(filled)
    return words * len(set(filled)) / len(filled) if words >= _MIN_PROSE_WORDS else 0.0


def _is_open_answer(values: Sequence[str]) -> bool:
    filled = [v.strip() for v in values if v.strip()][:_SAMPLE]
    if not filled or len(set(filled)) < _OPEN_ANSWER_DISTINCT * len(filled):
        return False
    return prose_score(filled) >= _OPEN_ANSWER_WORDS * _OPEN_ANSWER_DISTINCT


def _guess_text(plan: Plan, table: Table) -> None:
    """The column that reads most like prose. Says so, as a guess may be wrong."""
    claimed = plan.claimed
    scores = {c: prose_score(v) for c, v in table.columns.items() if c not in claimed}
    best = max(scores, key=lambda c: scores[c], default=None)
    if best is not None and scores[best] > 0:
        plan.columns["text"] = (best,)
        plan.problems.append(
            f"Text column guessed from its content: '{best}'; name another with --map text=COLUMN."
        )
