"""CSV in all its dialects: the delimiter by evidence, quotes that were never closed, rows that do not fit."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterator

from painpoints.ingest.aliases import load_aliases
from painpoints.ingest.grid import Grid, drop_blank_end
from painpoints.ingest.names import fold
from painpoints.settings import IngestSettings

__all__ = ["DELIMITER_NAMES", "parse_delimited", "sniff_delimiter"]

DELIMITER_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "pipe", "": "none (one column)"}
_SNIFF_LINES = 400
_UNCLOSED = "quote never closed"
_PATIENCE = 20  # unclosed quotes after which the search for the closing one is cut short
_IMPATIENT_LINES = 100


def parse_delimited(text: str, settings: IngestSettings) -> tuple[Grid, str]:
    """The records of `text` and its delimiter ('' for a single column). Blank lines, and blank ends, are no records."""
    lines = list(io.StringIO(text, newline=""))
    delimiter, lines = _stated_delimiter(lines)
    if delimiter is None:
        delimiter = sniff_delimiter(lines)
    # the csv module keeps this limit for the whole process: it is put back
    before = csv.field_size_limit(max(len(text) + 1, 131_072))
    try:
        grid = _Parser(lines, delimiter or ",", settings, one_column=not delimiter).grid()
    finally:
        csv.field_size_limit(before)
    drop_blank_end(grid.records)
    return grid, delimiter


def _stated_delimiter(lines: list[str]) -> tuple[str | None, list[str]]:
    """Excel's own hint, a first line such as ``sep=;``."""
    first = lines[0].strip().strip('"') if lines else ""
    if first.lower().startswith("sep=") and len(first) == 5 and first[4] in DELIMITER_NAMES:
        return first[4], lines[1:]
    return (None, lines) if first.lower() != "sep=" else ("\t", lines[1:])


def sniff_delimiter(lines: list[str]) -> str:
    """The delimiter that gives most records one common width of at least two; '' where none does."""
    best, best_score = "", 0.0
    for delimiter in (",", "\t", ";", "|"):
        widths = _widths(lines[:_SNIFF_LINES], delimiter)
        if not widths or (next(iter(widths)) == 1 and not _names_columns(lines, delimiter)):
            continue
        width, count = max(widths.items(), key=lambda item: (item[1] if item[0] > 1 else 0, item[0]))
        share = count / sum(widths.values())
        first_is_header = next(iter(widths)) == width
        score = share * math.log2(width) * (1.0 if first_is_header else 0.5) if width > 1 else 0.0
        if score > best_score and share > 0.3:
            best, best_score = delimiter, score
    return best


def _names_columns(lines: list[str], delimiter: str) -> bool:
    """Whether, below a title, one of the first lines names columns; else a first line of one cell is the header."""
    known = load_aliases().known_names
    return any(
        sum(fold(cell.strip('" \r\n')) in known for cell in line.split(delimiter)) >= 2 for line in lines[:15]
    )


def _widths(lines: list[str], delimiter: str) -> Counter[int]:
    before = csv.field_size_limit(max(sum(map(len, lines)) + 1, 131_072))
    try:
        return Counter(len(r) for r in csv.reader(lines, delimiter=delimiter) if r)
    except csv.Error:
        return Counter()
    finally:
        csv.field_size_limit(before)


class _Parser:
    """Reads strictly; where a record breaks a rule, tries to lose that record only."""

    def __init__(
        self, lines: list[str], delimiter: str, settings: IngestSettings, *, one_column: bool
    ) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._max_lines = settings.max_record_lines
        self._one_column = one_column
        self._start = 0  # first line of the record being read
        self._records: list[list[str]] = []
        self._broken: dict[int, str] = {}

    def grid(self) -> Grid:
        if self._one_column:
            return self._single_column()
        while self._start < len(self._lines):
            first = self._start
            reader = csv.reader(self._feed(first), delimiter=self._delimiter, strict=True)
            try:
                for record in reader:
                    self._start = first + reader.line_num
                    if record:
                        self._records.append(record)
                return Grid(self._records, self._broken)
            except csv.Error:
                self._recover()
        return Grid(self._records, self._broken)

    def _single_column(self) -> Grid:
        """One cell a line, unless the cells are quoted and may then hold line breaks."""
        if not any(line.startswith('"') for line in self._lines[:_SNIFF_LINES]):
            stripped = (line.rstrip("\r\n") for line in self._lines)
            return Grid([[line] for line in stripped if line])
        joined = "".join(self._lines).replace("\x1f", " ")
        return Grid(
            [["".join(r)] for r in csv.reader(io.StringIO(joined, newline=""), delimiter="\x1f") if r]
        )

    def _feed(self, first: int) -> Iterator[str]:
        limit = self._max_lines if len(self._broken) < _PATIENCE else _IMPATIENT_LINES
        for position in range(first, len(self._lines)):
            if position - self._start > limit:
                return  # the strict reader then reports the open quote
            yield self._lines[position]

    def _recover(self) -> None:
        """Takes the record at `_start` leniently where it comes out whole, else gives up its first line."""
        width = len(self._records[0]) if self._records else 0
        record, used = self._lenient()
        following = self._lines[self._start + 1 : self._start + used]
        swallowed = any(width in (self._width(line), line.count(self._delimiter) + 1) for line in following)
        if len(record) == width and not swallowed:
            self._records.append(record)
            self._start += used
            return
        line = self._lines[self._start]
        alone = next(csv.reader([line], delimiter=self._delimiter), [])
        if len(alone) != width:
            self._broken[len(self._records)] = _UNCLOSED
            alone = [line.rstrip("\r\n")]
        self._records.append(alone)
        self._start += 1

    def _lenient(self) -> tuple[list[str], int]:
        reader = csv.reader(self._feed(self._start), delimiter=self._delimiter)
        record = next(reader, [])
        return record, max(reader.line_num, 1)

    def _width(self, line: str) -> int:
        return len(next(csv.reader([line], delimiter=self._delimiter), []))
