"""Ranking on small worlds whose counts can be checked by hand."""

import json
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from painpoints.rank import PRAISE_COLUMNS, explain_pain, rank_pains
from painpoints.rank.parts import effective_weights
from painpoints.schema import PAIN_COLUMNS
from painpoints.settings import RankSettings
from painpoints.themes import THEME_TABLE_COLUMNS, ThemeSet

PARTS = ("score_reach", "score_severity", "score_trend", "score_kpi", "score_value")
JOURNEY = SimpleNamespace(
    touchpoints=(
        SimpleNamespace(id="delivery", stage="use", owner="Vận hành", effort=2),
        SimpleNamespace(id="app", stage="decision", owner="", effort=4),
    )
)


@dataclass
class World:
    """Rows of (theme, touchpoint, sentiment, severity, day, rating, customer), one item a row."""

    rows: list[tuple] = field(default_factory=list)

    def say(
        self,
        theme,
        *,
        times=1,
        touchpoint="delivery",
        sentiment="neg",
        severity=2.0,
        day=None,
        rating=None,
        by="",
    ):
        for n in range(times):
            self.rows.append((theme, touchpoint, sentiment, severity, day, rating, by.format(n)))
        return self

    def frames(self):
        names = ["theme", "touchpoint", "sentiment", "severity", "day", "rating", "customer_id"]
        table = pd.DataFrame(self.rows, columns=names)
        created = pd.to_datetime(table["day"], utc=True)
        items = pd.DataFrame(
            {
                "feedback_id": [f"f{n}" for n in range(len(table))],
                "customer_id": table["customer_id"],
                "created_at": created,
                "rating_norm": pd.to_numeric(table["rating"]),
            }
        )
        segments = pd.DataFrame(
            {
                "item": np.arange(len(table)),
                "text": [f"quote {n}" for n in range(len(table))],
                "created_at": created,
                "sentiment": table["sentiment"],
                "kind": np.where(table["sentiment"] == "neg", "pain", "praise"),
                "kind_p": 0.9,
                "severity": pd.array(
                    [
                        None if pd.isna(s) or t == "" else int(s)
                        for s, t in zip(table["severity"], table["theme"], strict=True)
                    ],
                    dtype="Int64",
                ),
                "stage": "",
                "stage_p": 0.0,
                "touchpoint": table["touchpoint"],
                "touchpoint_p": 0.8,
            }
        )
        return segments, items, self._themes(table)

    def _themes(self, table):
        records = []
        for theme in sorted(set(table["theme"]) - {""}):
            own = np.flatnonzero(table["theme"] == theme)
            side = "praise" if table["sentiment"].iat[own[0]] == "pos" else "pain"
            records.append(
                (
                    theme,
                    side,
                    f"Tên {theme}",
                    f"Name {theme}",
                    "",
                    (),
                    len(own),
                    len(own),
                    0,
                    (),
                    (),
                    tuple(int(i) for i in own[:3]),
                )
            )
        assignment = pd.DataFrame(
            {"theme_id": table["theme"], "theme_p": (table["theme"] != "").astype(float)}
        )
        return ThemeSet(
            pd.DataFrame(records, columns=list(THEME_TABLE_COLUMNS)), assignment, {"pain": 0, "praise": 0}
        )


def rank(world, **options):
    segments, items, themes = world.frames()
    return rank_pains(segments, items, themes, JOURNEY, RankSettings(), **options)


def test_more_people_rank_higher_and_columns_follow_the_contract():
    found = rank(World().say("T1", times=5).say("T2", times=20).say("", times=75))
    assert list(found.pains.columns) == list(PAIN_COLUMNS)
    assert list(found.pains["theme_id"]) == ["T2", "T1"]
    assert list(found.pains["rank"]) == [1, 2]
    assert found.pains["quote_3"].iat[0] == "quote 7"


def test_a_hidden_theme_is_ranked_no_more():
    segments, items, themes = World().say("T1", times=5).say("T2", times=20).say("", times=75).frames()
    found = rank_pains(segments, items, replace(themes, hidden=frozenset({"T2"})), JOURNEY, RankSettings())
    assert list(found.pains["theme_id"]) == ["T1"]


