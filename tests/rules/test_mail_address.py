"""Every address that is accepted when a case is opened can be written to when its reply is due."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.mail_address import LONGEST, mailable


@pytest.mark.parametrize(
    ("address", "mailed"),
    [
        ("origin@customs.example", "origin@customs.example"),
        ("a.b+c@d-e.example", "a.b+c@d-e.example"),
        ("origin@zürich.example", "origin@xn--zrich-kva.example"),
        ("o'neil@таможня.example", "o'neil@xn--80amrfdv0h.example"),
    ],
)
def test_a_domain_has_an_ascii_form_and_the_rest_stays(address: str, mailed: str) -> None:
    assert mailable(address) == mailed


def test_a_domain_whose_ascii_form_is_too_long_is_refused() -> None:
    address = f"origin@{'цц.' * 80}example"
    assert len(address) <= LONGEST
    with pytest.raises(ValueError, match="expected an e-mail address"):
        mailable(address)


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet="ab.-_@+ü\0\x1b\u202e()\"'<> \n", max_size=12), st.text(alphabet="ab.-_ß漢\u00ad\n", max_size=9)
)
def test_what_is_accepted_can_be_put_into_a_letter_and_comes_out_as_it_went_in(local: str, domain: str) -> None:
    try:
        mailed = mailable(f"{local}@{domain}")
    except ValueError:
        return
    message = EmailMessage(policy=SMTP)
    message["To"] = Address("A. Keller", addr_spec=mailed)
    assert message["To"].addresses[0].addr_spec == mailed
    assert f"<{mailed}>".encode() in message.as_bytes()
