"""The lower half of the page of a case: its terms, inspection, conclusion, papers, and what was before."""

from __future__ import annotations

from collections.abc import Iterator

from pages.tree import Break, Code, Foreign, Line, Said, Section, Table, Tone, line, strong
from pages.words import OUTCOMES, day, size, words
from pages.writing import Writer, below, capital, section, short, starter
from rules.case_view import ConclusionView, StepView
from rules.documents import Signature
from rules.terms import STEP_NAMES, Step

_HOLDS = {
    True: Said("the signature holds", Tone.GOOD),
    False: Said("the signature does not hold", Tone.BAD),
    None: Said("the signature is not verified", Tone.WARNING),
}


class Details(Writer):
    """Writes them."""

    def sections(self) -> Iterator[Section | Table]:
        """All of them, as far as there is anything to say."""
        yield from self._steps()
        yield from self._inspection()
        yield from self._conclusion()
        yield from self._letters()
        yield from self._documents()
        yield from self._details()
        yield from self._refused_messages()
        yield from self._through_the_gateway()
        yield from self._past_escalations()

    def _steps(self) -> Iterator[Table]:
        steps = self.case.steps
        note = "?  provisional: the receipt is not proven yet, or a year of the calendar is not confirmed"
        yield Table(
            "Terms, in working days",
            ("", "term", "from", "last day", "", "late"),
            tuple(self._step(each) for each in steps),
            line(note) if any(each.provisional for each in steps) else (),
        )

    def _step(self, step: StepView) -> tuple[Line, ...]:
        again = f", round {step.round}" if step.round > 1 else ""
        name = f"¶{step.paragraph} {STEP_NAMES[step.step]}{again}"
        running = step.state == "running"
        state = strong("running") if running else Said(step.state)
        if step.state == "done" and step.ended_at:
            state = Said(f"done {short(self.clock.day_of(step.ended_at))}", Tone.PLAIN if step.late else Tone.GOOD)
        return (
            line(strong(name) if running else name),
            line(f"{step.working_days} d"),
            line(short(self.clock.day_of(step.started_at)) if step.started_at else ""),
            line(short(step.last_day) + (" ?" if step.provisional else "") if step.last_day else ""),
            line(state),
            line(Said(f"{step.late_days} d", Tone.BAD) if step.late else ""),
        )

    def _inspection(self) -> Iterator[Section]:
        result = self.case.inspection
        if result is None:
            return
        done = self.moment(result.completed_at or result.arrived_at)
        parts = [
            line("By ", Foreign(result.inspector), f", {done}"),
            line(
                f"Documents complete: {_yes(result.documents_complete)}; data reliable: {_yes(result.data_reliable)}; "
                f"as in REX: {_yes(result.rex_data_match)}; registration: {result.registration}"
            ),
        ]
        if result.grounds:
            parts.append(line("Grounds (¶10): ", Said(", ".join(words(each) for each in result.grounds), Tone.BAD)))
        if result.remarks:
            parts.append(line("Remarks: ", Foreign(result.remarks)))
        yield Section("Inspection", (below(parts),))

    def _conclusion(self) -> Iterator[Section]:
        conclusion = self.case.conclusion
        if conclusion is None or conclusion.document_id is None:
            return
        drafted = f", drafted {self.moment(conclusion.drafted_at)}" if conclusion.drafted_at else ""
        parts = [
            line(
                f"{conclusion.number}: ",
                strong(OUTCOMES[conclusion.outcome]),
                f", version {conclusion.version}{drafted}",
            )
        ]
        if conclusion.returned_because:
            parts.append(line("Returned before: ", Foreign(conclusion.returned_because)))
        if conclusion.signed_by and conclusion.signed_at:
            reference = conclusion.signature_reference
            under = (", under ", Foreign(reference)) if reference else ()
            position = (", ", Foreign(conclusion.position)) if conclusion.position else ()
            at = f", {self.moment(conclusion.signed_at)}"
            parts.append(line("Signed by ", Foreign(conclusion.signed_by), *position, at, *under))
        parts += self._final(conclusion)
        parts.append(line("To read it: ", Code(f"{starter()} draft {self.case.case_id} --out {conclusion.filename}")))
        if conclusion.signed_at is None:
            command = f"{starter()} draft {self.case.case_id} --to-sign --out FILE"
            parts.append(line("The copy to sign, without the mark of a draft: ", Code(command)))
        parts.append(line("Draft: ", Code(conclusion.document_id)))
        returned = [each for each in conclusion.drafts if each.document_id != conclusion.document_id]
        parts += [line(f"Returned draft, version {each.version}: ", Code(each.document_id)) for each in returned]
        yield Section("Conclusion", (below(parts),))

    def _final(self, conclusion: ConclusionView) -> Iterator[Line]:
        """What leaves; nothing before the signature."""
        final = conclusion.final
        if conclusion.signed_at is None:
            return
        if final is None:
            yield line("The final conclusion is being made")
            return
        what = "the signed file" if final.signed_file else "the paper that says who signed"
        yield line(f"What leaves is {what}: ", Code(final.document_id))
        yield from (self._signature(each) for each in final.signatures)
        if final.signed_file and not final.signatures:
            yield line(Said("It has no electronic signature", Tone.WARNING))
        if not final.from_draft:
            yield line(Said("It was not made from the draft's own file: compare the two", Tone.WARNING))

    def _letters(self) -> Iterator[Section]:
        """Our own letters and papers, in the order in which they left."""
        items = []
        for each in self.case.letters:
            by = (", by hand by ", Foreign(each.by)) if each.by else ()
            number = (f"{capital(words(each.what))} ", Foreign(each.number))
            items.append(line(*number, " to ", Foreign(each.addressee), f", {self.moment(each.sent_at)}", *by))
        command = Code(f"{starter()} papers {self.case.case_id} --out DIR")
        yield from section("Our letters", items, line("To open them: ", command))

    def _documents(self) -> Iterator[Section]:
        case = self.case
        items = []
        for each, count in case.documents_once:
            often = f", came {count} times" if count > 1 else ""
            arrived = f", {size(each.size)}, arrived {day(self.clock.day_of(each.arrived_at))}{often}"
            parts = [line(f"{capital(words(each.kind))}: ", Foreign(each.filename), arrived)]
            parts += [self._signature(signature) for signature in each.signatures]
            if each.released_by:
                why = Foreign(each.released_because or "")
                parts.append(line("Released from quarantine by ", Foreign(each.released_by), ": ", why))
            items.append(below(parts))
        command = Code(f"{starter()} papers {case.case_id} --out DIR")
        yield from section("Documents", items, line("To open them: ", command))
        apart = []
        for kept in case.quarantined_documents:
            state = ("being released for ", Foreign(kept.released_by)) if kept.released_by else (Foreign(kept.reason),)
            parts = [line(Foreign(kept.filename), f" ({words(kept.kind)}): ", *state)]
            parts += [self._signature(signature) for signature in kept.signatures]
            parts += self.updates_about(kept.sha256)
            apart.append(below(parts))
        yield from section("Documents in quarantine", apart)
        if case.step in (Step.REQUEST_DOCUMENTS, Step.AWAIT_DOCUMENTS):
            yield from section("Missing documents", [line(words(kind)) for kind in case.missing_documents])
        refused = [
            line(Foreign(each.filename), f" ({words(each.kind)}): ", Foreign(each.reason))
            for each in case.refused_documents
        ]
        yield from section("Refused documents", refused)
        stated = [
            line(Foreign(each.what), f": stated {day(self.clock.day_of(each.stated_at))}, ")
            + line(f"arrived {day(self.clock.day_of(each.arrived_at))}")
            for each in case.stated_earlier
        ]
        yield from section("Stated long before it arrived", stated)

    def _signature(self, signature: Signature) -> Line:
        at = f", {self.moment(signature.signed_at)}" if signature.signed_at else ""
        return line("Signed by ", Foreign(signature.signer), f"{at}: ", _HOLDS[signature.holds])

    def _details(self) -> Iterator[Section]:
        case = self.case
        lookups = []
        for look in case.rex_lookups:
            by = (", by hand by ", Foreign(look.by)) if look.by else ()
            what = look.status or "no registration"
            changed = (Break(), Foreign("; ".join(look.changes))) if look.changes else ()
            at = f"{self.moment(look.at)} ({words(look.occasion)}"
            lookups.append(line(at, *by, f"): {what}", *changed))
        yield from section("Looked up in REX", lookups)
        # Those that are not the default: the page says nothing of what goes without saying.
        chosen = [option.sentence for reading, option in case.readings.chosen() if option is not reading.default]
        yield from section("How the order is read", [line(each) for each in chosen])

    def _refused_messages(self) -> Iterator[Section]:
        case = self.case
        shown = len(case.rejected_messages)
        newest = f", the newest {shown}" if shown < case.rejected_count else ""
        items = [
            line(
                Code(each.name, foreign=True),
                f", {self.moment(each.at)}",
                *((", message_id ", Code(each.message_id, foreign=True)) if each.message_id else ()),
                ": ",
                Foreign(each.reason),
            )
            for each in reversed(case.rejected_messages)
        ]
        yield from section(f"Refused messages ({case.rejected_count}{newest})", items)

    def _through_the_gateway(self) -> Iterator[Section]:
        items = [
            line(
                Code(each.name),
                *((", message_id ", Code(each.message_id, foreign=True)) if each.message_id else ()),
                ": ",
                Foreign(each.client),
                f" ({words(each.how)}), {self.moment(each.received_at)}",
            )
            for each in reversed(self.case.authenticated)
        ]
        yield from section("Came through the gateway, from", items)

    def _past_escalations(self) -> Iterator[Section]:
        items = []
        for each in self.case.escalations:
            if each.overtaken_by and each.resolved_at is None:
                items.append(line(Code(each.id), ": overtaken by ", Code(each.overtaken_by)))
            elif not each.open:
                items.append(line(Code(each.id), ": ", Foreign(each.resolved_by or "resolved")))
        yield from section("Earlier escalations", items)


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
