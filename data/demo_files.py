"""Writes the exports of the demo with the faults real exports have, and notes what became of every item."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
import unicodedata
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from demo_items import facebook_name
from demo_plan import Customer, Item, Planner
from demo_text import strip_accents

LOCAL = dt.timezone(dt.timedelta(hours=7))
PLAY_HEADER = [
    "Package Name", "App Version Code", "App Version Name", "Reviewer Language", "Device",
    "Review Submit Date and Time", "Review Submit Millis Since Epoch", "Review Last Update Date and Time",
    "Review Last Update Millis Since Epoch", "Star Rating", "Review Title", "Review Text",
    "Developer Reply Date and Time", "Developer Reply Millis Since Epoch", "Developer Reply Text", "Review Link",
]  # fmt: skip
PLAY_LINK = "https://play.google.com/console/developers/0/app/0/user-feedback/review-details?reviewId={}&corpus=PUBLIC_REVIEWS"
TICKET_HEADER = [
    "Ticket ID", "Created at", "Channel", "Requester", "Requester ID", "Subject", "Description", "Group", "Priority",
    "Ticket status", "Satisfaction Score", "Public reply",
]  # fmt: skip
NPS_HEADER = [
    "Mã phản hồi", "Ngày phản hồi", "Mã khách hàng", "Nhóm khách hàng", "Thành phố", "Điểm NPS",
    "Góp ý của khách hàng", "Mã đơn gần nhất",
]  # fmt: skip


@dataclass
class Record:
    """One record of an export: its cells (or raw line), the item behind it, and its number from 1."""

    item: Item | None
    cells: Any
    feedback_id: str
    flags: set[str]
    row: int = 0


def mojibake(text: str) -> str:
    """UTF-8 bytes read as Windows-1252, the five undefined bytes kept as control characters (as Windows does)."""
    return "".join(
        bytes([b]).decode("cp1252") if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(b)
        for b in text.encode("utf-8")
    )


def insert_copies(records: list[Record], count: int, rng: random.Random, *, apart: int) -> None:
    """Repeats `count` records a few places later, as when two exports were pasted together."""
    picked = [
        r
        for r in records
        if r.item and len(r.item.draft.body) > 25 and not r.flags & {"spam", "story", "mojibake", "nfd"}
    ]
    for record in rng.sample(picked, count):
        at = min(records.index(record) + rng.randrange(1, apart), len(records))
        records.insert(
            at, Record(record.item, record.cells, record.feedback_id, record.flags | {"duplicate"})
        )


def spoil(records: list[Record], flag: str, count: int, rng: random.Random) -> list[Record]:
    """Marks `count` longer records for a fault and returns them."""
    clean = [
        r
        for r in records
        if r.item
        and len(r.item.draft.body) > 40
        and not r.flags & {"duplicate", "mojibake", "nfd", "html", "broken"}
        and (flag == "broken" or len(strip_accents(r.item.draft.body)) < len(r.item.draft.body.encode()) - 5)
    ]
    chosen = rng.sample(clean, count)
    for record in chosen:
        record.flags.add(flag)
    return chosen


def number(records: list[Record]) -> list[Record]:
    """Sets record numbers from 1 in file order."""
    for row, record in enumerate(records, 1):
        record.row = row
    return records


def version(item: Item) -> tuple[str, str]:
    """App version code and name current on the day, or one release behind."""
    day = item.when.date()
    releases = [(dt.date(2026, 6, 1), "4.7.0"), (dt.date(2026, 7, 28), "4.7.2"), (dt.date(2026, 8, 25), "4.8.0"),
                (dt.date(2026, 9, 22), "4.8.1"), (dt.date(2026, 10, 6), "4.9.0")]  # fmt: skip
    known = [name for date, name in releases if date <= day]
    name = known[-2] if len(known) > 1 and item.when.second % 5 == 0 else known[-1]
    return name.replace(".", "0") + "00", name


def write_play(items: list[Item], path: Path, planner: Planner) -> list[Record]:
    """Google Play Console's review export: UTF-16 LE with BOM, comma, CRLF."""
    rng = planner.rng
    devices = ["a14m", "vivo1906", "dm3q", "CPH2387", "OP5961L1", "redfin", "spes", "a52q", "SM-A135F", ""]
    records = []
    for item in items:
        sent = item.when.replace(tzinfo=LOCAL).astimezone(dt.UTC)
        edited = sent + dt.timedelta(hours=rng.randrange(1, 60)) if rng.random() < 0.08 else sent
        review_id = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        code, name = version(item)
        reply = [""] * 3
        if item.draft.body and rng.random() < 0.2:
            when = sent + dt.timedelta(hours=rng.randrange(3, 70))
            reply = [
                f"{when:%Y-%m-%dT%H:%M:%SZ}",
                millis(when),
                planner.bank.frame("developer_reply", item.writer),
            ]
        title = (
            rng.choice(["Tệ", "Góp ý", "Ứng dụng", "Tốt"])
            if len(item.draft.body) > 60 and rng.random() < 0.03
            else ""
        )
        cells = [
            "vn.example.chanlua", code, name, item.writer.lang, rng.choice(devices), f"{sent:%Y-%m-%dT%H:%M:%SZ}",
            millis(sent), f"{edited:%Y-%m-%dT%H:%M:%SZ}", millis(edited), str(item.rating), title, item.draft.body,
            *reply, PLAY_LINK.format(review_id) if item.draft.body else "",
        ]  # fmt: skip
        records.append(Record(item, cells, review_id if item.draft.body else "", set(item.flags)))
    for record in spoil(records, "mojibake", 9, rng):
        record.cells[11] = mojibake(record.cells[11])
    for record in spoil(records, "nfd", 8, rng):
        record.cells[11] = unicodedata.normalize("NFD", record.cells[11])
    insert_copies(records, 8, rng, apart=60)
    for at, record in enumerate(spoil(records, "broken", 5, rng)):
        record.cells = record.cells[:7] if at % 2 else [*record.cells[:12], "", "", *record.cells[12:], "?"]
    path.write_bytes(
        b"\xff\xfe" + csv_text([PLAY_HEADER, *(r.cells for r in records)], ",").encode("utf-16-le")
    )
    return number(records)


