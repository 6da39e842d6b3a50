"""The signed conclusion: fetched, looked into, scanned and stored, as it is to leave (¶10; docs/signature.md)."""

from __future__ import annotations

import hashlib
import io
import tempfile
from typing import BinaryIO, cast

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.document_store import DocumentStore, document_id_of
from activities.errors import unreachable
from activities.fetching import DocumentFetcher
from activities.interface import Activity, ErrorKind, SignedFileCheck, SignedFileChecked
from activities.looking import Looks
from activities.scanner import Scanner
from rules.conclusion import DraftVersion, FinalConclusion, SignedFile
from rules.refusal import Refusal
from rules.text import one_line


class SignedFileActivities:
    """Takes the signed conclusion in.

    :param scanner: of ``REXV_CLAMD_ADDRESS``; without one nothing is scanned.
    """

    def __init__(self, fetcher: DocumentFetcher, store: DocumentStore, scanner: Scanner | None = None) -> None:
        self._fetcher, self._store, self._scanner = fetcher, store, scanner
        self._looks = Looks()

    @activity.defn(name=Activity.CHECK_SIGNED_FILE)
    async def check_signed_file(self, check: SignedFileCheck) -> SignedFileChecked:
        """Fetch a signed conclusion, see whether its signatures hold and what they sign, and store it.

        :raises ApplicationError: unreachable, where its host, the store or the scanner does not answer; broken, where
            the store does not have a draft.
        """
        present = check.drafts[-1].to_sign
        unsigned = {each: await self._store.read(each) for draft in check.drafts for each in _papers(draft)}
        try:
            return SignedFileChecked(final=await self._take_in(check.file, unsigned, present))
        except Refusal as refusal:
            reason = str(refusal)
        except ApplicationError as error:
            if error.type == ErrorKind.UNREACHABLE.value:
                raise
            reason = error.message
        except OSError as error:
            raise unreachable(f"there is no room for it on this machine ({type(error).__name__})") from None
        return SignedFileChecked(final=None, refused=one_line(reason, 1000))

    async def _take_in(self, signed: SignedFile, unsigned: dict[str, bytes], present: str) -> FinalConclusion:
        to_sign = unsigned[present]
        with tempfile.TemporaryFile() as temporary, tempfile.TemporaryFile() as beside:
            file, drafted = cast(BinaryIO, temporary), cast(BinaryIO, beside)  # the type stubs keep the two apart
            digest = await self._bring(signed, file)
            if document_id_of(digest) in unsigned:
                raise Refusal("it is a draft, without a signature; expected the signed conclusion")
            file.seek(0)
            if file.read().startswith(tuple(paper for each, paper in unsigned.items() if each != present)):
                raise Refusal(
                    "it bears the mark of a draft, or was returned; expected a signature of the present copy to sign "
                    "(`draft --to-sign`)"
                )
            drafted.write(to_sign)
            for each in (file, drafted):
                each.flush()
            verdict = await self._looks.at_signed(file, signed.filename, drafted)
            reasons = [verdict.reason] if verdict.state == "quarantined" else []
            if self._scanner is not None and (found := await self._scanner.scan(file)):
                reasons.append(f"the scanner finds {found}")
            if reasons:
                raise Refusal(f"{'; '.join(reasons)}; expected a conclusion that does and hides nothing")
            if verdict.around is not None:
                before, behind = verdict.around
                file = io.BytesIO(before + to_sign + behind)
            size = file.seek(0, io.SEEK_END)
            document_id = await self._store.put(file)
            return FinalConclusion(
                document_id=document_id,
                sha256=document_id.removeprefix("sha256-"),
                size=size,
                media_type=verdict.media_type,
                signed_file=True,
                from_draft=verdict.from_draft,
                signatures=verdict.signatures,
            )

    async def _bring(self, signed: SignedFile, into: BinaryIO) -> str:
        """Write the file's bytes to another one, and give their SHA-256, which is as announced."""
        offered = signed.offered
        if offered is not None:
            await self._fetcher.fetch(offered, into)
            return offered.sha256
        content = await self._store.read(signed.document_id or "")
        into.write(content)
        return hashlib.sha256(content).hexdigest()


def _papers(draft: DraftVersion) -> tuple[str, str]:
    return draft.document_id, draft.to_sign
