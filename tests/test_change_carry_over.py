"""Carry-over from one touchpoint to the next, against counts worked out on paper."""

import math

import numpy as np
import pandas as pd
import pytest

from history_toys import history_of
from painpoints.change.carry.carry_over import CARRY_COLUMNS, carry_over
from painpoints.change.carry.flow import stage_flow
from painpoints.change.carry.mantel_haenszel import stratified_ratio
from painpoints.change.carry.visits import order_visits
from painpoints.settings import CarrySettings

SETTINGS = CarrySettings()


def two_visits(customer, first, second):
    """First (touchpoint, sentiment) on a day in January, second in February."""
    return [(customer, "2025-01-07", *first), (customer, "2025-02-04", *second)]


def planted(hurt=40, hurt_after=20, calm=40, calm_after=10, first="neg"):
    """Customers with and without a bad delivery, some of whom complain about the hotline afterwards."""
    lines = []
    for n in range(hurt):
        lines += two_visits(f"a{n}", ("delivery", first), ("hotline", "neg" if n < hurt_after else "pos"))
    for n in range(calm):
        lines += two_visits(f"b{n}", ("delivery", "pos"), ("hotline", "neg" if n < calm_after else "pos"))
    return lines


def row(found, outcome, touchpoint="delivery", theme=""):
    frame = found.rows
    chosen = frame[
        (frame["outcome"] == outcome)
        & (frame["cause_touchpoint"] == touchpoint)
        & (frame["cause_theme"] == theme)
    ]
    assert len(chosen) == 1
    return chosen.iloc[0]


def test_one_stratum_is_the_plain_ratio_with_the_score_interval():
    # 20 of 40 against 10 of 40; the score interval of the ratio (Koopman 1984) by an independent root search
    exposed = np.repeat([True, False], 40)
    happened = np.r_[np.arange(40) < 20, np.arange(40) < 10][:, None]
    found = stratified_ratio(np.zeros(80, dtype=int), exposed, happened, np.arange(80))
    assert found.ratio[0] == 2.0
    assert found.design_effect[0] == 1.0
    # Mantel–Haenszel chi² = (20 - 15)² / (40 * 40 * 30 * 50 / (80² * 79))
    z = 5 / math.sqrt(40 * 40 * 30 * 50 / (80**2 * 79))
    assert found.p_value[0] == pytest.approx(math.erfc(z / math.sqrt(2)))
    assert 1.05 < found.low[0] < 1.15
    assert 3.6 < found.high[0] < 4.0


def test_strata_are_weighted_as_mantel_and_haenszel_do():
    # (10 of 20, 5 of 20) and (4 of 10, 6 of 30): Σ a N0/N = 5 + 3, Σ b N1/N = 2.5 + 1.5
    parts = [(0, True, 20, 10), (0, False, 20, 5), (1, True, 10, 4), (1, False, 30, 6)]
    stratum = np.concatenate([np.full(n, s) for s, _, n, _ in parts])
    exposed = np.concatenate([np.full(n, e) for _, e, n, _ in parts])
    happened = np.concatenate([np.arange(n) < k for _, _, n, k in parts])[:, None]
    found = stratified_ratio(stratum, exposed, happened, np.arange(80))
    assert found.ratio[0] == pytest.approx(8 / 4)
    assert found.events[0] == 14


def test_outcomes_that_nobody_or_one_side_alone_has():
    exposed = np.repeat([True, False], 30)
    none, only = np.zeros(60, dtype=bool), np.arange(60) < 9
    found = stratified_ratio(
        np.zeros(60, dtype=int), exposed, np.column_stack([none, only, only[::-1]]), np.arange(60)
    )
    assert math.isnan(found.ratio[0])
    assert (found.low[0], found.high[0]) == (0.0, math.inf)
    assert found.ratio[1] == math.inf
    assert found.low[1] > 1
    assert found.high[1] == math.inf
    assert (found.ratio[2], found.low[2]) == (0.0, 0.0)
    assert found.high[2] < 1


