"""Money at risk: what the customers who complain of each pain are worth, and what that figure assumes.

It is no forecast of loss: it says whose business is touched, not how much of it will go.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from painpoints.rank.parts import value_shares

if TYPE_CHECKING:
    from painpoints.change.history import History
    from painpoints.settings import MoneySettings

__all__ = ["MONEY_COLUMNS", "MoneyAtRisk", "money_at_risk"]

MONEY_COLUMNS = ("theme_id", "name_vi", "name_en", "customers", "value", "share", "low", "high")

_NO_VALUES = {
    "vi": "Không có khách hàng nào vừa viết phản hồi vừa có giá trị trong tệp khách hàng, nên không tính được tiền.",
    "en": "No customer who wrote has a value in the customer file, so no money can be put beside the pains.",
}


@dataclass(frozen=True)
class MoneyAtRisk:
    """`rows` (MONEY_COLUMNS), the dearest first, in the currency of the customer file.

    ``value``: each customer's value split evenly over the pains that he complains of; the rows add up. ``low``: of
    those who complain of nothing else; ``high``: of all who complain of it (these do not add up). ``share``: of `total`,
    the value of all customers of the file. `heard`: value of those who wrote in these weeks; `elsewhere`: of those
    among them who complain, but of nothing that became a theme. Pains of too few customers are left out, their value is
    `suppressed`. `assumptions` and `notice`: sentences by language, to print beside the figures.
    """

    rows: pd.DataFrame
    total: float = 0.0
    heard: float = 0.0
    elsewhere: float = 0.0
    suppressed: float = 0.0
    assumptions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notice: dict[str, str] = field(default_factory=dict)


def money_at_risk(history: History, customers: pd.DataFrame | None, settings: MoneySettings) -> MoneyAtRisk:
    """The value behind each pain theme in the last weeks of the history; undated items count, as in the score.

    `customers`: ``customer_id, value`` as `load_customers` gives; a negative value (refunds) counts as none.
    """
    values = _values(customers)
    said, wrote = _recent(history, settings.weeks)
    heard = values[values.index.isin(wrote)]
    if not float(heard.sum()) > 0:
        return MoneyAtRisk(pd.DataFrame(columns=list(MONEY_COLUMNS)), notice=dict(_NO_VALUES))
    pains = history.themes[history.themes["polarity"] == "pain"]
    told = said[said["theme_id"].isin(pains["theme_id"]) & said["customer_id"].isin(heard.index)]
    table = _table(told, heard, float(values.sum()), pains)
    shown = (table["customers"] >= settings.min_customers).to_numpy()
    complained = set(said.loc[said["sentiment"] == "neg", "customer_id"]) - set(told["customer_id"])
    return MoneyAtRisk(
        table[shown].reset_index(drop=True),
        float(values.sum()),
        float(heard.sum()),
        float(heard[heard.index.isin(complained)].sum()),
        float(table.loc[~shown, "value"].sum()),
        _assumptions(history, settings, len(heard), len(wrote), int((~shown).sum())),
    )


def _values(customers: pd.DataFrame | None) -> pd.Series:
    if customers is None or customers.empty:
        return pd.Series(dtype=float)
    return customers.groupby("customer_id")["value"].sum().clip(lower=0.0).astype(float)


def _recent(history: History, weeks: int) -> tuple[pd.DataFrame, set[str]]:
    """Mentions of known customers that are not praise, with ``customer_id``; and everybody who wrote."""
    number = history.week_numbers()
    recent = (number >= len(history.weeks) - weeks) & (number >= 0) | (history.items["week"] == "").to_numpy()
    ids = history.items["customer_id"].fillna("").astype(str).str.strip().to_numpy(dtype=object)
    ids = np.where(recent, ids, "")
    said = history.mentions.assign(customer_id=ids[history.mentions["item"].to_numpy(dtype=int)])
    return said[(said["customer_id"] != "") & (said["sentiment"] != "pos")], set(ids) - {""}


def _table(told: pd.DataFrame, values: pd.Series, total: float, pains: pd.DataFrame) -> pd.DataFrame:
    """MONEY_COLUMNS of the pains that anybody with a value complains of."""
    pairs = told[["theme_id", "customer_id"]].drop_duplicates()
    pairs = pairs.assign(
        value=values.reindex(pairs["customer_id"]).to_numpy(),
        only=pairs.groupby("customer_id")["theme_id"].transform("size") == 1,
    )
    split = value_shares(told, values)
    by_theme = pairs.groupby("theme_id")
    alone = pairs[pairs["only"]].groupby("theme_id")["value"].sum()
    table = pains[["theme_id", "name_vi", "name_en"]].merge(
        by_theme.agg(customers=("customer_id", "size"), high=("value", "sum")).reset_index(), on="theme_id"
    )
    table["value"] = table["theme_id"].map(split).astype(float)
    table["low"] = table["theme_id"].map(alone).fillna(0.0).astype(float)
    table["share"] = table["value"] / total
    return table.sort_values(["value", "theme_id"], ascending=[False, True])[list(MONEY_COLUMNS)]


def _assumptions(
    history: History, settings: MoneySettings, valued: int, wrote: int, hidden: int
) -> dict[str, tuple[str, ...]]:
    first = history.weeks[-settings.weeks :][0] if history.weeks else ""
    span = {
        "vi": f"Chỉ tính phản hồi từ tuần {first} đến {history.weeks[-1]}."
        if first
        else "Phản hồi không có ngày.",
        "en": f"Feedback of weeks {first} to {history.weeks[-1]} counts."
        if first
        else "The feedback has no dates.",
    }
    few = settings.min_customers
    vi: tuple[str, ...] = (
        "Giá trị của mỗi khách được chia đều cho những điểm đau mà khách phàn nàn; mức thấp chỉ tính khách không phàn "
        "nàn gì khác, mức cao tính mọi khách có nhắc đến.",
        "Đây là giá trị của khách bị ảnh hưởng, không phải số tiền sẽ mất; không giả định bao nhiêu khách sẽ rời bỏ.",
        f"{valued} trong {wrote} khách có viết phản hồi có trong tệp khách hàng; khách không viết thì không được tính.",
        span["vi"],
    )
    en: tuple[str, ...] = (
        "Each customer's value is split evenly over the pains that he complains of; the lower figure counts only those "
        "who complain of nothing else, the upper one all who mention it.",
        "This is the value of the customers affected, not money that will be lost; nothing is assumed about how many leave.",
        f"{valued} of {wrote} customers who wrote are in the customer file; customers who do not write are not counted.",
        span["en"],
    )
    if hidden:
        vi += (f"{hidden} điểm đau có dưới {few} khách được ẩn để không lộ giá trị của từng người.",)
        en += (
            f"Pains of fewer than {few} customers ({hidden}) are left out, as they would show what one person is worth.",
        )
    return {"vi": vi, "en": en}