def millis(when: dt.datetime) -> str:
    """Milliseconds since 1970 as text."""
    return str(int(when.timestamp()) * 1000)


def csv_text(rows: list[list[str]], delimiter: str) -> str:
    """Rows as CSV text with CRLF line ends."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def write_nps(items: list[Item], path: Path, rng: random.Random) -> list[Record]:
    """A survey export out of a Vietnamese Excel: semicolons, Windows-1258, day-first dates, some ids ruined."""
    records = []
    for n, item in enumerate(items):
        customer = item.customer
        if customer is None:
            raise ValueError("a survey answer needs a customer")
        answer_id = f"{item.when:%Y%m%d}{31000 + n * 3:08d}"
        order = item.context["dh"] if rng.random() < 0.7 else ""
        score = "" if rng.random() < 0.015 else str(item.rating)
        group = "" if rng.random() < 0.03 else customer.group
        cells = [
            answer_id,
            f"{item.when:%d/%m/%Y %H:%M}",
            customer.id,
            group,
            customer.city,
            score,
            item.draft.body,
            order,
        ]
        records.append(Record(item, cells, answer_id, set(item.flags)))
    start = len(records) // 2
    for record in records[start : start + 24]:  # a block once opened and saved in Excel
        record.cells[0] = "2,02609E+15"
        record.flags.add("ruined_id")
        record.feedback_id = ""
    for record in rng.sample([r for r in records if not r.flags & {"ruined_id", "story"}], 3):
        record.cells[1] = rng.choice(["31/09/2026 10:20", "hôm qua", "00/00/0000"])
        record.flags.add("bad_date")
    records[40].cells[5], records[90].cells[5] = "11", "N/A"
    records[40].flags.add("bad_rating")
    records[90].flags.add("bad_rating")
    send_twice(records, 7, rng)
    for at, record in enumerate(spoil(records, "broken", 6, rng)):
        record.cells = (
            record.cells[:4] if at % 2 else [*record.cells[:6], *record.cells[6:7], "", "", *record.cells[7:]]
        )
    text = csv_text([NPS_HEADER, *(r.cells for r in records)], ";")
    path.write_bytes(to_cp1258(text))
    return number(records)


def send_twice(records: list[Record], count: int, rng: random.Random) -> None:
    """The same customer sends the same answer again minutes later, under a new id."""
    for record in rng.sample(
        [r for r in records if r.item and len(r.item.draft.body) > 30 and not r.flags], count
    ):
        again = list(record.cells)
        again[0] = str(int(record.cells[0]) + 1)
        records.insert(
            records.index(record) + 1, Record(record.item, again, again[0], record.flags | {"duplicate"})
        )


def to_cp1258(text: str) -> bytes:
    """Windows-1258: base letters with their marks stay whole, tones follow as combining signs; the rest becomes '?'."""
    out = bytearray()
    for char in unicodedata.normalize("NFC", text):
        try:
            out += char.encode("cp1258")
        except UnicodeEncodeError:
            out += cp1258_pair(char)
    return bytes(out)


def cp1258_pair(char: str) -> bytes:
    """A toned letter as letter plus tone sign, or '?' where the code page has neither."""
    pieces = unicodedata.normalize("NFD", char)
    tone = next((p for p in pieces if p in "\u0300\u0301\u0303\u0309\u0323"), "")
    base = unicodedata.normalize("NFC", pieces.replace(tone, "")) if tone else char
    try:
        return (base + tone).encode("cp1258")
    except UnicodeEncodeError:
        return b"?"


def write_facebook(items: list[Item], path: Path, planner: Planner) -> list[Record]:
    """Comments as JSON Lines; a few lines are cut off, a few comments are the page's own."""
    rng, records = planner.rng, []
    answered = set(rng.sample(range(len(items)), 8))
    for n, item in enumerate(items):
        own = f"{700000000000000 + n * 7919}_{800000000000000 + rng.randrange(10**9)}"
        sent = item.when.replace(tzinfo=LOCAL).astimezone(dt.UTC)
        cells = {
            "id": own,
            "created_time": f"{sent:%Y-%m-%dT%H:%M:%S}+0000",
            "from": facebook_name(item, rng),
            "message": item.draft.body,
            "like_count": int(rng.paretovariate(1.1)) - 1,
            "comment_count": rng.choice([0, 0, 0, 1, 2]),
            "permalink_url": f"https://facebook.example/chanlua/posts/{own}",
        }
        records.append(Record(item, cells, own, set(item.flags)))
        if n in answered:
            records.append(page_reply(cells, planner, item, sent))
    for record in spoil(records, "mojibake", 5, rng):
        record.cells["message"] = mojibake(record.cells["message"])
    for record in spoil(records, "nfd", 5, rng):
        record.cells["message"] = unicodedata.normalize("NFD", record.cells["message"])
    insert_copies(records, 6, rng, apart=30)
    lines = []
    broken = spoil(records, "broken", 3, rng)
    for record in records:
        line = json.dumps(record.cells, ensure_ascii=False)
        lines.append(line[: len(line) // 2] if any(record is b for b in broken) else line)
    path.write_bytes(("\n".join(lines) + "\n").encode("utf-8"))
    return number(records)


def page_reply(cells: dict[str, Any], planner: Planner, item: Item, sent: dt.datetime) -> Record:
    """The shop's own answer among the comments."""
    reply = {
        **cells,
        "id": cells["id"] + "1",
        "created_time": f"{sent + dt.timedelta(hours=2):%Y-%m-%dT%H:%M:%S}+0000",
        "from": {"name": "Chạn Lúa", "id": "900000000000001"},
        "message": planner.bank.frame("agent_template", item.writer),
    }
    return Record(None, reply, reply["id"], {"agent"})


def write_tickets(items: list[Item], path: Path, planner: Planner) -> list[Record]:
    """A help desk's export in Excel: real dates, long descriptions, and what people do to spreadsheets."""
    rng, records = planner.rng, []
    for n, item in enumerate(items):
        subject = item.context.get("subject", "")
        reply = planner.bank.frame("agent_template", item.writer) if rng.random() < 0.65 else ""
        known = item.customer if rng.random() < 0.93 or "story" in item.flags else None
        cells: list[Any] = [
            41000 + n * 2 + rng.randrange(2), item.when, item.context.get("via", "Email"), item.context["ten"],
            known.id if known else "", subject, item.draft.body, rng.choice(["CSKH 1", "CSKH 2", "Kho vận", ""]),
            rng.choice(["Low", "Normal", "Normal", "High", "Urgent"]), rng.choice(["Solved", "Closed", "Open", "Pending"]),
            rng.choice(["", "", "Offered", "Bad"] if item.mode == "pain" else ["", "", "", "Offered", "Good", "Bad"]),
            reply,
        ]  # fmt: skip
        records.append(Record(item, cells, str(cells[0]), set(item.flags)))
    for at, record in enumerate(rng.sample(records, 8)):
        when = record.cells[1]
        serial = (when - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
        record.cells[1] = f"{when:%d/%m/%Y %H:%M}" if at < 6 else round(serial, 5)
        record.flags.add("odd_date")
    insert_copies(records, 6, rng, apart=40)
    at = len(records) * 3 // 5
    records.insert(at, Record(None, list(TICKET_HEADER), "", {"repeated_header"}))
    number(records)
    save_workbook(records, path)
    return records


def save_workbook(records: list[Record], path: Path) -> None:
    """The workbook with a fixed creation date, so that the same items give the same file."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": "Tickets", "created": dt.datetime(2026, 10, 19, 8, 0)})
        sheet = book.add_worksheet("Tickets")
        date = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet.write_row(0, 0, TICKET_HEADER, book.add_format({"bold": True}))
        sheet.set_column(1, 1, 17, date)
        sheet.set_column(5, 6, 50)
        for record in records:
            for column, value in enumerate(record.cells):
                if isinstance(value, dt.datetime):
                    sheet.write_datetime(record.row, column, value, date)
                elif value != "":
                    sheet.write(record.row, column, value)


def write_customers(customers: list[Customer], path: Path) -> None:
    """The customer file for ``--customers``: UTF-8 with BOM."""
    rows = [["customer_id", "group", "yearly_value_vnd", "city", "customer_since"]]
    rows += [[c.id, c.group, str(c.value), c.city, c.since.isoformat()] for c in customers]
    path.write_bytes(b"\xef\xbb\xbf" + csv_text(rows, ",").encode("utf-8"))