def test_repeated_rows_of_a_customer_do_not_narrow_the_interval():
    exposed = np.repeat([True, False], 40)
    happened = np.r_[np.arange(40) < 20, np.arange(40) < 10][:, None]
    once = stratified_ratio(np.zeros(80, dtype=int), exposed, happened, np.arange(80))
    thrice = stratified_ratio(
        np.zeros(240, dtype=int), exposed.repeat(3), happened.repeat(3, axis=0), np.arange(80).repeat(3)
    )
    assert thrice.design_effect[0] == pytest.approx(3.0)
    assert thrice.low[0] == pytest.approx(once.low[0], abs=0.01)
    assert thrice.n_exposed == 40


def test_lengths_that_differ_are_refused():
    with pytest.raises(ValueError, match="2 strata, 1 exposures"):
        stratified_ratio(np.zeros(2, dtype=int), np.ones(1, bool), np.ones((2, 1), bool), np.arange(2))


def test_a_planted_pair_is_found_with_its_counts():
    found = carry_over(history_of(planted()), SETTINGS)
    assert tuple(found.rows.columns) == CARRY_COLUMNS
    hotline = row(found, "touchpoint:hotline")
    assert hotline["ratio"] == 2.0
    assert hotline["ci_low"] > 1.0
    assert (hotline["n_exposed"], hotline["n_unexposed"]) == (40, 40)
    assert row(found, "negative")["ratio"] == 2.0
    assert found.notice == {}


def test_what_happened_before_or_at_the_same_time_is_no_outcome():
    lines = [(c, "2025-01-01" if s == "hotline" else d, s, v) for c, d, s, v in planted()]
    found = carry_over(history_of(lines), SETTINGS)
    assert not (found.rows["outcome"] == "touchpoint:hotline").any()
    same_day = history_of([(c, "2025-01-01", s, v) for c, _, s, v in planted()])
    assert carry_over(same_day, SETTINGS).rows.empty


def test_customers_who_write_more_are_compared_with_their_like():
    # Busy customers: ten items, half of the hotline's complaints; idle ones: two items. Within each kind no difference.
    lines = []
    for kind, count, people, bad in (("busy", 10, 40, 30), ("idle", 2, 60, 10)):
        for n in range(people):
            name = f"{kind}{n}"
            lines.append((name, "2025-01-07", "delivery", "neg" if n < bad else "pos"))
            for k in range(1, count):
                hurt = n % 2 == 0 and (kind == "busy" or n % 6 == 0)
                lines.append((name, f"2025-02-{k:02d}", "hotline", "neg" if hurt and k == 1 else "pos"))
    hotline = row(carry_over(history_of(lines), SETTINGS), "touchpoint:hotline")
    assert hotline["ci_low"] < 1.0 < hotline["ci_high"]
    assert hotline["ratio"] == pytest.approx(1.0, abs=0.3)


def test_small_groups_and_rare_outcomes_are_suppressed_and_counted():
    few = carry_over(history_of(planted(hurt=19)), SETTINGS)
    assert few.rows.empty
    assert few.suppressed > 0
    assert set(few.notice) == {"vi", "en"}
    rare = carry_over(history_of(planted(hurt_after=3, calm_after=2)), SETTINGS)
    assert rare.rows.empty


def test_without_customers_or_without_dates_nothing_is_invented():
    for lines in (
        [("", d, s, v) for _, d, s, v in planted()],
        [(c, None, s, v) for c, _, s, v in planted()],
        planted()[::2],
        [],
    ):
        found = carry_over(history_of(lines), SETTINGS)
        assert found.rows.empty
        assert tuple(found.rows.columns) == CARRY_COLUMNS
        assert "customer id" in found.notice["en"]


def test_a_theme_and_a_stage_can_be_causes():
    themes = [("T1", "pain", "giao trễ", "late", "delivery", "")]
    lines = []
    for customer, day, touchpoint, sentiment in planted():
        bad_delivery = touchpoint == "delivery" and sentiment == "neg"
        stage = "use" if touchpoint == "delivery" else "retention"
        lines.append((customer, day, touchpoint, sentiment, "T1" if bad_delivery else "", stage))
    found = carry_over(history_of(lines, themes), SETTINGS)
    assert row(found, "stage:retention", theme="T1")["ratio"] == 2.0
    stage = found.stages[found.stages["outcome"] == "stage:retention"].iloc[0]
    assert (stage["cause_stage"], stage["ratio"]) == ("use", 2.0)


