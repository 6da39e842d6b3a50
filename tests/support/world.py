"""A world for whole cases: the activities by name, quick and in memory, that can be told to fail.

The real activities are tested against real servers elsewhere; here the subject is the case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.arrivals import ArrivalActivities
from activities.calendar import opened_by
from activities.interface import (
    Activity,
    ArrivalsWanted,
    CalendarWanted,
    DoorKeys,
    ErrorKind,
    Fetch,
    Fetched,
    Lookup,
    QuarantinedDocument,
    Recorded,
    RefusedDocument,
    RefusedRequest,
    RefusedRequestKept,
    Release,
    SignedFileCheck,
    SignedFileChecked,
    StoredDocument,
)
from activities.outgoing import (
    Acknowledgement,
    Appeal,
    CustomsReply,
    DocumentRequest,
    Draft,
    Drafted,
    LookedUp,
    MadeLetter,
    Reminder,
    Seal,
    Sealed,
    Sent,
    Taken,
    Withdrawal,
    Withdrawn,
)
from register.rows import RegisterEntries
from rules.calendar import CalendarDays
from rules.conclusion import FinalConclusion
from rules.documents import OfferedDocument, RecordedDocument, Signature
from rules.findings import RexRecord
from rules.readings import Readings
from tests.support.calendars import plain_days
from tests.support.people import People

REX_RECORD = {
    "rex_number": "KZREX123456789012",
    "status": "valid",
    "registered_on": "2020-02-01",
    "valid_from": "2020-02-01",
    "revoked_on": None,
    "name": "Altyn Dan LLP",
    "address": "Almaty, Abay 1",
    "tin": "990140000384",
    "activity": "milling",
    "hs_codes": ["1101"],
}


def _taken(index: int, document: OfferedDocument | RecordedDocument) -> StoredDocument:
    return StoredDocument(
        index=index,
        document_id=f"sha256-{document.sha256}",
        sha256=document.sha256,
        size=1000,
        media_type="application/pdf",
    )


class World(People):
    """What the outside does, what it was asked, and what it shall fail at."""

    def __init__(self, client: Client | None = None) -> None:
        super().__init__(client)
        self.calendar: Callable[[int, int], CalendarDays] = plain_days
        self.rex_record: dict[str, Any] | None = REX_RECORD
        self.received_at: Callable[[datetime], datetime | None] = lambda now: now
        self.bad_documents: dict[str, str] = {}
        self.suspicious: dict[str, str] = {}
        self.signatures: dict[str, list[Signature]] = {}
        self.out_of_reach: set[str] = set()
        self.written: list[RegisterEntries] = []
        self.refusals_raised = True
        self.readings: dict[str, str] = {}
        self.confirm_request = False
        self.door_keys: dict[str, str] = {}
        self.only_authenticated = False
        self.require_signed_file = False
        self.bad_signed_files: dict[str, str] = {}
        self.signed_file_changes: dict[str, Any] = {}

    @activity.defn(name=Activity.RECORD_CALENDAR)
    async def record_calendar(self, wanted: CalendarWanted) -> Recorded:
        await self._asked(Activity.RECORD_CALENDAR, wanted)
        return Recorded(
            days=self.calendar(wanted.first_year, wanted.last_year),
            readings=Readings.model_validate(self.readings),
            confirm_request=self.confirm_request,
            door_keys=self.door_keys,
            only_authenticated=self.only_authenticated,
            request_by=opened_by(wanted, self.door_keys, only_authenticated=self.only_authenticated),
            require_signed_file=self.require_signed_file,
        )

    @activity.defn(name=Activity.READ_DOOR_KEYS)
    async def read_door_keys(self) -> DoorKeys:
        await self._asked(Activity.READ_DOOR_KEYS, None)
        return DoorKeys(keys=self.door_keys)

    @activity.defn(name=Activity.WRITE_REGISTER)
    async def write_register(self, entries: RegisterEntries) -> None:
        await self._asked(Activity.WRITE_REGISTER, entries)
        self.written.append(entries)

    @activity.defn(name=Activity.KEEP_REFUSED_REQUEST)
    async def keep_refused_request(self, refused: RefusedRequest) -> RefusedRequestKept:
        await self._asked(Activity.KEEP_REFUSED_REQUEST, refused)
        return RefusedRequestKept(escalation_id="case.request_refused", raised=self.refusals_raised)

    def _letter(self, payload: Any, number: str) -> MadeLetter:
        """The letter that an activity has made, as from the series of its kind."""
        digest = hashlib.sha256(payload.key.encode()).hexdigest()
        return MadeLetter(number=number, date=self.now().date(), document_id=f"sha256-{digest}", sha256=digest)

    @activity.defn(name=Activity.ACKNOWLEDGE_RECEIPT)
    async def acknowledge_receipt(self, acknowledgement: Acknowledgement) -> Sent:
        await self._asked(Activity.ACKNOWLEDGE_RECEIPT, acknowledgement)
        letter = self._letter(acknowledgement, "REX/26-UV-0001")
        return Sent(sent_at=self.now(), message_id="<receipt@ministry>", letter=letter)

    @activity.defn(name=Activity.REQUEST_DOCUMENTS)
    async def request_documents(self, request: DocumentRequest) -> Taken:
        await self._asked(Activity.REQUEST_DOCUMENTS, request)
        now = self.now()
        count = len(self.calls[Activity.REQUEST_DOCUMENTS])
        letter = self._letter(request, f"REX/26-ZP-{count:04}")
        return Taken(reference=f"A-{count}", sent_at=now, received_at=self.received_at(now), letter=letter)

    @activity.defn(name=Activity.REMIND_ATAMEKEN)
    async def remind_atameken(self, reminder: Reminder) -> Taken:
        await self._asked(Activity.REMIND_ATAMEKEN, reminder)
        letter = self._letter(reminder, f"REX/26-NP-{len(self.calls[Activity.REMIND_ATAMEKEN]):04}")
        return Taken(reference=reminder.request_id, sent_at=self.now(), received_at=None, letter=letter)

    @activity.defn(name=Activity.WITHDRAW_REQUEST)
    async def withdraw_request(self, withdrawal: Withdrawal) -> Withdrawn:
        await self._asked(Activity.WITHDRAW_REQUEST, withdrawal)
        letter = self._letter(withdrawal, f"REX/26-OT-{len(self.calls[Activity.WITHDRAW_REQUEST]):04}")
        return Withdrawn(sent_at=self.now(), letter=letter)

    @activity.defn(name=Activity.LOOK_UP_REGISTRATION)
    async def look_up_registration(self, lookup: Lookup) -> LookedUp:
        await self._asked(Activity.LOOK_UP_REGISTRATION, lookup)
        return self._rex_shows()

    def _rex_shows(self) -> LookedUp:
        return LookedUp(record=RexRecord.model_validate(self.rex_record) if self.rex_record else None, at=self.now())

    @activity.defn(name=Activity.FETCH_DOCUMENTS)
    async def fetch_documents(self, fetch: Fetch) -> Fetched:
        await self._asked(Activity.FETCH_DOCUMENTS, fetch)
        stored, refused, quarantined, rest = [], [], [], []
        for index, document in enumerate(fetch.documents):
            if document.filename in self.bad_documents:
                refused.append(RefusedDocument(index=index, reason=self.bad_documents[document.filename]))
            elif document.filename in self.suspicious:
                taken = _taken(index, document)
                quarantined.append(QuarantinedDocument(**taken.model_dump(), reason=self.suspicious[document.filename]))
            elif document.filename in self.out_of_reach:
                rest.append(index)
            else:
                signatures = self.signatures.get(document.filename, [])
                stored.append(_taken(index, document).model_copy(update={"signatures": signatures}))
        if not stored and not refused and not quarantined:
            raise ApplicationError("out of reach", type=ErrorKind.UNREACHABLE)
        arrived_at = (await self.arrivals(fetch.arrival))[0] if fetch.arrival is not None else None
        return Fetched(
            arrived_at=arrived_at, stored=stored, refused=refused, quarantined=quarantined, out_of_reach=rest
        )

    @activity.defn(name=Activity.RELEASE_DOCUMENT)
    async def release_document(self, release: Release) -> None:
        await self._asked(Activity.RELEASE_DOCUMENT, release)

    @activity.defn(name=Activity.DRAFT_CONCLUSION)
    async def draft_conclusion(self, draft: Draft) -> Drafted:
        await self._asked(Activity.DRAFT_CONCLUSION, draft)
        digest = hashlib.sha256(draft.model_dump_json().encode()).hexdigest()
        out_of_reach = Activity.LOOK_UP_REGISTRATION in self.failing
        looked_up = None if out_of_reach else self._rex_shows()
        return Drafted(
            number="REX/26-ZK-0001",
            document_id=f"sha256-{digest}",
            sha256=digest,
            size=2000,
            source=f"sha256-source-{digest}",
            to_sign=f"sha256-to-sign-{digest}",
            at=self.now(),
            looked_up=looked_up,
        )

    @activity.defn(name=Activity.CHECK_SIGNED_FILE)
    async def check_signed_file(self, check: SignedFileCheck) -> SignedFileChecked:
        """Every file is signed and holds, but those in ``bad_signed_files``, by their name or document id."""
        await self._asked(Activity.CHECK_SIGNED_FILE, check)
        file = check.file
        reason = self.bad_signed_files.get(file.filename or file.document_id or "")
        if reason is not None:
            return SignedFileChecked(final=None, refused=reason)
        sha256 = file.sha256 or (file.document_id or "").removeprefix("sha256-")
        signature = Signature(signer="B. Omarov", issuer="NCA", signed_at=self.now(), holds=True)
        final = FinalConclusion(
            document_id=f"sha256-{sha256}",
            sha256=sha256,
            size=3000,
            media_type="application/pdf",
            signed_file=True,
            from_draft=True,
            signatures=[signature],
        )
        return SignedFileChecked(final=final.model_copy(update=self.signed_file_changes))

    @activity.defn(name=Activity.SEAL_CONCLUSION)
    async def seal_conclusion(self, seal: Seal) -> Sealed:
        await self._asked(Activity.SEAL_CONCLUSION, seal)
        digest = hashlib.sha256(seal.model_dump_json().encode()).hexdigest()
        final = FinalConclusion(
            document_id=f"sha256-{digest}",
            sha256=digest,
            size=2100,
            media_type="application/pdf",
            signed_file=False,
            from_draft=True,
        )
        out_of_reach = Activity.LOOK_UP_REGISTRATION in self.failing
        return Sealed(final=final, looked_up=None if out_of_reach else self._rex_shows())

    @activity.defn(name=Activity.APPEAL_FOR_REVOCATION)
    async def appeal_for_revocation(self, appeal: Appeal) -> Taken:
        await self._asked(Activity.APPEAL_FOR_REVOCATION, appeal)
        now = self.now()
        letter = self._letter(appeal, "REX/26-OB-0001")
        return Taken(reference="R-1", sent_at=now, received_at=now, letter=letter)

    @activity.defn(name=Activity.SEND_REPLY)
    async def send_reply(self, reply: CustomsReply) -> Sent:
        await self._asked(Activity.SEND_REPLY, reply)
        letter = self._letter(reply, "REX/26-OV-0001")
        return Sent(sent_at=self.now(), message_id="<reply@ministry>", letter=letter)

    async def arrivals(self, wanted: ArrivalsWanted) -> list[datetime]:
        """When Temporal recorded messages, from the real history."""
        assert self.client is not None
        return await ArrivalActivities(self.client).read_arrivals(wanted)

    def activities(self) -> list[Callable[..., Any]]:
        """All of them, for a worker; arrivals are read from the real history."""
        arrivals = [ArrivalActivities(self.client).read_arrivals] if self.client is not None else []
        return [
            self.record_calendar,
            self.write_register,
            self.keep_refused_request,
            self.acknowledge_receipt,
            self.request_documents,
            self.remind_atameken,
            self.withdraw_request,
            self.look_up_registration,
            self.fetch_documents,
            self.release_document,
            self.draft_conclusion,
            self.check_signed_file,
            self.seal_conclusion,
            self.appeal_for_revocation,
            self.send_reply,
            self.read_door_keys,
            self.read_ladders,
            self.notify,
            *arrivals,
        ]
