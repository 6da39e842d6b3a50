"""Notices as people read them: the message of one or several, in the language of their level.

What the case itself says (``summary``, ``what_to_do``) is English; in other languages kind and step say it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from escalation.kinds import DOCUMENT_KINDS, KINDS, Escalation
from escalation.ladder import Language
from escalation.notice import NO_STEP, Matter, Notice, Resolved
from notifications.answering import how_to_answer, how_to_answer_each
from notifications.dates import almaty_day
from notifications.message import (
    Gap,
    Heading,
    Items,
    Line,
    Link,
    Message,
    Part,
    Small,
    as_html,
    as_text,
    cut,
)
from notifications.words import Words, words_of
from runtime.answer_links import AnswerKey, AnswerLinks
from runtime.links import case_link
from runtime.views import ESCALATIONS

WHOLE_NOTICES: Final = 10
"""In a message of more than this each notice is a line: nobody reads ten pages."""

DELAYED_AFTER: Final = timedelta(minutes=5)
"""A notice that is sent later than this after it might have been says so."""

_IN_OWN_WORDS: Final = frozenset(
    {Escalation.ACTION_FAILED, *DOCUMENT_KINDS, Escalation.MESSAGE_REJECTED, Escalation.REQUEST_REFUSED}
)
"""Kinds whose summary says more than kind, step and day do: it is given in every language."""

SUBJECT: Final = 60
"""Characters of a subject that a telephone shows. Only a case with a number longer than usual needs more."""

_RESOLVED, _URGENT, _PLAIN = "#1b7f4b", "#b3261e", "#8a5a00"


def is_pressing(notices: Sequence[Notice]) -> bool:
    """Whether channels that tell failures from warnings should show a failure."""
    return any(notice.urgent and not notice.resolved for notice in notices)


def message_of(
    notices: Sequence[Notice],
    *,
    ui_url: str,
    namespace: str,
    sent_at: datetime,
    limited: bool = False,
    links: AnswerLinks | None = None,
) -> Message:
    """Write the message for one or several notices to one recipient; ``notices`` has the gravest first.

    :param ui_url: base of the Temporal UI, for the links to the cases.
    :param namespace: the Temporal namespace of the cases.
    :param sent_at: when it is sent: what is sent late says so.
    :param limited: held back by the limit of messages an hour.
    :param links: to the desk, and to acknowledge without logging in; None where there is no gateway.
    """
    writers = [_Writer(notice, case_link(ui_url, namespace, notice.case_id), sent_at, links) for notice in notices]
    first = writers[0]
    all_open = Link(first.words("view"), ESCALATIONS.link(ui_url, namespace, notices[0].today))
    if len(writers) == 1:
        parts = first.parts(all_open)
        return Message(
            id=notices[0].key,
            subject=cut(first.subject()),
            text=as_text(parts),
            html=first.html(parts),
            short=as_text(first.chat_parts()),
            thread=notices[0].case_id,
        )
    words = first.words
    opening = words("bundle_limited" if limited else "bundle", count=words.count("notices", len(notices)))
    listed = [part for writer in writers for part in writer.listed_parts()]
    if len(writers) <= WHOLE_NOTICES:
        shorts = [writer.short_parts() for writer in writers]
        text = f"\n{'-' * 60}\n\n".join([as_text([Line(opening), all_open]), *map(as_text, shorts)])
        html = "\n".join(writer.html(short) for writer, short in zip(writers, shorts, strict=True))
    else:
        open_one = next((each for each in notices if each.can_be_acknowledged), None)
        how = [*how_to_answer_each(open_one, words), Gap()] if open_one else []
        text = as_text([Line(opening), all_open, Gap(), *how, *listed])
        html = first.html([*how, *listed])
    level = max(notice.level for notice in notices)
    head = as_html([Line(opening, strong=True), all_open], language=first.notice.language.value, colour="#ffffff")
    return Message(
        id=notices[0].key,
        subject=cut(first.subject(level=level, others=sum(len(each.matters) for each in notices) - 1)),
        text=text,
        html=head + html,
        short=as_text([Line(opening), Gap(), *listed]),
        thread=notices[0].case_id,
    )


class _Writer:
    """Writes one notice."""

    def __init__(self, notice: Notice, link: str, sent_at: datetime, links: AnswerLinks | None) -> None:
        self.notice = notice
        self._links = links
        self.words: Words = words_of(notice.language)
        self._gravest = notice.matters[0]
        self._link = link
        self._sent_at = sent_at

    # -- the message in a line ----------------------------------------------------------------------------------------

    def subject(self, *, level: int | None = None, others: int | None = None) -> str:
        """What happened first: all of it where that fits ``SUBJECT``, else without marks, day, or number of others.

        :param level: the highest of the notices in the same message; this one's by default.
        :param others: how many matters stand in the same message besides the gravest; this notice's by default.
        """
        others = len(self.notice.matters) - 1 if others is None else others
        rest = [f"(+{others})"] if others else []
        what, undated = self._in_short(self._gravest), self._in_short(self._gravest, dated=False)
        lines = [
            self._subject(level, what, [*rest, *self._marks()]),
            self._subject(level, what, [*rest, *self._marks()[:1]]),
            self._subject(level, what, rest),
            self._subject(level, undated, rest),
            self._subject(level, undated, []),
        ]
        return next((line for line in lines if len(line) <= SUBJECT), lines[-1])

    def _subject(self, level: int | None, what: str, rest: list[str]) -> str:
        name = "subject_resolved" if self.notice.resolved else "subject"
        line = self.words(name, level=level or self.notice.level, what=what, case=self.notice.case_id)
        return " ".join([line, *rest])

    def what(self) -> str:
        """The gravest matter in a few words, and how many others there are."""
        others = len(self.notice.matters) - 1
        return self._in_short(self._gravest) + (f" (+{others})" if others else "")

    def _in_short(self, matter: Matter, *, dated: bool = True) -> str:
        day = _last_day(matter) or self.notice.limit_last_day or almaty_day(matter.since)
        return self.words.subject(matter.kind.value, matter.step or "none", day, dated=dated)

    def _marks(self) -> list[str]:
        if self.notice.resolved:
            return []
        marks = [self.words("repeat_mark", repeat=self._gravest.repeat)] if self._gravest.repeat else []
        return [*marks, self.words("delayed_mark")] if self._delayed_since() else marks

    def _delayed_since(self) -> datetime | None:
        if self.notice.resolved:
            return None
        since = [each.delayed_since for each in self.notice.matters if each.delayed_since]
        if since:
            return min(since)
        return self.notice.not_before if self._sent_at - self.notice.not_before > DELAYED_AFTER else None

    # -- its parts ----------------------------------------------------------------------------------------------------

    def html(self, parts: Sequence[Part]) -> str:
        """The parts, with the colour of the notice."""
        return as_html(parts, language=self.notice.language.value, colour=self._colour())

    def parts(self, all_open: Link) -> list[Part]:
        """All of it, with the link to all open escalations."""
        words, notice = self.words, self.notice
        parts = self._heading()
        if notice.resolved:
            parts += [*self._others(), Line(words("nothing_to_do")), Gap()]
        else:
            parts += [
                *self._term(),
                self._turn(),
                Gap(),
                *self._to_do(),
                *self._answer(),
                Gap(),
                *self._people(),
                Gap(),
            ]
            parts += [*self._whole(), *self._others(), Gap()]
        parts += [*self._at_the_desk(), Link(words("link"), self._link, readable=True), all_open, Gap()]
        if not notice.resolved:
            parts += [*how_to_answer(notice, words), Gap()]
        return [*parts, *self._case(), Small(words("identity", id=notice.key))]

    def short_parts(self) -> list[Part]:
        """As one of several in a message."""
        words, notice = self.words, self.notice
        parts = self._heading()
        if not notice.resolved:
            parts += [*self._term(), *self._to_do(), *self._answer()]
        parts += [*self._others(), Line(notice.case_id, words("case")), Link(words("link"), self._link, readable=True)]
        return [*parts, *how_to_answer(notice, words), Small(words("identity_short", id=notice.key))]

    def listed_parts(self) -> list[Part]:
        """As one of very many in a message."""
        mark = f"{self.words('resolved')}: " if self.notice.resolved else ""
        line = " ".join([f"{mark}{self.what()}, {self.notice.case_id}", *self._marks()])
        return [Link(line, self._link), Small(self.words("identity_short", id=self.notice.key)), Gap()]

    def chat_parts(self) -> list[Part]:
        """In a few lines, for chat and SMS: how late, whose turn, what to do, who was notified before, the link."""
        words, notice = self.words, self.notice
        if notice.resolved:
            parts = self._resolved(notice.resolved)
        else:
            late = [part for part in self._term() if isinstance(part, Line) and part.strong]
            parts = [*late, self._turn(), self._to_do()[0], *self._told_before(), *self._answer()]
        return [
            *parts,
            *(self._at_the_desk() or [Link(words("link"), self._link)]),
            Small(words("identity_short", id=notice.key)),
        ]

    def _at_the_desk(self) -> list[Part]:
        """Where the desk shows it."""
        if self._links is None or self.notice.step == NO_STEP:
            return []
        return [Link(self.words("desk_link"), self._links.desk(self.notice.case_id), readable=True)]

    def _answer(self) -> list[Part]:
        """How to acknowledge by a link, one for each matter, from wherever one is."""
        words, notice = self.words, self.notice
        if self._links is None or not notice.can_be_acknowledged:
            return []
        parts: list[Part] = [Gap()]
        for matter in notice.matters:
            key = AnswerKey(notice.case_id, notice.key, notice.recipient.id, notice.level, matter.escalation_id)
            about = f": {self._in_short(matter)}" if len(notice.matters) > 1 else ""
            parts.append(Link(words("acknowledge_link") + about, self._links.link(key)))
        return [*parts, Small(words("acknowledge_link_about"))]

    def _heading(self) -> list[Part]:
        words, notice, gravest = self.words, self.notice, self._gravest
        to_level = words("to_level", level=notice.level, name=words.level(notice.level))
        above = " ".join([to_level, *self._marks()])
        if notice.resolved:
            headline = f"{words('resolved')}: {self._in_short(gravest)}"
        else:
            headline = words.of("headlines", gravest.kind.value, step=words.of("steps", gravest.step or "none"))
        parts: list[Part] = [Heading(above, headline, self._colour())]
        if notice.resolved:
            parts += self._resolved(notice.resolved)
        delayed_since = self._delayed_since()
        if delayed_since is not None:
            parts.append(Line(words("delayed", when=words.moment(delayed_since)), strong=True))
        if gravest.kind in _IN_OWN_WORDS and gravest.summary.strip():
            parts.append(Line(gravest.summary, words("details")))
        return parts

    def _others(self) -> list[Part]:
        """The other matters of the notice, and what holds of all of them."""
        words, notice = self.words, self.notice
        parts: list[Part] = []
        if any(matter.provisional for matter in notice.matters) and not notice.resolved:
            parts.append(Line(words("provisional")))
        if notice.matters[1:]:
            others = tuple(self._in_short(matter) for matter in notice.matters[1:])
            parts.append(Items(words("also_resolved" if notice.resolved else "also"), others))
        return parts

    def _resolved(self, resolved: Resolved) -> list[Part]:
        words = self.words
        by = words.of("resolutions", resolved.by.value)
        if resolved.who:
            by = words("resolved_by_whom", by=by, who=resolved.who)
        return [Line(words("resolved_by", by=by)), Line(words.moment(resolved.at), words("resolved_at"))]

    def _turn(self) -> Line:
        return Line(self.words.of("turns", self.notice.step), self.words("turn"))

    def _term(self) -> list[Part]:
        """How late, or how long there is still."""
        words, matter, today = self.words, self._gravest, self.notice.today
        last_day = _last_day(matter)
        if last_day is None:
            return []
        parts: list[Part] = [Line(words("until_midnight", day=words.day(last_day)), words("last_day"))]
        if last_day < today:
            late = max(matter.late_days, -(matter.working_days_left or 0))
            by = words.count("working_days", late) if late else words("overdue_less")
            parts.insert(0, Line(by, words("overdue_by"), strong=True))
        elif last_day == today:
            parts.append(Line(words("left_today"), words("left"), strong=True))
        elif matter.working_days_left is not None:
            # A Saturday or Sunday is mostly not among them; where it works this is true as well.
            name = "left_days" if today.weekday() < 5 else "left_days_from_now"
            days = words.count("working_days", matter.working_days_left)
            parts.append(Line(words(name, days=days), words("left")))
        return parts

    def _to_do(self) -> list[Part]:
        words, matter = self.words, self._gravest
        if words.language is Language.ENGLISH:
            # Markdown is for the case's page; here it would be read as it is.
            to_do = re.sub(r"`([^`]*)`", r"“\1”", matter.what_to_do)
        elif words.has("to_do_by_kind", matter.kind.value):
            to_do = words.of("to_do_by_kind", matter.kind.value)
        else:
            step = matter.step or self.notice.step
            to_do = words.of("to_do_by_step", step if words.has("to_do_by_step", step) else "none")
        # Whoever reads no English has to know what to click for a word in quotes.
        how = [Small(words("how_to_send"))] if re.search("[“«][a-z_]+[”»]", to_do) else []
        return [Line(to_do, words("to_do"), strong=True), *how]

    def _whole(self) -> list[Part]:
        words, notice = self.words, self.notice
        parts: list[Part] = []
        if notice.limit_last_day is not None and not KINDS[self._gravest.kind].of_the_limit:
            over = notice.limit_last_day < notice.today
            parts.append(Line(words.day(notice.limit_last_day), words("limit_ended" if over else "limit_ends")))
        if notice.reserve_days is not None:
            days = words.count("working_days", abs(notice.reserve_days))
            name = "reserve_days" if notice.reserve_days >= 0 else "reserve_beyond"
            parts.append(Line(words(name, days=days), words("reserve")))
        if notice.risk is not None:
            parts.append(Line(words.of("risks", notice.risk), words("risk")))
        return parts

    def _told_before(self) -> list[Part]:
        """Which levels were notified of it and have not acknowledged, and when."""
        words = self.words
        told = [
            words("earlier_one", level=words.level(each.level), when=words.moment(each.at))
            for each in self._gravest.earlier
        ]
        return [Line("; ".join(told), words("earlier"))] if told else []

    def _people(self) -> list[Part]:
        words, matter = self.words, self._gravest
        parts = self._told_before()
        if matter.next is not None:
            coming = words("next_one", level=words.level(matter.next.level), when=words.moment(matter.next.at))
            parts.append(Line(coming, words("next")))
        return parts

    def _case(self) -> list[Part]:
        words, notice = self.words, self.notice
        step = words.of("steps", notice.step)
        if notice.step == self._gravest.step and self._gravest.paragraph:
            step = words("step_paragraph", step=step, paragraph=self._gravest.paragraph)
        parts: list[Part] = [
            Line(notice.case_id, words("case")),
            Line(notice.reference, words("reference")),
            Line(notice.exporter, words("exporter")),
        ]
        if notice.step != NO_STEP:
            parts.append(Line(step, words("step")))
        if notice.responsible:
            parts.append(Line(notice.responsible, words("responsible")))
        return parts

    def _colour(self) -> str:
        if self.notice.resolved:
            return _RESOLVED
        return _URGENT if self.notice.urgent else _PLAIN


def _last_day(matter: Matter) -> date | None:
    """The last day on which it is still in time. ``due_at`` is the 24:00 of that day (contract, section 2)."""
    if matter.last_day is not None or matter.due_at is None:
        return matter.last_day
    return almaty_day(matter.due_at - timedelta(microseconds=1))
