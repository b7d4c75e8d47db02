"""Columns that describe groups of customers, told from keys, dates and free text; quantities are cut at quartiles."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from painpoints.change.history import History
    from painpoints.settings import GroupSettings

__all__ = ["GroupColumns", "customer_columns", "group_columns"]

_ITEM_COLUMNS = ("segment", "product", "channel")
_MISSING = frozenset({"", "nan", "none", "null", "nat", "<na>", "n/a", "na", "-"})
_PERSONAL_NAME = re.compile(
    r"((customer|client|user|account|member|contact|feedback|order|ticket|session|device|transaction)_?)?(id|uuid|guid)"
    r"|ma_(khach|khach_hang|kh|hoi_vien|thanh_vien|don_hang)|(.*_)?(e_?mail(_.*)?|phone|telephone|(phone|mobile|tel)_(number|no)"
    r"|sdt(_.*)?|dien_thoai(_.*)?|cccd|cmnd|passport|so_tai_khoan|account_(number|no)|address|dia_chi)"
    r"|(ho_(va_)?)?ten(_khach_hang|_kh)?|((full|first|last|customer|client)_?)?name"
)
_CODE_NAME = re.compile(r"(.*_)?(id|code|no|number|zip|postcode)|(ma|so)_.*")
_PERSONAL_VALUE = re.compile(r"\S+@\S+\.\S+|\+?\d[\d .()-]{7,}\d")


@dataclass(frozen=True)
class GroupColumns:
    """``labels [n items]``: a text a column, '' where an item is in no group. ``skipped``: column -> why it is left out."""

    labels: pd.DataFrame
    skipped: dict[str, str]


def customer_columns(history: History, customers: pd.DataFrame | None) -> pd.DataFrame:
    """Columns aligned with the items: segment, product, channel, and those of the customer file joined by ``customer_id``.

    A column of the file with the name of an item column is called ``customer.NAME``. Items of unknown customers have ''.
    """
    items = history.items
    joined = pd.DataFrame({name: items[name] for name in _ITEM_COLUMNS if name in items}, index=items.index)
    if customers is None or "customer_id" not in items:
        return joined
    known = customers.drop_duplicates("customer_id").set_index("customer_id")
    own = known.reindex(items["customer_id"].fillna("").astype(str)).set_axis(items.index, axis=0)
    return joined.join(own.rename(columns={name: f"customer.{name}" for name in own if name in joined}))


def group_columns(columns: pd.DataFrame, voices: np.ndarray, settings: GroupSettings) -> GroupColumns:
    """The columns whose values are groups. ``voices [n items]`` says which customer each row is of.

    A quantity (more than ``numeric_values`` distinct numbers) becomes its quartiles, each customer counted once. Left out:
    dates, keys and personal data by name or look, columns with one value or more than ``max_values``, and columns that part
    the items as an earlier one does.
    """
    labels: dict[str, pd.Series] = {}
    skipped: dict[str, str] = {}
    seen: dict[bytes, str] = {}
    for name in map(str, columns.columns):
        found = _labels(columns[name], name, voices, settings)
        if isinstance(found, str):
            skipped[name] = found
            continue
        parts = pd.factorize(found)[0].tobytes()
        if parts in seen:
            skipped[name] = f"the same groups as {seen[parts]}"
            continue
        seen[parts], labels[name] = name, found
    return GroupColumns(pd.DataFrame(labels, index=columns.index, dtype=object), skipped)


def _labels(column: pd.Series, name: str, voices: np.ndarray, settings: GroupSettings) -> pd.Series | str:
    """Labels of a column, or the reason why it has none."""
    if _PERSONAL_NAME.fullmatch(_plain(name)):
        return "an identifier or personal data by its name"
    if pd.api.types.is_datetime64_any_dtype(column):
        return "dates"
    text = column.astype(object).where(column.notna(), "").astype(str).str.strip()
    text = text.where(~text.str.lower().isin(_MISSING), "")
    filled = text != ""
    distinct = text[filled].nunique()
    if distinct < 2:
        return "fewer than two values"
    if (text[filled].drop_duplicates().map(lambda v: bool(_PERSONAL_VALUE.fullmatch(v)))).mean() > 0.5:
        return "looks like e-mail addresses or phone numbers"
    numbers = pd.to_numeric(text.where(filled), errors="coerce")
    counted = numbers[filled].notna().all() and not _CODE_NAME.fullmatch(_plain(name))
    if counted and distinct > settings.numeric_values:
        if _running_number(text[filled], np.asarray(voices)[filled], settings):
            return "as many values as customers, all of one length"
        return _quartiles(numbers, voices)
    if distinct > settings.max_values:
        return f"more than {settings.max_values} values"
    if distinct >= settings.id_share * len(set(np.asarray(voices)[filled])):
        return "nearly as many values as customers"
    return text


def _running_number(text: pd.Series, voices: np.ndarray, settings: GroupSettings) -> bool:
    """Whole numbers of one length, nearly one a customer: a key, where amounts and ages differ in length or repeat."""
    whole = text.str.fullmatch(r"\d{3,}")
    lengths = text.str.len().nunique()
    return bool(whole.all()) and lengths == 1 and text.nunique() >= settings.id_share * len(set(voices))


def _quartiles(numbers: pd.Series, voices: np.ndarray) -> pd.Series:
    """``1: up to 18``, ``2: up to 25`` …, ``4: over 40``: cut at the quartiles of customers."""
    a_voice = numbers.groupby(np.asarray(voices)).first().dropna()
    cuts = np.unique(np.quantile(a_voice, [0.25, 0.5, 0.75], method="inverted_cdf"))
    cuts = cuts[cuts < numbers.max()]
    names = [f"{i + 1}: up to {cut:,.6g}" for i, cut in enumerate(cuts)]
    names.append(f"{len(cuts) + 1}: over {cuts[-1]:,.6g}" if len(cuts) else "")
    place = np.searchsorted(cuts, numbers.fillna(0).to_numpy())
    return pd.Series(np.array(names, dtype=object)[place], index=numbers.index).where(numbers.notna(), "")


def _plain(name: str) -> str:
    """``Số điện thoại`` → ``so_dien_thoai``."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    letters = unicodedata.normalize("NFD", spaced.lower().replace("đ", "d"))
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return "_".join(kept.split())
