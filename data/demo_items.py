"""The items of the demo, channel by channel: stories of returning customers first, then the rest of the plan."""

from __future__ import annotations

import datetime as dt
import random
import re
from typing import Any

from demo_plan import (
    FIRST_DAY,
    PLAN,
    UPDATE_DAY,
    WEEKS,
    Customer,
    Item,
    Planner,
    fill,
    make_context,
)
from demo_text import Draft, Part, Writer, lower_first, make_writer, noise, strip_accents

LAST_DAY = FIRST_DAY + dt.timedelta(days=WEEKS * 7 - 1)
FADE_DAY = dt.date.fromisocalendar(2026, 37, 7)
STARS = {1: [3, 4], 2: [1, 2, 2, 3], 3: [1, 1, 2], 4: [1, 1, 1, 2]}
NPS = {1: [6, 7, 8], 2: [3, 4, 5, 6, 6, 7], 3: [1, 2, 3, 4, 5, 6], 4: [0, 0, 1, 2, 3]}
MILD = {
    "praise": ([5, 5, 5, 5, 4], [8, 9, 9, 10, 10, 10]),
    "request": ([4, 4, 5, 3], [6, 7, 8, 9]),
    "question": ([4, 5], [7, 8]),
    "other": ([3, 3, 4], [6, 7, 7, 8]),
    "mixed": ([2, 3, 3, 4], [5, 6, 6, 7]),
}
FOREIGN_PAIN = re.compile("失望|꺼져|jamais")
SHORT_KEYS = {"p": [60, 22, 18], "t": [0, 10, 90], "n": [50, 15, 35], "f": [80, 12, 8]}


def rate(item: Item, kind: str, severity: int, rng: random.Random) -> int | None:
    """Stars or NPS that go with what is said; a few contradict it, and say so in the flags."""
    if item.channel not in "pn":
        return None
    column = "pn".index(item.channel)
    table = ([STARS, NPS][column])[severity] if kind == "pain" else MILD[kind][column]
    flip = 0.3 if any("sarcasm" in p.flags for p in item.draft.parts) else 0.022
    if kind in ("pain", "praise") and rng.random() < flip:
        item.flags.add("rating_contradicts")
        table = [[5], [9, 10]][column] if kind == "pain" else [[1], [0, 1]][column]
    return rng.choice(table)


def issue_item(
    planner: Planner,
    channel: str,
    kind: str,
    when: dt.datetime,
    who: Customer | list[Customer],
    key: str = "",
) -> Item | None:
    """One composed item with its rating, or None when no sentence fits."""
    made = planner.compose(kind, channel, when.date(), who, key)
    if made is None:
        return None
    item = Item(channel, when, made.draft, made.writer, kind, customer=made.customer, context=made.context)
    if any("sarcasm" in part.flags for part in made.draft.parts):
        item.flags.add("sarcasm")
    if made.mixed:
        item.flags.add("mixed")
    keys = [p.key for p in made.draft.parts if p.key in planner.issues]
    worst = max((planner.issues[key].get("severity", 0) for key in keys), default=0)
    item.rating = rate(item, "mixed" if made.mixed else kind, worst or 1, planner.rng)
    return item


def plain_item(
    planner: Planner, channel: str, mode: str, when: dt.datetime, customer: Customer | None
) -> Item:
    """An item about no issue: short, empty, spam, off topic, in another language, or a long ramble."""
    rng = planner.rng
    writer = customer.writer if customer else make_writer(rng)
    context = make_context(rng, when.date(), customer)
    item = Item(channel, when, Draft(), writer, mode, customer=customer, context=context, flags={mode})
    if mode == "empty":
        item.rating = rng.choice([1, 3, 4, 5, 5, 5] if channel == "p" else [0, 5, 6, 7, 8, 8, 9, 9, 10, 10])
        return item
    key = {"spam": "spam", "foreign": "other_language", "off_topic": "off_topic_fb"}.get(mode, "")
    if mode == "short":
        key = rng.choices(["short_pos", "short_neg", "short_neu"], SHORT_KEYS[channel])[0]
    limit = {"short": 40, "spam": 2, "foreign": 2, "off_topic": 2}[mode]
    line = planner.bank.pick(key, "main", channel, None, when.date(), limit=limit)
    if mode == "short":  # natural repeats: the commonest words come first in the material
        pool = [s for s in planner.bank.lines[(key, "main")] if s.uses < limit]
        line = rng.choices(pool, [1 / (n + 2) for n in range(len(pool))])[0]
        line.uses += 1
    if line is None:
        raise RuntimeError(f"no sentence left for {key} on {when:%Y-%m-%d}")
    text = fill(line.text, context)
    item.draft = Draft([Part(key, text, line.lang, line.flags)], text)
    scale = {"short_pos": "praise", "short_neg": "pain", "other_language": "praise"}.get(key, "other")
    if FOREIGN_PAIN.search(text):
        scale = "pain"
    item.rating = rate(item, scale, 3, rng)
    return item


