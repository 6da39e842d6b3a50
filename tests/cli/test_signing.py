"""A conclusion signed with its file, from the copy to sign to the letter that the customs get: all of it real."""

from __future__ import annotations

import hashlib
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from cli import messages
from cli.errors import CannotDo
from cli.papers import draft, papers
from tests.cli.conftest import Office
from tests.cli.test_messages import Printed, at, to_draft
from tests.intake.signing_pdf import signed_pdf


def replied(folder: Path) -> list[bytes]:
    """The conclusions that the customs got."""
    letters = [message_from_bytes(file.read_bytes(), policy=default) for file in sorted(folder.glob("*.eml"))]
    return [
        part.get_content()
        for letter in letters
        for part in letter.iter_attachments()
        if (part.get_filename() or "").startswith("conclusion-")
    ]


async def test_the_signed_file_and_no_other_is_what_the_customs_get(
    office: Office, printed: Printed, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id = await to_draft(office)
    marked, to_sign, signed = (office.folder / name for name in ("draft.pdf", "to-sign.pdf", "signed.pdf"))
    await draft(case_id, out=str(marked), as_json=False)
    assert f"draft {case_id} --to-sign --out FILE" in capsys.readouterr().out
    await draft(case_id, out=str(to_sign), to_sign=True, as_json=False)
    for content, said in (
        (to_sign.read_bytes(), "it is a draft, without a signature"),
        (await signed_pdf(marked.read_bytes()), "it bears the mark of a draft"),
    ):
        signed.write_bytes(content)
        with pytest.raises(CannotDo, match=f"conclusion_signed refused: signed_file: {said}"):
            await messages.sign(case_id, by="D. Omarov", file=str(signed), as_json=False)
    signed.write_bytes(await signed_pdf(to_sign.read_bytes()))
    await messages.sign(case_id, by="D. Omarov", position="Vice-minister", file=str(signed), as_json=False)
    case = await at(office, case_id, "closed")
    assert replied(office.folder / "mail") == [signed.read_bytes()]
    final = case["conclusion"]["final"]
    assert final["sha256"] == hashlib.sha256(signed.read_bytes()).hexdigest()
    assert [each["holds"] for each in final["signatures"]] == [True]
    capsys.readouterr()
    await papers(case_id, out=None, as_json=True)
    versions = [each["document_id"] for each in printed() if each["kind"] == "conclusion"]
    assert versions == [case["conclusion"]["document_id"], final["document_id"]]


@pytest.mark.slow
async def test_without_a_file_the_customs_get_the_final_paper_and_never_the_draft(office: Office) -> None:
    case_id = await to_draft(office)
    await messages.sign(case_id, by="D. Omarov", position="Vice-minister", as_json=False)
    conclusion = (await at(office, case_id, "closed"))["conclusion"]
    [attached] = replied(office.folder / "mail")
    assert hashlib.sha256(attached).hexdigest() == conclusion["final"]["sha256"] != conclusion["sha256"]
