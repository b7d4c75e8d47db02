"""The themes that a workspace remembers, what people made of them, and the log of both."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from painpoints.errors import InputError
from painpoints.store.workspace import text_hash
from painpoints.themes.known import KnownTheme, KnownThemes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from painpoints.encoders.protocol import Encoder
    from painpoints.store.workspace import Workspace

__all__ = ["ThemeRegistry"]

_NAMES = ("theme_id", "polarity", "name_vi", "name_en")
_MEMBERS = 200
"""texts of a theme that stand for it when new ones are compared with it"""


class ThemeRegistry:
    """Themes of an open workspace. Every change is one transaction and one or more lines in the log."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    # -- for a run -----------------------------------------------------------------------------------------

    def known(self, encoder: Encoder, run_id: str = "", until: str = "") -> KnownThemes:
        """The themes with texts of each, embedded by `encoder`. Texts that the run `run_id`, done before, left in no
        theme stay there, so that doing it again changes nothing but what people changed. `until`: the last day on
        which a theme may have been opened, YYYY-MM-DD."""
        table = self.table()
        rows = table[table["merged_into"] == ""]
        if until:
            rows = rows[rows["opened"] <= until]
        named = rows[list(_NAMES)].astype(str).itertuples(index=False, name=None)
        hidden = rows["hidden"].astype(bool)
        themes = tuple(
            KnownTheme(theme_id, polarity, vi, en, flag)
            for (theme_id, polarity, vi, en), flag in zip(named, hidden, strict=True)
        )
        members = self._latest("WHERE nth <= ?", [_MEMBERS])
        members = members[members["theme_id"].isin([t.theme_id for t in themes])].reset_index(drop=True)
        vectors = encoder.encode(members["match_text"].tolist())
        open_ids = {theme.theme_id for theme in themes}
        ids_of = lambda texts: self._ids_of(texts, run_id, open_ids)  # noqa: E731 - one call
        return KnownThemes(themes, members, vectors, ids_of, frozenset(table["theme_id"]))

    def _ids_of(self, texts: Sequence[str], run_id: str, open_ids: set[str]) -> list[str | None]:
        """See `KnownThemes.ids_of`."""
        import pandas as pd

        hashes = [text_hash(text) for text in texts]
        wanted = pd.DataFrame({"text_hash": list(dict.fromkeys(hashes))}, dtype=object)
        with self._workspace.registered("wanted", wanted):
            out = self._workspace.frame(
                "SELECT DISTINCT text_hash FROM segments JOIN wanted USING (text_hash) WHERE run_id = ? AND theme_id = ''",
                [run_id],
            )
            told = self._latest("WHERE text_hash IN (SELECT text_hash FROM wanted)", [])
        before: dict[str, str | None] = dict.fromkeys(out["text_hash"])
        ids = zip(told["text_hash"], told["theme_id"], strict=True)
        before |= {text: theme_id for text, theme_id in ids if theme_id in open_ids}
        return [before.get(h, "") for h in hashes]

    def remember(self, themes: pd.DataFrame, as_of: str) -> None:
        """Keep the themes of a run (`ThemeSet.themes`); ids that are new are opened on the day `as_of` and logged."""
        with self._workspace.transaction():
            self.open_new(themes, as_of)

    def open_new(self, themes: pd.DataFrame, as_of: str) -> None:
        """As `remember`, inside a transaction."""
        import pandas as pd

        known = set(self.table()["theme_id"])
        fresh = themes[~themes["theme_id"].isin(known)]
        rows = fresh[["theme_id", "polarity", "name_vi", "name_en"]].assign(
            opened=as_of, merged_into="", pinned=False, hidden=False
        )
        self._workspace.insert("themes", pd.DataFrame(rows))
        for theme in fresh.itertuples():
            reason = f"{theme.segments} segments of {theme.items} items that no known theme took in"
            self.log_event(_week(as_of), "new", str(theme.theme_id), (), reason)

    def table(self) -> pd.DataFrame:
        """Every theme there ever was: ``theme_id, polarity, name_vi, name_en, opened, merged_into, pinned, hidden``."""
        return self._workspace.frame("SELECT * FROM themes ORDER BY polarity, theme_id")

    def opened_after(self, day: str) -> int:
        """How many themes, none of them merged away, were opened after a day, YYYY-MM-DD."""
        table = self.table()
        return int(((table["opened"] > day) & (table["merged_into"] == "")).sum())

    def opened_on(self, day: str) -> frozenset[str]:
        """The themes that were opened on a day, YYYY-MM-DD."""
        rows = self._workspace.frame("SELECT theme_id FROM themes WHERE opened = ?", [day])
        return frozenset(map(str, rows["theme_id"]))

    def log(self) -> pd.DataFrame:
        """``week, event, theme_id, related_ids, reason``, oldest first."""
        return self._workspace.frame(
            "SELECT week, event, theme_id, related_ids, reason FROM theme_log ORDER BY number"
        )

    def sizes(self) -> dict[str, int]:
        """Distinct texts a theme."""
        counts = self._latest()["theme_id"].value_counts()
        return {str(theme_id): int(count) for theme_id, count in counts.items()}

    def members(self, theme_id: str) -> pd.DataFrame:
        """``text_hash, text, match_text, lang, theme_id, touchpoint, touchpoint_p, times``, a distinct text of a theme
        each, told so many times."""
        self._require(theme_id)
        latest = self._latest()
        return latest[latest["theme_id"] == theme_id].reset_index(drop=True)

    def latest_members(self, most: int) -> dict[str, pd.DataFrame]:
        """As `members`, of every theme at once, its latest ``most`` texts."""
        latest = self._latest("WHERE nth <= ?", [most])
        return {str(theme_id): part.reset_index(drop=True) for theme_id, part in latest.groupby("theme_id")}

    def _latest(self, which: str = "", values: Sequence[object] = ()) -> pd.DataFrame:
        """What theme each distinct text was in last (texts in none left out), newest first; ``nth`` of its theme."""
        return self._workspace.frame(
            f"""
            WITH told AS (
                SELECT s.text_hash, s.text, s.match_text, s.lang, s.theme_id,
                       coalesce(s.labels ->> '$.touchpoint', '') AS touchpoint,
                       coalesce(CAST(s.certainty ->> '$.touchpoint' AS DOUBLE), 0.0) AS touchpoint_p,
                       row_number() OVER (PARTITION BY s.text_hash
                                          ORDER BY r.stored_at DESC, s.created_at DESC NULLS LAST, s.run_id,
                                          s.feedback_id, s.segment_no) AS place,
                       count(*) OVER (PARTITION BY s.text_hash, s.theme_id) AS times,
                       r.stored_at, s.created_at, s.feedback_id
                FROM segments s JOIN runs r USING (run_id)
                WHERE s.theme_id <> ''
            ), last AS (
                SELECT *, row_number() OVER (PARTITION BY theme_id
                                             ORDER BY stored_at DESC, created_at DESC NULLS LAST, feedback_id,
                                             text_hash) AS nth
                FROM told WHERE place = 1
            )
            SELECT text_hash, text, match_text, lang, theme_id, touchpoint, touchpoint_p, times FROM last {which}
            ORDER BY stored_at DESC, created_at DESC NULLS LAST, feedback_id, text_hash
            """,  # noqa: S608 - fixed words
            values,
        )

    # -- for people ----------------------------------------------------------------------------------------

    def rename(self, theme_id: str, name_vi: str, name_en: str, today: dt.date) -> None:
        """New names; '' keeps the one that is there."""
        row = self._require(theme_id)
        names = (name_vi.strip() or row["name_vi"], name_en.strip() or row["name_en"])
        table = self.table()
        others = table[(table["theme_id"] != theme_id) & (table["merged_into"] == "")]
        for column, name in zip(("name_vi", "name_en"), names, strict=True):
            if (others[column] == name).any():
                other = others.loc[others[column] == name, "theme_id"].iloc[0]
                raise InputError(f"{other} is called {name!r} already; merge the two or choose another name.")
        with self._workspace.transaction():
            self._set(theme_id, "name_vi = ?, name_en = ?", names)
            reason = f"was {row['name_vi']!r} / {row['name_en']!r}"
            self.log_event(_week(today.isoformat()), "rename", theme_id, (), reason)

    def merge(self, into: str, others: Sequence[str], today: dt.date) -> None:
        """Everything that is in `others` is in `into` from now on."""
        polarity = self._require(into)["polarity"]
        for other in dict.fromkeys(others):
            row = self._require(other)
            if other == into:
                raise InputError(f"{into} cannot be merged into itself.")
            if row["pinned"]:
                raise InputError(f"{other} is pinned; `painpoints themes unpin {other}` lets it be merged.")
            if row["polarity"] != polarity:
                raise InputError(
                    f"{other} is a {row['polarity']} and {into} a {polarity}; they cannot be one theme."
                )
        with self._workspace.transaction():
            for other in dict.fromkeys(others):
                self._workspace.execute("UPDATE segments SET theme_id = ? WHERE theme_id = ?", [into, other])
                self._set(other, "merged_into = ?", (into,))
                self.log_event(_week(today.isoformat()), "merge", into, (other,), "by hand")

    def split(
        self, theme_id: str, parts: Sequence[pd.DataFrame], names: pd.DataFrame, today: dt.date
    ) -> None:
        """Texts of `parts` (``text_hash``) leave the theme for new ones, whose ids and names are rows of `names`; they are
        as old as the theme, so that the reports of earlier weeks know them too."""
        opened = str(self._require(theme_id)["opened"])
        with self._workspace.transaction():
            self._split(theme_id, parts, names, opened)
            self.log_event(_week(today.isoformat()), "split", theme_id, tuple(names["theme_id"]), "by hand")

    def _split(self, theme_id: str, parts: Sequence[pd.DataFrame], names: pd.DataFrame, opened: str) -> None:
        import pandas as pd

        row = self._require(theme_id)
        fresh = names[["theme_id", "name_vi", "name_en"]].assign(
            polarity=row["polarity"], opened=opened, merged_into="", pinned=False, hidden=False
        )
        self._workspace.insert("themes", pd.DataFrame(fresh))
        for new, part in zip(fresh["theme_id"], parts, strict=True):
            self._move(theme_id, part["text_hash"].tolist(), new)

    def mark(self, theme_id: str, column: str, value: bool, today: dt.date) -> None:
        """Pin, unpin, hide or unhide: `column` is ``pinned`` or ``hidden``."""
        event = {("pinned", True): "pin", ("pinned", False): "unpin", ("hidden", True): "hide"}.get(
            (column, value), "unhide"
        )
        self._require(theme_id)
        with self._workspace.transaction():
            self._set(theme_id, f"{column} = ?", (value,))
            self.log_event(_week(today.isoformat()), event, theme_id, (), "by hand")

    # -- for a week ----------------------------------------------------------------------------------------

    def merge_by_meaning(self, into: str, other: str, week: str) -> None:
        """`other` has become one with `into`; inside a transaction."""
        self._workspace.execute("UPDATE segments SET theme_id = ? WHERE theme_id = ?", [into, other])
        self._set(other, "merged_into = ?", (into,))
        self.log_event(week, "merge", into, (other,), "their texts, clustered anew, lie in one group")

    def split_by_meaning(
        self,
        theme_id: str,
        part: pd.DataFrame,
        names: pd.DataFrame,
        week: str,
        reason: str,
        loose: Sequence[str],
    ) -> None:
        """The texts of `part` have become a theme of their own, which `names` names, with ``loose`` texts (hashes) that were
        in no theme; inside a transaction."""
        opened = dt.date.fromisocalendar(int(week[:4]), int(week[6:]), 7).isoformat()
        table = self.table()
        others = set(table["name_vi"]) | set(table["name_en"])
        for column in ("name_vi", "name_en"):
            names[column] = [_distinct(name, others) for name in names[column]]
        self._split(theme_id, [part], names, opened)
        (new,) = names["theme_id"].astype(str)
        self._move("", loose, new)
        self.log_event(week, "split", theme_id, (new,), reason)

    def move_by_meaning(
        self, theme_id: str, part: pd.DataFrame, into: str, week: str, reason: str, loose: Sequence[str]
    ) -> None:
        """The texts of `part`, and the ``loose`` ones, go to the theme `into`, which is there; inside a transaction."""
        self._move(theme_id, part["text_hash"].tolist(), into)
        self._move("", loose, into)
        self.log_event(week, "split", theme_id, (into,), reason)

    def call(self, theme_id: str, name_vi: str, name_en: str) -> str:
        """New names that no other theme has, inside a transaction; returns the Vietnamese one before."""
        before = str(self._require(theme_id)["name_vi"])
        others = self.table()
        others = others[others["theme_id"] != theme_id]
        taken = set(others["name_vi"]) | set(others["name_en"])
        self._set(
            theme_id, "name_vi = ?, name_en = ?", (_distinct(name_vi, taken), _distinct(name_en, taken))
        )
        return before

    def _move(self, theme_id: str, texts: Sequence[str], into: str) -> None:
        self._workspace.execute(
            "UPDATE segments SET theme_id = ? WHERE theme_id = ? AND list_contains(?, text_hash)",
            [into, theme_id, list(texts)],
        )

    def kept_by_people(self) -> set[str]:
        """Themes that people pinned or named: no step of the program takes them away."""
        named = self._workspace.frame("SELECT DISTINCT theme_id FROM theme_log WHERE event = 'rename'")
        pinned = self._workspace.frame("SELECT theme_id FROM themes WHERE pinned")
        return {*named["theme_id"], *pinned["theme_id"]}

    def split_apart(self) -> set[frozenset[str]]:
        """Pairs of themes of which one was split from the other."""
        rows = self._workspace.frame("SELECT theme_id, related_ids FROM theme_log WHERE event = 'split'")
        return {
            frozenset((str(theme_id), other))
            for theme_id, others in zip(rows["theme_id"], rows["related_ids"], strict=True)
            for other in str(others).split()
        }

    def retired(self) -> set[str]:
        """Themes whose last word in the log, of these two, is that they fell silent and not that they are new."""
        last = self._workspace.frame(
            "SELECT theme_id, arg_max(event, number) AS event FROM theme_log "
            "WHERE event IN ('new', 'retire') GROUP BY theme_id"
        )
        return set(last.loc[last["event"] == "retire", "theme_id"])

    def _require(self, theme_id: str) -> pd.Series:
        """The row of an open theme. Raises `InputError` for one that is unknown or was merged."""
        table = self.table()
        found = table[table["theme_id"] == theme_id]
        if found.empty:
            raise InputError(
                f"The workspace knows no theme {theme_id[:20]!r}; `painpoints themes list` shows those it knows."
            )
        row: pd.Series = found.iloc[0]
        if row["merged_into"]:
            raise InputError(f"{theme_id} was merged into {row['merged_into']}; name that one.")
        return row

    def _set(self, theme_id: str, what: str, values: Sequence[object]) -> None:
        self._workspace.execute(f"UPDATE themes SET {what} WHERE theme_id = ?", [*values, theme_id])  # noqa: S608 - fixed names

    def log_event(self, week: str, event: str, theme_id: str, related: Sequence[str], reason: str) -> None:
        """A line in the log, inside a transaction."""
        self._workspace.execute(
            "INSERT INTO theme_log SELECT coalesce(max(number), 0) + 1, now()::TIMESTAMP, ?, ?, ?, ?, ? FROM theme_log",
            [week, event, theme_id, " ".join(related), reason],
        )


def _week(day: str) -> str:
    """``2026-W05`` of a day; '' where there is none."""
    try:
        year, week, _ = dt.date.fromisoformat(day[:10]).isocalendar()
    except ValueError:
        return ""
    return f"{year}-W{week:02d}"


def _distinct(name: str, others: set[str]) -> str:
    """The name with a number where another theme has it."""
    number, found = 2, name
    while found in others:
        found, number = f"{name} ({number})", number + 1
    return found
