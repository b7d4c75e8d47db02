"""Who writes what and when: customers, weeks, issues, and the items that come of them. Used by `make_demo.py`."""

from __future__ import annotations

import datetime as dt
import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from demo_text import (
    EMOJI,
    Bank,
    Draft,
    Part,
    Sentence,
    Writer,
    join_parts,
    lower_first,
    make_writer,
    noise,
)

FIRST_DAY = dt.date(2026, 7, 20)  # Monday of 2026-W30
WEEKS = 13  # to Sunday 2026-10-18, the end of 2026-W42
# Relative number of items a week; W41 holds the sale of 10.10: more of everything, nothing new.
WEEK_WEIGHTS = [0.92, 0.95, 0.9, 1.0, 0.97, 1.02, 1.05, 1.0, 0.96, 1.0, 1.04, 2.4, 1.2]
UPDATE_DAY = dt.date(2026, 8, 25)  # app 4.8.0, after which login codes go missing
CHANNELS = "ptnf"  # Play, ticket, NPS, Facebook
MANNERS = {"p": "plain", "t": "careful", "n": "plain", "f": "chatty"}
PLAN: dict[str, dict[str, int]] = {
    "p": {"pain": 255, "praise": 100, "request": 24, "question": 4, "other": 26, "short": 60, "spam": 6,
          "foreign": 4, "empty": 22, "ramble": 4},
    "t": {"pain": 392, "praise": 12, "request": 22, "question": 46, "short": 5, "spam": 8, "foreign": 1,
          "empty": 7, "ramble": 6},
    "n": {"pain": 172, "praise": 112, "request": 20, "other": 34, "short": 54, "empty": 52, "spam": 2,
          "foreign": 3, "ramble": 3},
    "f": {"pain": 98, "praise": 42, "request": 12, "question": 40, "other": 6, "short": 12, "spam": 9,
          "foreign": 3, "off_topic": 24, "ramble": 2},
}  # fmt: skip
SENTIMENT = {"pain": "neg", "praise": "pos", "request": "neu", "question": "neu", "other": "neu"}
# keys of sentences.tsv that are no issue: (kind, sentiment)
FRAME_KEYS = {
    "open_neg": ("pain", "neg"), "follow_neg": ("pain", "neg"), "open_pos": ("praise", "pos"),
    "follow_pos": ("praise", "pos"), "short_pos": ("praise", "pos"), "short_neg": ("pain", "neg"),
    "short_neu": ("other", "neu"), "spam": ("other", "neu"), "other_language": ("other", "neu"),
    "off_topic_fb": ("other", "neu"), "agent_template": ("other", "neu"),
}  # fmt: skip
COMPETITOR_TOPIC = {
    "giao": ("delivery", "price_promo"), "hoàn tiền": ("returns_refund",), "app": ("app", "account"),
    "rẻ": ("price_promo", "checkout"), "this in one day": ("delivery", "returns_refund"),
    "bị vậy": ("packaging", "product_quality"),
}  # fmt: skip
STREETS = ["đường Lúa Chín", "phố Hạt Gạo", "đường Rơm Vàng", "ngõ Cối Đá", "đường Bến Thóc", "phố Sàng Nia"]
SURNAMES = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Võ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương", "Lý"]
MIDDLES = ["Thị", "Văn", "Minh", "Ngọc", "Thu", "Đức", "Hải", "Thanh", "Quỳnh", "Gia", "Bảo", "Kim"]
GIVEN = ["Khuê", "Thảo", "Sương", "Đăng", "Vy", "Nhàn", "Lộc", "Mai", "Tú", "Hạnh", "Trâm", "Quân", "Duyên", "Bền",
         "Cúc", "Thơ", "Nghĩa", "Liên", "Phước", "Ánh", "Xuân", "Tài", "Hiền", "Sang"]  # fmt: skip
EXPATS = ["Maya", "Tom", "Ines", "Jonas", "Priya", "Claire", "Ben", "Yuki", "Marta", "Sam"]
CITIES = {
    "N": ["Hà Nội", "Hà Nội", "Hà Nội", "Hải Phòng", "Bắc Ninh", "Nam Định"],
    "C": ["Đà Nẵng", "Huế", "Vinh", "Nha Trang", "Quảng Ngãi"],
    "S": ["TP.HCM", "TP.HCM", "TP.HCM", "Biên Hòa", "Cần Thơ", "Bình Dương"],
}
GROUPS = {
    "Thân thiết": (6.2e6, 0.35),
    "Thường": (2.4e6, 0.5),
    "Mới": (0.55e6, 0.6),
    "Bếp ăn – sỉ": (38e6, 0.5),
}


