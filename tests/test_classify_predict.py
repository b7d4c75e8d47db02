"""Labels of segments: toy heads that always answer alike show what ratings, kinds, keywords and stages add."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from classify_toys import ToyEncoder, frames, toy_heads, toy_journey
from painpoints.classify import HeadSet, choose_heads, classify, predict
from painpoints.classify.heads import save_heads
from painpoints.classify.linker import EVIDENCE
from painpoints.classify.predict import RATING_NATS, _wordless
from painpoints.classify.stage import TEXT_WEIGHT, stage_probabilities
from painpoints.classify.tasks import TASKS
from painpoints.encoders import load_encoder
from painpoints.errors import ModelError
from painpoints.journey import Journey, bundled_journey
from painpoints.resources import models_dir
from painpoints.schema import DEFAULT_STAGES, FLAGS, KINDS, LABEL_COLUMNS, SENTIMENTS

DOUBTFUL = (0.4, 0.2, 0.4)
NAN = float("nan")


def labels(
    texts: list[list[str]],
    heads: HeadSet | None = None,
    ratings: list[float] | None = None,
    journey: Journey | None = None,
) -> pd.DataFrame:
    segments, items = frames(texts, ratings)
    encoder = ToyEncoder()
    vectors = encoder.encode(segments["match_text"].tolist())
    return classify(segments, items, vectors, encoder, journey or toy_journey(), heads or toy_heads())


def test_every_label_column_is_added_and_the_frame_given_is_left_alone() -> None:
    segments, items = frames([["giao hàng chậm"], ["app lỗi", "tốt"]])
    segments.index = pd.Index([10, 20, 30])
    before = segments.copy()
    found = classify(
        segments, items, ToyEncoder().encode(["a"] * 3), ToyEncoder(), toy_journey(), toy_heads()
    )
    beside = {f"{task}_p" for task in ("experience", *FLAGS)}
    assert {*LABEL_COLUMNS, *beside} == set(found.columns) - set(segments.columns)
    assert found.index.tolist() == [10, 20, 30]
    pd.testing.assert_frame_equal(segments, before)
    assert str(found["severity"].dtype) == "Int64"


def test_no_segments_give_no_labels_in_the_same_columns() -> None:
    found = labels([])
    assert len(found) == 0
    assert set(LABEL_COLUMNS) <= set(found.columns)
    assert str(found["severity"].dtype) == "Int64"


def test_vectors_must_be_of_the_segments() -> None:
    segments, items = frames([["a"], ["b"]])
    with pytest.raises(ValueError, match="1 vectors for 2 segments"):
        classify(segments, items, np.zeros((1, 2), np.float32), ToyEncoder(), toy_journey(), toy_heads())


def test_labels_do_not_depend_on_how_many_are_done_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [[f"giao hàng x {i}", "app"] for i in range(5)]
    ratings = [1.0, -1.0, NAN, 0.5, 0.0]
    whole = labels(texts, ratings=ratings)
    monkeypatch.setattr(predict, "_CHUNK", 3)
    pd.testing.assert_frame_equal(whole, labels(texts, ratings=ratings))


# sentiment and the rating


def test_the_best_rating_turns_a_doubtful_text() -> None:
    found = labels([["ok"]] * 3, toy_heads(sentiment=(0.41, 0.2, 0.39)), [1.0, -1.0, NAN])
    assert found["sentiment"].tolist() == ["pos", "neg", "neg"]


def test_the_best_rating_does_not_turn_a_sure_complaint() -> None:
    found = labels([["chậm"]], toy_heads(sentiment=(0.95, 0.04, 0.01)), [1.0])
    assert found["sentiment"].tolist() == ["neg"]


def test_what_a_rating_adds_worked_out_on_paper() -> None:
    found = labels([["ok"]], toy_heads(sentiment=DOUBTFUL), [1.0])
    up, down = 0.4 * np.exp(RATING_NATS), 0.4 * np.exp(-RATING_NATS)
    assert found["sentiment_p"][0] == pytest.approx(up / (up + 0.2 + down), abs=1e-4)
    assert found["sentiment_score"][0] == pytest.approx((up - down) / (up + 0.2 + down), abs=1e-4)


def test_a_rating_is_shared_among_the_segments_of_its_item() -> None:
    found = labels([["a", "b", "c", "d"], ["e"]], toy_heads(sentiment=DOUBTFUL), [1.0, 0.5])
    assert (
        found["sentiment_p"].nunique() == 1
    )  # a half of the evidence for each of four, half a rating for one
    alone = labels([["a"]], toy_heads(sentiment=DOUBTFUL), [1.0])
    assert alone["sentiment_p"][0] > found["sentiment_p"][0]


def test_segments_of_a_run_lend_each_other_their_sentiment_but_not_those_of_a_week() -> None:
    heads = toy_heads(sentiment=DOUBTFUL, encoder_digest=ToyEncoder.digest)
    segments, items = frames([["x one"], ["x two"], ["x three"], ["x four"]], [0.2, -1.0, -1.0, -1.0])
    vectors = ToyEncoder().encode(segments["match_text"].tolist())
    found = [
        classify(segments, items, vectors, ToyEncoder(), toy_journey(), heads, company=company)[
            "sentiment"
        ].tolist()
        for company in (True, False)
    ]
    assert found == [["neg"] * 4, ["pos", "neg", "neg", "neg"]]


def test_a_missing_or_middling_rating_says_nothing() -> None:
    found = labels([["a"], ["b"]], toy_heads(sentiment=DOUBTFUL), [NAN, 0.0])
    assert found["sentiment_p"].tolist() == [0.4, 0.4]
    assert found["sentiment_score"].tolist() == [0.0, 0.0]


def test_below_its_threshold_a_head_abstains_and_still_says_how_sure_it_was() -> None:
    found = labels([["a"]], toy_heads(sentiment=(0.45, 0.3, 0.25), thresholds={"sentiment": 0.5}))
    assert found["sentiment"].tolist() == [""]
    assert found["sentiment_p"].tolist() == [0.45]


# kind and severity


def test_kind_follows_the_sentiment_where_the_words_leave_it_open() -> None:
    lift = {s: dict.fromkeys(KINDS, 1.0) for s in SENTIMENTS}
    lift["pos"] |= {"praise": 6.0, "pain": 0.01}
    heads = toy_heads(sentiment=(0.1, 0.1, 0.8), kind=(0.4, 0.1, 0.1, 0.3, 0.1), lift=lift)
    found = labels([["ok"]], heads)
    assert found["kind"].tolist() == ["praise"]
    pain, praise = (
        0.4 * (0.2 + 0.8 * 0.01**0.5),
        0.3 * (0.2 + 0.8 * 6**0.5),
    )  # half the weight: one text, two heads
    assert found["kind_p"][0] == pytest.approx(praise / (pain + praise + 0.3), abs=1e-4)


def test_sentiment_follows_the_kind_where_the_words_leave_it_open() -> None:
    lift = {s: dict.fromkeys(KINDS, 1.0) for s in SENTIMENTS}
    lift["pos"]["praise"], lift["neg"]["praise"] = 4.0, 0.0
    heads = toy_heads(sentiment=(0.5, 0.1, 0.4), kind=(1e-6, 1e-6, 1e-6, 1.0, 1e-6), lift=lift)
    found = labels([["ok"]], heads)
    assert found["sentiment"].tolist() == ["pos"]
    assert found["sentiment_p"][0] == pytest.approx(0.8 / 0.9, abs=1e-4)


def test_only_pains_have_a_severity() -> None:
    assert labels([["a"]], toy_heads())["severity"].tolist() == [2]
    assert labels([["a"]], toy_heads(kind=(0.1, 0.6, 0.1, 0.1, 0.1)))["severity"].isna().all()
    unsure = toy_heads(thresholds={"kind": 0.9})
    assert labels([["a"]], unsure)["severity"].isna().all()


def test_an_unsure_severity_is_left_empty() -> None:
    found = labels([["a"]], toy_heads(severity=(0.3, 0.3, 0.2, 0.2), thresholds={"severity": 1 / 3}))
    assert found["kind"].tolist() == ["pain"]
    assert found["severity"].isna().all()


# touchpoint


def test_a_keyword_alone_decides_the_touchpoint() -> None:
    found = labels([["giao hàng chậm"], ["app bị lỗi"]])
    assert found["touchpoint"].tolist() == ["delivery", "app"]
    two_words = np.exp(4.0 * np.log1p(np.sqrt(2)))
    assert found["touchpoint_p"][0] == pytest.approx(two_words / (two_words + 2), abs=1e-4)
    assert found["touchpoint_p"][1] == pytest.approx(16 / 18, abs=1e-4)


def test_keywords_are_found_without_diacritics_and_in_any_case() -> None:
    assert labels([["GIAO HANG cham"]])["touchpoint"].tolist() == ["delivery"]


def test_keywords_are_whole_words() -> None:
    assert labels([["happy với bảng giao, hànghóa"]], toy_heads(none_bias=1.0))["touchpoint"].tolist() == [""]


def test_where_nothing_fits_there_is_no_touchpoint() -> None:
    found = labels([["trời hôm nay đẹp"]], toy_heads(none_bias=1.0))
    assert found["touchpoint"].tolist() == [""]
    assert found["touchpoint_p"][0] == pytest.approx(np.e / (np.e + 2), abs=1e-4)


def test_a_keyword_of_two_touchpoints_counts_half_for_each() -> None:
    shared = toy_journey(touchpoints=[("a", "use", "app"), ("b", "use", "app"), ("c", "use", "web")])
    found = labels([["app web"]], journey=shared)
    assert found["touchpoint"].tolist() == ["c"]
    once, half = 2.0**4, 1.5**4
    assert found["touchpoint_p"][0] == pytest.approx(once / (once + 2 * half + 1), abs=1e-4)


def test_vectors_link_to_the_meaning_of_a_touchpoint() -> None:
    """The toy encoder puts texts with an x on one axis; only the touchpoint with an x is near."""
    journey = toy_journey(touchpoints=[("first", "use", "xu"), ("second", "retention", "giao")])
    heads = toy_heads(weights={"keyword": 5.0}, encoder_digest=ToyEncoder.digest)
    found = labels([["xe đạp"], ["nhà cửa"]], heads, journey=journey)
    assert found["touchpoint"].tolist() == ["first", "second"]


def test_a_touchpoint_with_nothing_but_a_name_takes_part() -> None:
    journey = toy_journey(touchpoints=[("one", "use", "!!!")])
    found = labels([["một hai ba"]], toy_heads(weights={"ngrams": 5.0}), journey=journey)
    assert np.isfinite(found["touchpoint_p"]).all()


# stage


def _touchpoints(*p: float) -> np.ndarray:
    return np.asarray([p], dtype=np.float32)


def test_the_stage_is_that_of_a_sure_touchpoint() -> None:
    journey = toy_journey(("use", "retention"))
    by_text = np.full((1, 5), 0.2, dtype=np.float32)
    found = stage_probabilities(by_text, DEFAULT_STAGES, _touchpoints(1, 0, 0), journey)
    assert found[0] == pytest.approx([0.98, 0.02], abs=1e-5)


def test_text_and_touchpoint_together_worked_out_on_paper() -> None:
    journey = toy_journey(("use", "retention"))
    by_text = np.asarray([[0.1, 0.1, 0.1, 0.2, 0.5]], dtype=np.float32)
    found = stage_probabilities(by_text, DEFAULT_STAGES, _touchpoints(0.5, 0.25, 0.25), journey)
    use = (0.5 * 0.98 + 0.25 * 0.02 + 0.25 * 0.5) * 0.2**TEXT_WEIGHT
    retention = (0.5 * 0.02 + 0.25 * 0.98 + 0.25 * 0.5) * 0.5**TEXT_WEIGHT
    assert found[0, 0] == pytest.approx(use / (use + retention), abs=1e-4)


def test_without_a_touchpoint_the_text_decides() -> None:
    journey = toy_journey(DEFAULT_STAGES)
    by_text = np.asarray([[0.6, 0.1, 0.1, 0.1, 0.1]], dtype=np.float32)
    found = stage_probabilities(by_text, DEFAULT_STAGES, _touchpoints(0, 0, 1), journey)
    assert found.argmax() == 0


def test_stages_of_the_users_own_come_from_the_touchpoints_alone() -> None:
    journey = toy_journey(("mua", "dùng"), [("a", "mua", "giao hàng"), ("b", "dùng", "app")])
    by_text = np.asarray([[0.9, 0.025, 0.025, 0.025, 0.025]], dtype=np.float32)
    found = stage_probabilities(by_text, DEFAULT_STAGES, _touchpoints(0, 1, 0), journey)
    assert found[0] == pytest.approx([0.02, 0.98], abs=1e-5)
    assert labels([["giao hàng"]], journey=journey)["stage"].tolist() == ["mua"]


def test_a_journey_of_one_stage() -> None:
    found = labels([["giao hàng"]], journey=toy_journey(("use",), [("a", "use", "giao hàng")]))
    assert found["stage"].tolist() == ["use"]
    assert found["stage_p"].tolist() == [1.0]


def test_probabilities_over_the_stages_sum_to_one_for_a_journey_of_many_stages() -> None:
    stages = tuple(f"s{i}" for i in range(60))
    journey = toy_journey(stages, [("a", "s3", "giao hàng")])
    found = stage_probabilities(np.full((1, 5), 0.2, np.float32), DEFAULT_STAGES, _touchpoints(1, 0), journey)
    assert (found >= 0).all()
    assert found.argmax() == 3
    assert found.sum() == pytest.approx(1)


# which heads


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PAINPOINTS_MODELS", str(tmp_path))
    save_heads(tmp_path / "heads" / "text", toy_heads())
    return tmp_path / "heads"


def test_an_encoder_with_heads_of_its_own_gets_them_without_a_notice(models: Path) -> None:
    save_heads(models / "fast", toy_heads(encoder_digest=ToyEncoder.digest))
    heads, notice = choose_heads(ToyEncoder())
    assert (heads.name, notice) == ("fast", "")


def test_another_encoder_gets_the_heads_that_look_at_words_and_the_user_is_told(models: Path) -> None:
    save_heads(models / "fast", toy_heads(encoder_digest="another"))
    heads, notice = choose_heads(ToyEncoder())
    assert heads.name == "text"
    assert "'toy'" in notice
    assert "words alone" in notice


def test_damaged_heads_are_not_replaced_by_worse_ones_unseen(models: Path) -> None:
    save_heads(models / "fast", toy_heads(encoder_digest=ToyEncoder.digest))
    (models / "fast" / "heads.safetensors").write_bytes(b"")
    with pytest.raises(ModelError, match="cannot be read"):
        choose_heads(ToyEncoder())


def test_an_installation_without_heads_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAINPOINTS_MODELS", str(tmp_path))
    with pytest.raises(ModelError, match="cannot be read"):
        choose_heads(ToyEncoder())


def test_heads_of_another_encoder_are_refused() -> None:
    with pytest.raises(ModelError, match="made for another encoder"):
        labels([["a"]], toy_heads(encoder_digest="another"))


# experience and flags


def test_experience_is_the_likeliest_dimension_or_empty() -> None:
    sure = toy_heads(experience=(0.1, 0.1, 0.1, 0.6, 0.1), thresholds={"experience": 1 / 3})
    unsure = toy_heads(thresholds={"experience": 1 / 3})
    assert labels([["a"]], sure)["experience"].tolist() == ["act"]
    assert labels([["a"]], unsure)["experience"].tolist() == [""]


def test_a_flag_is_up_from_its_threshold_on() -> None:
    found = labels(
        [["a"]], toy_heads(flags={"churn": 0.61, "effort": 0.59}, thresholds=dict.fromkeys(FLAGS, 0.6))
    )
    assert {flag: found[flag][0] for flag in FLAGS} == dict.fromkeys(FLAGS, 0) | {"churn": 1}
    assert found["effort_p"].tolist() == [0.59]


# the bundled heads

PLAIN = {
    "giao hàng quá chậm, chờ mười ngày chưa nhận được": ("neg", "pain", "delivery"),
    "giao hang qua cham, that vong, dich vu te": ("neg", "pain", "delivery"),
    "nhân viên tư vấn rất nhiệt tình, cảm ơn shop": ("pos", "praise", None),
    "the app crashes every time i open it, terrible": ("neg", "pain", None),
    "great service, i love it": ("pos", "praise", None),
}


@pytest.mark.parametrize("name", ["fast", pytest.param("accurate", marks=pytest.mark.model)])
def test_a_bundled_encoder_has_heads_of_its_own_that_know_the_plain_cases(name: str) -> None:
    encoder = load_encoder(name)
    heads, notice = choose_heads(encoder)
    assert (heads.name, notice) == (name, "")
    _assert_knows_plain_cases(encoder, heads)


def test_the_heads_for_any_encoder_know_the_plain_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    heads, notice = choose_heads(ToyEncoder())
    assert heads.name == "text"
    assert notice
    _assert_knows_plain_cases(ToyEncoder(), heads)


def _assert_knows_plain_cases(encoder: object, heads: HeadSet) -> None:
    segments, items = frames([[text] for text in PLAIN])
    vectors = encoder.encode(list(PLAIN))  # type: ignore[attr-defined]
    found = classify(segments, items, vectors, encoder, bundled_journey("ecommerce"), heads)  # type: ignore[arg-type]
    assert found["sentiment"].tolist() == [s for s, _, _ in PLAIN.values()]
    assert found["kind"].tolist() == [k for _, k, _ in PLAIN.values()]
    for touchpoint, (_, _, wanted) in zip(found["touchpoint"], PLAIN.values(), strict=True):
        assert wanted is None or touchpoint == wanted


@pytest.mark.parametrize("name", ["text", "fast", pytest.param("accurate", marks=pytest.mark.model)])
def test_bundled_heads_carry_their_figures_and_stay_small(name: str) -> None:
    import json

    folder = models_dir() / "heads" / name
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    assert set(meta["tasks"]) == {task.name for task in TASKS}
    for task in meta["tasks"].values():
        assert 0 < task["figures"]["as_written"]["macro_f1"] < 1
        assert 0 < task["temperature"] < 10
    assert len(meta["data_digest"]) == 64
    assert (folder / "heads.safetensors").stat().st_size < 20_000_000


def test_one_word_or_mere_judgement_that_is_no_keyword_names_no_touchpoint() -> None:
    found = np.zeros((6, 2, len(EVIDENCE)), dtype=np.float32)
    found[:, 0, EVIDENCE.index("ngrams")] = 1.0
    found[[1, 5], 0, EVIDENCE.index("keyword_hits")] = 0.7
    texts = ["ok", "lag", "giao lâu", "rất tốt", "rat tot", "app tốt"]
    assert _wordless(texts, found).tolist() == [True, False, False, True, True, False]
