"""What the page of a case says: where it stands and what to do next first, the details below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from escalation.kinds import LEVEL_NAMES
from pages.details import Details
from pages.inspecting import Inspecting
from pages.tree import (
    Code,
    Foreign,
    Line,
    Link,
    Page,
    Said,
    Section,
    Table,
    Tone,
    joined,
    line,
    strong,
    with_code,
)
from pages.words import COUNTRIES, OUTCOMES, RISKS, day, working_days
from pages.writing import Writer, below, capital, section, starter
from rules.case_view import CaseView, EscalationView, NotifiedView
from rules.clock import Clock
from rules.terms import STEP_NAMES, Risk, Step

_TONES = {Risk.ON_TRACK: Tone.GOOD, Risk.TIGHT: Tone.WARNING, Risk.AT_RISK: Tone.BAD, Risk.EXCEEDED: Tone.BAD}


def case_page(case: CaseView, clock: Clock, now: datetime, links: Sequence[Link] = ()) -> Page:
    """The whole page.

    :param clock: of Almaty; a case has its own, recorded.
    :param now: aware; an acknowledgement that is over is not shown.
    :param links: to the lists of cases, where there is room for them.
    """
    writer = _Writer(case, clock, now)
    inspecting, details = Inspecting(case, clock, now), Details(case, clock, now)
    below = (inspecting, details) if inspecting.runs else (details, inspecting)
    sections: list[Section | Table] = [*writer.sections(), *(each for part in below for each in part.sections())]
    if links:
        sections.append(Section("Lists", (joined([(each,) for each in links], ", "),)))
    return Page(tuple(writer.head()), tuple(writer.standing()), tuple(sections))


class _Writer(Writer):
    """Writes where the case stands and what to do."""

    def sections(self) -> Iterator[Section]:
        """What to do, and about what."""
        yield from self._next()
        yield from self._failed()
        yield from self._retrying()
        yield from self._escalations()

    # -- above: what it is about, and where it stands -----------------------------------------------------------------

    def head(self) -> Iterator[Line]:
        """What the case is about."""
        request = self.case.request
        number = f", BIN {request.exporter.bin}" if request.exporter.bin else ""
        yield line(Foreign(request.exporter.name, Tone.STRONG), f", {request.rex_number}{number}")
        country = COUNTRIES[request.requesting_country]
        authority, reference = Foreign(request.requesting_authority), Code(request.reference, foreign=True)
        yield line(f"{country}, ", authority, ", reference ", reference)
        reply_by = f"; the customs ask for a reply by {day(request.reply_by)} (not counted)" if request.reply_by else ""
        yield line(f"Received {self.moment(request.received_at)}{reply_by}")
        if self.case.responsible:
            yield line("Responsible: ", Foreign(self.case.responsible))

    def standing(self) -> Iterator[Line]:
        """Where it stands."""
        case = self.case
        if case.step is Step.CLOSED:
            outcome = strong(OUTCOMES.get(case.outcome or "", "none"))
            signed = case.conclusion if case.conclusion and case.conclusion.signed_at else None
            by = (
                (", signed by ", Foreign(signed.signed_by or ""), f" {self.moment(signed.signed_at)}") if signed else ()
            )
            yield line(strong("Closed"), ": ", outcome, *by)
        else:
            yield self._step_now()
        yield self._limit()
        if case.conclusion is not None and case.conclusion.held_because:
            yield line(Said("The letters are held", Tone.BAD), ": ", Foreign(case.conclusion.held_because))
        if case.calendar.provisional:
            yield line("The days are provisional: the calendar of a year in the term is not confirmed")
        if case.request_confirmed is not None:
            confirmed = case.request_confirmed
            yield line("Confirmed as official by ", Foreign(confirmed.by), f", {self.moment(confirmed.at)}")

    def _step_now(self) -> Line:
        running = self.case.running
        if running is None:
            return line(strong(capital(STEP_NAMES[self.case.step])))
        again = f", round {running.round}" if running.round > 1 else ""
        name = f"{capital(STEP_NAMES[running.step])} (¶{running.paragraph}{again})"
        parts: list[Said | str] = [strong(name)]
        if running.last_day:
            parts += [": last day ", strong(day(running.last_day)), " until 24:00"]
        if running.late:
            parts += [", ", Said(f"{working_days(running.late_days)} late", Tone.BAD)]
        return line(*parts)

    def _limit(self) -> Line:
        case = self.case
        if case.limit_last_day is None:
            return line("The 30 working days of ¶5 are not counted yet: the working calendar is not recorded")
        last = day(case.limit_last_day)
        if not case.thirty_run:
            if case.limit_met is None:
                return line(f"The 30 working days of ¶5 were not counted to their end; their last day is {last}")
            kept = Said("were kept", Tone.GOOD) if case.limit_met else Said("were exceeded", Tone.BAD)
            return line("The 30 working days of ¶5 ", kept, f"; their last day is {last}")
        risk = Said(capital(RISKS[case.risk]), _TONES[case.risk]) if case.risk else Said("Not known yet")
        reserve = "" if case.reserve_days is None else f"reserve {working_days(case.reserve_days)}, "
        end = "ended" if case.limit_last_day < self.today else "end"
        return line(risk, f": {reserve}the 30 working days of ¶5 {end} on ", strong(last))

    # -- what to do ---------------------------------------------------------------------------------------------------

    def _next(self) -> Iterator[Section]:
        case = self.case
        if case.step is Step.CLOSED and not case.open_escalations and not case.to_send:
            return
        updates = self.updates_about(None)
        note = line(
            "In the Temporal UI: More Actions, Send an Update; fill in what is empty or null. In the terminal: ",
            Code(f"{starter()} update {case.case_id} NAME FILE"),
        )
        yield Section("What to do next", (with_code(case.to_do), *updates), note if updates else ())

    def _failed(self) -> Iterator[Section]:
        items = [
            line(
                Code(each.action),
                f" ({each.what})",
                f", since {self.moment(each.since)}" if each.since else "",
                ": ",
                Foreign(each.error or "no reason given", Tone.BAD),
            )
            for each in self.case.failed_actions
        ]
        yield from section("Given up", items)

    def _retrying(self) -> Iterator[Section]:
        items = [
            line(
                Code(each.action),
                f" ({each.what}): at least {each.attempts} attempts have failed since {self.moment(each.since)}; ",
                "the last: ",
                Foreign(each.error, Tone.WARNING),
            )
            for each in self.case.retrying
        ]
        yield from section("Being tried again", items)

    def _escalations(self) -> Iterator[Section]:
        case = self.case
        command = Code(f"{starter()} acknowledge {case.case_id} ID|all --by NAME --until DATE")
        items = [self._escalation(each) for each in case.open_escalations]
        yield from section("Open escalations", items, line("To acknowledge in the terminal: ", command))

    def _escalation(self, each: EscalationView) -> Line:
        parts: list[Line] = [line(Code(each.id), ": ", Foreign(each.summary))]
        parts.append(line(f"Raised {self.moment(each.raised_at)}", *self._acknowledged(each)))
        parts += [self._of_level(level, told) for level, told in _by_level(each)]
        if each.nobody_reached_since:
            since = self.moment(each.nobody_reached_since)
            parts.append(line(Said(f"Nobody can be reached since {since}: call somebody", Tone.BAD)))
        if each.next_level and each.next_at:
            parts.append(line(f"Next: {_level(each.next_level)}, {self.moment(each.next_at)}"))
        elif each.notified:
            parts.append(line(Said("Everyone has been notified and no one has acknowledged: call somebody", Tone.BAD)))
        parts += self.updates_about(each.id)
        return below(parts)

    def _acknowledged(self, each: EscalationView) -> Line:
        until = each.acknowledged_until
        if each.acknowledged_by and until and self.today <= until:
            by = Foreign(each.acknowledged_by, Tone.GOOD)
            return line(", ", Said("acknowledged", Tone.GOOD), " by ", by, f" until {day(until)}")
        return line(", ", Said("not acknowledged", Tone.WARNING))

    def _of_level(self, level: int, told: list[NotifiedView]) -> Line:
        reached = [each.notified_at for each in told if each.notified_at is not None]
        failed = [each for each in told if each.notified_at is None and each.error]
        parts: list[Line] = []
        if reached:
            parts.append(line(f"notified {self.moment(max(reached))}"))
        if failed:
            some = f"{len(failed)} of {len(told)} not reached by {failed[0].scheme} since "
            since = self.moment(min(each.handed_at for each in failed))
            parts.append(line(Said(f"{some}{since}", Tone.BAD), ": ", Foreign(failed[0].error or "")))
        if not parts:
            parts.append(line(f"being notified since {self.moment(told[0].handed_at)}"))
        return line(f"{capital(_level(level))}: ", *joined(parts, ", "))


def _by_level(each: EscalationView) -> list[tuple[int, list[NotifiedView]]]:
    """For each level the latest that is known of its recipients."""
    latest: dict[int, list[NotifiedView]] = {}
    for told in each.notified:
        of_level = latest.setdefault(told.level, [])
        if of_level and of_level[0].rung != told.rung:
            of_level.clear()
        of_level.append(told)
    return sorted(latest.items())


def _level(level: int) -> str:
    return f"level {level} ({LEVEL_NAMES.get(level, 'further up')})"