def test_reach_is_the_root_of_the_wilson_bound():
    found = rank(World().say("T1", times=10).say("", times=90))
    reach = found.parts["P1"]["reach"]
    assert (reach["voices"], reach["of"]) == (10, 100)
    assert reach["low"] == pytest.approx(0.0552, abs=1e-4)
    assert reach["points"] == pytest.approx(reach["weight"] * (0.05522 / 0.25) ** 0.5, abs=0.01)


def test_one_customer_counts_once():
    crowd = rank(World().say("T1", times=10, by="c{}").say("", times=90, by="d{}"))
    nagger = rank(World().say("T1", times=10, by="same").say("", times=90, by="d{}"))
    assert crowd.parts["P1"]["reach"]["voices"] == 10
    assert nagger.parts["P1"]["reach"]["voices"] == 1
    assert nagger.pains["customers"].iat[0] == 1


def test_without_dates_ratings_and_customers_their_weight_goes_to_the_rest():
    found = rank(World().say("T1", times=5).say("", times=20))
    assert found.weights == {"reach": 58.33, "severity": 41.67, "trend": 0.0, "kpi": 0.0, "value": 0.0}
    row = found.pains.iloc[0]
    assert (row["trend"], row["kpi_effect"], row["first_seen"], row["last_seen"]) == ("", "", "", "")


def test_severity_is_shrunk_to_the_mean_of_the_run():
    found = rank(World().say("T1", times=5, severity=4).say("T2", times=15, severity=2))
    severity = found.parts["P1"]["severity"]
    # overall mean (5*4 + 15*2) / 20 = 2.5, five segments of prior: (20 + 12.5) / 10 = 3.25
    assert severity["shrunk"] == 3.25
    assert found.pains.set_index("theme_id").loc["T1", "severity"] == 4.0


def test_a_rise_counts_only_when_it_is_significant():
    world = World()
    for day in pd.date_range("2025-01-01", "2025-04-22", freq="D"):
        world.say("", times=3, day=day)
        world.say("T1", day=day)
    for day in pd.date_range("2025-03-26", "2025-04-22", freq="D"):
        world.say("T2", times=2, day=day)
    found = rank(world)
    parts = found.parts
    assert parts["P2"]["trend"]["significant"]
    assert parts["P2"]["trend"]["points"] > 0
    assert parts["P1"]["trend"]["points"] == 0
    assert parts["P1"]["trend"]["recent"] == 28
    assert parts["P1"]["trend"]["baseline"] == 84


def test_a_solved_incident_sinks():
    world = World()
    for day in pd.date_range("2025-01-01", "2025-06-30", freq="D"):
        world.say("", times=4, day=day)
    world.say("T1", times=60, day="2025-01-10", severity=4)
    world.say("T2", times=6, day="2025-06-20", severity=2)
    found = rank(world)
    assert list(found.pains["theme_id"]) == ["T2", "T1"]
    assert found.parts["P1"]["reach"]["voices"] == 0
    assert found.pains["last_seen"].iat[1] == "2025-01-10"


def test_as_of_looks_no_further():
    world = World().say("T1", times=9, day="2025-01-10").say("T1", times=9, day="2025-05-10")
    found = rank(world, as_of=pd.Timestamp("2025-01-31"))
    assert found.parts["P1"]["reach"]["voices"] == 9


def test_low_ratings_earn_kpi_points_only_when_clearly_lower():
    world = (
        World().say("T1", times=20, rating=-1.0).say("", times=40, rating=1.0).say("T2", times=3, rating=0.4)
    )
    world.say("", times=3, rating=0.0)
    found = rank(world)
    assert found.parts["P1"]["kpi"]["points"] > 0
    assert found.parts["P2"]["kpi"]["points"] == 0
    effect = found.parts["P1"]["kpi"]
    assert effect["effect"] == pytest.approx(effect["difference"] * 20 / 30, abs=1e-5)


def test_value_is_split_over_what_a_customer_complains_of():
    world = (
        World()
        .say("T1", by="rich")
        .say("T2", by="rich")
        .say("T2", by="poor")
        .say("T1", by="x")
        .say("T1", by="y")
    )
    customers = pd.DataFrame({"customer_id": ["rich", "poor", "absent"], "value": [100.0, 20.0, 999.0]})
    found = rank(world, customers=customers)
    assert found.parts["P1"]["value"]["value"] == 50.0
    assert found.parts["P2"]["value"]["value"] == 70.0
    assert found.parts["P2"]["value"]["of"] == 120.0


