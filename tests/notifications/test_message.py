"""A message in both its forms: what comes from outside is text in it, and only a link of ours links."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from hypothesis import given, settings

from escalation.kinds import Escalation
from escalation.notice import Resolved
from escalation.resolution import Resolution
from notifications.message import Code, Gap, Heading, Items, Line, Link, Part, Small, as_html, as_text, cut
from notifications.notice import message_of
from tests.escalation.notices import NOW, matter, notice
from tests.support.nasty import LINKED, acts, nasty

UI = "https://temporal.gov.example/namespaces/default/workflows/"
LIST = "https://temporal.gov.example/namespaces/default/workflows?query="


class Reader(HTMLParser):
    """Takes HTML apart: its elements, its addresses, its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}
        self.links += [value for name, value in attributes if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


OURS = {"div", "p", "span", "strong", "ul", "li", "a", "pre"}


@settings(deadline=None)
@given(nasty.map("x{}".format))
def test_every_part_shows_what_comes_from_outside_as_text(text: str) -> None:
    parts: list[Part] = [
        Heading(text, text, "#000000"),
        Line(text),
        Line(text, "label", strong=True),
        Items(text, (text, text)),
        Link(text, UI),
        Code("command"),
        Small(text),
        Gap(),
    ]
    said, html = as_text(parts), as_html(parts, language="en", colour="#000000")
    assert acts(said) == acts(html) == acts(cut(text)) == []
    assert "\n" not in cut(text)
    assert len(said.splitlines()) == len(as_text(PLAIN).splitlines())
    assert not LINKED.search(said.replace(UI, ""))
    assert not LINKED.search(cut(text))
    read = Reader(html)
    assert read.tags <= OURS
    assert read.attributes <= {"style", "lang", "href"}
    assert read.links == [UI]
    assert not any(LINKED.search(each) for each in read.words)


PLAIN: list[Part] = [
    Heading("a", "a", "#000000"),
    Line("a"),
    Line("a", "label", strong=True),
    Items("a", ("a", "a")),
    Link("a", UI),
    Code("command"),
    Small("a"),
    Gap(),
]


@settings(deadline=None)
@given(nasty)
def test_a_notice_links_to_nothing_but_its_case_and_the_list_of_cases(text: str) -> None:
    about = matter(Escalation.ACTION_FAILED, summary=text, what_to_do=text)
    who = Resolved(by=Resolution.DONE_BY_HAND, who=text, at=NOW)
    several = [notice(1, about, exporter=text, reference=text), notice(2, about, resolved=who)]
    for notices in (several[:1], several[1:], several):
        message = message_of(notices, ui_url="https://temporal.gov.example", namespace="default", sent_at=NOW)
        assert acts(message.subject) == acts(message.text) == acts(message.html) == []
        said = message.text.replace(UI, "").replace(LIST, "")
        assert not LINKED.search(said), LINKED.search(said)
        assert all(link.startswith((UI, LIST)) for link in Reader(message.html).links)
