"""The arithmetic of one score in words: every part with its counts, adding up line by line."""

from __future__ import annotations

from typing import Any

from painpoints.errors import InputError
from painpoints.rank.parts import PARTS

__all__ = ["explain_pain"]

_LABELS = {
    "vi": {
        "reach": "Số người gặp",
        "severity": "Mức nghiêm trọng",
        "trend": "Xu hướng",
        "kpi": "Điểm đánh giá",
        "value": "Giá trị khách",
        "score": "Điểm",
    },
    "en": {
        "reach": "Reach",
        "severity": "Severity",
        "trend": "Trend",
        "kpi": "Rating effect",
        "value": "Customer value",
        "score": "Score",
    },
}


def explain_pain(report: dict[str, Any], pain_id: str, lang: str) -> str:
    """Why a pain ranks where it does, in Vietnamese (``vi``) or English. ``report`` is what report.json
    holds.

    Raises InputError when the report knows no such pain.
    """
    lang = "vi" if lang == "vi" else "en"
    pain = _find(report, pain_id)
    parts = report["parts"][pain["pain_id"]]
    lines = [
        f"{pain['pain_id']} · {pain['name_vi'] if lang == 'vi' else pain['name_en']}",
        _place_line(pain, len(report["pains"]), lang),
        _window_line(parts["window"], lang),
        "",
    ]
    for name in PARTS:
        part = parts[name]
        lines.append(
            f"{part['points']:7.2f}  {_LABELS[lang][name]} (0–{part['weight']:g}): {_why(name, part, lang)}"
        )
    lines += ["-------", f"{parts['score']:7.2f}  {_LABELS[lang]['score']} (0–100)"]
    return "\n".join(lines)


def _find(report: dict[str, Any], pain_id: str) -> dict[str, Any]:
    pains: list[dict[str, Any]] = report.get("pains", [])
    found = next((row for row in pains if pain_id in (row["pain_id"], row["theme_id"])), None)
    if found is None:
        known = ", ".join(str(row["pain_id"]) for row in pains[:10]) or "none at all"
        more = " …" if len(pains) > 10 else ""
        raise InputError(f"No pain point '{pain_id}' in this report; it has {known}{more}.")
    return found


def _place_line(pain: dict[str, Any], of: int, lang: str) -> str:
    counts = pain["segments"], pain["items"], pain["customers"]
    if lang == "vi":
        text = "Hạng {} trên {}; {} đoạn, {} góp ý".format(pain["rank"], of, *counts[:2])
        return text + (f", {counts[2]} khách nhận diện được" if counts[2] else "")
    text = "Rank {} of {}; {} segments, {} items".format(pain["rank"], of, *counts[:2])
    return text + (f", {counts[2]} identified customers" if counts[2] else "")


def _window_line(window: dict[str, Any], lang: str) -> str:
    if not window["start"]:
        return (
            "Góp ý không có ngày: tính trên toàn bộ dữ liệu"
            if lang == "vi"
            else "No dates: all feedback is counted"
        )
    span = f"{window['start']} … {window['end']}"
    if lang == "vi":
        return f"Số người gặp, mức nghiêm trọng và giá trị tính trên {window['days']} ngày gần nhất ({span})"
    return f"Reach, severity and value look at the last {window['days']} days ({span})"


def _why(name: str, part: dict[str, Any], lang: str) -> str:
    writers = {"reach": _reach, "severity": _severity, "trend": _trend, "kpi": _kpi, "value": _value}
    if part["weight"] == 0:
        return (
            "không có dữ liệu; trọng số chia lại cho các phần khác"
            if lang == "vi"
            else "no data; its weight went to the other parts"
        )
    return writers[name](part, lang)


def _product(part: dict[str, Any]) -> str:
    return f"{part['weight']:g} × {part['fraction']:.4f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _reach(part: dict[str, Any], lang: str) -> str:
    low, high, full = _percent(part["low"]), _percent(part["high"]), _percent(part["full_share"])
    share = _percent(part["share"])
    if lang == "vi":
        counted = f"{part['voices']} trên {part['of']} người = {share} (khoảng tin cậy 95%: {low}–{high})"
    else:
        counted = f"{part['voices']} of {part['of']} people = {share} (95% interval {low}–{high})"
    return f"{counted}; √({low} / {full}) → {_product(part)}"


