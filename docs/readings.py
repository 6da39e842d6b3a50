"""Writes the readings of the order into ``counting.md``, from the code that follows them: ``make docs``."""

from __future__ import annotations

from pathlib import Path

from rules.readings import READINGS

PAGE = Path(__file__).parent / "counting.md"
BEGIN, END = "<!-- made from rules/readings.py by `make docs` -->", "<!-- end of what is made -->"


def readings() -> str:
    """The readings, each with its question, and for each option its sentence and what speaks for it."""
    parts = []
    for name, reading in READINGS.items():
        lines = [f"### {reading.question} ({reading.paragraph}, `{name}`)", ""]
        for option, words in reading.options.items():
            default = " (default)" if words is reading.default else ""
            lines.append(f"- **`{option}`**{default}. {words.sentence} *What speaks for it:* {words.reason}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def with_readings(page: str) -> str:
    """The page with the part between the marks made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{readings()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_readings(PAGE.read_text("utf-8")), "utf-8")
