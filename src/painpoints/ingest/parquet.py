"""Parquet through pyarrow: every column as text, nested ones flattened with dots."""

from __future__ import annotations

import io

from painpoints.errors import InputError
from painpoints.ingest.grid import Table, is_blank, rows_before_blank_end

__all__ = ["parse_parquet"]


def parse_parquet(name: str, data: bytes) -> Table:
    """The file as a table of text; blank rows at the end are no records. Raises InputError where it is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(io.BytesIO(data))
        while any(pa.types.is_struct(field.type) for field in table.schema):
            table = table.flatten()
        columns = {column: _spelt(table.column(column)) for column in dict.fromkeys(table.column_names)}
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"{name}: the Parquet file is damaged or cannot be read ({error}).") from error
    rows = rows_before_blank_end(
        table.num_rows, lambda row: all(is_blank(cells[row]) for cells in columns.values())
    )
    return Table({name: cells[:rows] for name, cells in columns.items()}, list(range(1, rows + 1)), rows)


def _spelt(column: object) -> list[str]:
    from painpoints.ingest.workbooks import spelt_cell

    return ["" if value is None else spelt_cell(value) for value in column.to_pylist()]  # type: ignore[attr-defined]
