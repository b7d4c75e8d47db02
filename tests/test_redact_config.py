"""configs/redact.yaml and files like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from painpoints.errors import InputError
from painpoints.resources import configs_dir
from painpoints.text.redact import Redactor, load_redactor
from painpoints.text.redact_config import OrderCode, read_order_codes

CODES = read_order_codes(configs_dir() / "redact.yaml")


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_every_bundled_pattern_finds_its_examples_and_only_them(code: OrderCode) -> None:
    redactor = Redactor({code.name: code.pattern})
    assert code.examples
    for text in code.examples:
        assert "ORDER_CODE" in {span.kind for span in redactor.find(text)}, text
    for text in code.not_examples:
        assert redactor.find(text) == [], text


def test_an_empty_list_switches_order_codes_off(tmp_path: Path) -> None:
    path = tmp_path / "redact.yaml"
    path.write_text("order_codes: []\n", encoding="utf-8")
    assert load_redactor(path).redact("mã đơn ABC12345678")[0] == "mã đơn ABC12345678"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("order_codes:\n  - {name: a}\n", "line 2: name or pattern is missing"),
        ("order_codes:\n  - {name: a, patern: x}\n", "unknown key 'patern'"),
        ("order_code: []\n", "unknown key 'order_code'"),
        ("", "no list 'order_codes'"),
        ("order_codes: [\n", "YAML syntax error"),
        ("order_codes:\n  - {name: a, pattern: '('}\n", "the pattern of 'a' is not a regular expression"),
        ("order_codes:\n  - {name: a, pattern: x}\n  - {name: a, pattern: y}\n", "'a' is there twice"),
    ],
)
def test_a_wrong_file_gets_one_sentence(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "redact.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_redactor(path)
    assert message in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nope\.yaml: cannot be read"):
        load_redactor(tmp_path / "nope.yaml")
