"""The stage of a segment, from what it says and from the touchpoint it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from painpoints.journey import Journey

    Floats = npt.NDArray[np.float32]

__all__ = ["TEXT_WEIGHT", "stage_probabilities"]

TEXT_WEIGHT = 0.35
"""exponent of what the text alone says. In the labelled corpus nine segments in ten lie in their touchpoint's
stage, and the text decides where the touchpoint is in doubt; the value itself is a judgement, not fitted"""

_FLOOR = 0.02
"""probability that a segment lies in any one stage other than its touchpoint's; less where there are many stages"""


def stage_probabilities(
    by_text: Floats, text_stages: Sequence[str], touchpoint: Floats, journey: Journey
) -> Floats:
    """``float32[n, stages]``: P(stage) ∝ P(stage | touchpoints) · P(stage | text) ^ `TEXT_WEIGHT`.

    `touchpoint` is ``[n, touchpoints + 1]``, the last column "none of them", which says nothing about the stage. A
    journey with stages of its own (other ids than the usual five) is decided by the touchpoints alone.
    """
    stages = [s.id for s in journey.stages]
    belongs = np.full((touchpoint.shape[1], len(stages)), 1 / len(stages), dtype=np.float32)
    floor = min(_FLOOR, 0.5 / len(stages))
    for row, place in enumerate(journey.touchpoints):
        belongs[row] = floor
        belongs[row, stages.index(place.stage)] = 1 - floor * (len(stages) - 1)
    odds = touchpoint @ belongs
    if set(stages) <= set(text_stages):
        columns = [text_stages.index(s) for s in stages]
        odds = odds * np.power(by_text[:, columns] + 1e-6, TEXT_WEIGHT)
    return (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)  # type: ignore[no-any-return]
