"""What an inspection leads to, by every combination of its fields, against the contract's own sentences."""

from __future__ import annotations

from itertools import chain, combinations, product
from typing import Literal

import pytest

from rules.messages import Ground, InspectionCompleted
from rules.outcome import Outcome, appeal_is_due, outcome_of, suffice
from rules.readings import Grounds

GROUNDS = list(chain.from_iterable(combinations(Ground, n) for n in range(len(Ground) + 1)))
REGISTRATIONS: tuple[Literal["valid", "revoked", "none"], ...] = ("valid", "revoked", "none")


def inspection(
    complete: bool,
    reliable: bool,
    match: bool,
    registration: Literal["valid", "revoked", "none"] = "valid",
    grounds: tuple[Ground, ...] = (),
) -> InspectionCompleted:
    return InspectionCompleted(
        message_id="i1",
        sent_by="registry desk",
        inspector="G. Serikova",
        documents_complete=complete,
        data_reliable=reliable,
        rex_data_match=match,
        registration=registration,
        grounds=list(grounds),
    )


EVERY = [inspection(*each) for each in product((True, False), (True, False), (True, False), REGISTRATIONS, GROUNDS)]


def test_every_combination_is_tried() -> None:
    assert len(EVERY) == 2 * 2 * 2 * 3 * 8


def test_the_outcome_is_the_first_sentence_of_the_contract_that_fits() -> None:
    for result in EVERY:
        all_in_order = (result.documents_complete, result.data_reliable, result.rex_data_match) == (True, True, True)
        sentences = [
            # "Any one ground of ¶10, or registration other than valid: outcome not_valid."
            (len(result.grounds) > 0 or result.registration in ("revoked", "none"), Outcome.NOT_VALID),
            # "Complete, reliable, matching and no ground: valid."
            (all_in_order, Outcome.VALID),
            # "Documents incomplete without a ground: ... asks for a decision."
            (result.documents_complete is False, None),
            # "Anything else: not_confirmed."
            (True, Outcome.NOT_CONFIRMED),
        ]
        assert outcome_of(result, Grounds.ANY) is next(outcome for fits, outcome in sentences if fits), result


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        (inspection(True, True, True), Outcome.VALID),
        (inspection(True, False, True), Outcome.NOT_CONFIRMED),
        (inspection(True, True, False), Outcome.NOT_CONFIRMED),
        (inspection(False, True, True), None),
        (inspection(False, False, False), None),
        (inspection(False, True, True, "none"), Outcome.NOT_VALID),
        (inspection(True, True, True, "revoked"), Outcome.NOT_VALID),
        (inspection(True, True, True, "valid", (Ground.ACTIVITY_ENDED,)), Outcome.NOT_VALID),
        (inspection(False, False, False, "valid", (Ground.SCHEME_TERMS,)), Outcome.NOT_VALID),
    ],
    ids=str,
)
def test_the_outcome_of_an_inspection(result: InspectionCompleted, outcome: Outcome | None) -> None:
    assert outcome_of(result, Grounds.ANY) is outcome


def test_the_appeal_is_due_for_a_ground_unless_nothing_is_left_to_revoke() -> None:
    for result in EVERY:
        left_to_revoke = result.registration not in ("revoked", "none")
        assert appeal_is_due(Outcome.NOT_VALID, result, Grounds.ANY) is (len(result.grounds) > 0 and left_to_revoke), (
            result
        )


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.NOT_VALID])
def test_no_other_outcome_asks_for_an_appeal(outcome: Outcome) -> None:
    assert not any(appeal_is_due(outcome, result, Grounds.ANY) for result in (*EVERY, None))


def test_without_an_inspection_there_is_no_appeal() -> None:
    assert not appeal_is_due(Outcome.NOT_VALID, None, Grounds.ANY)


def test_where_the_grounds_are_read_together_only_all_three_make_a_registration_not_valid() -> None:
    for result in EVERY:
        all_three = set(result.grounds) == set(Ground)
        assert suffice(result.grounds, Grounds.ALL) is all_three
        outcome = outcome_of(result, Grounds.ALL)
        assert (outcome is Outcome.NOT_VALID) is (all_three or result.registration != "valid"), result
        if outcome is Outcome.VALID:
            assert not result.grounds
        due = appeal_is_due(Outcome.NOT_VALID, result, Grounds.ALL)
        assert due is (all_three and result.registration == "valid"), result
