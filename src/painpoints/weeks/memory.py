"""What a workspace keeps of every week, and how it is read back. Everything is written in one transaction a step."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from painpoints.change.history import COUNTED_LABELS, iso_week
from painpoints.schema import FLAGS
from painpoints.store.workspace import stored_segments
from painpoints.weeks.identity import customer_digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from painpoints.store import Workspace

__all__ = ["RUN_ID", "WeekMemory"]

RUN_ID = "weekly"
"""the run under which the segments of all weeks are kept"""
_ITEM_COLUMNS = (
    "item_key", "text_digest", "content", "import_no", "feedback_id", "source", "row", "created_at", "week", "rating",
    "rating_scale", "rating_norm", "customer", "channel", "segment", "product",
)  # fmt: skip
_LABELS = ("sentiment", "kind", "severity", "stage", "touchpoint", "experience", *FLAGS)
_COUNTED_SURE = ("kind", "stage", "touchpoint")
"""labels that are counted over many weeks with their probability"""


class WeekMemory:
    """Items, segments and reports of all weeks in an open workspace."""

    def __init__(self, workspace: Workspace, zone: str) -> None:
        """`zone`: where the customers live; their weeks begin on Monday there."""
        self.workspace = workspace
        self.zone = zone

    # -- taking in -----------------------------------------------------------------------------------------

    def known_items(self, keys: Sequence[str]) -> pd.DataFrame:
        """``item_key, text_digest, content, created_at`` of those of the keys that are known."""
        import pandas as pd

        wanted = pd.DataFrame({"item_key": list(dict.fromkeys(keys))}, dtype=object)
        with self.workspace.registered("wanted", wanted):
            return self.workspace.frame(
                "SELECT item_key, text_digest, content, created_at FROM items JOIN wanted USING (item_key)"
            )

    def take_in(
        self,
        items: pd.DataFrame,
        segments: pd.DataFrame,
        rejects: pd.DataFrame,
        about: dict[str, Any],
        tasks: Sequence[str],
    ) -> None:
        """Keep an import: `items` (ITEM_COLUMNS, ``item_key, text_digest, content``), their labelled `segments`, the rows
        that were not used, and what `imports` says of it (``week, files, counts, masked, boilerplate``, and ``manifest``,
        what the run of all weeks is known by). An item that is known already is replaced."""
        number = self._count("SELECT coalesce(max(number), 0) + 1 AS n FROM imports")
        stored_items = self._stored_items(items, number)
        keys = stored_items[["item_key"]]
        stored = stored_segments(RUN_ID, segments, tasks).assign(
            item_key=stored_items["item_key"].to_numpy()[segments["item"].to_numpy(dtype=int)]
            if len(segments)
            else "",
            sentiment_score=segments["sentiment_score"].to_numpy(dtype=float),
            theme_p=0.0,
            decided="",
        )
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        with self.workspace.transaction():
            with self.workspace.registered("gone", keys):
                self.workspace.execute("DELETE FROM items WHERE item_key IN (SELECT item_key FROM gone)")
                self.workspace.execute(
                    "DELETE FROM segments WHERE run_id = ? AND item_key IN (SELECT item_key FROM gone)",
                    [RUN_ID],
                )
            self.workspace.insert("items", stored_items)
            self.workspace.insert("segments", stored)
            self.workspace.insert("rejects", rejects.assign(import_no=number).astype({"value": str}))
            parts = [
                json.dumps(about[k], ensure_ascii=False) for k in ("files", "counts", "masked", "boilerplate")
            ]
            self.workspace.execute(
                "INSERT INTO imports VALUES (?, ?, ?, ?, ?, ?, ?)", [number, now, about["week"], *parts]
            )
            self.workspace.execute("DELETE FROM runs WHERE run_id = ?", [RUN_ID])
            manifest = json.dumps(about["manifest"], ensure_ascii=False, default=str)
            self.workspace.execute("INSERT INTO runs VALUES (?, ?, '', ?)", [RUN_ID, now, manifest])

    def _stored_items(self, items: pd.DataFrame, number: int) -> pd.DataFrame:
        import pandas as pd

        customers = items["customer_id"].fillna("").astype(str).str.strip()
        stored = items.assign(
            import_no=number,
            week=iso_week(items["created_at"], self.zone),
            created_at=pd.to_datetime(items["created_at"], utc=True).dt.tz_localize(None),
            customer=[customer_digest(c) for c in customers],
        )
        return stored[list(_ITEM_COLUMNS)].reset_index(drop=True)

    # -- reading back --------------------------------------------------------------------------------------

    def weeks(self) -> list[str]:
        """The weeks that have items, oldest first."""
        found = self.workspace.frame("SELECT DISTINCT week FROM items WHERE week <> '' ORDER BY week")
        return [str(w) for w in found["week"]]

    def weeks_with(self, items: pd.DataFrame | None) -> list[str]:
        """`weeks`, with those of `items` that are about to come in."""
        found = set(self.weeks())
        if items is not None:
            found |= set(iso_week(items["created_at"], self.zone)) - {""}
        return sorted(found)

    def encoder_digest(self) -> str:
        """Of the encoder that took in what came last; '' before."""
        return self.workspace.encoder_of(RUN_ID)

    def touchpoints_not_in(self, known: Sequence[str]) -> list[tuple[str, int]]:
        """Touchpoints of segments that are not among `known`, with the number of segments, commonest first."""
        frame = self.workspace.frame(
            "SELECT labels ->> '$.touchpoint' AS name, count(*) AS n FROM segments WHERE run_id = ? AND name <> '' "
            "AND NOT list_contains(?, name) GROUP BY name ORDER BY n DESC, name",
            [RUN_ID, list(known)],
        )
        return [(str(name), int(n)) for name, n in zip(frame["name"], frame["n"], strict=True)]

    def undated(self) -> int:
        """Items without a date: no week counts them."""
        return self._count("SELECT count(*) AS n FROM items WHERE week = ''")

    def _count(self, query: str) -> int:
        [number] = self.workspace.frame(query)["n"].tolist()
        return int(number)

    def items(self, first: str, last: str) -> pd.DataFrame:
        """Items of the weeks from `first` to `last`: ITEM_COLUMNS (texts are ''), ``week, item_key``; in order of time."""
        return _as_items(
            self.workspace.frame(
                "SELECT * FROM items WHERE week BETWEEN ? AND ? ORDER BY created_at, item_key", [first, last]
            )
        )

    def open_items(self, last: str, recent: str) -> pd.DataFrame:
        """Items up to the week `last` that are of the week `recent` or later, or have segments whose theme was never looked
        for; columns and order as in `items`."""
        return _as_items(
            self.workspace.frame(
                """SELECT * FROM items WHERE week <> '' AND week <= ? AND (week >= ? OR item_key IN
                (SELECT item_key FROM segments WHERE run_id = ? AND decided = '')) ORDER BY created_at, item_key""",
                [last, recent, RUN_ID],
            )
        )

    def segments(self, items: pd.DataFrame, known_in: str, own_tasks: Sequence[str] = ()) -> pd.DataFrame:
        """The labelled segments of `items` (from `items`), in their order: SEGMENT_COLUMNS, LABEL_COLUMNS, labels of the
        user's own tasks, ``theme_id, theme_p, decided, item_key, text_hash``; a theme decided on after the week `known_in`
        is not known yet.
        """
        columns = """s.feedback_id, s.source, s.row, s.segment_no, s.start, s."end", s.text, s.match_text,
            s.text_hash, s.lang, s.created_at, s.decided, s.item_key, s.sentiment_score,
            CASE WHEN s.decided <> '' AND s.decided <= $known THEN s.theme_p ELSE 0 END AS theme_p"""
        return self._segments(items, known_in, columns, (*_LABELS, *own_tasks), _LABELS)

    def mentions(self, items: pd.DataFrame, known_in: str) -> pd.DataFrame:
        """Of the same segments, in the same order, what is counted over weeks, without their texts."""
        return self._segments(items, known_in, "", COUNTED_LABELS, _COUNTED_SURE)

    def match_texts(self, items: pd.DataFrame) -> list[str]:
        """The normalised texts of the same segments, in the same order."""
        import pandas as pd

        place = pd.DataFrame({"item_key": items["item_key"], "item": range(len(items))})
        with self.workspace.registered("place", place):
            frame = self.workspace.frame(
                """SELECT s.match_text FROM segments s JOIN place p USING (item_key) WHERE s.run_id = ?
                ORDER BY p.item, s.segment_no""",
                [RUN_ID],
            )
        return [str(text) for text in frame["match_text"]]

    def _segments(
        self, items: pd.DataFrame, known_in: str, columns: str, labels: Sequence[str], sure: Sequence[str]
    ) -> pd.DataFrame:
        """``item, theme_id``, `columns`, and the `labels`, those in `sure` with their probability."""
        import pandas as pd

        place = pd.DataFrame({"item_key": items["item_key"], "item": range(len(items))})
        chosen = [
            "p.item",
            "CASE WHEN s.decided <> '' AND s.decided <= $known THEN s.theme_id ELSE '' END AS theme_id",
            *filter(None, [columns]),
            *(f"labels ->> '$.{label}' AS \"{label}\"" for label in labels),
            *(f"CAST(certainty ->> '$.{label}' AS DOUBLE) AS \"{label}_p\"" for label in sure),
        ]
        with self.workspace.registered("place", place):
            frame = self.workspace.frame(
                f"""SELECT {", ".join(chosen)} FROM segments s JOIN place p USING (item_key)
                    WHERE s.run_id = $run ORDER BY p.item, s.segment_no""",  # noqa: S608 - fixed names
                {"known": known_in, "run": RUN_ID},
            )
        return _as_labelled(frame)

    def imports(self, week: str) -> pd.DataFrame:
        """The imports that came in for the report of a week: ``files, counts, masked, boilerplate`` as Python values."""
        frame = self.workspace.frame(
            "SELECT number, files, counts, masked, boilerplate FROM imports WHERE week = ? ORDER BY number",
            [week],
        )
        for column in ("files", "counts", "masked", "boilerplate"):
            frame[column] = [json.loads(value) for value in frame[column]]
        return frame

    def rejects(self, week: str) -> pd.DataFrame:
        """REJECTED_COLUMNS of the imports of a week."""
        return self.workspace.frame(
            'SELECT r.file, r.row, r."column", r.reason, r.value FROM rejects r JOIN imports i ON r.import_no = i.number '
            "WHERE i.week = ? ORDER BY i.number, r.file, r.row, r.reason",
            [week],
        )

    # -- themes --------------------------------------------------------------------------------------------

    def decide(self, segments: pd.DataFrame, week: str) -> None:
        """Keep ``theme_id, theme_p`` of `segments` (known by ``item_key, segment_no``) as decided on in `week`, inside a
        transaction."""
        with self.workspace.registered("found", segments[["item_key", "segment_no", "theme_id", "theme_p"]]):
            self.workspace.execute(
                "UPDATE segments SET theme_id = f.theme_id, theme_p = f.theme_p, decided = ? FROM found f "
                "WHERE run_id = ? AND segments.item_key = f.item_key AND segments.segment_no = f.segment_no",
                [week, RUN_ID],
            )

    def last_told(self, week: str) -> pd.DataFrame:
        """``theme_id, segments, last_week`` of what was in each theme by the end of `week`."""
        return self.workspace.frame(
            """SELECT s.theme_id, count(*) AS segments, max(i.week) AS last_week FROM segments s JOIN items i
            USING (item_key) WHERE s.run_id = ? AND s.theme_id <> '' AND s.decided <= ? AND i.week <= ?
            GROUP BY s.theme_id ORDER BY s.theme_id""",
            [RUN_ID, week, week],
        )

    def texts_told(self, theme_id: str, first: str, last: str) -> set[str]:
        """Hashes of the texts of a theme that items of the weeks `first` to `last` tell."""
        rows = self.workspace.frame(
            """SELECT DISTINCT s.text_hash FROM segments s JOIN items i USING (item_key)
            WHERE s.run_id = ? AND s.theme_id = ? AND i.week >= ? AND i.week <= ?""",
            [RUN_ID, theme_id, first, last],
        )
        return set(rows["text_hash"])

    # -- reports -------------------------------------------------------------------------------------------

    def pool_of(self, week: str) -> str:
        """What themes were looked for in when the week was reported on last; '' if it never was."""
        found = self.workspace.frame("SELECT pool FROM week_reports WHERE week = ?", [week])
        return str(found["pool"].iat[0]) if len(found) else ""

    def keep_report(self, week: str, pool: str, summary: dict[str, Any]) -> None:
        """Remember that a week was reported on, inside a transaction."""
        self.workspace.execute("DELETE FROM week_reports WHERE week = ?", [week])
        self.workspace.execute(
            "INSERT INTO week_reports VALUES (?, now()::TIMESTAMP, ?, ?)",
            [week, pool, json.dumps(summary, ensure_ascii=False)],
        )

    def reports(self) -> list[tuple[str, dict[str, Any]]]:
        """Week and summary of every report, oldest first."""
        frame = self.workspace.frame("SELECT week, summary FROM week_reports ORDER BY week")
        return [(str(w), json.loads(s)) for w, s in zip(frame["week"], frame["summary"], strict=True)]


def _as_items(frame: pd.DataFrame) -> pd.DataFrame:
    """Types as `ingest` gives them."""
    import pandas as pd

    frame["created_at"] = pd.to_datetime(frame["created_at"], utc=True)
    return frame.rename(columns={"customer": "customer_id"}).assign(text="", agent_reply="", customer_name="")


def _as_labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """Types as `classify` gives them."""
    import pandas as pd

    if "created_at" in frame:
        frame["created_at"] = pd.to_datetime(frame["created_at"], utc=True)
    frame["severity"] = pd.to_numeric(frame["severity"].replace("", None)).astype("Int64")
    for flag in frame.columns.intersection(list(FLAGS)):
        frame[flag] = pd.to_numeric(frame[flag]).fillna(0).astype(int)
    names = ["sentiment", "kind", "stage", "touchpoint", "experience", "theme_id"]
    for column in frame.columns.intersection(names):
        frame[column] = frame[column].fillna("").astype(object)
    frame["item"] = frame["item"].astype(int)
    return frame
