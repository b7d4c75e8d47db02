"""What the commands `themes list|rename|merge|split|pin|hide` do, and what they tell."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from painpoints.errors import InputError
from painpoints.settings import ThemeSettings
from painpoints.store import ThemeRegistry, Workspace
from painpoints.themes.describe import describe_themes
from painpoints.themes.issue_names import IssueNames, load_issue_names
from painpoints.themes.views import centre_by_language
from painpoints.themes.words import tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    import pandas as pd

    from painpoints.encoders import Encoder

__all__ = ["list_themes", "mark_theme", "merge_themes", "name_parts", "rename_theme", "split_theme"]


def list_themes(folder: Path, lang: str) -> str:
    """A line a theme, pains first, largest first."""
    with Workspace(folder) as workspace:
        registry = ThemeRegistry(workspace)
        table, sizes = registry.table(), registry.sizes()
    table = table[table["merged_into"] == ""].assign(size=table["theme_id"].map(sizes).fillna(0).astype(int))
    if table.empty:
        return f"The workspace {folder} knows no themes yet; `painpoints run EXPORT --workspace {folder}` finds them."
    table = table.sort_values(["polarity", "size", "theme_id"], ascending=[True, False, True])
    lines = [f"{'theme':8} {'kind':7} {'texts':>6}  name"]
    for row in table.to_dict("records"):
        marks = [mark for mark in ("pinned", "hidden") if row[mark]]
        told = f"  [{', '.join(marks)}]" if marks else ""
        name = row["name_en" if lang == "en" else "name_vi"]
        lines.append(f"{row['theme_id']:8} {row['polarity']:7} {row['size']:6}  {name}{told}")
    return "\n".join(lines)


def rename_theme(
    folder: Path, theme_id: str, name_vi: str, name_en: str, today: dt.date | None = None
) -> str:
    """Give a theme names that it keeps."""
    if not name_vi.strip() and not name_en.strip():
        raise InputError("Give the theme a name with --vi, --en or both.")
    with Workspace(folder) as workspace:
        ThemeRegistry(workspace).rename(theme_id, name_vi, name_en, today or dt.date.today())
    return f"{theme_id} is called {' / '.join(filter(None, (name_vi.strip(), name_en.strip())))} from the next run on."


def merge_themes(folder: Path, into: str, others: Sequence[str], today: dt.date | None = None) -> str:
    """Make several themes one."""
    with Workspace(folder) as workspace:
        ThemeRegistry(workspace).merge(into, others, today or dt.date.today())
    return f"{', '.join(others)} {'is' if len(others) == 1 else 'are'} part of {into} from the next run on."


def mark_theme(folder: Path, theme_id: str, column: str, value: bool, today: dt.date | None = None) -> str:
    """Pin, unpin, hide or unhide a theme."""
    with Workspace(folder) as workspace:
        ThemeRegistry(workspace).mark(theme_id, column, value, today or dt.date.today())
    return f"{theme_id} is {'' if value else 'no longer '}{column}."


def split_theme(
    folder: Path, theme_id: str, parts: int, encoder: Encoder, today: dt.date | None = None
) -> str:
    """Cut a theme into `parts` by meaning; the largest keeps id and name, the others become themes of their own."""
    with Workspace(folder) as workspace:
        registry = ThemeRegistry(workspace)
        members = registry.members(theme_id)
        if len(members) < 2 * parts:
            raise InputError(
                f"{theme_id} has {len(members)} different texts, too few to be cut into {parts} themes."
            )
        vectors = encoder.encode(members["match_text"].tolist())
        labels = _parts(
            centre_by_language(vectors, members["lang"].to_numpy(), ThemeSettings.language_prior), parts
        )
        rest = members[labels > 0].reset_index(drop=True)
        table = registry.table()
        polarity = str(table.set_index("theme_id").at[theme_id, "polarity"])
        names, ids = name_parts(
            rest,
            vectors[labels > 0],
            labels[labels > 0] - 1,
            polarity,
            set(table["theme_id"]),
            load_issue_names(encoder.digest),
        )
        pieces = [rest[labels[labels > 0] - 1 == number] for number in range(len(ids))]
        ordered = names.set_index("theme_id").loc[ids].reset_index()
        registry.split(theme_id, pieces, ordered, today or dt.date.today())
    told = [
        f"  {row.theme_id}  {len(piece)} texts  {row.name_vi}"
        for row, piece in zip(ordered.itertuples(), pieces, strict=True)
    ]
    return "\n".join([f"{theme_id} keeps {int((labels == 0).sum())} texts; new from the next run on:", *told])


def _parts(view: np.ndarray, parts: int) -> np.ndarray:
    """Labels from 0, the largest part first; average linkage leaves single texts alone, so that Ward's is used."""
    from sklearn.cluster import AgglomerativeClustering

    found = AgglomerativeClustering(parts, linkage="ward").fit_predict(view)
    order = np.argsort(-np.bincount(found, minlength=parts), kind="stable")
    place = np.empty(parts, dtype=int)
    place[order] = np.arange(parts)
    labels: np.ndarray = place[found]
    return labels


def name_parts(
    members: pd.DataFrame,
    vectors: np.ndarray,
    labels: np.ndarray,
    polarity: str,
    taken_ids: Collection[str],
    issues: IssueNames | None,
) -> tuple[pd.DataFrame, list[str]]:
    """The table of themes made of `members` (as `ThemeRegistry.members` gives them), and the theme id of each label, none of
    them among `taken_ids`; `issues` as in `describe_themes`."""
    import pandas as pd

    segments = members.assign(
        item=np.arange(len(members)),
        feedback_id=members["text_hash"],
        segment_no=1,
        created_at=pd.Series(pd.NaT, index=members.index, dtype="datetime64[ns, UTC]"),
    )
    words = [tokens(text) for text in members["match_text"]]
    polarities = np.full(len(members), polarity, dtype=object)
    return describe_themes(
        segments, vectors, words, labels, polarities, None, None, taken_ids=taken_ids, issues=issues
    )
