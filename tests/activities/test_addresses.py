"""Which addresses may stand behind the name of a host: checked once, before anything is sent there."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from activities.addresses import Origins, resolve
from rules.refusal import Refusal
from tests.activities.contents import PDF
from tests.activities.test_documents import offered, place
from tests.servers import Answer, Host, running

PUBLIC = "93.184.215.14"
ORIGINS = Origins("https://atameken.kz", ["https://files.kz", "http://10.0.0.5:8080"], ["https://files.intranet"])


def may(host: str, address: str, scheme: str = "https", port: int = 443) -> bool:
    try:
        ORIGINS.check_address(f"{scheme}://{host}:{port}", host, address)
    except Refusal:
        return False
    return True


NEVER = [
    "169.254.169.254",
    "fe80::1",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "ff02::1",
    "100.100.100.200",
    "168.63.129.16",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
]
PRIVATE = ["127.0.0.1", "10.0.0.5", "172.16.3.4", "192.168.1.1", "::1", "fd12::1", "::ffff:10.0.0.5", "64:ff9b::a00:5"]


@pytest.mark.parametrize("address", NEVER)
def test_no_name_leads_to_metadata_or_to_what_is_no_host_s_address(address: str) -> None:
    assert not any(may(host, address) for host in ("files.kz", "files.intranet", "atameken.kz", "localhost"))


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_leads_to_a_private_address_only_where_a_setting_says_so(address: str) -> None:
    assert not may("files.kz", address)
    assert may("files.intranet", address)
    assert may("atameken.kz", address)


def test_an_address_stands_for_itself_and_localhost_for_this_machine() -> None:
    assert may("10.0.0.5", "10.0.0.5", "http", 8080)
    assert not may("10.0.0.5", "10.0.0.6", "http", 8080)
    assert may("localhost", "127.0.0.1")
    assert not may("localhost", "10.0.0.5")
    assert may("files.kz", PUBLIC)


@pytest.mark.parametrize(
    "url",
    [
        "http://files.kz/a",
        "https://files.kz:8443/a",
        "https://files.kz.evil.example/a",
        "https://evil.example/a",
        "https://user@files.kz/a",
        "ftp://files.kz/a",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://files.kz\\@evil.example/",
    ],
)
def test_an_origin_is_scheme_host_and_port_and_no_other_is_asked(url: str) -> None:
    with pytest.raises(Refusal, match=r"^url: "):
        ORIGINS.check(url)


async def test_a_host_of_the_list_that_leads_to_this_machine_is_not_asked(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        port = there.further_url.rpartition(":")[2]
        named = f"http://files.kz:{port}"
        there.further.answers["/a.pdf"] = Answer(PDF)

        async def rebinding(host: str, port: int) -> list[str]:
            return [PUBLIC, "127.0.0.1"]

        async with place(tmp_path, more_hosts=[named], resolve=rebinding) as here:
            reason = await here.refusal(offered(f"{named}/a.pdf"))
        assert reason == (
            f"url: {named} leads to 127.0.0.1, which is no public address; "
            "expected a public one, or the origin in REXV_PRIVATE_DOCUMENT_HOSTS"
        )
        assert there.further.asked == []


async def test_the_connection_is_made_to_the_address_that_was_checked_and_the_name_is_resolved_once(
    tmp_path: Path,
) -> None:
    looked_up = []

    async def resolving(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"]

    async with place(tmp_path) as there:
        port = there.further_url.rpartition(":")[2]
        there.further.answers["/a.pdf"] = Answer(PDF)
        named = f"http://files.intranet:{port}"
        async with place(tmp_path, private=[named], resolve=resolving) as here:
            fetched = await here.fetch(offered(f"{named}/a.pdf"))
        assert len(fetched.stored) == 1, "the name exists nowhere: only the address that was checked can answer"
        assert looked_up == ["files.intranet"]
        assert there.further.headers[0]["host"] == f"files.intranet:{port}"


async def test_an_address_that_does_not_answer_is_passed_over_for_the_next(tmp_path: Path) -> None:
    async def two(host: str, port: int) -> list[str]:
        return ["127.0.0.254", "127.0.0.1"]

    async with place(tmp_path) as there:
        port = there.further_url.rpartition(":")[2]
        there.further.answers["/a.pdf"] = Answer(PDF)
        named = f"http://files.intranet:{port}"
        async with place(tmp_path, private=[named], resolve=two) as here:
            assert len((await here.fetch(offered(f"{named}/a.pdf"))).stored) == 1


@pytest.mark.parametrize("addresses", [None, []])
async def test_a_name_that_cannot_be_resolved_is_out_of_reach(tmp_path: Path, addresses: list[str] | None) -> None:
    async def resolving(host: str, port: int) -> list[str]:
        if addresses is None:
            raise OSError("no such name")
        return addresses

    async with place(tmp_path, more_hosts=["https://files.kz"], resolve=resolving) as there:
        there.ours.answers["/b.pdf"] = Answer(PDF)
        fetched = await there.fetch(offered("https://files.kz/a.pdf"), offered(f"{there.our_url}/b.pdf"))
    assert fetched.out_of_reach == [0]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate and key for ``files.intranet`` alone, which signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "files.intranet")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("files.intranet")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


async def test_the_certificate_has_to_be_that_of_the_name_though_the_connection_goes_to_an_address(
    tmp_path: Path, certificate: Path
) -> None:
    async def here_always(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    trusted = ssl.create_default_context(cafile=str(certificate))
    host = Host({"/a.pdf": Answer(PDF)})
    async with running(host, certificate=certificate) as url:
        port = url.rpartition(":")[2]
        origins = [f"https://{name}:{port}" for name in ("files.intranet", "other.intranet")]
        async with place(tmp_path / "store", private=origins, resolve=here_always, trusted=trusted) as there:
            there.ours.answers["/x.pdf"] = Answer(PDF)
            mine = await there.fetch(offered(f"{origins[0]}/a.pdf"))
            other = await there.fetch(offered(f"{origins[1]}/a.pdf"), offered(f"{there.our_url}/x.pdf"))
    assert len(mine.stored) == 1
    assert other.out_of_reach == [0], "the certificate is another name's"
    assert host.asked == ["/a.pdf"]


async def test_a_proxy_of_the_environment_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Host()
    async with running(proxy) as proxy_url, place(tmp_path) as there:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy_url)
        there.further.answers["/a.pdf"] = Answer(PDF)
        assert len((await there.fetch(offered(f"{there.further_url}/a.pdf"))).stored) == 1
        assert proxy.asked == []


async def test_a_cookie_of_one_document_s_host_goes_nowhere_with_the_next_document(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        set_it = {"Set-Cookie": "session=1; Path=/; Domain=127.0.0.1"}
        there.further.answers["/a.pdf"] = Answer(PDF, headers=set_it)
        there.ours.answers["/b.pdf"] = Answer(PDF)
        await there.fetch(offered(f"{there.further_url}/a.pdf"))
        await there.fetch(offered(f"{there.our_url}/b.pdf"), offered(f"{there.further_url}/a.pdf"))
        asked = [*there.ours.headers, *there.further.headers]
        assert len(asked) == 3
        assert not any("cookie" in headers for headers in asked)


async def test_this_machine_s_resolver_gives_addresses() -> None:
    assert all(ip_address(each).is_loopback for each in await resolve("localhost", 80))
    assert await resolve("127.0.0.1", 80) == ["127.0.0.1"]
