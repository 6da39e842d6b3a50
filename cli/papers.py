"""The commands ``papers`` and ``draft``: a case's documents under their names, and the draft to read before signing."""

from __future__ import annotations

import asyncio
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text
from temporalio.exceptions import ApplicationError

from activities.document_store import DocumentStore
from cases.asking import UnknownCase, ask_case, read_case
from cases.papers import CONCLUSION, Paper, conclusion_paper, copy_to_sign, name_of_own, papers_of
from cli.connected import Connected, connected
from cli.errors import CannotDo
from cli.listing import Column, listing
from cli.printing import console, print_json, print_page
from cli.saving import save, save_in
from cli.store import open_store
from cli.words import OUTCOMES, day_of, often_words, short_day, time_words, words
from pages.words import size as size_words
from rules.case_view import CaseView, ConclusionView
from rules.conclusion import FinalConclusion
from rules.instant import rfc_3339
from rules.terms import Step
from rules.text import shown
from runtime.commands import STARTER

_DRAFTING = 15.0
"""Seconds to wait for a draft that is being made: a worker takes about one."""


@dataclass
class Written:
    """What became of a paper that was to be written: its file, or why there is none."""

    paper: Paper
    file: Path | None = None
    error: str | None = None


async def papers(case_id: str, *, out: str | None, as_json: bool) -> None:
    """List the papers of a case, and write them to a folder.

    :raises CannotDo: where there is no such case, or a paper cannot be written.
    """
    world = await connected()
    store = open_store(world.settings)
    found = await _papers(world, case_id)
    written = await write_papers(store, found, Path(out)) if out is not None else [Written(each) for each in found]
    if as_json:
        print_json([_as_json(each, store) for each in written])
    else:
        print_page(_page(case_id, written, console().width))
        if out is not None:
            whole = sum(each.file is not None for each in written)
            console().print(f"\n{out}: {whole} of {len(written)} written, each checked by its sha256", soft_wrap=True)
        elif found:
            console().print(f"\nTo have them as files: {STARTER} papers {case_id} --out DIR", soft_wrap=True)
    failed = [each for each in written if each.error]
    if failed:
        raise CannotDo(
            f"{case_id}: {len(failed)} of {len(written)} papers are not written; {failed[0].error}; "
            "is REXV_DOCUMENT_STORE the store of the worker?"
        )


async def draft(case_id: str, *, out: str | None, as_json: bool, to_sign: bool = False) -> None:
    """Say where the draft of the conclusion is, and write it to a file, so that one can read it before signing.

    :param to_sign: the copy that is signed, by hand or electronically: it does not bear the mark of a draft.
    :raises CannotDo: where there is none yet, or it cannot be written.
    """
    world = await connected()
    case = await _drafted(world, case_id)
    conclusion = case.conclusion
    paper = conclusion_paper(conclusion) if conclusion is not None else None
    if conclusion is None or paper is None:
        raise CannotDo(f"{case_id}: there is no draft; the case stands at {case.step}. {case.to_do}")
    if to_sign:
        paper = copy_to_sign(conclusion)
        if paper is None:
            raise CannotDo(f"{case_id}: the conclusion is signed already")
    store = open_store(world.settings)
    file = None
    if out is not None:
        file = Path(out)
        if not await asyncio.to_thread(_save, file, await _read(store, paper)):
            raise CannotDo(f"{file}: is there already with another content; expected a new file")
    if as_json:
        print_json(_as_json(Written(paper, file), store) | {"number": conclusion.number, "outcome": conclusion.outcome})
    else:
        console().print(_draft_page(case, conclusion, paper, file), soft_wrap=True)


