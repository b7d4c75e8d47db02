"""From the YAML tree of a journey file to a `Journey`; all problems are collected, with places and lines."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TypeVar

from painpoints.journey import Competitor, Journey, Stage, Touchpoint
from painpoints.schema import DEFAULT_STAGES
from painpoints.yaml_tree import Node

__all__ = ["read_journey"]

T = TypeVar("T")

JOURNEY_KEYS = ("brand", "languages", "stages", "touchpoints", "competitors", "expectations")
STAGE_KEYS = ("id", "name", "description")
TOUCHPOINT_KEYS = (
    "id", "name", "stage", "owner", "description", "keywords", "examples", "effort",
    "responsible", "consulted", "informed",
)  # fmt: skip
COMPETITOR_KEYS = ("name", "aliases")
JOURNEY_LANGUAGES = ("vi", "en")
EFFORT = range(1, 6)

_DEFAULT_STAGE_NAMES = {
    "awareness": {"vi": "Nhận thức", "en": "Awareness"},
    "consideration": {"vi": "Cân nhắc", "en": "Consideration"},
    "decision": {"vi": "Quyết định", "en": "Decision"},
    "use": {"vi": "Sử dụng", "en": "Use"},
    "retention": {"vi": "Duy trì", "en": "Retention"},
}
_ID = re.compile(r"\w[\w.\-]{0,63}")


def read_journey(root: Node, sha256: str) -> tuple[Journey | None, list[str]]:
    """The journey and no problems, or None and all problems (``touchpoints[3].stage: unknown stage …``).

    Places count from 0, as in ``touchpoints[0]`` for the first.
    """
    reader = _Reader()
    if root.pairs is None:
        reader.report("the file", root, f"must hold keys ({', '.join(JOURNEY_KEYS)}), found {root.kind}")
        return None, reader.problems
    fields = reader.mapping("", root, JOURNEY_KEYS, required=("brand", "touchpoints"))
    brand = reader.text("brand", fields.get("brand"))
    reader.languages = reader.language_list(fields.get("languages"))
    stages = reader.stages(root.pairs.get("stages"))
    touchpoints = reader.touchpoints(fields.get("touchpoints"), [stage.id for stage in stages])
    competitors = reader.each("competitors", fields.get("competitors"), reader.competitor)
    expectations = reader.expectations(fields.get("expectations"), [t.id for t in touchpoints])
    if reader.problems:
        return None, reader.problems
    journey = Journey(brand, reader.languages, stages, touchpoints, competitors, expectations, sha256)
    return journey, []


@dataclass
class _Reader:
    """Collects problems while it reads; each method gives a usable value even where it reported one."""

    found: list[tuple[int, str]] = field(default_factory=list)
    languages: tuple[str, ...] = JOURNEY_LANGUAGES

    def report(self, place: str, node: Node, message: str) -> None:
        self.found.append((node.line, f"{place}: {message} [line {node.line}]"))

    @property
    def problems(self) -> list[str]:
        """In the order of the file."""
        return [problem for _, problem in sorted(self.found, key=lambda found: found[0])]

    # plain values

    def mapping(
        self, place: str, node: Node, allowed: Collection[str], required: Collection[str]
    ) -> dict[str, Node]:
        """Known keys with a value; reports unknown and missing ones."""
        if node.pairs is None:
            self.report(place, node, f"must hold keys ({', '.join(allowed)}), found {node.kind}")
            return {}
        prefix = f"{place}." if place else ""
        for key, value in node.pairs.items():
            if key not in allowed:
                self.report(f"{prefix}{key}", value, _unknown("key", key, allowed))
        for key in required:
            if key not in node.pairs or _is_empty(node.pairs[key]):
                self.report(f"{prefix}{key}", node.pairs.get(key, node), "missing")
        return {k: v for k, v in node.pairs.items() if k in allowed and not _is_empty(v)}

    def text(self, place: str, node: Node | None) -> str:
        if node is None:
            return ""
        if node.text is None:
            self.report(place, node, f"must be text, found {node.kind}")
            return ""
        if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") for c in node.text if c not in "\t\n"):
            self.report(place, node, "holds a control character; write plain text")
        return " ".join(unicodedata.normalize("NFC", node.text).split())

    def texts(self, place: str, node: Node | None, *, one_is_enough: bool = False) -> tuple[str, ...]:
        """A list of texts, doubled ones (whatever their case) dropped."""
        if node is not None and node.text is not None:
            if one_is_enough:
                return (self.text(place, node),)
            self.report(place, node, f"must be a list such as [one, two], found {node.kind}")
            return ()
        found = self.each(place, node, self.filled_text)
        first_spelling: dict[str, str] = {}
        for text in found:
            first_spelling.setdefault(text.casefold(), text)
        return tuple(first_spelling.values())

    def filled_text(self, place: str, node: Node) -> str:
        if _is_empty(node):
            self.report(place, node, "is empty; write a text or take it out")
            return ""
        return self.text(place, node)

    def each(self, place: str, node: Node | None, read: Callable[[str, Node], T]) -> tuple[T, ...]:
        if node is None:
            return ()
        if node.items is None:
            self.report(place, node, f"must be a list, found {node.kind}")
            return ()
        return tuple(read(f"{place}[{i}]", item) for i, item in enumerate(node.items))

    def by_language(self, place: str, node: Node | None) -> dict[str, str]:
        """``{vi: …, en: …}``, or one text that then stands for every language of the journey."""
        if node is None:
            return {}
        if node.pairs is None:
            text = self.text(place, node)
            return dict.fromkeys(self.languages, text) if text else {}
        fields = self.mapping(place, node, JOURNEY_LANGUAGES, required=())
        if not fields and not any(key not in JOURNEY_LANGUAGES for key in node.pairs):
            self.report(
                place, node, f"missing; write a text, or one a language ({', '.join(self.languages)})"
            )
        return {
            lang: self.text(f"{place}.{lang}", value) for lang, value in sorted(fields.items(), reverse=True)
        }

    def identifier(self, place: str, node: Node | None) -> str:
        text = self.text(place, node)
        if node is not None and text and not _ID.fullmatch(text):
            rule = "use up to 64 letters, digits, '_', '-' or '.', and no spaces"
            self.report(place, node, f"{text[:80]!r} cannot be an id; {rule}")
        return text

    # parts of the journey

    def language_list(self, node: Node | None) -> tuple[str, ...]:
        languages = self.texts("languages", node)
        for i, language in enumerate(languages):
            if node is not None and language not in JOURNEY_LANGUAGES:
                self.report(f"languages[{i}]", node, _unknown("language", language, JOURNEY_LANGUAGES))
        return tuple(lang for lang in languages if lang in JOURNEY_LANGUAGES) or JOURNEY_LANGUAGES

    def stages(self, node: Node | None) -> tuple[Stage, ...]:
        """The ordered stages; a file without the key has the five usual ones."""
        if node is None:
            return tuple(Stage(key, dict(_DEFAULT_STAGE_NAMES[key]), {}) for key in DEFAULT_STAGES)
        if node.items == [] or _is_empty(node):
            self.report(
                "stages", node, "is empty; list at least one stage, or leave the key out for the usual five"
            )
            return ()
        stages = self.each("stages", node, self.stage)
        self.unique("stages", node, [stage.id for stage in stages])
        return stages

    def stage(self, place: str, node: Node) -> Stage:
        fields = self.mapping(place, node, STAGE_KEYS, required=("id", "name"))
        return Stage(
            id=self.identifier(f"{place}.id", fields.get("id")),
            name=self.by_language(f"{place}.name", fields.get("name")),
            description=self.by_language(f"{place}.description", fields.get("description")),
        )

    def touchpoints(self, node: Node | None, stage_ids: list[str]) -> tuple[Touchpoint, ...]:
        if node is not None and node.items == []:
            self.report("touchpoints", node, "is empty; list at least one touchpoint")
        touchpoints = self.each("touchpoints", node, self.touchpoint)
        self.unique("touchpoints", node, [touchpoint.id for touchpoint in touchpoints])
        for i, touchpoint in enumerate(touchpoints):
            item = node.items[i] if node is not None and node.items else None
            if item is None or item.pairs is None:
                continue
            if touchpoint.stage and touchpoint.stage not in stage_ids:
                message = f"unknown stage {touchpoint.stage!r} (stages: {', '.join(stage_ids)})"
                self.report(f"touchpoints[{i}].stage", item.pairs["stage"], message)
            if touchpoint.id and touchpoint.id in stage_ids:
                self.report(
                    f"touchpoints[{i}].id",
                    item.pairs["id"],
                    f"{touchpoint.id!r} is already the id of a stage",
                )
        return touchpoints

    def touchpoint(self, place: str, node: Node) -> Touchpoint:
        fields = self.mapping(place, node, TOUCHPOINT_KEYS, required=("id", "name", "stage"))
        return Touchpoint(
            id=self.identifier(f"{place}.id", fields.get("id")),
            name=self.by_language(f"{place}.name", fields.get("name")),
            stage=self.text(f"{place}.stage", fields.get("stage")),
            owner=self.text(f"{place}.owner", fields.get("owner")),
            description=self.by_language(f"{place}.description", fields.get("description")),
            keywords=self.texts(f"{place}.keywords", fields.get("keywords")),
            examples=self.texts(f"{place}.examples", fields.get("examples")),
            effort=self.effort(f"{place}.effort", fields.get("effort")),
            responsible=self.texts(f"{place}.responsible", fields.get("responsible"), one_is_enough=True),
            consulted=self.texts(f"{place}.consulted", fields.get("consulted"), one_is_enough=True),
            informed=self.texts(f"{place}.informed", fields.get("informed"), one_is_enough=True),
        )

    def effort(self, place: str, node: Node | None) -> int | None:
        if node is None:
            return None
        if node.text is not None and node.text.strip() in {str(value) for value in EFFORT}:
            return int(node.text)
        self.report(place, node, f"must be a whole number from 1 to 5, found {node.kind}")
        return None

    def competitor(self, place: str, node: Node) -> Competitor:
        if node.text is not None:
            return Competitor(self.filled_text(place, node))
        fields = self.mapping(place, node, COMPETITOR_KEYS, required=("name",))
        aliases = self.texts(f"{place}.aliases", fields.get("aliases"), one_is_enough=True)
        return Competitor(self.text(f"{place}.name", fields.get("name")), aliases)

    def expectations(self, node: Node | None, touchpoint_ids: list[str]) -> dict[str, dict[str, str]]:
        if node is None:
            return {}
        if node.pairs is None:
            self.report("expectations", node, f"must map touchpoint ids to texts, found {node.kind}")
            return {}
        for key, value in node.pairs.items():
            if key not in touchpoint_ids:
                self.report(f"expectations.{key}", value, _unknown("touchpoint", key, touchpoint_ids))
        return {
            key: self.by_language(f"expectations.{key}", value)
            for key, value in node.pairs.items()
            if not _is_empty(value)
        }

    def unique(self, place: str, node: Node | None, ids: list[str]) -> None:
        first_at: dict[str, int] = {}
        for i, id_ in enumerate(ids):
            if not id_ or node is None or not node.items:
                continue
            if id_ in first_at:
                self.report(
                    f"{place}[{i}].id",
                    node.items[i],
                    f"{id_!r} is already the id of {place}[{first_at[id_]}]",
                )
            first_at.setdefault(id_, i)


def _is_empty(node: Node) -> bool:
    nothing = node.text is None and node.items is None and node.pairs is None
    return nothing or (node.text is not None and not node.text.strip())


def _unknown(what: str, found: str, known: Collection[str]) -> str:
    shown = found if len(found) <= 60 else found[:59] + "…"
    close = difflib.get_close_matches(shown, known, n=1, cutoff=0.6)
    named = what if what == "key" else f"{what} {shown!r}"
    if close:
        return f"unknown {named}, did you mean {close[0]!r}?"
    if " " in shown and set(known) == set(JOURNEY_LANGUAGES):
        return f"unknown key {shown!r}; put quotes around a text that holds a comma or colon"
    return f"unknown {what} {shown!r} ({what}s: {', '.join(known)})"
