"""The documents say what there is: every command and option, and no link that leads nowhere."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import click
import pytest

from painpoints.cli import cli
from painpoints.journey import bundled_journeys
from painpoints.report.write import REPORT_FILES

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(
    p.relative_to(ROOT)
    for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("models/**/*.md"), *ROOT.glob("data/*.md"),
              *ROOT.glob("benchmarks/*.md")]
)  # fmt: skip
READMES = ("README.md", "README.vi.md")
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+\s+(.*?)\s*#*$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def read(name: str | Path) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def options() -> list[tuple[str, str]]:
    commands = list(cli.commands.items())
    commands += [
        (f"{name} {sub}", inner)
        for name, group in cli.commands.items()
        if isinstance(group, click.Group)
        for sub, inner in group.commands.items()
    ]
    return [
        (name, option)
        for name, command in commands
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
        for option in parameter.opts
        if option.startswith("--")
    ]


@pytest.mark.parametrize("readme", READMES)
@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_is_in_the_readme(readme: str, command: str) -> None:
    assert f"painpoints {command}" in read(readme)


@pytest.mark.parametrize("readme", READMES)
def test_every_option_is_in_the_readme(readme: str) -> None:
    text = read(readme)
    missing = [f"{c} {o}" for c, o in options() if not re.search(rf"{re.escape(o)}(?![\w-])", text)]
    assert not missing


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_names_no_command_or_option_that_does_not_exist(readme: str) -> None:
    text = read(readme)
    known = {o for _, o in options()} | {"--help", "--version", "--constraint"}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    assert named <= known
    assert set(re.findall(r"`painpoints ([a-z]+)", text)) <= set(cli.commands)
    assert set(re.findall(r"^\s+painpoints ([a-z]+)", text, re.MULTILINE)) <= set(cli.commands)


def test_every_option_and_argument_has_help() -> None:
    for name, command in cli.commands.items():
        assert command.help, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.opts}"


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_names_every_bundled_journey(readme: str) -> None:
    text = read(readme)
    assert [j for j in bundled_journeys() if f"`{j}`" not in text] == []


def test_every_file_of_a_run_is_described() -> None:
    text = read("docs/report.md")
    assert [name for name in REPORT_FILES if name not in text] == []


def anchors(text: str) -> set[str]:
    """The anchors that a forge gives to headings: lower case, blanks to hyphens, signs dropped."""
    found = set()
    for heading in HEADING.findall(FENCE.sub("", text)):
        words = unicodedata.normalize("NFC", re.sub(r"[`*]|\[|\]\([^)]*\)", "", heading)).lower()
        found.add(re.sub(r"[^\w\- ]", "", words).replace(" ", "-"))
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_somewhere(document: Path) -> None:
    broken = []
    for link in LINK.findall(FENCE.sub("", read(document))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / document.parent / path).resolve() if path else ROOT / document
        inside = ROOT in [target, *target.parents] and target.exists()
        known = not anchor or target.suffix != ".md" or not inside or anchor in anchors(read(target))
        if not inside or not known:
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_documents_name_no_files_that_are_not_there(document: Path) -> None:
    """Paths in backticks that begin with a folder of the project are real (models that are built later aside)."""
    found = re.findall(r"`((?:src|tests|docs|configs|data|benchmarks)/[\w./-]+)`", read(document))
    missing = [f for f in found if not (ROOT / f).exists() and not (ROOT / document.parent / f).exists()]
    assert not missing


@pytest.mark.parametrize("name", ["journeys", "src", "docs"])
def test_nothing_of_the_workplace_is_in_the_project(name: str) -> None:
    folder = ROOT / "configs" / name if name == "journeys" else ROOT / name
    for path in folder.rglob("*"):
        if path.suffix in {".py", ".md", ".yaml", ".txt", ".css", ".js", ".j2"}:
            text = path.read_text(encoding="utf-8")
            assert "../shared" not in text, path
            assert "/work/" not in text, path
