"""What each form asks, offers and begins with, where the model alone does not say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from gateway.desk.forms.entries import Entries, entries_of
from gateway.desk.forms.fields import Field, fields_of
from gateway.desk.forms.view import Choice
from gateway.desk.language import DeskWords
from gateway.desk.people import Person
from rules.case_view import CaseView
from rules.decisions import DECISIONS
from rules.readings import READINGS
from rules.request import VerificationRequest
from rules.text import one_line

ELSEWHERE: Final = "acknowledge_escalation"
"""The update that has a page of its own."""

FORMS: Final = tuple(each for each in DECISIONS if each != ELSEWHERE)

_KNOWN: Final = frozenset({"by", "inspector", "signed_by"})
"""Who is logged in."""

_LEFT_OUT: Final[Mapping[str, frozenset[str]]] = {
    "change_reading": frozenset({"reading"}),  # its option is offered together with it
    "release_document": frozenset({"message_id"}),
}

HIDDEN: Final[Mapping[str, frozenset[str]]] = {"sign_conclusion": frozenset({"document_id"})}
"""Sent unseen: what was signed is the draft that the person saw, and none that has come since."""

ENDS: Final = frozenset({"withdraw", "conclude_without_documents"})
"""What cannot be taken back, and is said beside the button."""

_FIRST: Final[Mapping[str, str]] = {"record_documents": "documents"}
"""The field that matters most, where the model has it further down."""

_BETWEEN: Final = ":"


@cache
def form_fields(update: str) -> tuple[Field, ...]:
    """The fields of an update's form."""
    fields = fields_of(DECISIONS[update], _KNOWN | _LEFT_OUT.get(update, frozenset()))
    return tuple(sorted(fields, key=lambda each: each.name != _FIRST.get(update)))


@cache
def request_fields() -> tuple[Field, ...]:
    """The fields of a request."""
    return fields_of(VerificationRequest)


def begins_with(update: str, case: CaseView, person: Person, about: str) -> Entries:
    """What stands in the form at first: as the case proposes it.

    :param about: which of several things it is about, as ``ToSend.about`` says it; empty for the first.
    """
    proposed: dict[str, Any] = next(
        (each.fields for each in case.to_send if each.update == update and about in ("", each.about)), {}
    )
    if update == "assign":
        proposed = {"to": person.name}
    return entries_of(form_fields(update), proposed)


def offered(update: str, case: CaseView, words: DeskWords) -> dict[str, Sequence[Choice]]:
    """Choices that the case itself gives."""
    make = _OFFERED.get(update)
    return {} if make is None else make(case, words)


def _actions(case: CaseView, words: DeskWords) -> dict[str, Sequence[Choice]]:
    failed = [Choice(each.action, _because(each.what, each.error), foreign=True) for each in case.failed_actions]
    tried = [Choice(each.action, _because(each.what, each.error), foreign=True) for each in case.retrying]
    once = {each.value: each for each in [*tried, *failed]}
    return {"action": list(once.values())}


def _because(what: str, error: str | None) -> str:
    return one_line(f"{what}: {error}" if error else what)


def _documents(case: CaseView, words: DeskWords) -> dict[str, Sequence[Choice]]:
    kept = {each.sha256: each for each in case.quarantined_documents if not each.released_by}
    return {
        "sha256": [
            Choice(sha256, one_line(f"{words(f'papers.{each.kind}')}: {each.filename}"))
            for sha256, each in kept.items()
        ]
    }


def _reading(name: str, option: str, words: DeskWords) -> str:
    sentence = words(f"reading.{name}_{option}")
    return f"{READINGS[name].paragraph}: {sentence}"


def _readings(case: CaseView, words: DeskWords) -> dict[str, Sequence[Choice]]:
    return {
        "option": [
            Choice(f"{name}{_BETWEEN}{option}", _reading(name, option, words))
            for name, reading in READINGS.items()
            for option in reading.options
            if str(getattr(case.readings, name)) != option
        ]
    }


_OFFERED: Final[Mapping[str, Callable[[CaseView, DeskWords], dict[str, Sequence[Choice]]]]] = {
    "retry_action": _actions,
    "release_document": _documents,
    "change_reading": _readings,
}


def completed(update: str, data: dict[str, Any]) -> dict[str, Any]:
    """The data with what the form asks otherwise than the model."""
    if update != "change_reading":
        return data
    reading, _, option = str(data.get("option", "")).partition(_BETWEEN)
    told = {"reading": reading, "option": option} if option else {}
    return {**{name: each for name, each in data.items() if name != "option"}, **told}
