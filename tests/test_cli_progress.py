"""What a run says while it works."""

from __future__ import annotations

import io
import sys

import pytest

from painpoints.progress import ConsoleProgress, Progress, printable


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_printable_keeps_words_and_lines_and_drops_what_steers() -> None:
    assert printable("Giao hàng\nchậm 😡") == "Giao hàng\nchậm 😡"
    assert printable("a\x1b[31mb\x07\x00\r\t\u202e\u200fc") == "a [31mb      c"


def test_stages_are_timed_and_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    with progress.stage("embed", 10) as advance:
        advance(10)
    progress.note("a sentence")
    assert list(progress.seconds) == ["embed"]
    assert progress.seconds["embed"] >= 0
    said = capsys.readouterr()
    assert said.out + said.err == ""


def test_elsewhere_a_line_a_stage_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    progress = ConsoleProgress()
    with progress.stage("read"):
        pass
    progress.note("a \x1bnote")
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == ["  read           0.0 s", "a  note"]


def test_stages_are_named_in_the_language_of_the_report(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = ConsoleProgress("vi")
    for name in ("read", "name"):
        with progress.stage(name):
            pass
    assert capsys.readouterr().err.splitlines() == [
        "  đọc tệp            0,0 s",
        "  đặt tên chủ đề     0,0 s",
    ]
    assert list(progress.seconds) == ["read", "name"]  # run.json keeps the names
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with progress.stage("embed", 5) as advance:
        advance(5)
    assert "tính vectơ" in terminal.getvalue()
    assert "embed" not in terminal.getvalue()


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "2 items have no date; no week counts them."),
        ("vi", "2 góp ý không có ngày nên không được tính vào tuần nào."),
    ],
)
def test_notes_are_in_the_language_of_the_report(
    capsys: pytest.CaptureFixture[str], lang: str, told: str
) -> None:
    ConsoleProgress(lang).note("2 items have no date; no week counts them.")
    assert capsys.readouterr().err == told + "\n"


@pytest.mark.parametrize("total", [None, 0, 20])
def test_on_a_terminal_there_is_a_bar_and_then_the_line(
    monkeypatch: pytest.MonkeyPatch, total: int | None
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    progress = ConsoleProgress()
    with progress.stage("embed", total) as advance:
        for _ in range(4):
            advance(5)
    assert terminal.getvalue().rstrip().endswith(" s")
    assert "embed" in terminal.getvalue()


def test_a_stage_that_fails_passes_its_error_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    progress = ConsoleProgress()
    with pytest.raises(ValueError, match="ours"), progress.stage("read"):
        raise ValueError("ours")
    assert progress.seconds == {}
