"""The encoder and the classifiers of a job, with what the user should know about the choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from painpoints.classify import HeadSet
    from painpoints.encoders import Encoder
    from painpoints.store import Workspace

__all__ = ["Models", "load_models"]


@dataclass(frozen=True)
class Models:
    """What labels segments."""

    encoder: Encoder
    heads: HeadSet
    notices: tuple[str, ...]


def load_models(name: str | None, workspace: Workspace | None) -> Models:
    """The encoder `name` (default: the accurate one) and heads made for it; with a workspace its vectors are remembered and
    classifiers promoted there are used."""
    from painpoints.classify import choose_heads
    from painpoints.encoders import choose_encoder, load_encoder
    from painpoints.store import RememberingEncoder

    choice = choose_encoder(name)
    encoder = load_encoder(choice.name)
    if workspace is not None:
        encoder = RememberingEncoder(encoder, workspace)
    heads, notice = choose_heads(encoder, workspace.models() if workspace is not None else ())
    return Models(encoder, heads, tuple(n for n in (choice.notice, notice) if n))