def _severity(part: dict[str, Any], lang: str) -> str:
    if not part["count"]:
        return (
            "không có đoạn gần đây nào được chấm mức" if lang == "vi" else "no recent segment has a severity"
        )
    if lang == "vi":
        counted = (
            f"trung bình {part['mean']:.2f} trên thang 1–4 của {part['count']} đoạn, "
            f"kéo về mức chung {part['prior_mean']:.2f} (nặng bằng {part['prior_count']:g} đoạn) "
            f"= {part['shrunk']:.2f}"
        )
    else:
        counted = (
            f"mean {part['mean']:.2f} on 1–4 over {part['count']} segments, shrunk towards the overall "
            f"{part['prior_mean']:.2f} (worth {part['prior_count']:g} segments) = {part['shrunk']:.2f}"
        )
    return f"{counted}; ({part['shrunk']:.2f} − 1) / 3 → {_product(part)}"


def _trend(part: dict[str, Any], lang: str) -> str:
    high = "∞" if part["high"] is None else f"{part['high']:.2f}"
    interval = f"{part['ratio']:.2f} (95%: {part['low']:.2f}–{high}; q = {part['q_value']:.3g})"
    if lang == "vi":
        text = (
            f"{part['recent']} góp ý trong {part['recent_days']} ngày gần nhất so với "
            f"{part['baseline']} trong {part['baseline_days']} ngày trước đó; "
            f"tỷ số mong đợi {part['expected_ratio']:.3f}, tỷ số tốc độ {interval}"
        )
        silent = "không có mức tăng đáng kể, không tính điểm"
    else:
        text = (
            f"{part['recent']} items in the last {part['recent_days']} days against {part['baseline']} in the "
            f"{part['baseline_days']} days before; expected ratio {part['expected_ratio']:.3f}, "
            f"rate ratio {interval}"
        )
        silent = "no significant rise, no points"
    if part["fraction"] == 0:
        return f"{text}; {silent}"
    return f"{text}; log {part['ratio']:.2f} / log {part['full_ratio']:g} → {_product(part)}"


def _kpi(part: dict[str, Any], lang: str) -> str:
    if not part["known"]:
        return "quá ít góp ý có điểm đánh giá" if lang == "vi" else "too few rated items"
    if lang == "vi":
        text = (
            f"điểm đánh giá (−1 đến 1) trung bình {part['with_mean']:.2f} ở {part['with_count']} "
            f"góp ý nhắc đến điều này, {part['without_mean']:.2f} ở {part['without_count']} góp ý khác; "
            f"chênh {part['difference']:.2f} (95%: {part['low']:.2f} đến {part['high']:.2f}), "
            f"sau khi kéo về 0 còn {part['effect']:.2f}"
        )
        silent = "không thấp hơn rõ rệt, không tính điểm"
    else:
        text = (
            f"mean rating (−1 to 1) {part['with_mean']:.2f} in {part['with_count']} items that say it, "
            f"{part['without_mean']:.2f} in {part['without_count']} others; "
            f"difference {part['difference']:.2f} (95% {part['low']:.2f} to {part['high']:.2f}), shrunk {part['effect']:.2f}"
        )
        silent = "not clearly lower, no points"
    return f"{text}; {silent if part['fraction'] == 0 else _product(part)}"


def _value(part: dict[str, Any], lang: str) -> str:
    value, of, share = f"{part['value']:,.0f}", f"{part['of']:,.0f}", _percent(part["share"])
    full = _percent(part["full_share"])
    if lang == "vi":
        counted = (
            f"{value} trên {of} = {share} giá trị của khách đã góp ý "
            f"({part['customers']} khách, chia đều cho những điều họ phàn nàn)"
        )
    else:
        counted = (
            f"{value} of {of} = {share} of the value of those who wrote "
            f"({part['customers']} customers, split over what they complain of)"
        )
    return f"{counted}; √({share} / {full}) → {_product(part)}"
