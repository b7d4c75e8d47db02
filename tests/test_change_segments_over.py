"""Groups that tell a theme more often than others: exact tests, honest columns, subgroups that add something."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.stats import fisher_exact, hypergeom

from painpoints.change.drivers.group_columns import customer_columns, group_columns
from painpoints.change.drivers.incidence import design_effects
from painpoints.change.drivers.segments_over import OVER_COLUMNS, find_over_represented, over_represented
from painpoints.change.drivers.stratified import (
    excess_p_value,
    hypergeometric_upper,
    shrunk_ratio,
    stratified_expectation,
)
from painpoints.change.history import History
from painpoints.settings import GroupSettings

SETTINGS = GroupSettings()


def history(told: np.ndarray, channel: object = "", voice: np.ndarray | None = None) -> History:
    """``told [n items, themes]`` of a week; one customer an item unless `voice` says otherwise."""
    item, theme = np.nonzero(told)
    voices = np.arange(len(told)) if voice is None else voice
    items = pd.DataFrame({"week": "2026-W02", "voice": voices.astype(str)})
    mentions = pd.DataFrame({"item": item, "theme_id": [f"T{t}" for t in theme]})
    themes = pd.DataFrame({"theme_id": [f"T{t}" for t in range(told.shape[1])]})
    return History(items.assign(channel=channel), mentions, themes, ("2026-W02",))


def test_one_stratum_is_fishers_exact_test() -> None:
    p = hypergeometric_upper(8, np.array([12]), np.array([15]), np.array([40]))
    assert p == pytest.approx(fisher_exact([[8, 4], [7, 21]], alternative="greater")[1])
    assert hypergeometric_upper(0, np.array([12]), np.array([15]), np.array([40])) == pytest.approx(1)
    assert hypergeometric_upper(13, np.array([12]), np.array([15]), np.array([40])) == 0


def test_strata_are_added_up_exactly() -> None:
    group, told, total = np.array([5, 4, 0]), np.array([6, 3, 9]), np.array([12, 10, 20])
    sums = {}
    for a in range(6):
        for b in range(5):
            chance = hypergeom.pmf(a, 12, 6, 5) * hypergeom.pmf(b, 10, 3, 4)
            sums[a + b] = sums.get(a + b, 0) + chance
    assert hypergeometric_upper(6, group, told, total) == pytest.approx(
        sum(c for k, c in sums.items() if k >= 6)
    )
    mean, variance = stratified_expectation(group, told, total)
    assert mean == pytest.approx(sum(k * c for k, c in sums.items()))
    assert variance == pytest.approx(sum((k - mean) ** 2 * c for k, c in sums.items()))


def test_large_counts_keep_their_tail() -> None:
    p = hypergeometric_upper(10_400, np.array([50_000]), np.array([40_000]), np.array([200_000]))
    assert p == pytest.approx(hypergeom.sf(10_399, 200_000, 40_000, 50_000), rel=1e-6)


def test_customers_who_repeat_themselves_count_less() -> None:
    once = csr_array(np.array([[1.0], [0], [1], [0]]))
    assert design_effects(once, np.arange(4)).tolist() == [1.0]
    # two customers, each says the same twice: pairs carry half of the evidence
    assert design_effects(once[[0, 0, 1, 1]], np.array([0, 0, 1, 1])).tolist() == pytest.approx([2.0])
    margins = np.array([50]), np.array([60]), np.array([200])
    assert excess_p_value(25, *margins, 1.0) < excess_p_value(25, *margins, 3.0)


def test_a_ratio_is_pulled_to_one_and_its_interval_narrows_with_counts() -> None:
    ratio, low, high = shrunk_ratio(np.array([10.0, 1000]), np.array([5.0, 500]), np.ones(2), 1.0)
    assert ratio == pytest.approx([11 / 6, 1001 / 501])
    assert (low < ratio).all()
    assert (ratio < high).all()
    assert high[1] - low[1] < 0.3 < high[0] - low[0]


def test_an_excess_is_reported_with_its_shares() -> None:
    told = np.zeros((1000, 2))
    told[:60, 0] = told[200:240, 0] = 1  # 60 of the 200 new customers, 40 of the 800 others
    told[::10, 1] = 1
    columns = pd.DataFrame({"segment": ["new"] * 200 + ["old"] * 800})
    table = over_represented(history(told), columns, SETTINGS, seed=0)
    assert tuple(table.columns) == OVER_COLUMNS
    assert len(table) == 1
    row = table.iloc[0]
    assert (row["column"], row["value"], row["theme_id"], row["n"]) == ("segment", "new", "T0", 60)
    assert row["share"] == pytest.approx(0.3)
    assert row["expected_share"] == pytest.approx(0.1)
    assert row["ratio"] == pytest.approx(61 / 21)


def test_what_the_channel_explains_is_no_excess() -> None:
    rng = np.random.default_rng(0)
    ticket = np.arange(4000) % 2 == 0
    new = rng.random(4000) < np.where(ticket, 0.8, 0.1)
    told = (rng.random((4000, 1)) < np.where(ticket, 0.3, 0.05)[:, None]).astype(float)
    columns = pd.DataFrame({"segment": np.where(new, "new", "old")})
    channel = np.where(ticket, "ticket", "review")
    assert over_represented(history(told, channel), columns, SETTINGS, seed=0).empty
    assert len(over_represented(history(told), columns, SETTINGS, seed=0)) == 1
    of_channel = over_represented(
        history(told, channel), pd.DataFrame({"channel": channel}), SETTINGS, seed=0
    )
    assert of_channel["value"].tolist() == ["ticket"]


def test_one_customer_who_writes_on_and_on_is_no_group() -> None:
    told = np.zeros((2000, 1))
    told[:100] = told[200::20] = 1
    voice = np.arange(2000)
    voice[:100] = 0  # all hundred of them by one customer
    columns = pd.DataFrame({"segment": ["new"] * 200 + ["old"] * 1800})
    assert over_represented(history(told, voice=voice), columns, SETTINGS, seed=0).empty
    assert len(over_represented(history(told), columns, SETTINGS, seed=0)) == 1


def subgroup(inside: float, first: float = 1.0, second: float = 1.0) -> tuple[History, pd.DataFrame]:
    rng = np.random.default_rng(1)
    segment, product = rng.choice(["new", "old", "gone"], 9000), rng.choice(list("XYZ"), 9000)
    rate = 0.05 * np.where(segment == "new", first, 1) * np.where(product == "X", second, 1)
    rate *= np.where((segment == "new") & (product == "X"), inside, 1)
    told = np.column_stack([rng.random(9000) < rate, rng.random(9000) < 0.1]).astype(float)
    return history(told), pd.DataFrame({"segment": segment, "product": product})


def test_a_combination_is_found_on_one_half_and_confirmed_on_the_other() -> None:
    told, columns = subgroup(inside=4.0)
    found = find_over_represented(told, columns, SETTINGS, seed=0)
    both = found.table[found.table["column"] == "segment & product"]
    assert both[["value", "theme_id"]].to_numpy().tolist() == [["new & X", "T0"]]
    row = found.details.loc[both.index[0]]
    assert 400 < row["group_items"] < 600  # of the half that took no part in the search
    assert row["ratio_low"] < row["ratio_high"]


def test_two_effects_that_multiply_are_no_news() -> None:
    told, columns = subgroup(inside=1.0, first=2.5, second=2.5)
    table = over_represented(told, columns, SETTINGS, seed=0)
    assert {"segment", "product"} == set(table["column"])


def test_the_same_seed_gives_the_same_rows() -> None:
    told, columns = subgroup(inside=4.0)
    first, second = (over_represented(told, columns, SETTINGS, seed=7) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_columns_that_are_no_groups_are_named_with_the_reason() -> None:
    n = 400
    rng = np.random.default_rng(0)
    columns = pd.DataFrame(
        {
            "segment": rng.choice(["a", "b"], n),
            "Số điện thoại": [f"09{i:08}" for i in range(n)],
            "contact": [f"k{i}@example.com" for i in range(n)],
            "member no": [str(100_000 + i) for i in range(n)],
            "city": [f"city {i}" for i in range(n)],
            "joined": pd.date_range("2026-01-01", periods=n),
            "country": "vn",
            "nothing": None,
            "spend": rng.lognormal(12, 1, n).round(),
            "visits": rng.integers(1, 6, n),
        }
    )
    columns["copy"] = columns["segment"].map({"a": "alpha", "b": "beta"})
    found = group_columns(columns, np.arange(n), SETTINGS)
    assert list(found.labels) == ["segment", "spend", "visits"]
    assert found.skipped["copy"] == "the same groups as segment"
    assert set(found.skipped) == {
        "Số điện thoại", "contact", "member no", "city", "joined", "country", "nothing", "copy",
    }  # fmt: skip
    assert found.labels["spend"].value_counts().tolist() == [100] * 4
    assert sorted(found.labels["visits"].unique()) == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    "name", ["customer_id", "Mã KH", "Email khách hàng", "phone", "Họ tên", "orderId", "Địa chỉ"]
)
def test_personal_data_is_told_by_its_name(name: str) -> None:
    columns = pd.DataFrame({name: ["a", "b"] * 50})
    assert "by its name" in group_columns(columns, np.arange(100), SETTINGS).skipped.get(name, "kept")


def test_numbers_that_name_places_are_groups_not_quantities() -> None:
    branches = pd.DataFrame({"branch_id": np.arange(200) % 20, "mobile_os": ["ios", "android"] * 100})
    labels = group_columns(branches, np.arange(200), SETTINGS).labels
    assert labels["branch_id"].nunique() == 20
    assert "mobile_os" in labels


def test_a_quantity_is_cut_where_quarters_of_the_customers_lie() -> None:
    age = pd.DataFrame({"age": [*map(str, range(1, 41)), ""]})
    labels = group_columns(age, np.arange(41) % 40, SETTINGS).labels["age"]
    assert labels.iloc[[0, 9, 10, 39, 40]].tolist() == [
        "1: up to 10",
        "1: up to 10",
        "2: up to 20",
        "4: over 30",
        "",
    ]


def test_quartiles_of_a_quantity_that_is_mostly_zero() -> None:
    labels = group_columns(
        pd.DataFrame({"spend": [0.0] * 60 + [*range(1, 41)]}), np.arange(100), SETTINGS
    ).labels
    assert labels["spend"].value_counts().to_dict() == {"1: up to 0": 60, "3: over 15": 25, "2: up to 15": 15}


def test_columns_of_the_customer_file_are_joined_by_customer() -> None:
    told = history(np.zeros((3, 1)))
    told.items["customer_id"], told.items["segment"] = ["K1", "", "K2"], ["a", "b", "c"]
    customers = pd.DataFrame({"customer_id": ["K2", "K1"], "value": [2.0, 1.0], "segment": ["gold", "basic"]})
    joined = customer_columns(told, customers)
    assert list(joined) == ["segment", "channel", "value", "customer.segment"]
    assert joined["customer.segment"].fillna("").tolist() == ["basic", "", "gold"]
    assert list(customer_columns(told, None)) == ["segment", "channel"]


@pytest.mark.parametrize(
    ("told", "columns"),
    [
        (history(np.zeros((0, 1))), pd.DataFrame({"segment": []})),
        (history(np.zeros((9, 0))), pd.DataFrame({"segment": list("abcabcabc")})),
        (history(np.ones((40, 1))), pd.DataFrame({"segment": ["a", "b"] * 20})),
        (history(np.ones((40, 1))), pd.DataFrame(index=range(40))),
        (history(np.ones((8, 1))), pd.DataFrame({"segment": [""] * 8})),
    ],
    ids=["no items", "no themes", "told by all", "no columns", "nothing known"],
)
def test_where_nothing_can_be_compared_nothing_is_reported(told: History, columns: pd.DataFrame) -> None:
    table = over_represented(told, columns, SETTINGS, seed=0)
    assert table.empty
    assert tuple(table.columns) == OVER_COLUMNS


def test_columns_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="columns of 2 rows for 3 items"):
        over_represented(history(np.zeros((3, 1))), pd.DataFrame({"segment": ["a", "b"]}), SETTINGS, seed=0)