@dataclass
class Customer:
    """A customer of the file `customers.csv`."""

    id: str
    name: str
    city: str
    group: str
    value: int
    since: dt.date
    writer: Writer
    phone: str


@dataclass
class Item:
    """One feedback item before it is written to an export."""

    channel: str
    when: dt.datetime
    draft: Draft
    writer: Writer
    mode: str
    rating: int | None = None
    customer: Customer | None = None
    flags: set[str] = field(default_factory=set)
    context: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """What `Planner.compose` gives: the body, who wrote it, and whether praise and pain meet in it."""

    draft: Draft
    writer: Writer
    customer: Customer | None
    context: dict[str, str]
    mixed: bool


def phone_number(rng: random.Random) -> str:
    """An invented number of the block 0900 000 xxx in one of its usual spellings."""
    tail = f"{rng.randrange(1000):03d}"
    shape = rng.choice(
        ["0900000{}", "0900 000 {}", "0900.000.{}", "+84 900 000 {}", "+84900000{}", "0900-000-{}"]
    )
    return shape.format(tail)


def make_customers(count: int, rng: random.Random) -> list[Customer]:
    """The shop's customers, each with a settled way of writing."""
    customers = []
    for number in range(1, count + 1):
        writer = make_writer(rng, manner=rng.choices(["careful", "plain"], [55, 45])[0])
        city = rng.choice(CITIES[writer.region])
        group = rng.choices(list(GROUPS), [30, 42, 24, 4])[0]
        middle, spread = GROUPS[group]
        name = f"{rng.choice(SURNAMES)} {rng.choice(MIDDLES)} {rng.choice(GIVEN)}"
        if writer.lang == "en":
            name, city = rng.choice(EXPATS), rng.choice(["Hà Nội", "TP.HCM", "Đà Nẵng"])
        value = int(round(middle * rng.lognormvariate(0, spread), -4))
        newest = 30 if group == "Mới" else 200
        since = FIRST_DAY - dt.timedelta(
            days=rng.randrange(newest, newest + (150 if group == "Mới" else 1300))
        )
        customers.append(
            Customer(f"KH{10000 + number * 7}", name, city, group, value, since, writer, phone_number(rng))
        )
    return customers


def make_context(rng: random.Random, day: dt.date, customer: Customer | None) -> dict[str, str]:
    """Invented personal data that an item may mention."""
    ordered = day - dt.timedelta(days=rng.randrange(1, 9))
    name = customer.name if customer else f"{rng.choice(SURNAMES)} {rng.choice(GIVEN)}"
    return {
        "dh": f"DH{ordered:%y%m%d}{rng.randrange(10000):04d}",
        "sdt": customer.phone if customer else phone_number(rng),
        "sdt2": phone_number(rng),
        "stk": f"9990000{rng.randrange(100000):05d}",
        "cccd": f"000000{rng.randrange(1000000):06d}",
        "mst": f"00000{rng.randrange(100000):05d}",
        "mail": f"{rng.choice(['lua', 'comnha', 'bep', 'nang', 'may'])}{rng.randrange(100, 999)}@example.com",
        "dc": f"số {rng.randrange(1, 200)} {rng.choice(STREETS)}, {rng.choice(['phường An Thóc', 'quận Lúa Mới'])}",
        "ten": name,
        "ngay": f"{day - dt.timedelta(days=1):%d/%m/%Y}",
    }


def fill(text: str, context: dict[str, str]) -> str:
    """The text with its placeholders filled in, in either case."""
    return re.sub(r"\{(\w+)\}", lambda m: context[m[1].lower()], text)


