"""What a user can do wrong, as exceptions: one clear sentence each, never a traceback.

Everything that is not a `PainpointsError` is a bug of ours.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec

__all__ = ["InputError", "JobError", "JourneyError", "ModelError", "PainpointsError", "exit_code_of"]

_Arguments = ParamSpec("_Arguments")


class PainpointsError(Exception):
    """A mistake the user can mend. The message says what was found, where, and what to do next.

    `exit_code` is what the command line returns: 2 for a wrong call or input, 1 for a job that failed.
    """

    exit_code = 2


class InputError(PainpointsError):
    """An export (or an option) that cannot be used as it is."""


class JourneyError(PainpointsError):
    """A journey file with errors; all of them are in `problems`, each with its place."""

    def __init__(self, path: str, problems: list[str]) -> None:
        self.path = path
        self.problems = problems
        count = f"{len(problems)} error" + ("s" if len(problems) != 1 else "")
        super().__init__(f"{path}: {count} in the journey file:\n" + "\n".join(f"  - {p}" for p in problems))


class ModelError(PainpointsError):
    """An encoder or classifier that is missing, broken, or made for another encoder."""


class JobError(PainpointsError):
    """The job could not finish (disk full, output folder not writable …)."""

    exit_code = 1


def exit_code_of(job: Callable[_Arguments, None]) -> Callable[_Arguments, int]:
    """`job` as a command that returns its exit code: what the user can mend is told on standard error."""

    @functools.wraps(job)
    def command(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> int:
        try:
            job(*args, **kwargs)
        except PainpointsError as error:
            print(f"error: {error}", file=sys.stderr)
            return error.exit_code
        return 0

    return command
