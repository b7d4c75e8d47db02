"""The commands `painpoints themes ...`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from painpoints.cli_options import ENCODER, IN_WORKSPACE, LANG

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["themes"]


@click.group()
def themes() -> None:
    """Look at the themes that a workspace remembers, and put them right: the next run follows."""


@themes.command("list")
@IN_WORKSPACE
@LANG
def themes_list(workspace: Path, lang: str) -> None:
    """The themes, pains first, largest first.

    \b
    Example:
      painpoints themes list --workspace ws
    """
    from painpoints.progress import printable
    from painpoints.themes.commands import list_themes

    click.echo(printable(list_themes(workspace, lang)))


@themes.command("rename")
@click.argument("theme_id")
@click.option("--vi", "name_vi", default="", metavar="NAME", help="Vietnamese name.")
@click.option("--en", "name_en", default="", metavar="NAME", help="English name.")
@IN_WORKSPACE
def themes_rename(theme_id: str, name_vi: str, name_en: str, workspace: Path) -> None:
    """Give a theme names that it keeps.

    \b
    Example:
      painpoints themes rename T1A2B3C --vi "Giao hàng trễ" --en "Late delivery" --workspace ws
    """
    from painpoints.progress import printable
    from painpoints.themes.commands import rename_theme

    click.echo(printable(rename_theme(workspace, theme_id, name_vi, name_en)))


@themes.command("merge")
@click.argument("into")
@click.argument("others", nargs=-1, required=True)
@IN_WORKSPACE
def themes_merge(into: str, others: Sequence[str], workspace: Path) -> None:
    """Make OTHERS part of the theme INTO.

    \b
    Example:
      painpoints themes merge T1A2B3C T4D5E6F --workspace ws
    """
    from painpoints.themes.commands import merge_themes

    click.echo(merge_themes(workspace, into, others))


@themes.command("split")
@click.argument("theme_id")
@click.option("--parts", type=click.IntRange(2, 10), default=2, show_default=True, help="Into how many.")
@IN_WORKSPACE
@ENCODER
def themes_split(theme_id: str, parts: int, workspace: Path, encoder: str | None) -> None:
    """Cut a theme by meaning; the largest part keeps id and name.

    \b
    Example:
      painpoints themes split T1A2B3C --parts 3 --workspace ws
    """
    from painpoints.encoders import choose_encoder, load_encoder
    from painpoints.progress import printable
    from painpoints.themes.commands import split_theme

    model = load_encoder(choose_encoder(encoder).name)
    click.echo(printable(split_theme(workspace, theme_id, parts, model)))


def _marking(name: str, column: str, value: bool, what: str) -> None:
    @themes.command(name, help=f"{what}\n\n\b\nExample:\n  painpoints themes {name} T1A2B3C --workspace ws")
    @click.argument("theme_id")
    @IN_WORKSPACE
    def mark(theme_id: str, workspace: Path) -> None:
        from painpoints.themes.commands import mark_theme

        click.echo(mark_theme(workspace, theme_id, column, value))


_marking("pin", "pinned", True, "Protect a theme: it cannot be merged into another.")
_marking("unpin", "pinned", False, "Let a pinned theme be merged again.")
_marking("hide", "hidden", True, "Rank a theme no more; its segments stay in it.")
_marking("unhide", "hidden", False, "Rank a hidden theme again.")
