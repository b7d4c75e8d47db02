"""The journey file: what is read, what is refused, and the journeys that come with the package."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from painpoints.errors import InputError, JourneyError, PainpointsError
from painpoints.journey import Competitor, bundled_journey, bundled_journeys, journey_template, load_journey
from painpoints.schema import DEFAULT_STAGES

FILES = Path(__file__).parent / "data" / "journeys"
LOUNGE = Path(__file__).parents[1] / "benchmarks" / "journeys" / "airline_lounge.yaml"


def problems_of(path: Path, content: str | bytes) -> list[str]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(JourneyError) as error:
        load_journey(path)
    return error.value.problems


# -- reading --------------------------------------------------------------------------------------------------------


def test_a_journey_is_read_as_it_was_written() -> None:
    journey = load_journey(FILES / "small.yaml")
    delivery = journey.touchpoint("delivery")
    assert journey.brand == "Gạo Xanh"
    assert journey.languages == ("vi", "en")
    assert [stage.id for stage in journey.stages] == ["buy", "use"]
    assert delivery.name == {"vi": "Giao hàng", "en": "Delivery"}
    assert (delivery.stage, delivery.owner, delivery.effort) == ("use", "Vận hành", 3)
    assert (delivery.responsible, delivery.consulted, delivery.informed) == (
        ("Kho",),
        ("Pháp chế", "Mua hàng"),
        (),
    )
    assert journey.competitors == (Competitor("Gạo Vàng"), Competitor("Gạo Đỏ", ("gao do", "GĐ")))
    assert journey.expectations == {"delivery": {"vi": "giao trong 24h"}}
    assert journey.sha256 == hashlib.sha256((FILES / "small.yaml").read_bytes()).hexdigest()


def test_yaml_never_turns_words_into_truth_values_numbers_or_dates() -> None:
    keywords = load_journey(FILES / "small.yaml").touchpoint("delivery").keywords
    assert keywords == ("shipper", "giao hàng", "no", "on", "24", "2024-01-01")


def test_one_text_stands_for_every_language() -> None:
    stage = load_journey(FILES / "small.yaml").stage("buy")
    assert stage.description == {"vi": "Khách chọn và trả tiền.", "en": "Khách chọn và trả tiền."}


def test_what_may_be_left_out() -> None:
    till = load_journey(FILES / "small.yaml").touchpoint("till")
    assert (till.owner, till.description, till.keywords, till.examples, till.effort) == ("", {}, (), (), None)


def test_labels_fall_back_to_another_language_and_then_to_the_id() -> None:
    journey = load_journey(FILES / "small.yaml")
    assert journey.label("delivery", "en") == "Delivery"
    assert journey.label("till", "en") == "Quầy thu ngân"
    assert journey.label("buy", "vi") == "Mua"
    assert journey.label("gone", "vi") == "gone"
    assert journey.stage_of("till") == "buy"
    with pytest.raises(KeyError):
        journey.touchpoint("gone")


def test_without_stages_the_usual_five_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "j.yaml"
    path.write_text("brand: X\ntouchpoints: [{id: a, name: A, stage: decision}]\n", encoding="utf-8")
    assert tuple(stage.id for stage in load_journey(path).stages) == DEFAULT_STAGES


def test_a_byte_order_mark_and_decomposed_vietnamese_are_welcome(tmp_path: Path) -> None:
    path = tmp_path / "j.yaml"
    path.write_bytes("\ufeffbrand: Ga\u0323o\ntouchpoints: [{id: a, name: A, stage: use}]\n".encode())
    assert load_journey(path).brand == "Gạo"


# -- refusing -------------------------------------------------------------------------------------------------------


def test_every_problem_is_reported_at_once_with_its_place() -> None:
    with pytest.raises(JourneyError) as error:
        load_journey(FILES / "many_errors.yaml")
    found = error.value.problems
    expected = [
        "brnd: unknown key, did you mean 'brand'?",
        "brand: missing",
        "languages[1]: unknown language 'fr' (languages: vi, en)",
        "stages[1].name: missing",
        "stages[1].id: 'a' is already the id of stages[0]",
        "touchpoints[0].id: 't 1' cannot be an id",
        "touchpoints[0].name: missing",
        "touchpoints[0].keyword: unknown key, did you mean 'keywords'?",
        "touchpoints[0].stage: unknown stage 'buy' (stages: a, a)",
        "touchpoints[0].effort: must be a whole number from 1 to 5, found the text '7'",
        "touchpoints[0].keywords: must be a list such as [one, two], found the text 'one, two'",
        "touchpoints[0].description: must be text, found a list",
        "touchpoints[1].effort: must be a whole number from 1 to 5, found the text 'yes'",
        "touchpoints[2].id: 'on' is already the id of touchpoints[1]",
        "touchpoints[2].name.fr: unknown key 'fr' (keys: vi, en)",
        "touchpoints[2].owner: must be text, found a list",
        "touchpoints[3]: must hold keys",
        "expectations.zz: unknown touchpoint 'zz'",
        "competitors[0].nam: unknown key, did you mean 'name'?",
        "competitors[0].name: missing",
    ]
    for problem in expected:
        assert sum(p.startswith(problem) for p in found) == 1, problem
    assert len(found) == len(expected)
    assert f"{len(expected)} errors in the journey file" in str(error.value)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"brand: x\ntouchpoints: [a, b\n", "line 3, column 1: YAML syntax error"),
        (b"brand:\tx\n\ttouch: 1\n", "line 2, column 1: YAML syntax error"),
        (b"a: &x [1]\nb: *x\n", "line 1: the anchor '&x' is not allowed"),
        (b"a: 1\nb: *x\n", "line 2: the alias '*x' is not allowed"),
        (b"brand: !!python/object:os.system x\n", "line 1: the tag"),
        (b"brand: a\nbrand: b\n", "line 2: the key 'brand' is there twice (first on line 1)"),
        (b"a: 1\n---\nb: 2\n", "line 2: a second YAML document"),
        (b"[" * 100_000, "line 1: nested deeper than"),
        (b"{a: " * 5_000, "line 1: nested deeper than"),
        (b"? [a]\n: b\n", "line 1: a key must be text, found a list"),
        ("brand: x".encode("utf-16"), "the file is UTF-16; save it as UTF-8"),
        ("brand: x\ná: é".encode("latin1"), "line 2: not UTF-8 text"),
        (b"", "the file: must hold keys"),
        (b"- a\n", "the file: must hold keys"),
        (b"brand: \x01\n", "not readable as YAML"),
        (b"x" * 2_000_001, "the file has 2,000,001 bytes"),
        (b'brand: "a\\x1b[31m"\ntouchpoints: [{id: a, name: A, stage: use}]\n', "brand: holds a control character"),
        (b"brand: x\ntouchpoints: []\n", "touchpoints: is empty"),
        (b"brand: x\nstages: []\ntouchpoints: [{id: a, name: A, stage: use}]\n", "stages: is empty"),
        (b"brand: x\ntouchpoints: [{id: use, name: A, stage: use}]\n", "touchpoints[0].id: 'use' is already the id"),
        (b"brand: x\ntouchpoints: [{id: a, name: {vi: a, b}, stage: use}]\n", "touchpoints[0].name.b: unknown key"),
        (b"brand: x\ntouchpoints: [{id: a, name: A, stage: use, keywords: [a, '']}]\n", "touchpoints[0].keywords[1]: is"),
    ],
)  # fmt: skip
def test_a_wrong_file_gets_plain_sentences(tmp_path: Path, content: bytes, problem: str) -> None:
    found = problems_of(tmp_path / "j.yaml", content)
    assert any(p.startswith(problem) for p in found), found


def test_a_text_with_a_comma_needs_quotes_and_the_message_says_so(tmp_path: Path) -> None:
    content = "brand: x\ntouchpoints: [{id: a, name: {vi: Giá, phí và cước}, stage: use}]\n"
    assert "put quotes around a text" in problems_of(tmp_path / "j.yaml", content)[0]


@pytest.mark.parametrize("name", ["nope", "nope.yaml", "folder/nope.yaml"])
def test_a_missing_file_names_the_bundled_journeys(name: str) -> None:
    with pytest.raises(InputError, match=r"no such journey file; bundled journeys: default, .*retail_bank"):
        load_journey(name)


def test_a_folder_is_not_a_journey(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is a folder"):
        load_journey(tmp_path)


def test_an_unknown_bundled_name_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match="no bundled journey is called 'bank'; there are: default"):
        bundled_journey("bank")


@settings(deadline=None, max_examples=200)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda s: s.encode("utf-8", "replace")),
        st.text(alphabet="brandtouchpoints:[]{}-\n ,&*!'\"#|>", max_size=80).map(lambda s: s.encode()),
    )
)
def test_any_bytes_give_a_journey_or_a_plain_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "j.yaml"
    path.write_bytes(content)
    with pytest.raises(PainpointsError) as error:
        load_journey(path)
    assert str(error.value)


# -- bundled ----------------------------------------------------------------------------------------------------------


def test_the_promised_journeys_are_there_default_first() -> None:
    names = bundled_journeys()
    assert names[0] == "default"
    assert {"ecommerce", "parcel_logistics", "retail_bank", "saas", "telecom", "hospitality"} <= set(names)


@pytest.mark.parametrize("source", [*bundled_journeys(), str(LOUNGE)])
def test_a_bundled_journey_is_rich_enough_to_link_feedback(source: str) -> None:
    journey = load_journey(source)
    assert 10 <= len(journey.touchpoints) <= 18
    assert {t.stage for t in journey.touchpoints} == {s.id for s in journey.stages}
    for touchpoint in journey.touchpoints:
        assert set(touchpoint.name) == set(touchpoint.description) == {"vi", "en"}, touchpoint.id
        assert all(len(text) >= 40 for text in touchpoint.description.values()), touchpoint.id
        assert touchpoint.owner
        assert 11 <= len(touchpoint.keywords) <= 30, touchpoint.id
        assert 4 <= len(touchpoint.examples) <= 8, touchpoint.id
        assert touchpoint.effort is None


@pytest.mark.parametrize("kind", bundled_journeys())
def test_a_template_is_commented_and_loads(kind: str, tmp_path: Path) -> None:
    text = journey_template(kind)
    path = tmp_path / "journey.yaml"
    path.write_text(text, encoding="utf-8")
    assert load_journey(path).touchpoints == bundled_journey(kind).touchpoints
    for key in (
        "brand",
        "languages",
        "stages",
        "touchpoints",
        "owner",
        "effort",
        "competitors",
        "expectations",
    ):
        assert f"# {key}" in text or f"#   {key}" in text


def test_an_unknown_template_is_named() -> None:
    with pytest.raises(InputError, match="no bundled journey is called 'xx'"):
        journey_template("xx")