def ramble_items(planner: Planner, pool: list[Customer]) -> list[Item]:
    """The long hand-written stories, each used once; their issues stand behind ``||``."""
    rng = planner.rng
    channels = [c for c in PLAN for _ in range(PLAN[c].get("ramble", 0))]
    items = []
    for channel, line in zip(channels, planner.bank.lines[("ramble", "main")], strict=True):
        text, keys = line.text.rsplit(" || ", 1)
        earliest = dt.date.fromisoformat(line.since) if line.since else FIRST_DAY
        found = keys.split(";")
        latest = FADE_DAY if "torn_rice_bag" in found else LAST_DAY
        if "otp_login" in found:
            earliest = max(earliest, UPDATE_DAY + dt.timedelta(days=6))
        when = planner.moment(earliest, latest)
        customer = rng.choice([c for c in pool if c.writer.lang == line.lang]) if channel in "tn" else None
        parts = [Part(key, text, line.lang, "") for key in found]
        for key in found:
            planner.mentions[key] += 1
        writer = Writer(lang=line.lang, voice=line.voice or "minh")
        item = Item(channel, when, Draft(parts, text), writer, "ramble", customer=customer, flags={"ramble"})
        item.context = make_context(rng, when.date(), customer)
        item.rating = rate(item, "mixed", 2, rng)
        items.append(item)
    return items


def story_items(planner: Planner, customers: list[Customer]) -> list[Item]:
    """Several items of one customer in the order of `stories.yaml`, days apart, over several channels."""
    rng, items = planner.rng, []
    cast = [c for c in customers if c.group != "Bếp ăn – sỉ"]
    rng.shuffle(cast)
    for story in planner.stories:
        for _ in range(story["count"]):
            items += play_story(planner, cast.pop(), [(str(k), str(c)) for k, c in story["steps"]])
    return items


def play_story(planner: Planner, customer: Customer, steps: list[tuple[str, str]]) -> list[Item]:
    """One customer's run through the steps; the last score follows the worst that happened."""
    rng, items, worst = planner.rng, [], 0
    keys = [key for key, _ in steps]
    earliest = UPDATE_DAY if "otp_login" in keys else FIRST_DAY
    latest = (
        FADE_DAY - dt.timedelta(days=9)
        if "torn_rice_bag" in keys
        else LAST_DAY - dt.timedelta(days=9 * len(steps))
    )
    when = planner.moment(earliest, latest)
    for key, channel in steps:
        kind = planner.issues[key]["kind"]
        item = issue_item(planner, channel, kind, when, customer, key)
        if item is not None:
            worst = max(worst, planner.issues[key].get("severity", 0) if kind == "pain" else 0)
            if channel == "n" and not item.flags:
                pain_before = kind == "praise" and worst
                item.rating = rng.choice([7, 8, 8, 9]) if pain_before else rate(item, kind, worst or 1, rng)
            item.flags.add("story")
            items.append(item)
        when += dt.timedelta(days=rng.randrange(2, 9), minutes=rng.randrange(-300, 300))
        if when.date() > LAST_DAY:
            break
    return items


def all_items(planner: Planner, customers: list[Customer]) -> list[Item]:
    """Every item of the plan in time order."""
    items = story_items(planner, customers) + ramble_items(planner, customers)
    for channel, plan in PLAN.items():
        for mode, count in plan.items():
            if mode == "ramble":
                continue
            have = sum(1 for i in items if i.channel == channel and i.mode == mode)
            for _ in range(count - have):
                items.append(one_more(planner, channel, mode, customers))
    for item in items:
        dress(item, planner)
    items.sort(key=lambda i: (i.when, i.channel, i.draft.body))
    return items


def one_more(planner: Planner, channel: str, mode: str, customers: list[Customer]) -> Item:
    """A further item of a mode by a customer (tickets, surveys) or by anybody (Play, Facebook)."""
    pool = customers if channel in "tn" else []
    for _ in range(400):
        when = planner.moment()
        if mode not in ("pain", "praise", "request", "question", "other"):
            return plain_item(planner, channel, mode, when, planner.rng.choice(pool) if pool else None)
        item = issue_item(planner, channel, mode, when, pool)
        if item is not None:
            return item
    raise RuntimeError(f"sentences for {mode} in channel {channel} are spent: write more")


