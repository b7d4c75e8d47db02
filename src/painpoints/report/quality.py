"""What was read, what was left out, and what the classifiers did not know: told in the open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from painpoints.report.clean import clip, display_text, jsonable
from painpoints.report.stats import share_interval

if TYPE_CHECKING:
    from painpoints.ingest import FileReport
    from painpoints.report.model import ReportInput

__all__ = ["build_quality", "reproducible"]

# Keys of the manifest that are the same on every machine and at every hour; report.json holds these only.
_STABLE = (
    "versions", "models", "encoder", "seed", "as_of", "configuration", "settings", "journey", "notes",
)  # fmt: skip
_ABSTAINING = ("sentiment", "kind", "stage", "touchpoint")
_MAX_REASON = 200
_MAX_REASONS = 40


def build_quality(inp: ReportInput) -> dict[str, Any]:
    """Files with their counts, reasons of rejection, languages, masking, boilerplate, abstentions, models."""
    files = [_file_entry(report) for report in inp.files]
    return {
        "files": files,
        "totals": {
            key: sum(entry[key] for entry in files) for key in ("read", "kept", "duplicate", "rejected")
        },
        "rejected_reasons": _rejected_reasons(inp),
        "languages": _counts(inp.languages),
        "boilerplate": _counts(inp.boilerplate_counts),
        "masked": _counts(inp.masked),
        "abstained": _abstentions(inp),
        "unassigned": _counts(inp.themes.unassigned),
        "vague": _counts(inp.themes.vague),
        "coverage": _coverage(inp),
        "manifest": reproducible(inp.manifest),
        "caveats": _caveats(inp),
    }


def reproducible(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the manifest that says how the figures came about, without timings and memory."""
    kept = {key: jsonable(manifest[key]) for key in _STABLE if key in manifest}
    models = kept.get("models")
    if isinstance(models, dict):
        kept["models"] = {name: _without_timings(value) for name, value in models.items()}
    return kept


def _without_timings(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: part for key, part in value.items() if "second" not in key and "memory" not in key}


def _file_entry(report: FileReport) -> dict[str, Any]:
    return {
        "name": display_text(report.name),
        "sha256": report.sha256,
        "bytes": int(report.bytes),
        "format": report.format,
        "encoding": report.encoding,
        "delimiter": report.delimiter,
        "profile": report.profile,
        "header_rows": int(report.header_rows),
        "column_map": {
            field: " + ".join(display_text(column) for column in columns)
            for field, columns in report.column_map.items()
            if columns
        },
        "unused_columns": [display_text(column) for column in report.unused_columns],
        "rating_scale": report.rating_scale,
        "date_order": report.date_order,
        "read": int(report.read),
        "kept": int(report.kept),
        "duplicate": int(report.duplicate),
        "rejected": int(report.rejected),
        "repaired": int(report.repaired),
        "problems": [clip(display_text(problem), _MAX_REASON) for problem in report.problems],
    }


def _rejected_reasons(inp: ReportInput) -> list[dict[str, Any]]:
    if inp.rejected.empty:
        return []
    counts = inp.rejected.groupby("reason").size().reset_index(name="rows")
    counts = counts.sort_values(["rows", "reason"], ascending=[False, True]).head(_MAX_REASONS)
    return [
        {"reason": clip(display_text(reason), _MAX_REASON), "rows": int(rows)}
        for reason, rows in zip(counts["reason"], counts["rows"], strict=True)
    ]


def _counts(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Largest first, zeros left out."""
    pairs = sorted(
        ((int(n), str(name)) for name, n in counts.items() if n), key=lambda pair: (-pair[0], pair[1])
    )
    return [{"name": name, "count": count} for count, name in pairs]


def _abstentions(inp: ReportInput) -> list[dict[str, Any]]:
    total = len(inp.segments)
    entries = [
        {"label": label} | share_interval(int((inp.segments[label] == "").sum()), total)
        for label in _ABSTAINING
    ]
    pains = inp.segments["kind"] == "pain"
    unknown = int((pains & inp.segments["severity"].isna()).sum())
    return [*entries, {"label": "severity"} | share_interval(unknown, int(pains.sum()))]


def _coverage(inp: ReportInput) -> dict[str, Any]:
    total = len(inp.items)
    filled = {
        "created_at": inp.items["created_at"].notna(),
        "rating": inp.items["rating_norm"].notna(),
        "customer_id": inp.items["customer_id"] != "",
        "channel": inp.items["channel"] != "",
        "segment": inp.items["segment"] != "",
        "product": inp.items["product"] != "",
    }
    return {name: share_interval(int(known.sum()), total) for name, known in filled.items()}


def _caveats(inp: ReportInput) -> list[str]:
    """Keys of the sentences (in text.yaml) that a reader of these figures must know."""
    dated = inp.items["created_at"].notna().mean() if len(inp.items) else 0.0
    neg = inp.segments["sentiment"] == "neg"
    loose = float((inp.segments.loc[neg, "theme_id"] == "").mean()) if neg.any() else 0.0
    placed = float((inp.segments["touchpoint"] != "").mean()) if len(inp.segments) else 1.0
    encoder = str(inp.manifest.get("encoder", ""))
    checks = {
        "few_items": len(inp.items) < 100,
        "no_dates": dated == 0,
        "some_dates_missing": 0 < dated < 0.9,
        "no_ratings": not inp.items["rating_norm"].notna().any(),
        "no_customers": not (inp.items["customer_id"] != "").any(),
        "many_unassigned": loose > 0.5,
        "many_unplaced": placed < 0.5,
        "fast_encoder": "fast" in encoder.lower(),
        "self_selected": True,
        "machine_labels": True,
    }
    return [key for key, holds in checks.items() if holds]
