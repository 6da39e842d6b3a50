"""The readings of the order: their options, an office's choice of them, and what is refused (contract, section 12)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rules.readings import READINGS, Grounds, Readings, ThirtyEnd, read_readings
from rules.refusal import Refusal

CONTRACT = (Path(__file__).resolve().parents[2] / "docs" / "contract.md").read_text()


def test_the_readings_and_their_options_are_those_of_the_contract_the_default_first() -> None:
    table = CONTRACT.partition("## 12. Readings")[2]
    rows = re.findall(r"^\| `(\w+)` \| ([\d, ]+) \| (.*) \|$", table, flags=re.MULTILINE)
    said = {name: (paragraphs, re.findall(r"(?:^|\. )`(\w+)`", options)) for name, paragraphs, options in rows}
    ours = {
        name: (reading.paragraph.replace("¶", ""), [str(option) for option in reading.options])
        for name, reading in READINGS.items()
    }
    assert said == ours
    assert {name: str(getattr(Readings(), name)) for name in READINGS} == {
        name: next(iter(reading.options)) for name, reading in READINGS.items()
    }


@pytest.mark.parametrize("name", READINGS)
def test_every_option_can_be_chosen_says_what_speaks_for_it_and_has_one_sentence(name: str) -> None:
    for option, words in READINGS[name].options.items():
        chosen = read_readings({name: str(option)})
        assert getattr(chosen, name) == option
        assert words in [each for _, each in chosen.chosen()]
        assert words.sentence.count(".") == 1
        assert words.sentence.endswith(".")
        assert words.reason


def test_what_is_not_chosen_stays_the_default() -> None:
    assert read_readings({}) == Readings()
    assert read_readings({"grounds": "all"}) == Readings(grounds=Grounds.ALL)


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"ground": "all"}, "unknown 'ground'; expected one of inspection_starts, .*did you mean grounds?"),
        ({"grounds": "every"}, "grounds: unknown 'every'; expected one of any, all"),
        ({"grounds": ["all"]}, "grounds: unknown .*; expected one of any, all"),
        ({"thirty_end": {"x": 1}}, "thirty_end: unknown .*; expected one of signature, end_of_inspection, reply"),
    ],
)
def test_an_unknown_reading_or_option_is_refused_with_those_that_are_known(
    choice: dict[str, object], said: str
) -> None:
    with pytest.raises(Refusal, match=said) as refused:
        read_readings(choice)
    assert "\n" not in str(refused.value)


def test_a_change_names_what_is_unknown_by_its_field() -> None:
    assert Readings().changed("thirty_end", "reply") == Readings(thirty_end=ThirtyEnd.REPLY)
    with pytest.raises(Refusal, match=r"^reading: unknown 'weather'"):
        Readings().changed("weather", "fine")
    with pytest.raises(Refusal, match=r"^option: unknown 'signatur'.*did you mean signature"):
        Readings().changed("thirty_end", "signatur")
