"""Signed containers, made with ``cryptography``: an implementation other than the one that reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

SIGNER = "Ахметова А. Н."
OFFICE = "Altyn Dan LLP"

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def key_of(curve: bool) -> Key:
    return ec.generate_private_key(ec.SECP256R1()) if curve else rsa.generate_private_key(65537, 2048)


def certificate_of(key: Key, *, days: tuple[int, int] = (-30, 365)) -> x509.Certificate:
    """A certificate for a key; valid between these days, counted from now."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, SIGNER),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, OFFICE),
        ]
    )
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .sign(key, hashes.SHA256())
    )


def signed(
    content: bytes,
    *,
    curve: bool = False,
    as_text: bool = False,
    days: tuple[int, int] = (-30, 365),
    detached: bool = False,
    probabilistic: bool = False,
) -> bytes:
    """A container with the content inside, and a signature of it."""
    key = key_of(curve)
    options = [pkcs7.PKCS7Options.Binary, *([pkcs7.PKCS7Options.DetachedSignature] if detached else [])]
    encoding = Encoding.PEM if as_text else Encoding.DER
    certificate = certificate_of(key, days=days)
    chosen = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if probabilistic else None
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(certificate, key, hashes.SHA256(), rsa_padding=chosen)
    return builder.sign(encoding, options)
