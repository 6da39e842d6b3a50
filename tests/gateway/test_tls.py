"""A client is known by its certificate, if our authority has signed it."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.clients import add_client
from gateway.tls import common_name
from runtime.settings import GatewaySettings, WrongSettings, read_settings
from tests.gateway.served import served
from tests.gateway.test_bad_input import out_of_reach

__all__ = ["out_of_reach"]

NOW = datetime.now(UTC)


class Authority:
    """One that signs certificates."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        self.certificate = self._signed(self._name, self._key.public_key(), authority=True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self.certificate.public_bytes(Encoding.PEM))

    def issue(self, name: str) -> tuple[Path, Path]:
        """A certificate and its key, as files."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        certificate, private = self._folder / f"{self.file.stem} {name}.pem", self._folder / f"{name}.key"
        certificate.write_bytes(self._signed(subject, key.public_key()).public_bytes(Encoding.PEM))
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return certificate, private

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, authority: bool = False
    ) -> x509.Certificate:
        addresses = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(hours=1))
            .not_valid_after(NOW + timedelta(hours=1))
            .add_extension(addresses, critical=False)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .sign(self._key, SHA256())
        )


async def test_a_client_is_known_by_a_certificate_of_our_authority_and_by_no_other(
    out_of_reach: None, gateway_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, other = Authority(tmp_path, "ours"), Authority(tmp_path, "other")
    certificate, key = ours.issue("gateway")
    monkeypatch.setenv("REXV_GATEWAY_TLS_CERT", str(certificate))
    monkeypatch.setenv("REXV_GATEWAY_TLS_KEY", str(key))
    monkeypatch.setenv("REXV_GATEWAY_CLIENT_CA", str(ours.file))
    add_client(gateway_files / "clients.json", "Atameken", ["read"], NOW, certificate="atameken.kz")

    async def ask(url: str, shown: tuple[Path, Path] | None = None) -> int:
        trusted = ssl.create_default_context(cafile=str(ours.file))
        if shown is not None:
            trusted.load_cert_chain(shown[0], shown[1])
        async with httpx.AsyncClient(verify=trusted, trust_env=False) as client:
            return (await client.get(url)).status_code

    async with served(read_settings(GatewaySettings)) as url:
        assert await ask(url, ours.issue("atameken.kz")) == 400  # known, and the question makes no sense
        assert await ask(url, ours.issue("somebody.kz")) == 401
        assert await ask(url) == 401
        with pytest.raises(httpx.TransportError):
            await ask(url, other.issue("atameken.kz"))


def test_half_of_what_tls_needs_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.pem").touch()
    monkeypatch.setenv("REXV_GATEWAY_TLS_CERT", str(tmp_path / "a.pem"))
    with pytest.raises(WrongSettings, match="expected both or none"):
        read_settings(GatewaySettings)


@pytest.mark.parametrize(
    ("certificate", "name"),
    [
        (None, None),
        ({}, None),
        ({"subject": ((("commonName", "a"),),)}, "a"),
        ({"subject": ((("commonName", "a"),), (("commonName", "b"),))}, None),
    ],
)
def test_a_certificate_says_one_name(certificate: dict[str, object] | None, name: str | None) -> None:
    assert common_name(certificate) == name