async def _drafted(world: Connected, case_id: str) -> CaseView:
    """The case once it has a draft, or as it stands where none is being made, or after ``_DRAFTING``."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _DRAFTING
    while True:
        case = read_case(await ask_case(world.client, case_id))
        being_drafted = case.step is Step.CONCLUDE and case.to_do_by is None
        if not being_drafted or loop.time() >= until:
            return case
        await asyncio.sleep(0.2)


async def _papers(world: Connected, case_id: str) -> list[Paper]:
    from cli.kept_papers import kept_papers, unsent_letters  # here, because the register takes a second to load

    try:
        case = read_case(await ask_case(world.client, case_id))
        found = papers_of(case)
        if case.failed_actions or case.retrying:
            known = {each.document_id for each in found}
            made = await asyncio.to_thread(unsent_letters, world.database_url, case_id)
            found += [each for each in made if each.document_id not in known]
        return found
    except UnknownCase:
        kept = await asyncio.to_thread(kept_papers, world.database_url, case_id)
        if kept is None:
            raise
        return kept


async def _read(store: DocumentStore, paper: Paper) -> bytes:
    try:
        return await store.read(paper.document_id)
    except ApplicationError as error:
        raise CannotDo(error.message) from None


async def write_papers(store: DocumentStore, found: list[Paper], folder: Path) -> list[Written]:
    """Write papers as files of a folder, each checked by its sha256; one in quarantine is passed over.

    :return: for each what became of it.
    :raises CannotDo: where the folder cannot be written.
    """
    written = []
    taken: set[str] = set()
    for paper in found:
        each = Written(paper)
        written.append(each)
        if paper.quarantined:
            continue
        try:
            content = await _read(store, paper)
            name = name_of_own(paper.filename, content) if paper.kind == CONCLUSION else paper.filename
            each.file = await asyncio.to_thread(save_in, folder, name, content, taken)
        except CannotDo as error:
            each.error = str(error)
        except OSError as error:
            raise CannotDo(f"{folder}: cannot be written: {error.strerror}") from None
    return written


def _save(file: Path, content: bytes) -> bool:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return save(file, content)
    except OSError as error:
        raise CannotDo(f"{file}: cannot be written: {error.strerror}") from None


def _as_json(written: Written, store: DocumentStore) -> dict[str, Any]:
    paper = written.paper
    return {
        "kind": paper.kind,
        "filename": paper.filename,
        "document_id": paper.document_id,
        "size": paper.size,
        "at": rfc_3339(paper.at) if paper.at else None,
        "came": paper.count,
        "stored_at": None if paper.quarantined else store.uri(paper.document_id),
        "file": str(written.file) if written.file else None,
        "error": written.error,
        "quarantined": paper.quarantined,
    }


def _page(case_id: str, written: list[Written], width: int) -> RenderableType:
    if not written:
        return f"{case_id}: no document has come yet, and no conclusion is drafted."
    columns: tuple[Column[Written], ...] = (
        Column("file", lambda each: shown(each.file.name if each.file else each.paper.filename)),
        Column("what", lambda each: words(each.paper.kind), folds_at=12),
        Column("size", lambda each: "–" if each.paper.size is None else size_words(each.paper.size), right=True),
        Column("of", lambda each: short_day(day_of(each.paper.at)) + often_words(each.paper.count)),
        Column("sha256", lambda each: each.paper.document_id.removeprefix("sha256-"), spare=1),
    )
    notes = [
        Text(f"in quarantine, not to be opened: {shown(f'{each.paper.filename}: {each.paper.quarantined}')}")
        for each in written
        if each.paper.quarantined
    ]
    notes += [Text(f"not written: {shown(each.paper.filename)}: {each.error}") for each in written if each.error]
    for note in notes:
        note.stylize("bold red")
    return Group(listing(columns, written, width), *notes)


def _draft_page(case: CaseView, conclusion: ConclusionView, paper: Paper, file: Path | None) -> Text:
    signed = conclusion.signed_at is not None
    text = Text.assemble((case.case_id, "bold"), f"  {conclusion.number}, {OUTCOMES[conclusion.outcome]}, ")
    text.append(f"version {conclusion.version}, drafted {time_words(conclusion.drafted_at)}\n")
    if file is not None:
        text.append(f"Written to {file}, checked by its sha256\n")
    else:
        text.append(f"To read it: {STARTER} draft {case.case_id} --out {shlex.quote(paper.filename)}\n")
    if signed:
        text.append(f"Signed by {conclusion.signed_by} on {time_words(conclusion.signed_at)}")
        return text.append(f"; {_what_leaves(conclusion.final)}")
    text.append(f"The copy to sign, without the mark: {STARTER} draft {case.case_id} --to-sign --out FILE\n")
    signed_file = " --file SIGNED" if case.require_signed_file else ""
    text.append(
        f"To sign it: {STARTER} sign {case.case_id} --by NAME --document {conclusion.document_id}{signed_file}\n"
    )
    return text.append(f"To return it: {STARTER} update {case.case_id} return_conclusion FILE")


def _what_leaves(final: FinalConclusion | None) -> str:
    if final is None:
        return "the final conclusion is being made"
    if not final.signed_file:
        return "this is the final conclusion, which says so"
    held = f"{len(final.signatures)} electronic signatures" if len(final.signatures) != 1 else "1 electronic signature"
    return f"this is the signed file, with {held}"
