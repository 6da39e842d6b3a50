"""The calls to Atameken, the authorized organization (¶7, ¶8, ¶10; contract, section 8)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Generator
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import StringConstraints
from temporalio import activity

from activities.errors import broken
from activities.http import CALL_TIMEOUT, Now, call, client_of, origin_of, read, utc_now
from activities.interface import Activity
from activities.letter_book import LetterBook
from activities.outgoing import Appeal, DocumentRequest, Letter, MadeLetter, Reminder, Taken, Withdrawal, Withdrawn
from letters import correspondence
from letters.folder import Folder
from letters.kinds import Paper
from rules.instant import CLOCK_TOLERANCE, Instant, rfc_3339
from rules.request import Incoming

Asked = TypeVar("Asked", DocumentRequest, Reminder, Withdrawal, Appeal)

Reference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class OriginToken(httpx.Auth):
    """Atameken's bearer token; it goes to its own origin only, whatever URL the client calls."""

    def __init__(self, url: str, token: str) -> None:
        self._origin = origin_of(url)
        self._token = token

    @property
    def secrets(self) -> list[str]:
        """What no message may quote."""
        return [self._token]

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """httpx's hook: add the token where it belongs."""
        if origin_of(request.url) == self._origin:
            request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def atameken_client(url: str, token: str, timeout: httpx.Timeout | float = CALL_TIMEOUT) -> httpx.AsyncClient:
    """The client for Atameken and for the documents that it offers; the caller closes it.

    :param url: ``REXV_ATAMEKEN_URL``.
    :param token: ``REXV_ATAMEKEN_TOKEN``.
    :raises ValueError: unless ``url`` is an http or https URL without user and password.
    """
    client = client_of(url, timeout)
    client.auth = OriginToken(url, token)
    return client


class _RequestTaken(Incoming):
    request_id: Reference
    received_at: Instant | None


class _AppealTaken(Incoming):
    appeal_id: Reference
    received_at: Instant | None


class AtamekenActivities:
    """What we ask of Atameken. Each call carries its key, so that a repeat changes nothing on the other side.

    Each letter is made first, with its number and as a PDF in the store, and then sent.

    :param client: of ``atameken_client``.
    :param book: makes the letters.
    :param clock: gives our own time of sending.
    """

    def __init__(self, client: httpx.AsyncClient, book: LetterBook, clock: Now = utc_now) -> None:
        self._client = client
        self._book = book
        self._clock = clock

    @activity.defn(name=Activity.REQUEST_DOCUMENTS)
    async def request_documents(self, request: DocumentRequest) -> Taken:
        """Ask for the application and the documents of origin (¶7).

        :raises ApplicationError: unreachable, refused, or broken where the answer does not fit.
        """
        system = "Atameken (document request)"
        made, pdf = await self._make(request, Paper.REQUEST, correspondence.request)
        body = request.model_dump(
            mode="json", include={"case_id", "rex_number", "exporter", "documents_wanted", "respond_by"}
        )
        body["letter"] = _as_json(made, pdf)
        response = await self._post("/document-requests", request.key, body, system)
        answer = read(_RequestTaken, response, system)
        return self._taken(answer.request_id, answer.received_at, system, made)

    @activity.defn(name=Activity.REMIND_ATAMEKEN)
    async def remind_atameken(self, reminder: Reminder) -> Taken:
        """Remind Atameken of the last day of ¶8; raises as ``request_documents`` does.

        :returns: under the id of the request; the interface gives a reminder neither an id nor a time.
        """
        made, pdf = await self._make(reminder, Paper.REMINDER, correspondence.reminder)
        body = reminder.model_dump(mode="json", include={"case_id", "last_day", "message"})
        body["letter"] = _as_json(made, pdf)
        path = f"/document-requests/{quote(reminder.request_id, safe='')}/reminders"
        await self._post(path, reminder.key, body, "Atameken (reminder)")
        return Taken(reference=reminder.request_id, sent_at=self._clock(), received_at=None, letter=made)

    @activity.defn(name=Activity.WITHDRAW_REQUEST)
    async def withdraw_request(self, withdrawal: Withdrawal) -> Withdrawn:
        """Inform Atameken that the documents are no longer needed; raises as ``request_documents`` does."""
        made, pdf = await self._make(withdrawal, Paper.WITHDRAWAL, correspondence.withdrawal)
        body = withdrawal.model_dump(mode="json", include={"case_id", "reason"})
        body["letter"] = _as_json(made, pdf)
        path = f"/document-requests/{quote(withdrawal.request_id, safe='')}/withdrawal"
        await self._post(path, withdrawal.key, body, "Atameken (withdrawal)")
        return Withdrawn(sent_at=self._clock(), letter=made)

    @activity.defn(name=Activity.APPEAL_FOR_REVOCATION)
    async def appeal_for_revocation(self, appeal: Appeal) -> Taken:
        """Appeal for revocation of the registration (¶10); raises as ``request_documents`` does."""
        system = "Atameken (appeal for revocation)"
        made, pdf = await self._make(appeal, Paper.APPEAL, correspondence.appeal)
        body = appeal.model_dump(mode="json", include={"case_id", "rex_number", "grounds"})
        body["conclusion"] = {
            "number": appeal.conclusion_number,
            "date": appeal.conclusion_date.isoformat(),
            "sha256": appeal.conclusion_sha256,
        }
        body["letter"] = _as_json(made, pdf)
        response = await self._post("/revocation-appeals", appeal.key, body, system)
        answer = read(_AppealTaken, response, system)
        return self._taken(answer.appeal_id, answer.received_at, system, made)

    async def _make(
        self, asked: Asked, kind: Paper, compose: Callable[[Folder, Letter, Asked], bytes]
    ) -> tuple[MadeLetter, bytes]:
        return await self._book.make(
            asked.key, asked.case_id, kind, lambda folder, letter: compose(folder, letter, asked)
        )

    async def _post(self, path: str, key: str, body: dict[str, Any], system: str) -> httpx.Response:
        auth = self._client.auth
        secrets = auth.secrets if isinstance(auth, OriginToken) else []
        return await call(
            self._client, "POST", path, system=system, secrets=secrets, headers={"Idempotency-Key": key}, json=body
        )

    def _taken(self, reference: str, received_at: Instant | None, system: str, made: MadeLetter) -> Taken:
        sent_at = self._clock()
        if received_at and received_at > sent_at + CLOCK_TOLERANCE:
            # A term starts with it (¶8), so a wrong clock over there must not go unnoticed.
            raise broken(
                f"{system}: received_at: {rfc_3339(received_at)} lies in the future; expected the time of receipt, "
                "at most five minutes after now"
            )
        # Where a later attempt got the answer, only the answer says when the interface accepted the letter.
        begun = activity.info().scheduled_time
        taken_at = min(sent_at, max(received_at, begun)) if received_at else sent_at
        return Taken(reference=reference, sent_at=taken_at, received_at=received_at, letter=made)


def _as_json(made: MadeLetter, pdf: bytes) -> dict[str, str]:
    """The letter as it goes over the interface (contract, section 8)."""
    return {
        "number": made.number,
        "date": made.date.isoformat(),
        "sha256": made.sha256,
        "pdf": b64encode(pdf).decode("ascii"),
    }
