"""The commands `painpoints weekly` and `painpoints forget`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from painpoints.cli_options import ENCODER, LANG, MAP, PROFILE, column_map

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["forget", "weekly"]

_WORKSPACE = click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder that remembers all weeks.",
)
ALERT_EXIT = 3


@click.command()
@click.argument("inputs", nargs=-1, metavar="[INPUT...]")
@_WORKSPACE
@click.option("--week", metavar="YYYY-Www", help="Week to report on.  [default: the last full one]")
@click.option(
    "--journey", metavar="FILE", help="Journey file or bundled name.  [default: the one of last time]"
)
@click.option("--customers", metavar="FILE", help="Customers with their value (CSV or XLSX).")
@click.option("--initiatives", metavar="FILE", help="What was done when (CSV or XLSX).")
@click.option("--backlog", metavar="FILE", help="report.xlsx or a table with states that people gave.")
@click.option("--beliefs", metavar="FILE", help="What we think we deliver at each touchpoint (CSV or XLSX).")
@click.option("--calendar", metavar="FILE", help="Sale days and holidays (YAML).  [default: the bundled one]")
@ENCODER
@MAP
@PROFILE
@LANG
@click.option("--fail-on-alert", is_flag=True, help="Exit with code 3 where the week has an alert.")
def weekly(inputs: Sequence[str], maps: Sequence[str], fail_on_alert: bool, **options: Any) -> None:
    """Take in what is new and write the report of one week, beside those before it.

    The workspace counts every item once, whatever exports it is in, and keeps themes and their names from week to week.
    A week that was done before is written anew with what was known then.

    \b
    Example:
      painpoints weekly export.csv --workspace ws --journey retail_bank
    """
    from painpoints.progress import ConsoleProgress, counted, printable
    from painpoints.weeks.job import WeekRequest
    from painpoints.weeks.job import weekly as run_week

    request = WeekRequest(inputs=inputs, column_map=column_map(maps), **options)
    result = run_week(request, ConsoleProgress(request.lang))
    if result.taken is not None:
        click.echo(f"{result.taken}.")
    summary = result.report["summary"]
    click.echo(
        f"{result.week}: {counted(summary['items'], 'item')}, {counted(len(result.report['pains']), 'pain point')}, "
        f"{counted(len(result.alerts), 'alert')}."
    )
    english = options["lang"] == "en"
    for alert in result.alerts.to_dict("records"):
        name = alert["name_en" if english else "name_vi"]
        click.echo(
            printable(f"  {alert['status']}: {name} (x{alert['rate_ratio']:.1f})  [{alert['owner'] or '?'}]")
        )
    click.echo(f"Report: {result.folder / 'report.html'}; all weeks: {result.folder.parent / 'index.html'}")
    if fail_on_alert and len(result.alerts):
        sys.exit(ALERT_EXIT)


@click.command()
@_WORKSPACE
@click.option("--customer", metavar="ID", help="Everything that this customer said.")
@click.option("--before", metavar="DATE", help="Everything from before this day, YYYY-MM-DD.")
def forget(workspace: Path, customer: str | None, before: str | None) -> None:
    """Erase a customer, or all that is older than a day, from a workspace.

    \b
    Example:
      painpoints forget --workspace ws --customer KH00123
    """
    from painpoints.weeks.forget import forget as erase

    click.echo(erase(workspace, customer, before))
