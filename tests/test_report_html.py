"""The page: safe with hostile text, complete without scripts, in both languages."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import pytest

from painpoints.report import build_report
from painpoints.report.locale import texts
from painpoints.report.render_html import render_html
from report_factory import THEMES, make_input

VOID = {"meta", "br", "input", "img", "link", "hr"}


class Page(HTMLParser):
    """Tags with their attributes, the text of scripts and styles, and the visible words."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.raw:
            self.raw[self.open[-1]].append(data)
        else:
            self.words += data


def _page(**options: Any) -> Page:
    return Page(render_html(build_report(make_input(**options))))


@pytest.fixture(scope="module")
def hostile() -> Page:
    return _page(count=400, hostile=True)


def test_hostile_text_is_words_and_never_markup(hostile: Page) -> None:
    names = {name for name, _ in hostile.tags}
    assert not names & {"img", "iframe", "object", "embed", "link", "base", "foreignobject"}
    assert [name for name, _ in hostile.tags].count("script") == 1
    assert [name for name, _ in hostile.tags].count("style") == 1
    assert "<script>alert('x')</script>" in hostile.words
    assert "{{ 7*7 }}" in hostile.words
    assert hostile.open == []


def test_no_attribute_runs_code_or_leaves_the_page(hostile: Page) -> None:
    for name, attributes in hostile.tags:
        for key, value in attributes.items():
            assert not key.startswith("on"), (name, key)
            assert key != "style", name
            if key in ("href", "src", "action", "xlink:href"):
                assert (value or "").startswith("#"), (name, key, value)


def test_direction_overrides_and_controls_are_gone(hostile: Page) -> None:
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f]", hostile.words)


def test_the_policy_allows_our_own_style_and_script_only(hostile: Page) -> None:
    policy = next(a["content"] or "" for n, a in hostile.tags if n == "meta" and a.get("http-equiv"))
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for kind in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256("".join(hostile.raw[kind]).encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_nothing_is_fetched_from_anywhere() -> None:
    html = render_html(build_report(make_input(200)))
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "https://" not in html
    assert "url(" not in html
    assert "@import" not in html


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    "options",
    [{}, {"dates": False}, {"ratings": False}, {"customers": False}, {"effort": False}, {"themes": ()}],
)
def test_every_kind_of_data_gives_a_whole_page(lang: str, options: dict[str, Any]) -> None:
    page = _page(count=250, lang=lang, **options)
    assert page.open == []
    assert page.tags[0] == ("html", {"lang": lang})
    assert "None" not in page.words
    assert "nan" not in page.words.lower().split()


def test_the_headline_names_the_pains_to_fix_first() -> None:
    assert "3 điểm đau cần xử lý trước" in _page(count=300).words
    assert "3 pain points to fix first" in _page(count=300, lang="en").words
    one = _page(count=300, lang="en", themes=THEMES[:1])
    assert "1 pain point to fix first" in one.words


def test_sub_themes_stand_with_their_pain_and_their_theme() -> None:
    page = _page(count=300, lang="en")
    assert page.words.count("unannounced") == page.words.count("stuck") == 2
    assert "Sub-themes" in page.words
    assert "unannounced" not in _page(count=300, themes=THEMES[1:]).words


def test_without_pains_the_page_is_friendly() -> None:
    calm = _page(count=100, themes=tuple(theme for theme in THEMES if theme.polarity == "praise"))
    assert texts()["headline_none"]["vi"] in calm.words
    assert texts()["empty_pains"]["vi"] in calm.words
    assert "Vải mát, đường may chắc" in calm.words


def test_numbers_and_dates_are_written_as_in_the_language() -> None:
    vietnamese, english = _page(count=1_200).words, _page(count=1_200, lang="en").words
    assert "1.200" in vietnamese
    assert "05/01/2026" in vietnamese
    assert "1,200" in english
    assert "5 Jan 2026" in english


def test_an_english_page_has_no_vietnamese_of_ours() -> None:
    words = _page(count=300, lang="en").words
    ours = {forms["vi"] for forms in texts().values() if "{" not in forms["vi"] and len(forms["vi"]) > 12}
    assert [sentence for sentence in ours if sentence in words] == []


def test_links_within_the_page_lead_somewhere() -> None:
    page = _page(count=500)
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    targets = {(attributes["href"] or "")[1:] for name, attributes in page.tags if name == "a"}
    assert targets <= ids
    assert len(ids) == sum(1 for _, attributes in page.tags if "id" in attributes)


def test_readers_without_eyes_or_mouse_are_served() -> None:
    page = _page(count=500)
    names = [name for name, _ in page.tags]
    assert {"header", "nav", "main", "footer"} <= set(names)
    assert names.count("table") == names.count("caption")
    assert names.count("h1") == 1
    for name, attributes in page.tags:
        if name == "svg":
            assert attributes.get("aria-label") or attributes.get("aria-hidden") == "true"
        if name == "details":
            assert "summary" in names


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(first: str, second: str) -> float:
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_words_and_shapes_stand_out_from_their_ground(scheme: int) -> None:
    css = (files("painpoints.report") / "templates" / "report.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, re.S)
    short = {
        name: "#" + "".join(2 * c for c in value)
        for name, value in re.findall(r"--([\w-]+): #(\w{3});", blocks[scheme])
    }
    colours = dict(re.findall(r"--([\w-]+): (#\w{6});", blocks[scheme])) | short
    for ink in ("ink", "muted", "accent", "pain", "joy", "gold"):
        for ground in ("paper", "card", "sunken"):
            assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    assert _contrast(colours["hero-muted"], colours["hero"]) >= 4.5
    assert _contrast(colours["pain"], colours["pain-soft"]) >= 4.5
    assert _contrast(colours["joy"], colours["joy-soft"]) >= 4.5
    for shape in ("reach", "severity", "trend", "kpi", "value"):
        assert _contrast(colours[shape], colours["card"]) >= 3.0, shape


def test_the_filter_appears_only_with_a_script_and_offers_what_is_there() -> None:
    page = _page(count=500)
    form = next(attributes for name, attributes in page.tags if name == "form")
    assert "hidden" in form
    offered = {attributes["value"] for name, attributes in page.tags if name == "option"}
    assert {"Vận hành", "delivery", "use"} <= offered
    assert "loyalty" not in offered


def test_many_long_themes_keep_the_page_small() -> None:
    many = tuple(
        THEMES[n % 8].__class__(f"T{n:04d}", "pain", f"Nỗi đau số {n} " + "dài " * 30, f"Pain {n}", "delivery", 1, 2,
                                (f"lời khách {n} " + "rất dài " * 200,))
        for n in range(1, 181)
    )  # fmt: skip
    html = render_html(build_report(make_input(1_500, themes=many)))
    assert len(html.encode()) < 3_000_000
    assert "points are in report.xlsx" in html or "xem trong report.xlsx" in html
    page = Page(html)
    ids = {attributes.get("id") for _, attributes in page.tags}
    links = {attributes["href"] or "" for name, attributes in page.tags if name == "a"}
    assert "#pain-41" in links
    assert {link[1:] for link in links} <= ids  # a pain without a card has a place all the same
