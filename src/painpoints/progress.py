"""What a run tells the user while it works: a bar on a terminal, plain lines elsewhere, nothing in tests."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["ConsoleProgress", "Progress", "counted", "printable"]

Advance = Callable[[int], None]
_WIDTHS = {"en": 10, "vi": 14}
"""characters of the longest name of a stage"""


def printable(text: str) -> str:
    """`text` without control characters and direction overrides: customers' text must not steer the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)


class Progress:
    """Times the stages and says nothing; the base of those that do."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Advance]:
        """Time what happens inside; `total` is the number of steps that the yielded function will count."""
        began = time.perf_counter()
        with self._shown(name, total) as advance:
            yield advance
        self.seconds[name] = round(time.perf_counter() - began, 3)
        self._ended(name)

    def note(self, text: str) -> None:
        """A sentence that the user should read."""

    @contextmanager
    def _shown(self, name: str, total: int | None) -> Iterator[Advance]:  # noqa: ARG002 - for those who show it
        yield lambda _: None

    def _ended(self, name: str) -> None:
        pass


class ConsoleProgress(Progress):
    """Writes to standard error, so that standard output stays clean for results; in the language `lang`."""

    def __init__(self, lang: str = "en") -> None:
        super().__init__()
        self.lang = lang

    def note(self, text: str) -> None:
        """Print the sentence as the report has it."""
        from painpoints.report.sentences import in_language

        print(printable(in_language(text, self.lang)), file=sys.stderr)

    def _word(self, stage: str) -> str:
        from painpoints.report.locale import Locale

        return Locale(self.lang).term("stage", stage)

    @contextmanager
    def _shown(self, name: str, total: int | None) -> Iterator[Advance]:
        if not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        columns = [SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()]
        if total:
            columns.insert(3, MofNCompleteColumn())
        with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task(self._word(name), total=total)
            yield lambda steps: bars.advance(task, steps)

    def _ended(self, name: str) -> None:
        seconds = f"{self.seconds[name]:7.1f}"
        if self.lang == "vi":
            seconds = seconds.replace(".", ",")
        print(f"  {self._word(name):<{_WIDTHS[self.lang]}} {seconds} s", file=sys.stderr)


def counted(number: int, noun: str) -> str:
    """``1 item``, ``2 items``."""
    return f"{number} {noun}" + ("" if number == 1 else "s")
