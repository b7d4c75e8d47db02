"""The optional customer file: who is worth how much."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pandas as pd

from painpoints.errors import InputError

__all__ = ["load_customers"]

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


def load_customers(path: str | Path) -> pd.DataFrame:
    """Read a customer file: ``customer_id`` (str, unique) and ``value`` (float), further columns as they are.

    CSV (comma, semicolon or tab; UTF-8 or UTF-16) and XLSX, with Vietnamese or English column names. A
    customer on several rows gets the sum. Raises InputError where the file is missing, unreadable, or has
    no such columns.
    """
    path = Path(path)
    table = _read(path)
    columns = [str(c) for c in table.columns]
    id_column = _find(columns, _ID_NAMES)
    value_column = _find([c for c in columns if c != id_column], _VALUE_NAMES)
    if id_column is None or value_column is None:
        lacking = (
            "customer id (customer_id, mã khách hàng)"
            if id_column is None
            else "value (value, doanh thu, clv)"
        )
        found = ", ".join(map(repr, table.columns[:20])) or "none"
        raise InputError(
            f"{path.name}: no column for the {lacking}; the columns are {found}. Rename one of them."
        )
    ids = table[id_column].map(_clean_id)
    values = table[value_column].map(_number)
    bad = values.isna() & (ids != "") & (table[value_column].str.strip() != "")
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise InputError(
            f"{path.name}: record {row + 1} has {str(table[value_column].iat[row])[:40]!r} "
            f"as {value_column!r}; a plain number is expected."
        )
    rest = table.drop(columns=[id_column, value_column]).rename(columns={"customer_id": "customer_id_2"})
    rest = rest.drop(columns=[c for c in ("value",) if c in rest])
    known = pd.concat([ids.rename("customer_id"), values.fillna(0.0).rename("value"), rest], axis=1)
    known = known[known["customer_id"] != ""]
    if known.empty:
        raise InputError(f"{path.name}: no record has a customer id in column {id_column!r}.")
    totals = known.groupby("customer_id")["value"].transform("sum")
    return known.assign(value=totals).drop_duplicates("customer_id").reset_index(drop=True)


def _read(path: Path) -> pd.DataFrame:
    try:
        if not path.is_file():
            raise InputError(f"{path}: no such customer file.")
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            table = pd.read_excel(path, dtype=str, engine="calamine")
        else:
            table = pd.read_csv(path, dtype=str, sep=None, engine="python", encoding=_encoding(path))
    except InputError:
        raise
    except Exception as error:  # every reader raises its own kind, and all of them mean: not a table
        raise InputError(
            f"{path.name}: not a readable CSV or XLSX table ({type(error).__name__})."
        ) from error
    table.columns = pd.Index([str(c).strip() for c in table.columns])
    if table.columns.duplicated().any():
        twice = table.columns[table.columns.duplicated()][0]
        raise InputError(f"{path.name}: two columns are called {twice!r}; rename one of them.")
    if table.empty:
        raise InputError(f"{path.name}: the customer file has no records.")
    return table.fillna("").astype(str)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(2)
    return "utf-16" if start in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


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
