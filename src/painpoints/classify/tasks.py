"""What is classified: the tasks, their labels, and when an answer pays."""

from __future__ import annotations

from dataclasses import dataclass

from painpoints.schema import EXPERIENCES, FLAGS, KINDS, SENTIMENTS

__all__ = ["FLAG_LABELS", "TASKS", "Task", "task_named"]

FLAG_LABELS = ("no", "yes")


@dataclass(frozen=True)
class Task:
    """One head: its labels, and what a wrong answer costs against the gain of a right one.

    Where a wrong answer costs as much as a right one gains, answering pays from a probability of 1/2; where it costs
    half as much, from 1/3 (Chow 1970). A severity one level off is nearly right, so that a wrong one costs a third and
    every pain has one. No cost is tuned on held-out rows.
    """

    name: str
    labels: tuple[str, ...]
    wrong_costs: float
    strength: float = 4.0
    """inverse regularisation (C)"""

    @property
    def threshold(self) -> float:
        """The probability from which answering pays."""
        return self.wrong_costs / (1 + self.wrong_costs)

    @property
    def is_flag(self) -> bool:
        """Whether it says of a segment only that something is there."""
        return self.labels == FLAG_LABELS


TASKS = (
    Task("sentiment", SENTIMENTS, 1.0),
    Task("kind", KINDS, 1.0),
    # two readers agree on two severities of three: what is learnt from them needs a firmer hand
    Task("severity", ("1", "2", "3", "4"), 1 / 3, strength=1.0),
    Task("stage", ("awareness", "consideration", "decision", "use", "retention"), 0.5),
    Task("experience", EXPERIENCES, 0.5),
    # a flag that is raised wrongly sends somebody after nothing, so it costs more than one that is missed
    *(Task(flag, FLAG_LABELS, 1.5) for flag in FLAGS),
)


def task_named(name: str) -> Task | None:
    """The task that every installation has under that name, or None."""
    return next((t for t in TASKS if t.name == name), None)
