"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from painpoints.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "DEFAULT_OUT",
    "DEFAULT_WORKSPACE",
    "ENCODER",
    "IN_WORKSPACE",
    "LANG",
    "MAP",
    "NAMING_MODEL",
    "NAMING_SERVICE",
    "OUT",
    "PROFILE",
    "WORKSPACE",
    "column_map",
]

DEFAULT_OUT = "painpoints-report"
DEFAULT_WORKSPACE = "painpoints-workspace"

LANG = click.option(
    "--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Language of the report."
)
MAP = click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="FIELD=COLUMN",
    help='Which column holds what, e.g. --map text="Nội dung".',
)
PROFILE = click.option(
    "--profile", metavar="NAME", help="Kind of export, where it is not recognised, e.g. zendesk."
)

OUT = click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=DEFAULT_OUT,
    show_default=True,
    help="Folder of the report.",
)


WORKSPACE = click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder that remembers runs, vectors, labels and classifiers.",
)
ENCODER = click.option("--encoder", metavar="NAME|PATH", help="accurate, fast, a model folder or a hub name.")
NAMING_SERVICE = click.option(
    "--naming-service",
    metavar="URL",
    envvar="PAINPOINTS_NAMING_URL",
    show_envvar=True,
    help="Ask this OpenAI-compatible service for names of new themes; sends it masked quotes.  [default: none]",
)
NAMING_MODEL = click.option(
    "--naming-model",
    metavar="NAME",
    envvar="PAINPOINTS_NAMING_MODEL",
    show_envvar=True,
    help="Model of the naming service. Its key, if any, is read from PAINPOINTS_NAMING_KEY.",
)

IN_WORKSPACE = click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    default=DEFAULT_WORKSPACE,
    show_default=True,
    metavar="DIR",
    help="Workspace that remembers the themes.",
)


def column_map(maps: Sequence[str]) -> dict[str, str]:
    """``FIELD=COLUMN`` of every --map. Raises `InputError` for what is not of that form, or a field named twice."""
    found: dict[str, str] = {}
    for entry in maps:
        name, equals, column = entry.partition("=")
        if not equals or not name.strip() or not column.strip():
            raise InputError(
                f'--map {entry!r} is not of the form FIELD=COLUMN, for example --map text="Nội dung".'
            )
        if name.strip() in found:
            raise InputError(
                f"--map names the field {name.strip()!r} twice; join text columns with +, as in text=title+body."
            )
        found[name.strip()] = column.strip()
    return found
