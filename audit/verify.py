#!/usr/bin/env python3
"""Checks an exported case: run `python3 verify.py` in the unpacked folder, with Python 3.8 or later and nothing else.

The log is a chain: each line has the hash of the line before it, the first that of the request, and a hash of its own
over all that it says (SHA-256 of the line without "hash", as JSON with sorted keys and no blanks, in UTF-8). The
manifest has the hash of every file. Exit code 0: whole; 1: broken, with the first fault in one line.

Whoever changes everything here, this program too, can make it say that all is whole. What he cannot change are the
daily heads that the ministry wrote down elsewhere: compare the last line's hash with `starter.py audit`.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

MANIFEST, CASE, LOG = "manifest.json", "case.json", "log.jsonl"
DOCUMENT_ID = re.compile("sha256-[0-9a-f]{64}")


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_of_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise Broken(f"{path.name} is missing") from None
    except ValueError:
        raise Broken(f"{path.name} was changed: it is no JSON any more") from None


class Broken(Exception):
    """What is broken, in one line."""


def check_log(folder: Path, case: Any) -> list[dict[str, Any]]:
    """The lines of the log, each with its hash; raises Broken at the first link that does not hold."""
    path = folder / LOG
    if not path.is_file():
        raise Broken(f"{LOG} is missing")
    *lines, rest = path.read_bytes().split(b"\n")
    if rest:
        raise Broken(f"{LOG}: the end of the last line is missing")
    found, previous = [], sha256_of(canonical(case["opening"]))
    for number, text in enumerate(lines, 1):
        try:
            line = json.loads(text.decode("utf-8"))
            sequence, given = line["sequence"], line.pop("hash")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Broken(f"{LOG}: line {number} was changed: it cannot be read") from None
        if sha256_of(canonical(line)) != given:
            raise Broken(f"{LOG}: line {number} was changed: its content does not fit its hash")
        if sequence > number:
            raise Broken(f"{LOG}: line {number} is missing or out of its place: number {sequence} stands there")
        if sequence < number:
            raise Broken(f"{LOG}: line {number} was added: it has the number {sequence}")
        if line["previous"] != previous:
            if number == 1:
                raise Broken(f"{CASE}: the opening is not the one with which the log begins")
            raise Broken(f"{LOG}: line {number} does not follow line {number - 1}")
        previous = given
        found.append((given, line))
    if len(found) != case["chain"]["length"]:
        raise Broken(f"{LOG} has {len(found)} lines, the chain {case['chain']['length']}")
    if found and previous != case["chain"]["head"]:
        raise Broken(f"{CASE}: the head of the chain is not the hash of the last line")
    for head in case["daily_heads"]:
        if head["length"] > len(found) or found[head["length"] - 1][0] != head["head"]:
            raise Broken(f"{LOG}: line {head['length']} is not the one of the daily head of {head['day']}")
    return [line for _, line in found]


def check_files(folder: Path, manifest: Any) -> set[str]:
    """The hashes of all files; raises Broken at the first that is not as the manifest says."""
    hashes = {}
    for name, expected in sorted(manifest["files"].items()):
        path = folder / name
        if not path.is_file():
            raise Broken(f"{name} is missing")
        hashes[name] = sha256_of_file(path)
        if hashes[name] != expected["sha256"]:
            raise Broken(f"{name} was changed: its content does not fit its hash in {MANIFEST}")
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != MANIFEST and name not in hashes:
            raise Broken(f"{name} was added: it is not in {MANIFEST}")
    return set(hashes.values())


def check(folder: Path) -> str:
    """Everything; how much there was, in one line. Raises Broken at the first fault."""
    case = read_json(folder / CASE)
    lines = check_log(folder, case)
    hashes = check_files(folder, read_json(folder / MANIFEST))
    for line in lines:
        document_id = line["details"].get("document_id")
        if not isinstance(document_id, str) or not DOCUMENT_ID.fullmatch(document_id):
            continue
        if document_id[len("sha256-") :] not in hashes:
            raise Broken(f"line {line['sequence']} of the log names {document_id}, and no file here has these bytes")
    return f"{case['opening']['case_id']}: {len(lines)} lines of the log, {len(hashes)} files"


def main(folder: Path) -> int:
    """Print in one line whether the folder is whole, or what is broken; the exit code."""
    try:
        print(f"whole: {check(folder)}")
    except Broken as broken:
        print(f"broken: {broken}")
        return 1
    except (LookupError, TypeError, AttributeError, ValueError, OSError) as error:
        print(
            f"broken: {CASE}, {LOG} or {MANIFEST} was changed: it is not in its form any more ({type(error).__name__})"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent))