def test_place_owner_and_quadrant_come_from_the_journey():
    world = World().say("T1", times=30).say("T2", times=5, touchpoint="app").say("T3", times=5, touchpoint="")
    pains = rank(world).pains.set_index("theme_id")
    assert tuple(pains.loc["T1", ["touchpoint", "stage", "owner", "effort"]]) == (
        "delivery",
        "use",
        "Vận hành",
        2,
    )
    assert pains.loc["T1", "quadrant"] == "quick_win"
    assert tuple(pains.loc["T2", ["owner", "effort"]]) == ("", 4)
    assert tuple(pains.loc["T3", ["touchpoint", "stage", "owner", "effort", "quadrant"]]) == (
        "",
        "",
        "",
        "",
        "",
    )


def test_negative_share_is_that_of_the_touchpoint():
    world = World().say("T1", times=3).say("", times=1, sentiment="pos").say("T2", times=4, touchpoint="app")
    pains = rank(world).pains.set_index("theme_id")
    assert pains.loc["T1", "negative_share"] == 0.75
    assert pains.loc["T2", "negative_share"] == 1.0


def test_praise_is_listed_apart_with_its_lift():
    world = (
        World()
        .say("T1", times=5, rating=-1.0)
        .say("T9", times=12, sentiment="pos", severity=None, rating=1.0)
    )
    found = rank(world.say("", times=10, rating=0.0))
    assert list(found.praises.columns) == list(PRAISE_COLUMNS)
    assert list(found.praises["theme_id"]) == ["T9"]
    assert found.praises["kpi_effect"].iat[0] > 0
    assert list(found.pains["theme_id"]) == ["T1"]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_few_rows_work(count):
    found = rank(World().say("", times=count))
    assert found.pains.empty
    assert list(found.pains.columns) == list(PAIN_COLUMNS)


def test_misaligned_themes_are_refused():
    segments, items, themes = World().say("T1", times=3).frames()
    with pytest.raises(ValueError, match="3 theme ids for 2 segments"):
        rank_pains(segments.iloc[:2], items, themes, JOURNEY, RankSettings())


def test_weights_always_sum_to_a_hundred():
    for dates in (True, False):
        for ratings in (True, False):
            for values in (True, False):
                weights = effective_weights(RankSettings(), dates=dates, ratings=ratings, values=values)
                assert round(sum(weights.values()), 6) == 100


statement = st.tuples(
    st.sampled_from(["T1", "T2", "T3", ""]),
    st.sampled_from([1.0, 2.0, 4.0]),
    st.sampled_from([None, "2025-01-05", "2025-04-02", "2025-06-30"]),
    st.sampled_from([None, -1.0, 0.0, 1.0]),
    st.sampled_from(["", "a", "b"]),
    st.integers(1, 30),
)


@given(st.lists(statement, max_size=12))
@settings(max_examples=40, deadline=None)
def test_the_parts_add_up_and_go_into_json(statements):
    world = World()
    for theme, severity, day, rating, customer, times in statements:
        world.say(theme, severity=severity, day=day, rating=rating, by=customer, times=times)
    customers = pd.DataFrame({"customer_id": ["a", "b"], "value": [10.0, 0.0]})
    found = rank(world, customers=customers)
    for row in found.pains.to_dict("records"):
        assert round(sum(row[part] for part in PARTS), 2) == row["score"]
        assert 0 <= row["score"] <= 100
    again = rank(world, customers=customers)
    assert json.dumps(found.parts, allow_nan=False) == json.dumps(again.parts, allow_nan=False)
    pd.testing.assert_frame_equal(found.pains, again.pains)
    report = json.loads(
        json.dumps({"pains": found.pains.to_dict("records"), "parts": found.parts}, default=int)
    )
    for row in report["pains"]:
        for lang in ("vi", "en"):
            lines = explain_pain(report, row["pain_id"], lang).splitlines()
            numbers = [float(line.split()[0]) for line in lines[4:9]]
            assert round(sum(numbers), 2) == float(lines[-1].split()[0]) == row["score"]
