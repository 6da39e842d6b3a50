"""The page of a case, for its inspector: what to check (¶9), and the application and REX side by side."""

from __future__ import annotations

from collections.abc import Iterator

from pages.tree import Code, Foreign, Line, Said, Section, Tone, joined, line
from pages.words import words
from pages.writing import Writer, below, section
from rules.checklist import CHECKLIST, PARTS, Item
from rules.comparison import FIELDS, Compared
from rules.findings import Finding
from rules.roles import Role
from rules.terms import Step

_TONES = {"none": Tone.GOOD, "minor": Tone.WARNING, "serious": Tone.BAD}


class Inspecting(Writer):
    """Writes them."""

    @property
    def runs(self) -> bool:
        """Whether the inspection runs, or is open again."""
        return self.case.step is Step.INSPECT or self.case.to_do_by is Role.INSPECTOR

    def sections(self) -> Iterator[Section]:
        """What was compared, what else was found, and the checklist while the inspection runs."""
        yield from section(
            "The application and REX, side by side", [self._compared(each) for each in self.case.comparison]
        )
        compared = {each.text for each in self.case.comparison}
        others = [self._finding(each) for each in self.case.findings if each.text not in compared]
        yield from section("Further findings" if compared else "Findings", others)
        if self.runs:
            yield self._checklist()

    def _checklist(self) -> Section:
        parts = []
        for part, names in PARTS.items():
            items = [each for each in CHECKLIST if each.part is part]
            paragraphs = ", ".join(f"¶{number}" for number in sorted({each.paragraph for each in items}))
            answers = joined([(Code(each),) for each in dict.fromkeys(item.answers for item in items)], ", ")
            head = line(Said(f"{names['en']} ({paragraphs})", Tone.STRONG), ", for ", *answers)
            parts.append(below([head, *map(self._item, items)]))
        return Section("Checklist of the inspection", tuple(parts))

    def _item(self, item: Item) -> Line:
        """A question, with the fields it looks at in which something was found."""
        found = {each.field: each.severity for each in self.case.findings if each.field in item.fields}
        if not found:
            return line("– ", item.questions["en"])
        see = [(Said(words(field), _TONES[severity]),) for field, severity in found.items()]
        return line("– ", item.questions["en"], " See: ", *joined(see, ", "))

    def _compared(self, row: Compared) -> Line:
        if row.severity == "none" and not row.compared:
            return line(Foreign(row.text))
        said = Said("in order" if row.severity == "none" else row.severity, _TONES[row.severity])
        if row.severity == "none" and row.application == row.rex:
            return line(said, f": {FIELDS[row.field][0]} in both: ", Foreign(row.rex or ""))
        return below([line(said, ": ", Foreign(row.text)), *_sides(row)])

    def _finding(self, finding: Finding) -> Line:
        return below(
            [line(Said(finding.severity, _TONES[finding.severity]), ": ", Foreign(finding.text)), *_sides(finding)]
        )


def _sides(row: Compared | Finding) -> list[Line]:
    """What both sides say; nothing where the application has no part in it."""
    if row.application is None:
        return []
    return [line("Application: ", Foreign(row.application), "; REX: ", Foreign(row.rex or "-"))]
