"""What stands above and below every letter, and how its number is written: ``letterhead.toml`` of a folder."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from letters.kinds import Language, Paper

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-zА-Яа-яӘәҒғҚқҢңӨөҰұҮүІі0-9]{1,10}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Signatory(_Part):
    """Who signs the ministry's letters."""

    name: Line
    position: dict[Language, Line]


class Executor(_Part):
    """Who answers questions about a letter. Without a name no letter names one."""

    name: Line = ""
    phone: Line = ""


class Letterhead(_Part):
    """All of it. ``series`` has the code of each kind of paper in its numbers."""

    prefix: Code
    series: dict[Paper, Code]
    address: dict[Language, Line]
    signatory: Signatory
    executor: Executor = Executor()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name, there, wanted in (
            ("series", set(self.series), set(Paper)),
            ("address", set(self.address), set(Language)),
            ("signatory.position", set(self.signatory.position), set(Language)),
        ):
            if there != wanted:
                raise ValueError(f"{name}: lacks {', '.join(sorted(wanted - there))}")
        if len(set(self.series.values())) < len(self.series):
            raise ValueError("series: two kinds have one code; expected a code of its own for each")
        return self

    def form(self, kind: Paper) -> str:
        """How a number of this kind is written, for ``register.letter_numbers``."""
        return f"{self.prefix}/{{year}}-{self.series[kind]}-{{serial:04}}"
