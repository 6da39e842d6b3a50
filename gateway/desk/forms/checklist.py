"""The checklist of the inspection (``rules/checklist.py``), with what was found beside each question."""

from __future__ import annotations

from dataclasses import dataclass

from cases.papers import Paper, papers_of
from gateway.desk.language import DeskWords
from rules.case_view import CaseView
from rules.checklist import CHECKLIST, PARTS, Item
from rules.findings import Finding


@dataclass(frozen=True)
class Question:
    """A question with the findings and the papers that bear on it."""

    words: str
    paragraph: int
    findings: tuple[Finding, ...]
    papers: tuple[Paper, ...]


@dataclass(frozen=True)
class Checked:
    """A part of the inspection."""

    title: str
    questions: tuple[Question, ...]


def checklist_of(case: CaseView, words: DeskWords) -> tuple[Checked, ...]:
    """The parts in their order, in the language of the person."""
    return tuple(
        Checked(
            names[words.language.value],
            tuple(_question(case, each, words) for each in CHECKLIST if each.part is part),
        )
        for part, names in PARTS.items()
    )


def _question(case: CaseView, item: Item, words: DeskWords) -> Question:
    kinds = {each.value for each in item.kinds}
    return Question(
        item.questions[words.language.value],
        item.paragraph,
        tuple(each for each in case.findings if each.field in item.fields),
        # A question about all papers needs no list of them.
        tuple(each for each in papers_of(case) if each.kind in kinds and not each.quarantined)
        if len(kinds) < 10
        else (),
    )
