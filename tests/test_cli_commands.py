"""The other commands: check, explain, init, demo, help; what they print and what they leave alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Call, Done
from painpoints.journey import bundled_journeys, load_journey
from painpoints.report.locale import Locale
from small_exports import SECRETS, write_export
from test_pipeline_run import table

PART = re.compile(r"^\s*(-?\d+\.\d\d)  ", re.MULTILINE)


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60, check=False
    )


# help


def test_help_imports_nothing_heavy() -> None:
    heavy = ("pandas", "numpy", "torch", "spacy", "sklearn", "transformers", "rich", "yaml")
    found = python(
        "import sys; from click.testing import CliRunner; from painpoints.cli import cli\n"
        "for a in ([], ['run'], ['check'], ['explain'], ['init'], ['demo']):\n"
        "    assert CliRunner().invoke(cli, [*a, '--help']).exit_code == 0\n"
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    assert found.stdout.strip() == "[]", found.stdout + found.stderr


@pytest.mark.parametrize("command", ["run", "check", "explain", "init", "demo"])
def test_the_help_of_every_command_holds_an_example(call: Call, command: str) -> None:
    said = call(command, "-h")
    assert said.code == 0
    assert f"painpoints {command}" in said.out.split("Example:")[1]


def test_the_version(call: Call) -> None:
    from painpoints import __version__

    assert call("--version").out.strip() == f"painpoints, version {__version__}"


def test_a_call_of_nothing_shows_the_commands(call: Call) -> None:
    said = call()
    assert said.code == 2
    assert "run" in said.err + said.out


# check


def test_check_says_what_would_be_read_and_writes_nothing(call: Call, tmp_path: Path) -> None:
    export = write_export(tmp_path / "reviews.csv")
    said = call("check", export, "--lang", "en")
    assert said.code == 0, said.err
    for word in ("utf-8", "content", "56 read = 48 kept + 4 duplicate + 4 rejected", "stars5", "2026-08-01"):
        assert word in said.out
    told = call("check", export)
    assert told.code == 0, told.err
    counts = "56 đọc được = 48 giữ lại + 4 trùng lặp + 4 bị loại"
    for word in ("bảng mã utf-8", "content", counts, "1–5 sao", "2026-08-01"):
        assert word in told.out
    assert told.out == call("check", export, "--lang", "vi").out
    assert [p.name for p in tmp_path.iterdir()] == ["reviews.csv"]


def test_check_passes_no_escapes_on_to_the_terminal(call: Call, tmp_path: Path) -> None:
    evil = "\x1b[2J\x1b]0;owned\x07\u202e"
    rows = "\n".join(f"giao hàng chậm {i} ngày, không ai gọi lại cho tôi cả," for i in range(40))
    rows = f'"{evil} app lỗi {evil}",x\n' + rows.replace("ngày,", "ngày")
    (tmp_path / "evil.csv").write_text(f"content,{evil}col\n{rows}\n", encoding="utf-8")
    said = call("check", tmp_path / "evil.csv")
    assert said.code == 0, said.err
    assert not [c for c in said.out + said.err if not c.isprintable() and c != "\n"]


def test_errors_pass_no_escapes_on_to_the_terminal(call: Call, tmp_path: Path) -> None:
    (tmp_path / "evil.csv").write_text("\x1b[2Ja,\x1b]0;owned\x07b\n1,2\n3,4\n", encoding="utf-8")
    said = call("check", tmp_path / "evil.csv")
    assert said.code == 2
    assert not [c for c in said.out + said.err if not c.isprintable() and c != "\n"]


def test_check_with_a_map(call: Call, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("a,b\n1,giao hàng chậm\n2,app lỗi\n", encoding="utf-8")
    assert call("check", tmp_path / "odd.csv", "--map", "text=b").code == 0


# explain


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_explain_prints_parts_that_add_up_to_the_score(done: Done, call: Call, lang: str) -> None:
    for pain in table(done.out / "painpoints.csv"):
        said = call("explain", pain["pain_id"], "--out", done.out, "--lang", lang)
        assert said.code == 0, said.err
        *parts, score = [float(v) for v in PART.findall(said.out)]
        assert len(parts) == 5
        assert sum(parts) == pytest.approx(score, abs=0.03)
        assert score == pytest.approx(float(pain["score"]), abs=0.01)
        assert pain[f"name_{lang}"] in said.out


def test_explain_takes_the_report_file_itself(done: Done, call: Call) -> None:
    pain = table(done.out / "painpoints.csv")[0]["pain_id"]
    assert call("explain", pain, "--out", done.out / "report.json").code == 0


def test_explain_of_an_unknown_pain_names_those_there_are(done: Done, call: Call) -> None:
    said = call("explain", "P000000", "--out", done.out)
    assert said.code == 2
    assert table(done.out / "painpoints.csv")[0]["pain_id"] in said.err


def test_explain_without_a_report(call: Call, tmp_path: Path) -> None:
    said = call("explain", "P000000", "--out", tmp_path / "nowhere")
    assert said.code == 2
    assert "--out" in said.err


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"pains": []}', b"\xff\xfe", b"null", b'{"pains": 1, "parts": 2}']
)
def test_explain_of_something_else(call: Call, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "report.json").write_bytes(content)
    said = call("explain", "P000000", "--out", tmp_path)
    assert said.code == 2
    assert "no report of painpoints" in said.err


# init


@pytest.mark.parametrize("kind", bundled_journeys())
def test_init_writes_a_journey_that_loads(call: Call, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "journey.yaml"
    said = call("init", path, "--kind", kind)
    assert said.code == 0, said.err
    assert str(path) in said.out
    assert load_journey(path).touchpoints == load_journey(kind).touchpoints
    assert "#" in path.read_text(encoding="utf-8")


def test_init_overwrites_only_by_force(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "journey.yaml"
    path.write_text("mine", encoding="utf-8")
    said = call("init", path)
    assert said.code == 2
    assert "--force" in said.err
    assert path.read_text(encoding="utf-8") == "mine"
    assert call("init", path, "--force").code == 0
    assert load_journey(path).touchpoints


def test_init_of_an_unknown_kind_leaves_no_file(call: Call, tmp_path: Path) -> None:
    said = call("init", tmp_path / "journey.yaml", "--kind", "bakery")
    assert said.code == 2
    assert "ecommerce" in said.err
    assert not list(tmp_path.iterdir())


def test_init_into_a_folder_that_is_not_there(call: Call, tmp_path: Path) -> None:
    said = call("init", tmp_path / "nowhere" / "journey.yaml")
    assert said.code == 2
    assert "in a folder that exists" in said.err


# demo


def test_demo_runs_the_bundled_exports(call: Call, tmp_path: Path) -> None:
    said = call("demo", "--encoder", "fast", "--out", tmp_path / "demo")
    assert said.code == 0, said.err
    counts = json.loads((tmp_path / "demo" / "run.json").read_text(encoding="utf-8"))["counts"]
    assert counts["read"] == counts["kept"] + counts["duplicate"] + counts["rejected"]
    assert counts["kept"] >= 1_500
    assert len(table(tmp_path / "demo" / "painpoints.csv")) >= 8


# the process


def test_a_reader_that_has_had_enough_is_no_error(tmp_path: Path) -> None:
    export = write_export(tmp_path / "reviews.csv")
    command = f'"{sys.executable}" -m painpoints check "{export}" | true'
    found = subprocess.run(
        ["bash", "-c", command], capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert "Traceback" not in found.stderr
    assert "Exception" not in found.stderr


def test_a_terminal_that_knows_no_vietnamese_does_not_end_the_job(tmp_path: Path) -> None:
    export = write_export(tmp_path / "reviews.csv")
    found = subprocess.run(
        [sys.executable, "-m", "painpoints", "check", str(export)],
        capture_output=True, timeout=60, check=False, env={"PYTHONIOENCODING": "cp1252", "PATH": ""},
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert b"?" in found.stdout


def test_progress_is_plain_lines_where_there_is_no_terminal(done: Done) -> None:
    assert "\r" not in done.called.err
    told = [
        line.rsplit(maxsplit=2)[0].strip() for line in done.called.err.splitlines() if line.endswith(" s")
    ]
    stages = ["read", "segment", "load", "embed", "classify", "theme", "rank", "report", "write"]
    assert told == [Locale("vi").term("stage", name) for name in stages]
    assert not any(s in done.called.out for s in SECRETS)
