"""Signed containers (CMS, RFC 5652): who signed what is inside, when, and whether the signature holds.

A signature holds where the content is what was signed, by the key of the certificate that comes with it, while that
certificate was valid. Whether the certificate is one to be trusted is not checked: no list of trusted issuers is kept.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final

from asn1crypto import cms, pem  # type: ignore[import-untyped]  # asn1crypto ships no types
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509 import load_der_x509_certificate

from intake.media_types import SIGNED, binary
from intake.verdict import NotAccepted, Seen, SignatureSeen

Inside = Callable[[BinaryIO, str], Seen]
"""Looks into a file that is inside another, by its name."""

MOST_SIGNATURES: Final = 20
_LONGEST_NAME: Final = 300
_DAMAGED: Final = "it is damaged: it cannot be read as a signed container; expected a file that opens"
_UNREADABLE: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
"""What asn1crypto raises, as late as a field is read, for bytes that are no such structure."""

_HASHES: Final[dict[str, Callable[[], hashes.HashAlgorithm]]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
    "sha224": hashes.SHA224,
}
"""With SHA-1 and MD5 others can make a second content that the same signature fits."""

Fields = Any
"""A structure of asn1crypto, which declares no types."""


class _CannotTell(Exception):
    """The signature cannot be verified here; its text says why."""


class _DoesNotHold(Exception):
    """The signature is broken; its text says how."""


@dataclass(frozen=True)
class Container:
    """A container as it was read; ``content`` is empty where the signature came apart from what is signed."""

    info: Fields
    content: bytes

    def signatures(self, content: bytes) -> list[SignatureSeen]:
        """Its signatures of a content. :raises NotAccepted: where one cannot be read, or there is none."""
        return signatures_of(self.info["content"], content)

    def around(self, content: bytes) -> tuple[bytes, bytes]:
        """What stands before and behind a content in a container that holds it, with the same signatures.

        :raises NotAccepted: where none can be made.
        """
        try:
            whole = cms.ContentInfo.load(self.info.dump(), strict=True)
            whole["content"]["encap_content_info"]["content"] = content
            joined = whole.dump(force=True)
        except _UNREADABLE:
            raise NotAccepted(_DAMAGED) from None
        before, found, behind = joined.partition(content)
        again = opened(joined)
        if not found or again is None or again.signatures(content) != self.signatures(content):
            raise NotAccepted(
                "its signature cannot be put around the draft; expected a container with the draft inside"
            )
        return before, behind


def opened(data: bytes) -> Container | None:
    """A container; None where it is encrypted. :raises NotAccepted: where it is damaged or of another kind."""
    try:
        if pem.detect(data):
            _, _, data = pem.unarmor(data)
        container = cms.ContentInfo.load(binary(data), strict=True)
        kind = container["content_type"].native
        if kind in ("enveloped_data", "encrypted_data", "authenticated_enveloped_data"):
            return None
        if kind != "signed_data":
            raise NotAccepted("it is no signed container; expected one with signed content")
        held = container["content"]["encap_content_info"]["content"]
        return Container(container, bytes(held) if held.native is not None else b"")
    except _UNREADABLE:
        raise NotAccepted(_DAMAGED) from None


def seen(file: BinaryIO, name_inside: str, inside: Inside) -> Seen:
    """The signatures of a container, and what is inside. :raises NotAccepted: where it is damaged or holds nothing."""
    file.seek(0)
    container = opened(file.read())
    if container is None:
        return Seen(SIGNED, ["it is encrypted, so that nobody can see what is in it"])
    if not container.content:
        raise NotAccepted("it holds a signature and nothing that is signed; expected the document inside")
    signatures = container.signatures(container.content)
    found = inside(io.BytesIO(container.content), name_inside)
    return Seen(SIGNED, found.concerns, [*signatures, *found.signatures])


def signatures_of(signed: Fields, content: bytes) -> list[SignatureSeen]:
    """The signatures in signed data (CMS), of a content that may stand elsewhere.

    :raises NotAccepted: where one cannot be read, or there is none, or more than anybody needs.
    """
    try:
        signers = list(signed["signer_infos"])
        certificates = [each.chosen for each in signed["certificates"] if each.name == "certificate"]
    except _UNREADABLE:
        raise NotAccepted(_DAMAGED) from None
    if not signers or len(signers) > MOST_SIGNATURES:
        raise NotAccepted(f"it has {len(signers)} signatures; expected from 1 to {MOST_SIGNATURES}")
    return [_signature(each, certificates, content) for each in signers]


def _signature(signer: Fields, certificates: list[Fields], content: bytes) -> SignatureSeen:
    """One signature; :raises NotAccepted: where it cannot even be read."""
    try:
        certificate = _certificate(signer, certificates)
        attributes = {each["type"].native: each["values"] for each in signer["signed_attrs"] or ()}
        at = attributes["signing_time"][0].native if "signing_time" in attributes else None
        holds: bool | None = True
        fault = ""
        try:
            _verify(signer, certificate, attributes, content, at)
        except _CannotTell as unknown:
            holds, fault = None, str(unknown)
        except _DoesNotHold as broken:
            holds, fault = False, str(broken)
        return SignatureSeen(
            signer=_name(certificate.subject) if certificate else "a signer without a certificate",
            issuer=_name(certificate.issuer) if certificate else "",
            signed_at=at.isoformat() if isinstance(at, datetime) else None,
            holds=holds,
            fault=fault,
        )
    except _UNREADABLE:
        raise NotAccepted(_DAMAGED) from None


def _certificate(signer: Fields, certificates: list[Fields]) -> Fields | None:
    named = signer["sid"]
    for each in certificates:
        if named.name == "subject_key_identifier":
            if each.key_identifier == named.chosen.native:
                return each
        elif each.serial_number == named.chosen["serial_number"].native and each.issuer == named.chosen["issuer"]:
            return each
    return None


def _verify(signer: Fields, certificate: Fields | None, attributes: dict[str, Fields], content: bytes, at: Any) -> None:
    if certificate is None:
        raise _CannotTell("the signer's certificate does not come with it")
    digest = signer["digest_algorithm"]["algorithm"].native
    if digest not in _HASHES:
        raise _CannotTell(f"it is signed with a method that cannot be relied on, or is unknown here ({digest})")
    signed = content
    if attributes:
        if "message_digest" not in attributes:
            raise _DoesNotHold("it does not say what was signed")
        if attributes["message_digest"][0].native != hashlib.new(digest, content).digest():
            raise _DoesNotHold("the content has changed since it was signed")
        signed = signer["signed_attrs"].untag().dump()
    try:
        key = load_der_x509_certificate(certificate.dump()).public_key()
        _verify_by(key, signer, signed, digest)
    except InvalidSignature:
        raise _DoesNotHold("it was not made with the key of the signer's certificate") from None
    except (UnsupportedAlgorithm, ValueError, TypeError):
        raise _CannotTell("its method or its certificate is unknown here") from None
    if isinstance(at, datetime) and not certificate.not_valid_before <= at <= certificate.not_valid_after:
        raise _DoesNotHold("the signer's certificate was not valid at the time of signing")


def _verify_by(key: object, signer: Fields, signed: bytes, digest: str) -> None:
    """:raises InvalidSignature: ``cryptography``'s, where the signature is not of this key."""
    method = signer["signature_algorithm"]
    signature, algorithm = signer["signature"].native, method.signature_algo
    if algorithm not in ("rsassa_pkcs1v15", "rsassa_pss", "ecdsa", "ed25519"):
        raise ValueError(algorithm)
    named = method["algorithm"].native
    used = _HASHES[digest if named in ("rsassa_pkcs1v15", "ecdsa", "ed25519") else method.hash_algo]()
    match key:
        case rsa.RSAPublicKey() if algorithm == "rsassa_pss":
            salt = method["parameters"]["salt_length"].native
            key.verify(signature, signed, padding.PSS(padding.MGF1(used), salt), used)
        case rsa.RSAPublicKey():
            key.verify(signature, signed, padding.PKCS1v15(), used)
        case ec.EllipticCurvePublicKey():
            key.verify(signature, signed, ec.ECDSA(used))
        case ed25519.Ed25519PublicKey():
            key.verify(signature, signed)
        case _:
            raise ValueError("another kind of key")


def _name(name: Fields) -> str:
    """A person and an organization, as a certificate names them."""
    parts = name.native
    words = [parts.get("common_name"), parts.get("organization_name"), parts.get("serial_number")]
    return ", ".join(str(each) for each in words if each)[:_LONGEST_NAME] or "a signer without a name"
