"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

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
