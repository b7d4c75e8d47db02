"""The optional customer file: who is worth how much, who left, and which groups customers belong to."""

from __future__ import annotations

import os
import unicodedata
import zipfile
from pathlib import Path

import pandas as pd

from painpoints.errors import InputError
from painpoints.ingest.names import quoted_list
from painpoints.ingest.small_table import read_small_table
from painpoints.rank.leaving import LEFT_NAMES, LEFT_ON_NAMES, leaving_columns

__all__ = ["group_columns", "load_customers"]

_ID_NAMES = (
    "customer_id", "customer", "customerid", "client_id", "user_id", "userid", "account_id",
    "member_id", "id",
    "ma_khach_hang", "ma_kh", "makh", "khach_hang", "ma_khach", "id_khach_hang",
    "ma_hoi_vien", "ma_thanh_vien",
)  # fmt: skip
_VALUE_NAMES = (
    "value", "customer_value", "clv", "ltv", "lifetime_value", "revenue", "annual_revenue", "total_revenue",
    "spend", "total_spend", "amount", "sales", "gmv", "arr", "mrr", "doanh_thu", "gia_tri", "gia_tri_khach_hang",
    "tong_doanh_thu", "doanh_so", "tong_chi_tieu", "chi_tieu", "gia_tri_vong_doi", "tong_gia_tri", "so_tien",
)  # fmt: skip


_MOST_TOLD = 5
"""wrong cells that a message names"""
_MOST_GROUPS = 20
"""groups of one column; a column with more names places or people, not customer groups"""


def load_customers(path: str | Path) -> pd.DataFrame:
    """Read a customer file: ``customer_id`` (str, unique) and ``value`` (float), further columns as they are.

    CSV and XLSX in any encoding, with Vietnamese or English column names. Where the file says who left, there are also
    ``left`` (boolean, <NA> where it does not say) and ``left_on`` (datetime64[ns, UTC]). A customer on several rows
    gets the sum of the values and the first day of leaving. Raises InputError where the file is missing or unreadable,
    has no such columns, or a cell is not what its column holds.
    """
    path = Path(path)
    table, id_column, value_column = _read(path)
    ids = table[id_column].map(_clean_id)
    leaving = leaving_columns(
        path, table, [str(c) for c in table.columns if c not in (id_column, value_column)]
    )
    used = [id_column, value_column, *leaving.used]
    rest = table.drop(columns=used).rename(columns={"customer_id": "customer_id_2"})
    rest = rest.drop(columns=[c for c in ("value", "left", "left_on") if c in rest])
    values = _values(path, table[value_column], ids)
    known = pd.concat([ids.rename("customer_id"), values, leaving.columns, rest], axis=1)
    known = known[known["customer_id"] != ""]
    if known.empty:
        raise InputError(f"{path.name}: no record has a customer id in column {id_column!r}.")
    by_customer = known.groupby("customer_id")
    merged = {"value": by_customer["value"].transform("sum")}
    if "left" in leaving.columns:
        merged["left"] = by_customer["left"].transform("max")
    if "left_on" in leaving.columns:
        merged["left_on"] = by_customer["left_on"].transform("min")
    return known.assign(**merged).drop_duplicates("customer_id").reset_index(drop=True)


def group_columns(customers: pd.DataFrame) -> tuple[str, ...]:
    """The further columns of a customer file that name customer groups: 2 to 20 words, each of several customers."""
    found = []
    for name in customers.columns:
        if name in ("customer_id", "value", "left", "left_on"):
            continue
        given = customers[name].astype(str).str.strip()
        given = given[given != ""]
        different = given.nunique()
        words = given.map(lambda text: _number(text) is None and any(c.isalpha() for c in text)).mean()
        if 2 <= different <= min(_MOST_GROUPS, len(given) / 2) and words > 0.5:
            found.append(str(name))
    return tuple(found)


def _read(path: Path) -> tuple[pd.DataFrame, str, str]:
    """The table as text, and the names of its columns with the id and the value."""
    if not os.path.isfile(path):
        raise InputError(f"{path}: no such customer file.")
    headers: list[list[str]] = []

    def fits(header: list[str]) -> bool:
        headers.append(header)
        return all(_wanted(header))

    try:
        header, records, _ = read_small_table(path, fits, "")
    except InputError as error:
        broken = path.suffix.lower() in (".xlsx", ".xlsm") and not zipfile.is_zipfile(path)
        if headers and not broken:
            raise InputError(_lacking(path, headers)) from None
        reason = "." if headers else f": {str(error).removeprefix(f'{path.name}: ')}"
        raise InputError(f"{path.name}: not a readable CSV or XLSX table{reason}") from error
    if len(set(filter(None, header))) < len(list(filter(None, header))):
        twice = next(name for name in header if name and header.count(name) > 1)
        raise InputError(f"{path.name}: two columns are called {twice!r}; rename one of them.")
    table = pd.DataFrame(records, columns=header, dtype=str).fillna("")
    table = table[[name for name in header if name]]
    table = table[(table != "").any(axis=1)].reset_index(drop=True)
    if table.empty:
        raise InputError(f"{path.name}: the customer file has no records.")
    id_column, value_column = _wanted(header)
    return table, str(id_column), str(value_column)


