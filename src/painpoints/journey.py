"""The journey file: brand, stages, touchpoints and owners, read from YAML with all its errors at once."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from painpoints.errors import InputError, JourneyError
from painpoints.resources import configs_dir

__all__ = [
    "Competitor",
    "Journey",
    "Stage",
    "Touchpoint",
    "bundled_journey",
    "bundled_journeys",
    "journey_template",
    "load_journey",
]


@dataclass(frozen=True)
class Stage:
    """A step of the customer journey. `name` and `description` are keyed by language (``vi``, ``en``)."""

    id: str
    name: dict[str, str]
    description: dict[str, str]


@dataclass(frozen=True)
class Touchpoint:
    """Where the customer meets the company. `owner` is the accountable department, "" for an orphan.

    `effort` is what people say it costs to improve it, 1 (little) to 5 (much), or None where nobody said so.
    """

    id: str
    name: dict[str, str]
    stage: str
    owner: str = ""
    description: dict[str, str] = field(default_factory=dict)
    keywords: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    effort: int | None = None
    responsible: tuple[str, ...] = ()
    consulted: tuple[str, ...] = ()
    informed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Competitor:
    """Another company that customers compare with, and the other ways of writing its name."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Journey:
    """An organisation's journey. `sha256` is the digest of the file's bytes, for the manifest of a run."""

    brand: str
    languages: tuple[str, ...]
    stages: tuple[Stage, ...]
    touchpoints: tuple[Touchpoint, ...]
    competitors: tuple[Competitor, ...] = ()
    expectations: dict[str, dict[str, str]] = field(default_factory=dict)
    sha256: str = ""

    @cached_property
    def _stages_by_id(self) -> dict[str, Stage]:
        return {stage.id: stage for stage in self.stages}

    @cached_property
    def _touchpoints_by_id(self) -> dict[str, Touchpoint]:
        return {touchpoint.id: touchpoint for touchpoint in self.touchpoints}

    def stage(self, stage_id: str) -> Stage:
        """The stage with this id. Raises KeyError for an unknown one."""
        return self._stages_by_id[stage_id]

    def touchpoint(self, touchpoint_id: str) -> Touchpoint:
        """The touchpoint with this id. Raises KeyError for an unknown one."""
        return self._touchpoints_by_id[touchpoint_id]

    def stage_of(self, touchpoint_id: str) -> str:
        """The id of the stage that a touchpoint belongs to. Raises KeyError for an unknown touchpoint."""
        return self._touchpoints_by_id[touchpoint_id].stage

    def label(self, id: str, lang: str) -> str:  # noqa: A002 - the contract's word
        """The name of a stage or touchpoint in `lang`, else in another; an unknown id labels itself."""
        found = self._touchpoints_by_id.get(id) or self._stages_by_id.get(id)
        if found is None:
            return id
        return found.name.get(lang) or next(iter(found.name.values()), id)


def _journeys_dir() -> Path:
    return configs_dir() / "journeys"


def bundled_journeys() -> tuple[str, ...]:
    """Names of the journeys that come with the package: ``default`` first, then by name."""
    names = sorted(path.stem for path in _journeys_dir().glob("*.yaml"))
    return tuple(sorted(names, key=lambda name: name != "default"))


def _bundled_path(name: str) -> Path:
    if name not in bundled_journeys():
        raise InputError(f"no bundled journey is called {name!r}; there are: {', '.join(bundled_journeys())}")
    return _journeys_dir() / f"{name}.yaml"


def bundled_journey(name: str = "default") -> Journey:
    """A journey that comes with the package. Raises InputError for an unknown name."""
    return _load(_bundled_path(name))


def load_journey(path: str | Path) -> Journey:
    """The journey of a YAML file, or of a bundled name such as ``retail_bank``.

    Raises InputError where there is no such file, and JourneyError with all problems of a wrong one.
    """
    if str(path) in bundled_journeys():
        return bundled_journey(str(path))
    return _load(Path(path))


def _load(path: Path) -> Journey:
    from painpoints.journey_reading import read_journey
    from painpoints.yaml_tree import YamlTreeError, parse_yaml, read_utf8

    raw = _read_bytes(path)
    try:
        root = parse_yaml(read_utf8(raw))
    except YamlTreeError as error:
        raise JourneyError(str(path), error.problems) from None
    journey, problems = read_journey(root, sha256=hashlib.sha256(raw).hexdigest())
    if problems or journey is None:
        raise JourneyError(str(path), problems)
    return journey


def _read_bytes(path: Path) -> bytes:
    bundled = f"bundled journeys: {', '.join(bundled_journeys())}"
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{path}: there is no such journey file; {bundled}") from None
    except IsADirectoryError:
        raise InputError(f"{path}: this is a folder, not a journey file; {bundled}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: the journey file cannot be read ({reason})") from None


def journey_template(kind: str = "default") -> str:
    """A commented journey file to start from: the guide to every key, then the bundled journey `kind`.

    Raises InputError for an unknown kind.
    """
    guide = (_journeys_dir() / "guide.txt").read_text(encoding="utf-8")
    body = _bundled_path(kind).read_text(encoding="utf-8")
    without_heading = re.sub(r"\A(?:#[^\n]*\n)+\n*", "", body)
    return guide.rstrip() + "\n\n" + without_heading
