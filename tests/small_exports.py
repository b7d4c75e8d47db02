"""A small export written in the tests, with invented personal data, attacks on the reader, duplicates and rejects."""

from __future__ import annotations

import csv
from pathlib import Path

HEADER = ("review_id", "date", "rating", "content", "customer_id")

_LATE = (
    "Giao hàng quá chậm, chờ mười ngày mới nhận được. Nhưng sản phẩm dùng rất tốt.",
    "Shipper giao trễ ba ngày, gọi không nghe máy. Rất thất vọng!",
    "Đơn hàng giao chậm, tổng đài không ai trả lời.",
    "giao hang tre, khong thay ai goi",
    "The delivery was a week late and nobody told me anything.",
    "Hàng về chậm quá, lần sau không đặt nữa.",
)
_APP = (
    "App bị lỗi, không đăng nhập được. Cập nhật xong càng tệ hơn.",
    "Ứng dụng treo liên tục khi thanh toán, mất tiền mà không có đơn.",
    "The app crashes every time I try to pay.",
    "app loi hoai, dang nhap mai khong duoc",
    "Thanh toán lỗi, trừ tiền hai lần nhưng chưa hoàn lại.",
)
_GOOD = (
    "Nhân viên tư vấn rất nhiệt tình, cảm ơn shop.",
    "Sản phẩm tuyệt vời, đóng gói cẩn thận, sẽ mua lại.",
    "Great service, I love it.",
)
SECRETS = ("0912 345 678", "0987654321", "nguyen.an@example.com", "tran.binh@example.org", "+84 90 111 22 33")
_PRIVATE = (
    f"Gọi cho tôi số {SECRETS[0]} để giao lại, giao chậm quá rồi.",
    f"Email {SECRETS[2]} của tôi không nhận được mã, app bị lỗi.",
    f"Shipper {SECRETS[1]} thái độ rất tệ; liên hệ {SECRETS[4]} nhé.",
    f"Hoàn tiền chậm, tôi đã gửi {SECRETS[3]} ba lần.",
)
ESCAPE = "\x1b[31m\x1b]0;owned\x07"
_HOSTILE = (
    f"{ESCAPE} App lỗi <script>alert(1)</script> không thanh toán được \u202egnp.exe",
    "=cmd|'/c calc'!A1 giao hàng chậm, hỏng hết đồ",
    "Giao hàng chậm\x00 quá, đồ hỏng & móp",
)


def rows() -> list[tuple[str, str, str, str, str]]:
    """56 records: 48 to keep, 4 duplicates, 4 without text. Dates run over twelve weeks of 2026, day by day."""
    texts = [(t, "1") for t in (*_LATE, *_APP, *_PRIVATE, *_HOSTILE)] + [(t, "5") for t in _GOOD]
    found = []
    for i in range(48):
        text, stars = texts[i % len(texts)]
        nth = i // len(texts) + 1
        day = f"2026-0{8 + i // 24}-{1 + i % 24:02d} 10:00:00"
        found.append(
            (
                f"r{i:03d}",
                day,
                stars,
                text if nth == 1 else f"{text.rstrip(chr(46))} lần {nth}.",
                f"c{i % 30}",
            )
        )
    duplicates = [found[i] for i in (0, 6, 12, 20)]
    empty = [(f"e{i}", "2026-08-05 10:00:00", "", "   ", f"c{i}") for i in range(4)]
    return [*found, *duplicates, *empty]


def write_export(path: Path, records: list[tuple[str, ...]] | None = None) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        writer.writerows(rows() if records is None else records)
    return path
