"""Reading a small table that a person made: CSV or XLSX, in any encoding and with any delimiter that exports have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from painpoints.errors import InputError
from painpoints.ingest.names import quoted_list

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SmallTable", "read_small_table"]

_HEADER_ROWS = 6
"""rows in which the names of the columns are looked for"""

SmallTable = tuple[list[str], list[list[str]], int]
"""names of the columns, records as wide as they, and the number of the first record in the file (from 1)"""


def read_small_table(path: Path, fits: Callable[[list[str]], bool], needed: str) -> SmallTable:
    """The first table of the file one of whose first rows is a header that `fits`.

    Raises `InputError` for a file that is no table or has no such header; `needed` says what it should have.
    """
    from painpoints.ingest.decode import decode
    from painpoints.ingest.delimited import parse_delimited
    from painpoints.ingest.formats import TEXT, binary_format
    from painpoints.ingest.sources import open_sources
    from painpoints.ingest.workbooks import parse_workbook
    from painpoints.settings import IngestSettings

    settings = IngestSettings()
    source = next(iter(open_sources([path], settings)))
    kind = binary_format(source.name, source.data)
    if kind == TEXT:
        grids = [parse_delimited(decode(source.name, source.data).text, settings)[0]]
    elif kind == "parquet":
        raise InputError(f"{path.name}: only CSV and XLSX are read here.")
    else:
        grids = parse_workbook(source.name, source.data)
    for grid in grids:
        for at, record in enumerate(grid.records[:_HEADER_ROWS]):
            header = [cell.strip().lstrip("\ufeff") for cell in record]
            if fits(header):
                width = len(header)
                return header, [(r + [""] * width)[:width] for r in grid.records[at + 1 :]], at + 2
    seen = next((g.records[0] for g in grids if g.records), [])
    raise InputError(
        f"{path.name}: {needed}; the first row is {quoted_list(map(str, seen), 12)}. Rename the columns."
    )