def test_who_left_is_looked_up_in_the_customer_file():
    lines = planted()
    ids = sorted({line[0] for line in lines})
    left = [name for name in ids if int(name[1:]) < (24 if name[0] == "a" else 8)]
    told = pd.DataFrame({"customer_id": ids, "left": pd.array([i in left for i in ids], dtype="boolean")})
    churn = row(carry_over(history_of(lines), SETTINGS, told), "churn")
    assert churn["ratio"] == pytest.approx(3.0)
    assert churn["n_exposed"] == 40
    # who left before he complained is no case of complaint and then leaving
    dated = told.assign(left_on=pd.Timestamp("2025-01-05", tz="UTC"))
    dated.loc[~dated["left"], "left_on"] = pd.NaT
    assert not (carry_over(history_of(lines), SETTINGS, dated).rows["outcome"] == "churn").any()
    after = dated.assign(left_on=dated["left_on"] + pd.Timedelta(days=90))
    assert row(carry_over(history_of(lines), SETTINGS, after), "churn")["ratio"] == pytest.approx(3.0)


def test_customers_that_the_file_does_not_list_are_not_taken_to_have_stayed():
    lines = planted()
    ids = sorted({line[0] for line in lines if line[0][0] == "a"})
    days = pd.DataFrame({"customer_id": ids, "left_on": pd.Timestamp("2025-06-01", tz="UTC")})
    days.loc[::2, "left_on"] = pd.NaT
    rows = carry_over(history_of(lines), SETTINGS, days).rows
    assert "delivery" not in set(rows.loc[rows["outcome"] == "churn", "cause_touchpoint"])


def test_customers_of_one_item_tell_who_left():
    lines = [line for line in planted() if line[2] == "delivery"]
    ids = sorted({line[0] for line in lines})
    left = pd.array([int(i[1:]) < (24 if i[0] == "a" else 8) for i in ids], dtype="boolean")
    found = carry_over(history_of(lines), SETTINGS, pd.DataFrame({"customer_id": ids, "left": left}))
    assert row(found, "churn")["ratio"] == pytest.approx(3.0)


def test_grumblers_are_compared_with_grumblers():
    # Half of the people complain of everything, half of nothing: an effect of mood, not of delivery.
    lines = []
    for n in range(200):
        grumbler = n % 2 == 0
        bad = "neg" if grumbler else "pos"
        first = "delivery" if n % 16 < 8 else "app"
        lines += two_visits(
            f"k{n:03d}", (first, bad), ("hotline", "neg" if grumbler and n % 8 < 6 else "pos")
        )
    found = carry_over(history_of(lines), SETTINGS)
    detail = found.details[
        (found.details["cause_touchpoint"] == "delivery") & (found.details["outcome"] == "touchpoint:hotline")
    ].iloc[0]
    assert detail["plain_low"] > 1.0
    assert detail["basis"] == "as_many_complaints"
    assert detail["ci_low"] < 1.0 < detail["ci_high"]


def test_visits_know_what_came_strictly_before():
    history = history_of(
        [("k", "2025-01-03", "a", "neg"), ("k", "2025-01-01", "a", "neg"), ("m", "2025-01-02", "a", "neg")]
    )
    visits = order_visits(history)
    assert visits.item.tolist() == [1, 0, 2]
    assert visits.earlier(np.array([True, True, True])).tolist() == [0, 1, 0]
    assert visits.total.tolist() == [2, 2, 1]


def test_the_flow_counts_moves_between_stages_in_the_order_of_time():
    history = history_of(
        [
            ("k", "2025-01-01", "ad", "pos", "", "awareness"),
            ("k", "2025-01-02", "app", "neg", "", "use"),
            ("k", "2025-01-03", "x", "neg", "", ""),
            ("k", "2025-01-04", "app", "neg", "", "use"),
            ("m", "2025-01-01", "ad", "pos", "", "awareness"),
            ("m", "2025-01-05", "app", "pos", "", "use"),
        ]
    )
    flow = stage_flow(history, ("awareness", "use"))
    assert flow[["from_stage", "to_stage", "moves", "customers"]].to_numpy().tolist() == [
        ["awareness", "use", 2, 2],
        ["use", "use", 1, 1],
    ]
    assert flow["feeling_after"].tolist() == [0.0, -1.0]
    assert flow["negative_after"].tolist() == [0.5, 1.0]
    assert stage_flow(history_of([]), ("use",)).empty
