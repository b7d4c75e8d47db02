"""The command line. Each command: a docstring with an example to copy, lazy imports, one call."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from painpoints import __version__
from painpoints.cli_options import (
    DEFAULT_OUT,
    DEFAULT_WORKSPACE,
    ENCODER,
    LANG,
    MAP,
    NAMING_MODEL,
    NAMING_SERVICE,
    OUT,
    PROFILE,
    WORKSPACE,
    column_map,
)
from painpoints.cli_themes import themes
from painpoints.cli_weeks import forget, weekly
from painpoints.errors import InputError, JobError, PainpointsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from painpoints.pipeline import RunRequest

__all__ = ["cli", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="painpoints")
def cli() -> None:
    """Ranked, evidenced pain points on the customer journey, from exports of feedback in Vietnamese and English."""


@cli.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "--journey", default="default", metavar="FILE", help="Journey file, or the name of a bundled one."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help=f"Folder of the report.  [default: {DEFAULT_OUT}, with --workspace DIR/report]",
)
@WORKSPACE
@click.option("--customers", metavar="FILE", help="Customers with their value (CSV or XLSX).")
@click.option(
    "--initiatives", metavar="FILE", help="What was done when, compared before and after (CSV or XLSX)."
)
@click.option(
    "--codebook", metavar="FILE", help="Themes to look for first, with names and examples (CSV or XLSX)."
)
@NAMING_SERVICE
@NAMING_MODEL
@ENCODER
@MAP
@PROFILE
@LANG
@click.option("--as-of", metavar="DATE", help="Last day that counts, YYYY-MM-DD.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=None, help="Seed of everything random.")
def run(
    seed: int | None, maps: Sequence[str], out: Path | None, workspace: Path | None, **options: Any
) -> None:
    """Read exports and write the ranked pain-point report.

    INPUT is a file, folder or pattern: CSV, XLSX, JSON, JSON Lines or Parquet, also in .zip or .gz.

    \b
    Example:
      painpoints run reviews.csv tickets.xlsx --journey retail_bank --out report
    """
    from painpoints.pipeline import RunRequest
    from painpoints.settings import Settings

    settings = Settings() if seed is None else Settings(seed=seed)
    if out is None:
        out = Path(DEFAULT_OUT) if workspace is None else workspace / "report"
    request = RunRequest(
        column_map=column_map(maps), settings=settings, out=out, workspace=workspace, **options
    )
    _run_and_tell(request)


@cli.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@MAP
@PROFILE
@LANG
def check(inputs: Sequence[str], maps: Sequence[str], profile: str | None, lang: str) -> None:
    """Show what would be read: encoding, profile, column map, counts, problems. Writes nothing.

    \b
    Example:
      painpoints check reviews.csv
    """
    import pandas as pd

    from painpoints.ingest import check_text, read_exports
    from painpoints.ingested import without_future

    ingested = read_exports(inputs, column_map=column_map(maps), profile=profile)
    click.echo(check_text(without_future(ingested, pd.Timestamp.now("UTC")), lang))


@cli.command()
@click.argument("pain_id")
@OUT
@LANG
def explain(pain_id: str, out: Path, lang: str) -> None:
    """Why a pain point ranks where it does: the parts of its score with their counts.

    \b
    Example:
      painpoints explain P1a2b3c --out report
    """
    from painpoints.progress import printable
    from painpoints.rank import explain_pain

    click.echo(printable(explain_pain(_read_report(out), pain_id, lang)))


@cli.command()
@click.argument("path", type=click.Path(path_type=Path), default="journey.yaml")
@click.option("--kind", default="default", show_default=True, help="Bundled journey to start from.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def init(path: Path, kind: str, force: bool) -> None:
    """Write a commented journey file to start from.

    \b
    Example:
      painpoints init journey.yaml --kind ecommerce
    """
    from painpoints.journey import journey_template

    text = journey_template(kind)
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise InputError(
            f"{path} is no place for a file: name a file in a folder that exists, such as journey.yaml."
        )
    if path.exists() and not force:
        raise InputError(f"{path} exists already; name another file, or overwrite it with --force.")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise JobError(f"{path} cannot be written: {error.strerror or error}.") from error
    click.echo(
        f"{path} written. Put in your own touchpoints and owners, then: painpoints run EXPORT --journey {path}"
    )


@cli.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="demo-report",
    show_default=True,
    help="Folder of the report.",
)
@ENCODER
@LANG
def demo(out: Path, encoder: str | None, lang: str) -> None:
    """Run the main job on the bundled exports of an invented shop.

    \b
    Example:
      painpoints demo --lang en
    """
    from painpoints.pipeline import RunRequest
    from painpoints.resources import data_dir

    folder = data_dir() / "demo"
    exports = [folder / name for name in DEMO_EXPORTS]
    request = RunRequest(
        inputs=exports,
        out=out,
        journey=folder / "journey.yaml",
        customers=folder / "customers.csv",
        encoder=encoder,
        lang="en" if lang == "en" else "vi",
    )
    _run_and_tell(request)


@cli.command()
@click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Workspace to draw from.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="labels.xlsx",
    show_default=True,
    help="Workbook to write.",
)
@click.option(
    "--task",
    "tasks",
    multiple=True,
    metavar="TASK",
    help="What to label; may be given several times.  [default: sentiment, kind]",
)
@click.option("--rows", type=click.IntRange(1, 20_000), default=200, show_default=True, help="How many rows.")
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=20_240, show_default=True, help="Seed of the draw."
)
@LANG
def sample(workspace: Path, out: Path, tasks: Sequence[str], rows: int, seed: int, lang: str) -> None:
    """Write rows of the last run that are worth labelling, with drop-downs.

    30 % are drawn at random (figures on them hold for the whole run), 40 % where the classifier hesitates, 30 %
    unlike the others.

    \b
    Example:
      painpoints sample --workspace ws --out labels.xlsx --task sentiment --rows 300
    """
    from painpoints.train.commands import run_sample

    click.echo(run_sample(workspace, out, tuple(tasks) or ("sentiment", "kind"), rows, seed, lang))


@cli.command()
@click.argument("task")
@click.argument("labels", type=click.Path(path_type=Path))
@click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    default=DEFAULT_WORKSPACE,
    show_default=True,
    metavar="DIR",
    help="Workspace that the classifier is promoted into.",
)
@ENCODER
@click.option("--force", is_flag=True, help="Promote even what is no better; that is recorded.")
@click.option(
    "--finetune", is_flag=True, help="Train the encoder itself for the task: minutes, for thousands of rows."
)
def train(task: str, labels: Path, workspace: Path, encoder: str | None, force: bool, finetune: bool) -> None:
    """Retrain a classifier on labelled rows; promote it only if it beats the one in use.

    TASK is sentiment, kind, severity, stage, experience, a flag (churn, competitor, effort, expectation_gap,
    sarcasm), or a name of your own, whose classes are those of the file. LABELS is a CSV or XLSX file with a text
    column and a column named like the task (or label).

    \b
    Example:
      painpoints train sentiment labels.xlsx --workspace ws
    """
    from painpoints.progress import printable
    from painpoints.train.commands import run_train

    say = partial(click.echo, err=True)
    told, promoted = run_train(task, labels, workspace, encoder, force=force, finetune=finetune, say=say)
    click.echo(printable(told))
    if not promoted:
        raise JobError(
            "Not promoted: on rows that neither was trained on, the new classifier is not better than the one in use "
            "beyond chance. The one in use stays. More labels help (painpoints sample); --force promotes it all the same."
        )


@cli.command()
@click.argument("task")
@click.argument("labels", type=click.Path(path_type=Path))
@WORKSPACE
@ENCODER
def evaluate(task: str, labels: Path, workspace: Path | None, encoder: str | None) -> None:
    """Figures of the classifier in use on labelled rows: accuracy, macro-F1, classes, calibration, confusion,
    languages.

    \b
    Example:
      painpoints evaluate sentiment labels.xlsx --workspace ws
    """
    from painpoints.progress import printable
    from painpoints.train.commands import run_evaluate

    if workspace is None and Path(DEFAULT_WORKSPACE).is_dir():
        workspace = Path(DEFAULT_WORKSPACE)
    click.echo(printable(run_evaluate(task, labels, workspace, encoder)))


for command in (themes, weekly, forget):
    cli.add_command(command)

DEMO_EXPORTS = ("play_reviews.csv", "tickets.xlsx", "nps_survey.csv", "facebook_comments.jsonl")


def _run_and_tell(request: RunRequest) -> None:
    from painpoints.pipeline import run as run_job
    from painpoints.progress import ConsoleProgress, counted, printable

    result = run_job(request, ConsoleProgress(request.lang))
    counts = result.manifest["counts"]
    click.echo(
        f"{counts['read']} rows read = {counts['kept']} kept + {counts['duplicate']} duplicate "
        f"+ {counts['rejected']} rejected; "
        f"{counts['segments']} segments, {counted(len(result.report['pains']), 'pain point')}."
    )
    for pain in result.report["pains"][:5]:
        name = pain["name_en"] if request.lang == "en" else pain["name_vi"]
        click.echo(
            printable(
                f"  {pain['rank']}. {pain['pain_id']}  {float(pain['score']):5.1f}  {name}  [{pain['owner'] or '?'}]"
            )
        )
    click.echo(f"Report: {request.out / 'report.html'}")


def _read_report(out: Path) -> dict[str, Any]:
    path = out / "report.json" if out.is_dir() or not out.suffix else out
    try:
        report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"There is no {path}; name the folder of a finished run with --out.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is no report of painpoints: {error}.") from error
    parts_known = isinstance(report, dict) and isinstance(report.get("parts"), dict)
    if not parts_known or not isinstance(report.get("pains"), list):
        raise InputError(f"{path} is no report of painpoints; name the folder of a finished run with --out.")
    return report


def main() -> None:
    """Entry point: a user's mistake becomes one message and exit code 2, a failed job 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that knows no Vietnamese must not end the job
    try:
        cli(standalone_mode=False)
    except PainpointsError as error:
        from painpoints.progress import printable

        click.echo(f"error: {printable(str(error))}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output, such as head, has had enough
        sys.stdout = None
        sys.exit(1)
    except MemoryError:
        click.echo("error: not enough memory; run fewer exports at a time, or use --encoder fast.", err=True)
        sys.exit(1)