class Planner:
    """Chooses issues and composes items; keeps count so that planted sizes are met."""

    def __init__(self, material: Path, rng: random.Random) -> None:
        self.rng = rng
        self.bank = Bank(material / "sentences.tsv", rng)
        self.issues: dict[str, dict[str, Any]] = yaml.safe_load(
            (material / "issues.yaml").read_text(encoding="utf-8")
        )
        self.stories = yaml.safe_load((material / "stories.yaml").read_text(encoding="utf-8"))
        self.mentions = dict.fromkeys(self.issues, 0)

    def moment(self, earliest: dt.date = FIRST_DAY, latest: dt.date | None = None) -> dt.datetime:
        """A time in local hours, weeks weighted, inside the given days."""
        last = latest or FIRST_DAY + dt.timedelta(days=WEEKS * 7 - 1)
        while True:
            week = self.rng.choices(range(WEEKS), WEEK_WEIGHTS)[0]
            weekday = self.rng.choices(range(7), [17, 15, 14, 14, 14, 14, 12])[0]
            if week == 11:  # the sale on Saturday 10.10 and the Sunday after
                weekday = self.rng.choices(range(7), [9, 9, 9, 10, 14, 26, 23])[0]
            day = FIRST_DAY + dt.timedelta(days=week * 7 + weekday)
            if earliest <= day <= last:
                break
        hour = self.rng.choices(
            range(24), [2, 1, 1, 0, 0, 1, 3, 5, 7, 8, 8, 8, 7, 5, 5, 5, 5, 6, 7, 8, 10, 10, 7, 4]
        )
        return dt.datetime.combine(day, dt.time(hour[0], self.rng.randrange(60), self.rng.randrange(60)))

    def alive(self, key: str, day: dt.date) -> float:
        """How strongly an issue lives on a day: 1 always, but for the one that starts and the one that fades."""
        issue = self.issues[key]
        if "starts" in issue:
            return 0.0 if day < UPDATE_DAY else 1.0
        if "fades" in issue and day >= dt.date.fromisocalendar(2026, int(issue["fades"][-2:]), 1):
            return 0.05
        return 1.0

    def choose(self, kind: str, channel: str, day: dt.date, *, but: tuple[str, ...] = ()) -> str:
        """An issue of a kind, by the room left in its planted size."""
        keys = [k for k, i in self.issues.items() if i["kind"] == kind and i["size"] and k not in but]
        column = CHANNELS.index(channel)
        weights = [
            max(self.issues[k]["size"] - self.mentions[k], self.issues[k]["size"] * 0.04)
            * self.issues[k]["channels"][column]
            * self.alive(k, day)
            * (WEEKS / 8 if "starts" in self.issues[k] or "fades" in self.issues[k] else 1)
            for k in keys
        ]
        return self.rng.choices(keys, weights)[0]

    def anchor(self, key: str, channel: str, writer: Writer | None, day: dt.date) -> Sentence | None:
        """The sentence an item is built round: a whole written item now and then, else a statement."""
        roles = ["solo", "main"] if self.rng.random() < (0.1 if channel == "t" else 0.4) else ["main"]
        for role in roles:
            found = self.bank.pick(key, role, channel, writer, day, limit=1 if role == "solo" else 3)
            if found:
                return found
        return None

    def compose(
        self, kind: str, channel: str, day: dt.date, who: Customer | list[Customer], key: str = ""
    ) -> Made | None:
        """An item about one issue and what comes with it, or None when nothing fits.

        `who` is the customer who writes, or all that might: then one whose way of writing suits the sentence.
        No candidates at all stands for a stranger.
        """
        key = key or self.choose(kind, channel, day)
        customer = who if isinstance(who, Customer) else None
        first = self.anchor(key, channel, customer.writer if customer else None, day)
        if first is None:
            return None
        if not isinstance(who, Customer) and who:
            fitting = [c for c in who if first.fits(channel, c.writer, day)]
            if not fitting:
                first.uses -= 1
                return None
            customer = self.rng.choice(fitting)
        writer = customer.writer if customer else make_writer(self.rng, first, manner=MANNERS[channel])
        self.mentions[key] += 1
        lines: list[tuple[str, Sentence]] = [("", first)]
        mixed = first.role != "solo" and self.extend(lines, key, kind, channel, day, writer)
        context = make_context(self.rng, day, customer)
        return Made(self.write(lines, writer, channel, context), writer, customer, context, mixed)

    def extend(
        self,
        lines: list[tuple[str, Sentence]],
        key: str,
        kind: str,
        channel: str,
        day: dt.date,
        writer: Writer,
    ) -> bool:
        """Adds consequence, second issue, praise or closing to an item; True when praise and pain meet."""
        rng = self.rng
        mixed = False

        def add(other: str, role: str, link: str = "", *, front: bool = False) -> bool:
            found = self.bank.pick(other, role, channel, writer, day, limit=2)  # second place: rarer still
            if found is None or found.text.split(" ")[0] == "Nhưng":
                return False
            word = self.bank.frame(link, writer) if link and ("but" in link or rng.random() < 0.7) else ""
            if front:  # praise first, then the link word before what was the first sentence
                lines[0] = (word, lines[0][1])
                lines.insert(0, ("", found))
            else:
                lines.append((word, found))
            if other in self.issues and role == "main":
                self.mentions[other] += 1
            return True

        if kind == "pain":
            if rng.random() < 0.5:
                add(key, "follow")
            if rng.random() < 0.15:
                add(self.choose("pain", channel, day, but=(key,)), "main", "link_more_neg")
            if rng.random() < 0.13:
                front = rng.random() < 0.6
                praise = self.fitting_praise(key, channel, day)
                mixed = add(praise, "main", "link_but_neg" if front else "link_but_pos", front=front)
            if rng.random() < 0.1:
                self.add_competitor(lines, key, channel, day, writer)
            if rng.random() < 0.13:
                add("follow_neg", "main")
            elif self.issues[key]["severity"] >= 3 and rng.random() < 0.1:
                add("c_churn", "main")
            if channel != "t" and not mixed and rng.random() < 0.1:
                add("open_neg", "main", front=True)
        elif kind == "praise":
            if rng.random() < 0.3:
                add(self.choose("praise", channel, day, but=(key,)), "main")
            if rng.random() < 0.22:
                add("follow_pos", "main")
            elif rng.random() < 0.05:
                add("c_competitor_good", "main")
            elif rng.random() < 0.08:
                add("open_pos", "main", front=True)
        elif rng.random() < 0.12:
            add("n_context", "main", front=True)
        return mixed

    def fitting_praise(self, key: str, channel: str, day: dt.date) -> str:
        """A praise of another touchpoint than the pain's, so that no item contradicts itself."""
        same = self.issues[key]["touchpoint"]
        but = tuple(k for k, i in self.issues.items() if i["kind"] == "praise" and i["touchpoint"] == same)
        clash = {
            "hotline_no_answer": "p_care_solved",
            "refund_slow": "p_care_solved",
            "otp_login": "p_app_easy",
        }
        return self.choose("praise", channel, day, but=(*but, clash.get(key, ""), "p_loyal_family"))

    def add_competitor(
        self, lines: list[tuple[str, Sentence]], key: str, channel: str, day: dt.date, writer: Writer
    ) -> None:
        """A sentence about a competitor that speaks of the same thing as the pain."""
        found = self.bank.pick("c_competitor", "main", channel, writer, day, limit=2)
        if found is None:
            return
        topics = [points for words, points in COMPETITOR_TOPIC.items() if words in found.text]
        if topics and not any(self.issues[key]["touchpoint"] in points for points in topics):
            found.uses -= 1
            return
        lines.append(("", found))

    def write(
        self, lines: list[tuple[str, Sentence]], writer: Writer, channel: str, context: dict[str, str]
    ) -> Draft:
        """The lines as this writer types them, joined, with the parts as they stand in the body."""
        plain = self.rng.random() < writer.unaccented and writer.lang == "vi"
        texts, parts = [], []
        for link, line in lines:
            typed = fill(noise(line.text, writer, self.rng, plain=plain), context)
            if line.key.startswith("q_") and writer.style != "none" and self.rng.random() < 0.7:
                typed += "?"
            shown = typed
            if link:
                shown = f"{noise(link, writer, self.rng, plain=plain)} {lower_first(typed)}"
            texts.append(shown)
            parts.append(Part(line.key, typed, line.lang, line.flags))
        body = join_parts(texts, writer, self.rng)
        if (
            writer.lang == "vi"
            and not plain
            and writer.style in ("none", "comma")
            and self.rng.random() < 0.6
        ):
            body = lower_first(body)
        at = 0
        for part in parts:
            found = body.lower().find(part.text.lower(), at)
            part.text, at = body[found : found + len(part.text)], found + len(part.text)
        if channel in "pf" and self.rng.random() < writer.emoji:
            kind = next((self.issues[p.key]["kind"] for p in parts if p.key in self.issues), "other")
            body += self.rng.choice([" ", ""]) + self.rng.choice(
                EMOJI.get(kind, EMOJI["other"])
            ) * self.rng.choice([1, 1, 1, 2, 3])
        return Draft(parts, body)
