"""Reading from and writing to a workspace. Every write is one transaction: a killed one leaves what was there before."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints.store.connect import connect, copy_anew, telling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    import numpy.typing as npt
    import pandas as pd

__all__ = ["StoredModel", "Workspace", "stored_segments", "text_hash"]

_TASKS = ("sentiment", "kind", "severity", "stage", "touchpoint")
"""label columns that every run has; flags, experience and the user's own tasks come beside them"""


def text_hash(text: str) -> str:
    """What a text is known by: 32 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class StoredModel:
    """A promoted classifier."""

    model_id: str
    task: str
    encoder_name: str
    encoder_digest: str
    folder: Path
    promoted_at: dt.datetime
    forced: bool
    figures: dict[str, Any]


class Workspace:
    """An open workspace; use as a context manager. Only one process may have it open at a time.

    Opening raises a `PainpointsError` where `folder` is no workspace (without `create`), is in use, damaged, or was made
    by a newer version; reading and writing raise `JobError` where the disk is full or the database turns out damaged.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.folder = folder
        self._connection = connect(folder, create=create)

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let others in."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written inside is written wholly or not at all."""
        import duckdb

        with telling(self.folder):
            self._connection.execute("BEGIN")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(duckdb.Error):  # a commit that failed has ended the transaction already
                    self._connection.execute("ROLLBACK")
                raise

    def frame(self, query: str, values: Sequence[object] | dict[str, object] = ()) -> pd.DataFrame:
        """The answer to a query; `values` for its question marks, or by name."""
        given = values if isinstance(values, dict) else list(values)
        with telling(self.folder):
            return self._connection.execute(query, given).df()

    def execute(self, statement: str, values: Sequence[object] = ()) -> None:
        """A statement without an answer, inside a `transaction`."""
        self._connection.execute(statement, list(values))

    def rewrite(self) -> None:
        """Copy the database into a new file that takes its place: deleted rows stay readable in the old one's blocks."""
        self._connection.close()
        with telling(self.folder):
            copy_anew(self.folder)
        self._connection = connect(self.folder, create=False)

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with telling(self.folder):
            return self._connection.execute(query, list(values)).fetchall()

    # -- runs and segments ---------------------------------------------------------------------------------

    def save_run(
        self, run_id: str, manifest: dict[str, Any], segments: pd.DataFrame, tasks: Sequence[str]
    ) -> None:
        """Keep a run with its labelled segments (`schema.SEGMENT_COLUMNS`, the columns of `tasks`, ``theme_id``).

        A run of the same `run_id` is replaced.
        """
        stored = stored_segments(run_id, segments, tasks)
        with self.transaction():
            for table in ("runs", "segments"):
                self._connection.execute(f"DELETE FROM {table} WHERE run_id = ?", [run_id])  # noqa: S608 - fixed names
            self._connection.execute(
                "INSERT INTO runs VALUES (?, ?, ?, ?)",
                [
                    run_id,
                    _now(),
                    str(manifest.get("as_of", "")),
                    json.dumps(manifest, ensure_ascii=False, default=str),
                ],
            )
            self.insert("segments", stored)

    def runs(self) -> pd.DataFrame:
        """``run_id, stored_at, as_of``, oldest first."""
        return self.frame("SELECT run_id, stored_at, as_of FROM runs ORDER BY stored_at, run_id")

    def encoder_of(self, run_id: str) -> str:
        """The digest of the encoder that a run used."""
        rows = self._rows("SELECT manifest FROM runs WHERE run_id = ?", [run_id])
        return str(json.loads(rows[0][0])["models"]["encoder"]["digest"]) if rows else ""

    def segments(self, run_id: str) -> pd.DataFrame:
        """The segments of a run; labels and probabilities as columns ``TASK`` and ``TASK_p``."""
        import pandas as pd

        frame = self.frame(
            "SELECT * FROM segments WHERE run_id = ? ORDER BY source, row, feedback_id, segment_no", [run_id]
        )
        labels = pd.DataFrame([json.loads(v) for v in frame.pop("labels")], index=frame.index)
        certainty = pd.DataFrame([json.loads(v) for v in frame.pop("certainty")], index=frame.index)
        return pd.concat([frame, labels, certainty.add_suffix("_p")], axis=1)

    # -- vectors -------------------------------------------------------------------------------------------

    def vectors(self, encoder_digest: str, hashes: Sequence[str]) -> dict[str, npt.NDArray[np.float32]]:
        """The vectors that are known of these texts by this encoder, ``float32[d]`` each."""
        import pandas as pd

        wanted = pd.DataFrame({"text_hash": list(dict.fromkeys(hashes))}, dtype=object)
        with self.registered("wanted", wanted):
            found = self._rows(
                "SELECT v.text_hash, v.vector FROM vectors v JOIN wanted w USING (text_hash) WHERE v.encoder_digest = ?",
                [encoder_digest],
            )
        return {key: np.frombuffer(raw, dtype="<f2").astype(np.float32) for key, raw in found}

    def add_vectors(
        self, encoder_digest: str, hashes: Sequence[str], vectors: npt.NDArray[np.float32]
    ) -> None:
        """Keep vectors of texts that have none yet."""
        import pandas as pd

        rows = pd.DataFrame(
            {
                "encoder_digest": encoder_digest,
                "text_hash": list(hashes),
                "vector": [v.tobytes() for v in vectors.astype("<f2")],
            }
        )
        with self.transaction():
            self.insert("vectors", rows, "ON CONFLICT DO NOTHING")

    # -- labels --------------------------------------------------------------------------------------------

    def labels(self, task: str) -> pd.DataFrame:
        """``text_hash, text, label, lang, drawn, source`` of everything that people labelled for a task."""
        return self.frame(
            "SELECT text_hash, text, label, lang, drawn, source FROM labels WHERE task = ? ORDER BY text_hash",
            [task],
        )

    def add_labels(self, task: str, labels: pd.DataFrame) -> None:
        """Keep labels (the columns of `labels`); a newer label of the same text replaces the older one."""
        with self.transaction():
            self._put_labels(task, labels)

    def _put_labels(self, task: str, labels: pd.DataFrame) -> None:
        rows = labels[["text_hash", "text", "label", "lang", "drawn", "source"]].assign(
            task=task, added_at=_now()
        )
        rows = rows[["task", "text_hash", "text", "label", "lang", "drawn", "source", "added_at"]]
        self.insert("labels", rows, "ON CONFLICT (task, text_hash) DO UPDATE SET label = excluded.label, "
                     "drawn = excluded.drawn, source = excluded.source, added_at = excluded.added_at")  # fmt: skip

    # -- models --------------------------------------------------------------------------------------------

    def promote(self, model: StoredModel, labels: pd.DataFrame) -> None:
        """Put a model into use, and keep the `labels` it was trained on; the one before stays in the history."""
        with self.transaction():
            self._put_labels(model.task, labels)
            self._connection.execute("UPDATE models SET in_use = false WHERE task = ?", [model.task])
            self._connection.execute("DELETE FROM models WHERE model_id = ?", [model.model_id])
            self._connection.execute(
                "INSERT INTO models VALUES (?, ?, ?, ?, ?, ?, ?, true, ?)",
                [
                    model.model_id, model.task, model.encoder_name, model.encoder_digest,
                    model.folder.relative_to(self.folder).as_posix(), model.promoted_at, model.forced,
                    json.dumps(model.figures, ensure_ascii=False),
                ],
            )  # fmt: skip

    def models(self) -> list[StoredModel]:
        """The models in use, by task."""
        rows = self._rows(
            "SELECT model_id, task, encoder_name, encoder_digest, folder, promoted_at, forced, figures FROM models "
            "WHERE in_use ORDER BY task"
        )
        return [
            StoredModel(
                model_id, task, name, digest, self.folder / folder, promoted_at, forced, json.loads(figures)
            )
            for model_id, task, name, digest, folder, promoted_at, forced, figures in rows
        ]

    def insert(self, table: str, rows: pd.DataFrame, conflict: str = "") -> None:
        """Add `rows`, whose columns are those of the table, inside a `transaction`."""
        with self.registered("incoming", rows):
            self._connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming {conflict}")  # noqa: S608 - fixed names

    @contextmanager
    def registered(self, name: str, frame: pd.DataFrame) -> Iterator[None]:
        """`frame` as a table of that name."""
        import duckdb

        self._connection.register(name, frame)
        try:
            yield
        finally:
            with suppress(duckdb.Error):  # where a statement failed, its own error is the one to tell
                self._connection.unregister(name)


def stored_segments(run_id: str, segments: pd.DataFrame, tasks: Sequence[str]) -> pd.DataFrame:
    """Labelled segments as the table has them; those without ``theme_id`` are in no theme."""
    import pandas as pd

    names = list(dict.fromkeys([*_TASKS, *tasks]))
    labels = segments[names].astype(object).where(segments[names].notna(), "").astype(str)
    certain = [n for n in names if f"{n}_p" in segments]
    certainty = segments[[f"{n}_p" for n in certain]].fillna(0.0).round(4)
    columns = ["feedback_id", "source", "row", "segment_no", "start", "end", "text", "match_text", "lang"]
    stored = segments[columns].assign(
        run_id=run_id,
        text_hash=[text_hash(t) for t in segments["match_text"]],
        created_at=pd.to_datetime(segments["created_at"], utc=True).dt.tz_localize(None),
        labels=[json.dumps(r, ensure_ascii=False) for r in labels.to_dict("records")],
        certainty=[json.dumps(dict(zip(certain, r, strict=True))) for r in certainty.to_numpy().tolist()],
        theme_id=segments["theme_id"].fillna("").astype(str) if "theme_id" in segments else "",
    )
    return stored.reset_index(drop=True)
