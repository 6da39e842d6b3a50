"""A message without an id gets one from its content, so that sending it twice changes nothing."""

from __future__ import annotations

from cases.sending import with_message_id


def test_the_same_content_gives_the_same_id_in_any_order_of_fields() -> None:
    one = with_message_id({"sent_by": "a", "grounds": []})
    other = with_message_id({"grounds": [], "sent_by": "a"})
    assert one["message_id"] == other["message_id"]
    assert len(one["message_id"]) <= 128


def test_other_content_gives_another_id() -> None:
    assert with_message_id({"sent_by": "a"}) != with_message_id({"sent_by": "b"})
    assert with_message_id({"sent_by": "a"})["message_id"] != with_message_id({"sent_by": "b"})["message_id"]


def test_an_id_that_is_given_stays() -> None:
    assert with_message_id({"message_id": "m-1", "sent_by": "a"})["message_id"] == "m-1"


def test_half_a_surrogate_pair_from_json_has_an_id_too() -> None:
    assert with_message_id({"sent_by": "\ud83d"})["message_id"].startswith("sha256-")
