"""Exports of a small shop, a week each, written by us: what is said, how often, in which week."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

HEADER = ("id", "created_at", "rating", "customer_id", "text")
MONDAY = dt.date(2026, 1, 5)
SAID = {
    "late": (
        "Giao hàng quá chậm, chờ mười ngày mới nhận được.",
        "Shipper giao trễ ba ngày, gọi không nghe máy.",
        "Đơn giao chậm hơn hẹn cả tuần.",
        "giao hang tre qua, doi mai khong thay",
        "Hàng về chậm, lỡ hết việc của mình.",
    ),
    "app": (
        "App bị lỗi, không đăng nhập được.",
        "Ứng dụng treo liên tục khi thanh toán.",
        "app loi hoai, dang nhap mai khong duoc",
        "Cập nhật xong ứng dụng văng ra suốt.",
        "Đăng nhập ứng dụng báo lỗi hoài.",
    ),
    "refund": (
        "Yêu cầu hoàn tiền cả tháng chưa nhận được.",
        "Hoàn tiền quá lâu, hỏi không ai trả lời.",
        "hoan tien cham, goi may lan roi",
        "Tiền hoàn mãi chưa về tài khoản.",
        "Trả hàng rồi mà chưa được hoàn tiền.",
    ),
    "good": (
        "Nhân viên tư vấn rất nhiệt tình.",
        "Đóng gói cẩn thận, rất hài lòng.",
        "Sản phẩm dùng rất tốt, sẽ mua lại.",
    ),
}
USUAL = {"late": 8, "app": 6, "refund": 4, "good": 4}


def rows_of(week: int, counts: dict[str, int] | None = None) -> list[tuple[str, str, str, str, str]]:
    """The rows of the week that begins `week` weeks after `MONDAY`."""
    found = []
    for topic, count in (counts or USUAL).items():
        for n in range(count):
            day = MONDAY + dt.timedelta(days=7 * week + n % 7)
            text = SAID[topic][(n + week) % len(SAID[topic])]
            rating = "5" if topic == "good" else "1"
            found.append(
                (
                    f"{week:02d}-{topic}-{n}",
                    f"{day}T09:{n:02d}:00+07:00",
                    rating,
                    f"K{(n + 3 * week) % 20}",
                    text,
                )
            )
    return found


def write_rows(path: Path, rows: Sequence[tuple[str, ...]]) -> Path:
    """A CSV export of these rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


def write_week(folder: Path, week: int, counts: dict[str, int] | None = None) -> Path:
    """The export of one week."""
    return write_rows(folder / f"week{week:02d}.csv", rows_of(week, counts))
