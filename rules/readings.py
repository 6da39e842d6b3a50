"""Readings: where the order is silent, how an office reads it (contract, section 12).

A ministry's lawyers decide, not we. Each reading has its paragraph, its options with what speaks for each, and one
sentence that the conclusion prints. The first option is the default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from rules.refusal import Refusal


class InspectionStarts(StrEnum):
    """What starts the seven days of ¶9."""

    COMPLETE_SET = "complete_set"
    FIRST_ANSWER = "first_answer"


class FurtherRequest(StrEnum):
    """What a further request to Atameken does to ¶8 and ¶9."""

    ANEW = "anew"
    RUNS_ON = "runs_on"


class AppealStarts(StrEnum):
    """What starts the three days of ¶10's appeal."""

    SIGNATURE = "signature"
    END_OF_INSPECTION = "end_of_inspection"


class ThirtyEnd(StrEnum):
    """What ends the thirty days of ¶5."""

    SIGNATURE = "signature"
    END_OF_INSPECTION = "end_of_inspection"
    REPLY = "reply"


class WithoutProof(StrEnum):
    """How ¶8 runs while nothing proves when Atameken received the request."""

    PROVISIONAL = "provisional"
    NOT_OVERDUE = "not_overdue"


class Grounds(StrEnum):
    """How many of ¶10's three grounds it takes."""

    ANY = "any"
    ALL = "all"


