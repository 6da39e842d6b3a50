"""What a case does, in words: for timelines, pages and notices, in which no name of the code stands for a thing."""

from __future__ import annotations

from datetime import date
from typing import Final

from activities.interface import Activity

DOES: Final[dict[Activity, str]] = {
    Activity.RECORD_CALENDAR: "¶5: record the working days that this case counts by",
    Activity.READ_ARRIVALS: "when Temporal recorded the messages",
    Activity.WRITE_REGISTER: "write the case to the register",
    Activity.ACKNOWLEDGE_RECEIPT: "acknowledge the receipt of the request to the customs",
    Activity.REQUEST_DOCUMENTS: "¶7: ask Atameken for the documents",
    Activity.REMIND_ATAMEKEN: "¶8: remind Atameken of the documents",
    Activity.WITHDRAW_REQUEST: "inform Atameken that the request is withdrawn",
    Activity.LOOK_UP_REGISTRATION: "¶9: look up the registration in REX",
    Activity.FETCH_DOCUMENTS: "¶8: fetch, check and store the documents",
    Activity.RELEASE_DOCUMENT: "¶9: put a released document among the others",
    Activity.DRAFT_CONCLUSION: "¶10: draft the conclusion as a PDF",
    Activity.CHECK_SIGNED_FILE: "¶10: fetch the signed conclusion and check its signatures",
    Activity.SEAL_CONCLUSION: "¶10: make the final conclusion, with who signed it and when; look REX up",
    Activity.APPEAL_FOR_REVOCATION: "¶10: appeal to Atameken for revocation",
    Activity.SEND_REPLY: "reply to the requesting customs",
    Activity.READ_DOOR_KEYS: "read the public keys of the gateway",
    Activity.READ_LADDERS: "read the ladders of escalation",
    Activity.NOTIFY: "notify",
}
"""What each activity of a case does."""


def day(of: date) -> str:
    """``Tue 1 Dec 2026``."""
    return f"{of:%a} {of.day} {of:%b %Y}"


def until(last_day: date) -> str:
    """``Tue 1 Dec 2026 until 24:00``: a last day, as a timer names it."""
    return f"{day(last_day)} until 24:00"
