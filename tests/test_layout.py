"""The rooms of the project: who may import whom (docs/design.md, section 3)."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from runtime.packages import OWN
from tests.conftest import ROOT

PROGRAMS = ("starter", "worker")


def allowed() -> dict[str, set[str]]:
    """The table of the design: by room the packages and modules that it may import."""
    text = (ROOT / "docs" / "design.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)/` \|[^|]*\|([^|]*)\|$", text, re.MULTILINE)
    return {room: set(re.findall(r"`([\w.]+)`", names)) for room, names in rows}


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    """Our modules by name, without the tests."""
    files = [file for room in OWN for file in (ROOT / room).rglob("*.py")]
    return {name_of(file): file for file in [*files, *(ROOT / f"{each}.py" for each in PROGRAMS)]}


@cache
def imports(module: str, *, at_once: bool) -> frozenset[str]:
    """Our modules that this one imports; ``at_once``: only those it needs to be imported itself."""
    found: set[str] = set()
    tree = ast.parse(modules()[module].read_text("utf-8"))
    later = {id(each) for node in ast.walk(tree) if _runs_later(node) for each in ast.walk(node)}
    for node in ast.walk(tree):
        if at_once and id(node) in later:
            continue
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names if each.name in modules()}
        elif isinstance(node, ast.ImportFrom) and node.module in modules():
            inner = [f"{node.module}.{each.name}" for each in node.names]
            found |= {name if name in modules() else node.module for name in inner}
    return frozenset(found - {module})


def _runs_later(node: ast.AST) -> bool:
    """Whether what stands in it does not run on import: a function, or what type checkers alone read."""
    checking = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    return checking or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def test_every_room_imports_what_the_design_lets_it_and_nothing_else() -> None:
    assert sorted(allowed()) == sorted(OWN)
    for room, may in allowed().items():
        used = {
            imported
            for module in modules()
            if module.partition(".")[0] == room
            for imported in imports(module, at_once=False)
            if imported.partition(".")[0] != room
        }
        outside = {each for each in used if not {each, each.partition(".")[0]} & may}
        assert outside == set(), f"{room}/ imports what the design does not let it"
        unused = {each for each in may if not any(f"{name}.".startswith(f"{each}.") for name in used)}
        assert unused == set(), f"the design lets {room}/ import what it does not"


def test_nothing_imports_the_programs() -> None:
    for module in modules():
        assert not imports(module, at_once=False) & set(PROGRAMS), module


def test_no_import_goes_in_a_circle() -> None:
    done: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join([*path[path.index(module) :], module])
        if module in done:
            return
        for imported in imports(module, at_once=True):
            walk(imported, (*path, module))
        done.add(module)

    for module in modules():
        walk(module, ())


def test_no_file_is_longer_than_400_lines() -> None:
    lines = {name: len(file.read_text("utf-8").splitlines()) for name, file in modules().items()}
    assert {name: count for name, count in lines.items() if count > 400} == {}