# ---------------------------------------------------------------- how a channel dresses a body


def dress(item: Item, planner: Planner) -> None:
    """Adds what the channel adds: greetings, personal data, signatures and quoted mail to tickets, tags to comments."""
    rng = planner.rng
    if item.mode == "empty" or (item.mode == "ramble" and item.channel != "t"):
        return
    if item.channel == "f" and rng.random() < 0.12:
        friend = rng.choice(["Ngọc", "Bống", "Tèo", "Mía", "Su", "Bắp", "Cún"])
        item.draft.body = f"@{friend} {rng.choice(['Nhà Bên', 'Tập Nấu', 'Xóm Trên'])} {item.draft.body}"
    if item.channel == "t":
        item.context["via"] = rng.choices(["Email", "Web", "Chat", "Zalo", "Hotline"], [36, 20, 22, 14, 8])[0]
        item.draft.body = dress_ticket(item, planner)
        item.context["subject"] = subject(item, planner)


def dress_ticket(item: Item, planner: Planner) -> str:
    """A ticket's description as its channel makes it."""
    rng, writer, via = planner.rng, item.writer, item.context["via"]
    body = item.draft.body
    if item.mode in ("spam", "foreign", "short"):
        return body
    if via == "Hotline":
        prefix = rng.choice(["KH gọi báo: ", "KH phản ánh: ", "Ghi nhận cuộc gọi: ", "[Tổng đài] "])
        return prefix + lower_first(body)

    def frame(key: str) -> str:
        line = noise(planner.bank.frame(key, writer), writer, rng, plain=False)
        return fill(strip_accents(line) if writer.unaccented > 0.5 else line, item.context)

    if via in ("Chat", "Zalo"):
        if rng.random() < 0.3:
            body = f"{frame('open_ticket').rstrip(',')} {lower_first(body)}"
        if rng.random() < 0.2:
            template = planner.bank.frame("agent_template", Writer(lang="vi", voice=""))
            body = f"{body}\n\nCSKH: {template}\nKhách: {rng.choice(['ok', 'vâng', 'dạ', 'chờ tới bao giờ?', 'uh', '?'])}"
        elif rng.random() < 0.3:
            body = f"{body}\n{frame('close_ticket')}"
        return body
    lines = [frame("open_ticket")] if rng.random() < 0.75 else []
    if item.mode != "ramble" and item.context["dh"] not in body and rng.random() < 0.4:
        lines.append(frame("ticket_context"))
    lines.append(body)
    if rng.random() < 0.65:
        lines.append(frame("close_ticket"))
    if rng.random() < 0.6:
        lines += ["", fill(planner.bank.frame("signature", writer), item.context)]
    if via == "Email" and rng.random() < 0.3:
        for _ in range(rng.choice([1, 1, 1, 1, 2, 4])):
            lines += ["", fill(planner.bank.frame("quoted", writer), item.context)]
    text = "\n".join(lines)
    if rng.random() < 0.03:
        text = text.replace("\n", "<br>").replace(" &", " &amp;").replace(". ", ".&nbsp;", 1)
        item.flags.add("html")
    return text


def subject(item: Item, planner: Planner) -> str:
    """A subject line: about the issue, a generic one, or none at all."""
    rng, writer = planner.rng, item.writer
    if item.context["via"] in ("Chat", "Zalo") and rng.random() < 0.6:
        return "" if rng.random() < 0.5 else f"Trò chuyện với {item.context['ten'].split(' ')[-1]}"
    key = item.draft.parts[0].key if item.draft.parts else ""
    own = [s for s in planner.bank.lines.get((key, "subject"), []) if s.lang == writer.lang]
    if own and rng.random() < 0.62:
        text = rng.choice(own).text
    elif rng.random() < 0.1:
        return ""
    else:
        text = planner.bank.frame("subject_generic", writer)
    plain = rng.random() < writer.unaccented and writer.lang == "vi"
    return fill(noise(text, writer, rng, plain=plain), item.context)


def facebook_name(item: Item, rng: random.Random) -> dict[str, Any]:
    """An invented author of a comment."""
    first = rng.choice(["Ngọc", "Bé", "Mẹ", "Nhà", "Cô", "Anh", "Tiểu", "Hạt", "Út", "Nắng"])
    last = rng.choice(
        ["Trâm", "Bắp", "Lúa Mạch", "Của Tí", "Sơ Ri", "Vườn Chuối", "Muối Mè", "Ba Ký", "Hạ", "Rơm"]
    )
    name = item.customer.name if item.customer else f"{first} {last}"
    return {"name": name, "id": str(900000000000000 + rng.randrange(10**9))}