def _wanted(header: list[str]) -> tuple[str | None, str | None]:
    named = [name for name in header if name]
    id_column = _find(named, _ID_NAMES)
    others = [c for c in named if c != id_column and _plain(c) not in (*LEFT_NAMES, *LEFT_ON_NAMES)]
    return id_column, _find(others, _VALUE_NAMES)


def _lacking(path: Path, headers: list[list[str]]) -> str:
    """What is missing of the row that comes nearest to a header."""
    best = max(headers, key=lambda header: sum(name is not None for name in _wanted(header)))
    known_id = _wanted(best)[0] is not None
    lacking = "value (value, doanh thu, clv)" if known_id else "customer id (customer_id, mã khách hàng)"
    found = quoted_list(best, 20) or "none"
    return f"{path.name}: no column for the {lacking}; the columns are {found}. Rename one of them."


def _values(path: Path, given: pd.Series, ids: pd.Series) -> pd.Series:
    values = given.map(_number)
    bad = values.isna() & (ids != "") & (given.str.strip() != "")
    if bad.any():
        rows = bad.to_numpy().nonzero()[0]
        told = ", ".join(f"record {row + 1} {str(given.iat[row])[:40]!r}" for row in rows[:_MOST_TOLD])
        more = f" and {len(rows) - _MOST_TOLD} more" if len(rows) > _MOST_TOLD else ""
        raise InputError(f"{path.name}: plain numbers are expected as {given.name!r}, not {told}{more}.")
    return values.astype(float).fillna(0.0).rename("value")


def _plain(name: str) -> str:
    """``Mã khách hàng `` → ``ma_khach_hang``."""
    letters = unicodedata.normalize("NFD", name.strip().lower().replace("đ", "d"))
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return "_".join(kept.split())


def _find(columns: list[str], names: tuple[str, ...]) -> str | None:
    """The column that comes first in ``names``; else one that holds a name (``Doanh thu năm (VND)``)."""
    plain = {column: _plain(column) for column in columns}
    for name in names:
        for column, key in plain.items():
            if key == name:
                return column
    for name in names:
        for column, key in plain.items():
            if len(name) > 3 and f"_{name}_" in f"_{key}_":
                return column
    return None


def _clean_id(text: str) -> str:
    text = text.strip()
    return text[:-2] if text.endswith(".0") and text[:-2].isdecimal() else text


def _number(text: str) -> float | None:
    """``1.250.000 đ``, ``1,250,000.50``, ``1250000`` → float; None where it is no number.

    A separator that is followed by exactly three digits groups thousands, unless it is the only one and
    stands before a zero-led number; otherwise the last separator is the decimal one.
    """
    kept = "".join(c for c in text.lower().replace("vnđ", "").replace("vnd", "") if c not in " \u00a0₫đ$€")
    sign = -1.0 if kept.startswith("-") or (kept.startswith("(") and kept.endswith(")")) else 1.0
    kept = kept.strip("-()")
    if not kept or not all(c.isdecimal() or c in ".," for c in kept):
        return _scientific(kept, sign)
    last = max(kept.rfind("."), kept.rfind(","))
    groups = kept.replace(",", ".").split(".")
    both = "." in kept and "," in kept
    grouped = len(groups) > 1 and all(len(g) == 3 for g in groups[1:]) and 0 < len(groups[0]) <= 3
    if last < 0 or (grouped and not both and groups[0] != "0"):
        return sign * float("".join(groups))
    if not both and kept.count(kept[last]) > 1:
        return None
    whole, part = kept[:last].replace(".", "").replace(",", ""), kept[last + 1 :]
    return sign * float(f"{whole or '0'}.{part or '0'}")


def _scientific(kept: str, sign: float) -> float | None:
    """``1.2e+09``, as Excel writes large numbers into CSV."""
    mantissa, _, exponent = kept.partition("e")
    digits = exponent.lstrip("+-")
    if not digits.isdecimal() or int(digits) > 15 or not mantissa.replace(".", "", 1).isdecimal():
        return None
    return sign * float(kept)
