"""A whole `ReportInput` of an invented shop, made without models: every label is known, the ranking is the real one."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from painpoints.ingest.result import FileReport
from painpoints.journey import Journey, Stage, Touchpoint
from painpoints.rank import rank_pains
from painpoints.report import ReportInput
from painpoints.schema import LABEL_COLUMNS, REJECTED_COLUMNS, SEGMENT_COLUMNS
from painpoints.settings import Settings
from painpoints.themes.sub_themes import SubTheme
from painpoints.themes.theme_set import THEME_TABLE_COLUMNS, ThemeSet

__all__ = ["HOSTILE", "THEMES", "make_input"]


@dataclass(frozen=True)
class FakeTheme:
    theme_id: str
    polarity: str
    name_vi: str
    name_en: str
    touchpoint: str
    weight: int
    severity: int
    texts: tuple[str, ...]
    rising: bool = False


THEMES = (
    FakeTheme("T0001", "pain", "Giao trễ hẹn nhiều ngày mà không báo", "Deliveries are days late without notice",
              "delivery", 15, 3, ("Hẹn thứ Ba mà Chủ nhật mới thấy hàng, chẳng ai báo một tiếng",
              "giao trễ 5 ngày, nhắn hỏi thì im lặng", "Đơn nằm ở kho Củ Chi cả tuần không nhúc nhích",
              "shop hứa giao trong ngày mà hôm sau nữa mới tới"), rising=True),
    FakeTheme("T0002", "pain", "Hoàn tiền chậm, phải hỏi nhiều lần", "Refunds are slow and need chasing",
              "refund", 9, 4, ("Ba tuần rồi tiền vẫn chưa về thẻ", "hỏi hoàn tiền lần thứ tư vẫn câu chờ thêm",
              "Trả hàng xong mất luôn tiền ship, không ai giải thích")),
    FakeTheme("T0003", "pain", "Ứng dụng văng khi thanh toán", "The app crashes at checkout",
              "app", 10, 3, ("Cứ bấm thanh toán là văng ra ngoài", "app treo ở bước nhập mã giảm giá",
              "Cập nhật xong không mở nổi giỏ hàng")),
    FakeTheme("T0004", "pain", "Áo quần lệch cỡ so với bảng size", "Clothes do not match the size chart",
              "product_page", 8, 2, ("Size L mà chật như size S", "bảng size ghi một đằng mặc vào một nẻo",
              "Màu ngoài đời khác hẳn trong ảnh")),
    FakeTheme("T0005", "pain", "Tổng đài bắt chờ lâu rồi cúp máy", "The hotline keeps people waiting, then hangs up",
              "hotline", 6, 3, ("Gọi 20 phút nghe nhạc rồi tự ngắt", "tổng đài chuyển máy 3 lần không ai nhận",)),
    FakeTheme("T0006", "pain", "Mã giảm giá báo hết hạn dù còn ngày", "Vouchers are refused while still valid",
              "promotion", 5, 2, ("Mã còn hạn tới cuối tháng mà báo không hợp lệ", "săn mã xong vào trả tiền thì mất")),
    FakeTheme("T0007", "pain", "Hộp móp méo, hàng vỡ khi nhận", "Boxes arrive crushed and goods broken",
              "delivery", 5, 3, ("Hộp móp một góc, ly bên trong vỡ đôi", "gói sơ sài một lớp giấy báo")),
    FakeTheme("T0008", "pain", "Tin nhắn quảng cáo quá nhiều", "Too many advertising messages",
              "", 3, 1, ("Ngày nào cũng ba bốn tin nhắn mời mua", "tắt thông báo rồi vẫn cứ gửi")),
    FakeTheme("T0101", "praise", "Người giao hàng thân thiện, gọi trước khi đến", "Friendly couriers who call ahead",
              "delivery", 9, 0, ("Anh shipper gọi trước 15 phút, rất lịch sự", "giao hàng dễ thương, đợi mình thử đồ")),
    FakeTheme("T0102", "praise", "Vải mát, đường may chắc", "Cool fabric, sturdy seams",
              "product_page", 8, 0, ("Vải mát, giặt mấy lần không xù", "đường may đều và chắc tay lắm")),
    FakeTheme("T0103", "praise", "Nhân viên cửa hàng tư vấn có tâm", "Shop staff give honest advice",
              "store", 5, 0, ("Chị nhân viên khuyên mình đừng mua cái đắt hơn", "vào cửa hàng được tư vấn rất có tâm")),
)  # fmt: skip

HOSTILE = (
    "<script>alert('x')</script> giao trễ",
    "</style><img src=x onerror=alert(1)>",
    "{{ 7*7 }} {% raw %} ${7*7} javascript:alert(1)",
    "đảo \u202eedoc elbisivni\u202c chữ \u0000\u001b[31mđỏ\u0007",
    "=cmd|' /C calc'!A0",
    "=HYPERLINK(\"http://evil.example\",\"bấm\")",
    "W" * 6_000,
    "Z" + "\u0301" * 400 + "algo",
)  # fmt: skip

_STAGES = (
    ("awareness", "Nhận thức", "Awareness"), ("consideration", "Cân nhắc", "Consideration"),
    ("decision", "Quyết định", "Decision"), ("use", "Sử dụng", "Use"), ("retention", "Duy trì", "Retention"),
)  # fmt: skip
_TOUCHPOINTS = (
    ("promotion", "Khuyến mãi", "Promotions", "awareness", "Marketing", 2),
    ("product_page", "Trang sản phẩm", "Product page", "consideration", "Ngành hàng", 2),
    ("store", "Cửa hàng", "Store", "consideration", "Vận hành cửa hàng", None),
    ("app", "Ứng dụng và thanh toán", "App and checkout", "decision", "Công nghệ", 4),
    ("delivery", "Giao hàng", "Delivery", "use", "Vận hành", 4),
    ("hotline", "Tổng đài", "Hotline", "retention", "Chăm sóc khách hàng", 1),
    ("refund", "Đổi trả và hoàn tiền", "Returns and refunds", "retention", "Tài chính", 3),
    ("loyalty", "Khách thân thiết", "Loyalty club", "retention", "", None),
)  # fmt: skip
_OWNER = {row[0]: row[3] for row in _TOUCHPOINTS}


def make_journey(effort: bool = True) -> Journey:
    return Journey(
        brand="Vải Mộc",
        languages=("vi", "en"),
        stages=tuple(Stage(id=i, name={"vi": vi, "en": en}, description={}) for i, vi, en in _STAGES),
        touchpoints=tuple(
            Touchpoint(
                id=i, name={"vi": vi, "en": en}, stage=stage, owner=owner, effort=cost if effort else None
            )
            for i, vi, en, stage, owner, cost in _TOUCHPOINTS
        ),
    )


@cache
def make_input(
    count: int = 600,
    *,
    lang: str = "vi",
    dates: bool = True,
    ratings: bool = True,
    customers: bool = True,
    effort: bool = True,
    themes: tuple[FakeTheme, ...] = THEMES,
    hostile: bool = False,
    weeks: int = 14,
    seed: int = 7,
) -> ReportInput:
    """`count` items of one or two segments each. With `hostile`, names, quotes, files and ids attack the reader."""
    rng = random.Random(seed)
    items, segments = _rows(rng, count, themes, dates, ratings, customers, weeks)
    if hostile:
        _poison(items, segments, rng)
    item_frame, segment_frame = _item_frame(items), _segment_frame(segments)
    theme_set = _theme_set(themes, item_frame, segment_frame, hostile)
    journey = make_journey(effort)
    ranking = rank_pains(segment_frame, item_frame, theme_set, journey, Settings().rank)
    return ReportInput(
        journey=journey,
        items=item_frame,
        segments=segment_frame,
        themes=theme_set,
        ranking=ranking,
        rejected=_rejected(),
        files=_files(count, hostile),
        boilerplate_counts={"greeting": 61, "sign_off": 34},
        masked={"PHONE": 17, "EMAIL": 4},
        languages={"vi": 700, "vi_unaccented": 120, "en": 30},
        manifest={"versions": {"painpoints": "0.1.0"}, "encoder": {"name": "fast", "digest": "ab12"}, "seed": 20_240,
                  "seconds": {"ingest": rng.random()}},
        lang=lang,  # type: ignore[arg-type]
        title="Vải Mộc – quý 1 năm 2026",
    )  # fmt: skip


def _rows(
    rng: random.Random, count: int, themes: tuple[FakeTheme, ...], dates: bool, ratings: bool, customers: bool, weeks: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:  # fmt: skip
    start = pd.Timestamp("2026-01-05", tz="UTC")
    items, segments = [], []
    for number in range(count):
        moment = start + pd.Timedelta(minutes=int(weeks * 7 * 1440 * (number + 0.5) / count))
        late = number / count > 0.75
        said: list[FakeTheme | None] = [_choose(rng, themes, late) for _ in range(rng.choice((1, 1, 2)))]
        negative = sum(1 for theme in said if theme and theme.polarity == "pain")
        stars = max(1, min(5, rng.choice((4, 5)) - 2 * negative + rng.choice((0, 0, 1))))
        texts = [rng.choice(theme.texts) if theme else "bình thường, không có gì đặc biệt" for theme in said]
        common = {"source": "google_play.csv" if number % 3 else "zalo.xlsx", "row": number + 1,
                  "feedback_id": f"gp-{number:05d}", "created_at": moment if dates else pd.NaT}  # fmt: skip
        items.append({**common, "text": "\n".join(texts), "rating": float(stars) if ratings else float("nan"),
                      "rating_scale": "stars5" if ratings else "",
                      "rating_norm": (stars - 3) / 2 if ratings else float("nan"),
                      "customer_id": f"c{rng.randrange(count)}" if customers else ""})  # fmt: skip
        offset = 0
        for position, (theme, text) in enumerate(zip(said, texts, strict=True), start=1):
            segments.append(_segment(rng, common, number, position, offset, theme, text))
            offset += len(text) + 1
    return items, segments


def _choose(rng: random.Random, themes: tuple[FakeTheme, ...], late: bool) -> FakeTheme | None:
    if not themes or rng.random() < 0.18:
        return None
    weights = [theme.weight * (3 if theme.rising and late else 1) for theme in themes]
    return rng.choices(themes, weights)[0]


def _segment(
    rng: random.Random, common: dict[str, Any], item: int, number: int, start: int, theme: FakeTheme | None, text: str
) -> dict[str, Any]:  # fmt: skip
    labels: dict[str, Any] = {
        "sentiment": "neu", "sentiment_p": 0.62, "sentiment_score": rng.uniform(-0.2, 0.2), "kind": "other",
        "kind_p": 0.5, "severity": pd.NA, "stage": "", "stage_p": 0.2, "touchpoint": "", "touchpoint_p": 0.2,
        "theme_id": "", "theme_p": float("nan"),
    }  # fmt: skip
    if theme:
        pain = theme.polarity == "pain"
        labels |= {
            "sentiment": "neg" if pain else "pos", "sentiment_p": 0.91,
            "sentiment_score": rng.uniform(-0.95, -0.5) if pain else rng.uniform(0.45, 0.95),
            "kind": "pain" if pain else "praise", "kind_p": 0.88, "severity": theme.severity if pain else pd.NA,
            "stage": _OWNER.get(theme.touchpoint, ""), "stage_p": 0.7, "touchpoint": theme.touchpoint,
            "touchpoint_p": 0.77, "theme_id": theme.theme_id, "theme_p": 0.83,
        }  # fmt: skip
    return {**common, "item": item, "segment_no": number, "start": start, "end": start + len(text), "text": text,
            "match_text": text.lower(), "lang": "vi", **labels}  # fmt: skip


def _poison(items: list[dict[str, Any]], segments: list[dict[str, Any]], rng: random.Random) -> None:
    for segment in segments[:: max(len(segments) // 60, 1)]:
        segment["text"] = rng.choice(HOSTILE)
    for item in items[::50]:
        item["feedback_id"] = "=1+1" + item["feedback_id"]
        item["customer_id"] = "<b>" + item["customer_id"]


def _item_frame(items: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(items)
    for column in ("channel", "segment", "product", "agent_reply"):
        frame[column] = ""
    frame["created_at"] = pd.to_datetime(frame["created_at"], utc=True)
    return frame


def _segment_frame(segments: list[dict[str, Any]]) -> pd.DataFrame:
    columns = [*SEGMENT_COLUMNS, *LABEL_COLUMNS, "theme_id", "theme_p"]
    frame = pd.DataFrame(segments, columns=columns)
    frame["created_at"] = pd.to_datetime(frame["created_at"], utc=True)
    frame["severity"] = frame["severity"].astype("Int64")
    return frame


def _theme_set(
    themes: tuple[FakeTheme, ...], items: pd.DataFrame, segments: pd.DataFrame, hostile: bool
) -> ThemeSet:
    rows = []
    for theme in themes:
        own = segments[segments["theme_id"] == theme.theme_id]
        if own.empty:
            continue
        spoilt = HOSTILE[int(theme.theme_id[1:]) % len(HOSTILE)] if hostile else ""
        quotes = own.drop_duplicates("text").index[:3]
        rows.append({
            "theme_id": theme.theme_id, "polarity": theme.polarity, "name_vi": spoilt + theme.name_vi,
            "name_en": spoilt + theme.name_en, "subtitle": spoilt + theme.texts[0],
            "keyphrases": tuple(theme.texts[0].lower().split()[:4]), "causes": (), "segments": len(own),
            "sub_themes": _sub_themes(theme, own, spoilt),
            "items": own["item"].nunique(), "customers": items.loc[own["item"], "customer_id"].nunique(),
            "quotes": tuple(int(position) for position in quotes),
        })  # fmt: skip
    table = pd.DataFrame(rows, columns=list(THEME_TABLE_COLUMNS))
    loose = segments["theme_id"] == ""
    unassigned = {"pain": int((loose & (segments["sentiment"] == "neg")).sum()), "praise": 3}
    return ThemeSet(table, segments[["theme_id", "theme_p"]], unassigned, {"pain": 21})


def _sub_themes(theme: FakeTheme, own: pd.DataFrame, spoilt: str) -> tuple[SubTheme, ...]:
    """Two of the first theme: what is said in its first two ways, and in the others."""
    first = own["text"].isin(theme.texts[:2])
    halves = [
        ("S0000A1", "không báo", "unannounced", own[first]),
        ("S0000A2", "nằm ở kho", "stuck", own[~first]),
    ]
    if theme.theme_id != "T0001" or min(len(half[3]) for half in halves) < 3:
        return ()
    found = [
        SubTheme(sub_id, spoilt + vi, spoilt + en, len(half), half["item"].nunique(), str(half["text"].iat[0]),
                 tuple(half.index.tolist()))
        for sub_id, vi, en, half in halves
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda sub: -sub.items))


def _rejected() -> pd.DataFrame:
    rows = [
        ("google_play.csv", 17, "text", "empty text", ""),
        ("zalo.xlsx", 4, "date", "3 fields where the header has 5", "32/13"),
    ]
    return pd.DataFrame(rows, columns=list(REJECTED_COLUMNS))


def _files(count: int, hostile: bool) -> list[FileReport]:
    name = "<svg onload=alert(1)>.csv" if hostile else "google_play.csv"
    first = count - count // 3
    common = {"sha256": "ab" * 32, "bytes": 123_456, "unused_columns": ("Device",), "rating_scale": "stars5",
              "date_order": "iso",
              "problems": ("Codes in 'Mã' seem to have lost a leading zero in Excel; they may not match other "
                           "files.",)}  # fmt: skip
    columns = {"text": ("Review Title", "Review Text"), "rating": ("Star Rating",)}
    return [
        FileReport(name=name, format="csv", encoding="utf-16", delimiter=",", profile="google_play", header_rows=1,
                   column_map=columns, read=first + 9, kept=first, duplicate=8, rejected=1, repaired=12, **common),
        FileReport(name="zalo.xlsx", format="xlsx", encoding="", delimiter="", profile="generic", header_rows=1,
                   column_map={"text": ("Nội dung",)}, read=count // 3 + 1, kept=count // 3, duplicate=0, rejected=1,
                   repaired=0, **common),
    ]  # fmt: skip
