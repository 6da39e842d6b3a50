"""The sheet of a case as HTML: the tree of the page, with what is from outside shown as text."""

from __future__ import annotations

from gateway.desk.case_sheet import sheet
from pages.tree import Break, Code, Foreign, Link, Page, Said, Section, Table, Tone, line


def test_every_part_has_its_form_and_nothing_from_outside_is_markup() -> None:
    evil = "<script>x</script> http://evil.example \u202etxt"
    page = Page(
        head=(line(Foreign(evil, Tone.STRONG)),),
        standing=(line("a & b", Break(), Said("late", Tone.BAD)),),
        sections=(
            Section("What <next>", (line(Code("x<y>"), " ", Code(evil, foreign=True)),), line("note")),
            Table("Terms", ("", "term"), ((line("r"), line(Link("UI", "/a?b=1&c=2"))),)),
        ),
    )
    html = str(sheet(page))
    assert "<script>" not in html
    assert "http://evil.example" not in html
    assert "\u202e" not in html
    assert '<span class="strong">&lt;script&gt;' in html
    assert 'a &amp; b<br><span class="bad">late</span>' in html
    assert "<h3>What &lt;next&gt;</h3>" in html
    assert "<code>x&lt;y&gt;</code>" in html
    assert '<p class="hint">note</p>' in html
    assert '<th scope="col">term</th>' in html
    assert '<a href="/a?b=1&amp;c=2">UI</a>' in html
