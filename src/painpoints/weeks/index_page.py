"""The page of all weeks: one line a week, newest first, with what an analyst wants to know before opening one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from markupsafe import Markup

from painpoints import __version__
from painpoints.report.locale import Locale
from painpoints.report.render_html import asset, csp_hash, environment

__all__ = ["write_index"]


def write_index(folder: Path, reports: list[tuple[str, dict[str, Any]]]) -> Path:
    """Write ``folder/index.html`` over the summaries of all reports, in the language of the last one."""
    last = reports[-1][1] if reports else {"title": "", "lang": "vi"}
    lang = last["lang"]
    locale = Locale(lang)
    css = asset("report.css")
    most = max((summary["items"] for _, summary in reports), default=1)
    page = (
        environment()
        .get_template("weeks.html.j2")
        .render(
            title=last["title"],
            weeks=[(week, summary) for week, summary in reversed(reports)],
            most=max(1, most),
            t=locale.text,
            fmt=locale,
            lang=lang,
            css=Markup(css),  # noqa: S704 - our own file
            css_hash=csp_hash(css),
            version=__version__,
        )
    )
    part = folder / ".index.html.part"
    part.write_text(page, encoding="utf-8", newline="\n")
    os.replace(part, folder / "index.html")
    return folder / "index.html"
