"""What we believe of a touchpoint against what customers say there."""

import math

import pandas as pd
import pytest

from history_toys import history_of
from painpoints.change.beliefs import load_beliefs
from painpoints.change.expectations import EXPECTATION_COLUMNS, inside_view
from painpoints.errors import InputError
from painpoints.journey import Journey, Stage, Touchpoint
from painpoints.rank.stats import wilson_interval
from painpoints.settings import ExpectationSettings

SETTINGS = ExpectationSettings()


def journey(**promises):
    places = (
        ("delivery", "Giao hàng", "Delivery"),
        ("hotline", "Tổng đài", "Hotline"),
        ("app", "Ứng dụng", "App"),
    )
    touchpoints = tuple(Touchpoint(id_, {"vi": vi, "en": en}, "use") for id_, vi, en in places)
    return Journey("Gạo Xanh", ("vi", "en"), (Stage("use", {}, {}),), touchpoints, expectations=promises)


def write(tmp_path, text, name="beliefs.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8-sig")
    return path


def voices(touchpoint, negative, of, **more):
    return [
        ("", f"2025-03-{1 + n % 28:02d}", touchpoint, "neg" if n < negative else "pos", "", "", more)
        for n in range(of)
    ]


def test_beliefs_in_vietnamese_with_the_scale_in_the_header(tmp_path):
    found = load_beliefs(
        write(
            tmp_path, "Điểm chạm;Lời hứa;Điểm tự chấm (1-10)\nGiao hàng;24 giờ;8,2\nhotline;luôn nghe máy;5\n"
        ),
        journey(),
    )
    assert found.scale == (1, 10)
    assert found.scale_from == "header"
    assert found.by_touchpoint["delivery"].text == "24 giờ"
    assert found.by_touchpoint["delivery"].score == pytest.approx(80.0)
    assert "1–10" in found.scale_words("vi")


@pytest.mark.parametrize(
    ("scores", "scale", "first"),
    [("4,5", (1, 5), 75.0), ("7,10", (1, 10), 200 / 3), ("0,9", (0, 10), 0.0), ("80,95", (0, 100), 80.0)],
)
def test_the_scale_follows_from_the_highest_score(tmp_path, scores, scale, first):
    one, two = scores.split(",")
    found = load_beliefs(write(tmp_path, f"touchpoint,score\ndelivery,{one}\napp,{two}\n"), journey())
    assert found.scale == scale
    assert found.by_touchpoint["delivery"].score == pytest.approx(first)
    assert "follows from the highest score" in found.scale_words("en")


def test_all_errors_of_the_file_at_once(tmp_path):
    text = "touchpoint,score /10\ndelivery,8\nDelivery,9\nshop,3\napp,good\nhotline,11\n"
    with pytest.raises(InputError) as caught:
        load_beliefs(write(tmp_path, text), journey())
    for part in ("row 3: 'Delivery' stands in row 2", "row 4: unknown touchpoint 'shop'", "row 5: 'good' is no score",
                 "row 6: score 11 is outside 1–10", "4 errors"):  # fmt: skip
        assert part in str(caught.value)


def test_a_file_without_the_columns_and_an_xlsx(tmp_path):
    with pytest.raises(InputError, match="a column with the touchpoint"):
        load_beliefs(write(tmp_path, "place,score\ndelivery,3\n"), journey())
    pd.DataFrame({"Touchpoint": ["app"], "Belief": ["fast"]}).to_excel(tmp_path / "b.xlsx", index=False)
    found = load_beliefs(tmp_path / "b.xlsx", journey())
    assert (found.by_touchpoint["app"].text, found.by_touchpoint["app"].score) == ("fast", None)
    assert found.scale_words("en") == ""


def test_over_rated_under_rated_in_line_and_too_few(tmp_path):
    beliefs = load_beliefs(
        write(tmp_path, "touchpoint,score (0-100)\ndelivery,90\nhotline,20\napp,70\n"), journey()
    )
    lines = voices("delivery", 20, 40) + voices("hotline", 20, 40) + voices("app", 6, 20)
    found = inside_view(history_of(lines), journey(), SETTINGS, beliefs).rows
    assert tuple(found.columns) == EXPECTATION_COLUMNS
    assert dict(zip(found["touchpoint"], found["verdict"], strict=True)) == {
        "delivery": "over_rated",
        "app": "in_line",
        "hotline": "under_rated",
    }
    first = found.iloc[0]
    low, high = wilson_interval(20, 40)
    assert (first["customer_score"], first["ci_low"], first["ci_high"]) == (50.0, 100 * low, 100 * high)
    few = inside_view(history_of(lines[:19]), journey(), SETTINGS, beliefs).rows
    assert set(few["verdict"]) == {"too_few"}


def test_a_promise_alone_and_no_feedback_at_all():
    own = journey(delivery={"vi": "giao trong 24h"})
    row = inside_view(history_of([]), own, SETTINGS).rows.iloc[0]
    assert (row["promise_vi"], row["promise_en"], row["verdict"], row["voices"]) == (
        "giao trong 24h", "giao trong 24h", "no_score", 0,
    )  # fmt: skip
    assert math.isnan(row["customer_score"])
    assert inside_view(history_of([]), journey(), SETTINGS).rows.empty


def test_one_vote_a_customer_ratings_and_broken_promises():
    own = journey(delivery={"vi": "24h", "en": "24h"})
    lines = [
        ("k", "2025-03-01", "delivery", "neg", "", "", {"gap": 1, "rating": -1.0}),
        ("k", "2025-03-02", "delivery", "neg", "", "", {"rating": -1.0}),
        ("m", "2025-03-02", "delivery", "pos", "", "", {"rating": 1.0}),
        ("m", "2025-03-02", "app", "neg", "", "", {"gap": 1}),
    ]
    row = inside_view(history_of(lines), own, SETTINGS).rows.iloc[0]
    assert (row["voices"], row["negative_share"], row["mean_sentiment"]) == (2, 0.5, 50.0)
    assert row["rating_score"] == pytest.approx(50 * (1 - 1 / 3))
    assert (row["rated"], row["gap_segments"]) == (3, 1)


def test_only_the_last_weeks_count_where_asked():
    own = journey(delivery={"vi": "24h"})
    lines = [("a", "2025-01-01", "delivery", "neg"), ("b", "2025-03-01", "delivery", "pos")]
    row = inside_view(history_of(lines), own, ExpectationSettings(weeks=2)).rows.iloc[0]
    assert (row["voices"], row["customer_score"]) == (1, 100.0)