class Readings(BaseModel):
    """One option of each reading, as a case records them. The defaults are ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    inspection_starts: InspectionStarts = InspectionStarts.COMPLETE_SET
    further_request: FurtherRequest = FurtherRequest.ANEW
    appeal_starts: AppealStarts = AppealStarts.SIGNATURE
    thirty_end: ThirtyEnd = ThirtyEnd.SIGNATURE
    without_proof: WithoutProof = WithoutProof.PROVISIONAL
    grounds: Grounds = Grounds.ANY

    def changed(self, reading: str, option: str) -> Readings:
        """These readings with another option of one. :raises Refusal: for one that is unknown, naming those known."""
        known = READINGS.get(reading)
        if known is None:
            raise Refusal(f"reading: {_unknown(reading, list(READINGS))}")
        if option not in known.options:
            raise Refusal(f"option: {_unknown(option, list(known.options))} of {reading}")
        return Readings.model_validate({**self.model_dump(), reading: option})

    def chosen(self) -> list[tuple[Reading, Option]]:
        """Each reading with the option that these choose, in the order of the catalogue."""
        return [(reading, reading.options[str(getattr(self, name))]) for name, reading in READINGS.items()]


@dataclass(frozen=True)
class Option:
    """``sentence`` is what the conclusion prints where it is chosen; ``reason`` is what speaks for it."""

    sentence: str
    reason: str


@dataclass(frozen=True)
class Reading:
    """What is open in a paragraph of the order, and the options by name, the default first."""

    paragraph: str
    question: str
    options: dict[str, Option]

    @property
    def default(self) -> Option:
        """Ours, where an office does not choose."""
        return next(iter(self.options.values()))


READINGS: Final[dict[str, Reading]] = {
    "inspection_starts": Reading(
        "¶9",
        "When do the seven days of the inspection start?",
        {
            InspectionStarts.COMPLETE_SET: Option(
                "The term of paragraph 9 runs from the receipt of a complete set of documents.",
                "¶9 says “from the date of receipt of the documents”, and ¶7 defines “the documents”: the application "
                "and the papers on origin, all of them. An authority cannot inspect what it does not have.",
            ),
            InspectionStarts.FIRST_ANSWER: Option(
                "The term of paragraph 9 runs from the receipt of the authorized organization's answer, complete or "
                "not.",
                "¶9 has the authority inspect “the completeness” of the data, so the inspection begins with what came. "
                "Atameken has answered, and its five days are over.",
            ),
        },
    ),
    "further_request": Reading(
        "¶8, ¶9",
        "What does a further request for missing documents do to the terms?",
        {
            FurtherRequest.ANEW: Option(
                "A further request to the authorized organization starts the terms of paragraphs 8 and 9 anew, within "
                "the same 30 working days.",
                "A request is a request: ¶8 gives Atameken five days “from the date of receipt of the request”, and ¶9 "
                "gives seven from the receipt of the documents. The 30 days of ¶5 see that this has an end.",
            ),
            FurtherRequest.RUNS_ON: Option(
                "A further request to the authorized organization leaves the term of paragraph 9 running.",
                "The order knows one request and one inspection, and nothing suspends the seven days. Otherwise an "
                "office that asks again every seven days would never be late.",
            ),
        },
    ),
    "appeal_starts": Reading(
        "¶10",
        "When do the three days of the appeal start?",
        {
            AppealStarts.SIGNATURE: Option(
                "The three working days of the appeal run from the signature of the conclusion.",
                "¶10 names the conclusion first and the appeal after it. Non-compliance is established by the signed "
                "conclusion; before that it is one inspector's finding.",
            ),
            AppealStarts.END_OF_INSPECTION: Option(
                "The three working days of the appeal run from the end of the inspection.",
                "¶10 reads “in case of non-compliance”, not “in case of a conclusion of non-compliance”: the three "
                "days run from the day on which it was found.",
            ),
        },
    ),
    "thirty_end": Reading(
        "¶5",
        "What ends the thirty days?",
        {
            ThirtyEnd.SIGNATURE: Option(
                "The 30 working days of paragraph 5 are kept by the signature of the conclusion.",
                "The conclusion “indicating the results of verification” is the act that ends the procedure inside the "
                "authority.",
            ),
            ThirtyEnd.END_OF_INSPECTION: Option(
                "The 30 working days of paragraph 5 are kept by the end of the inspection.",
                "¶5 limits “the period of verification (inspection)”, and ¶10 forms the conclusion “based on the "
                "results of verification”: the verification ends with the inspection.",
            ),
            ThirtyEnd.REPLY: Option(
                "The 30 working days of paragraph 5 are kept by the reply to the requesting customs.",
                "The request is the customs', and for them it is open until they have the answer.",
            ),
        },
    ),
    "without_proof": Reading(
        "¶8",
        "How do Atameken's five days run while its receipt of the request is not proven?",
        {
            WithoutProof.PROVISIONAL: Option(
                "Without a proof of receipt the term of paragraph 8 runs from the sending of the request, "
                "provisionally.",
                "A request sent by an interface or by courier arrives on the same day as a rule, and an office that "
                "waits for a proof chases nobody.",
            ),
            WithoutProof.NOT_OVERDUE: Option(
                "Without a proof of receipt the term of paragraph 8 is not counted as overdue.",
                "¶8 runs “from the date of receipt of the request”: without a receipt nothing has begun that could be "
                "breached.",
            ),
        },
    ),
    "grounds": Reading(
        "¶10",
        "How many of the three grounds does an appeal take?",
        {
            Grounds.ANY: Option(
                "Any one of the grounds of paragraph 10 is enough for an appeal for revocation.",
                "The “and” joins cases, not conditions: whoever has ended its activity can hardly break the rest. The "
                "European Union's and other schemes list such grounds as alternatives.",
            ),
            Grounds.ALL: Option(
                "Only all grounds of paragraph 10 together lead to an appeal for revocation.",
                "The text joins the three by “and”, and a revocation is a sanction, which is read narrowly.",
            ),
        },
    ),
}
"""By name, as the readings file, the query ``case`` and ``change_reading`` have them."""


def read_readings(choice: Mapping[str, object]) -> Readings:
    """Read an office's choice: an option for each reading that is not to be the default.

    :raises Refusal: one line that names what is unknown and what is expected.
    """
    readings = Readings()
    for reading, option in choice.items():
        if reading not in READINGS:
            raise Refusal(_unknown(reading, list(READINGS)))
        if not isinstance(option, str) or option not in READINGS[reading].options:
            raise Refusal(f"{reading}: {_unknown(str(option), list(READINGS[reading].options))}")
        readings = readings.changed(reading, option)
    return readings


def _unknown(given: str, known: list[str]) -> str:
    close = get_close_matches(given, known, n=1)
    meant = f"; did you mean {close[0]}?" if close else ""
    return f"unknown {given[:64]!r}; expected one of {', '.join(known)}{meant}"
