"""A certificate that is not accepted is told with what helps: nobody hunts for an authority where one has run out."""

from __future__ import annotations

import pytest

from noshowd.ports.certificates import not_accepted, remedy


@pytest.mark.parametrize(
    ("why", "helps"),
    [
        ("certificate has expired", "renew"),
        ("certificate is not yet valid", "renew"),
        ("IP address mismatch, certificate is not valid for '127.0.0.1'", "Name the server"),
        ("Hostname mismatch, certificate is not valid for 'localhost'", "Name the server"),
        ("unable to get local issuer certificate", "ca_file"),
        ("self-signed certificate", "ca_file"),
    ],
)
def test_what_helps_depends_on_what_is_wrong(why: str, helps: str) -> None:
    says = not_accepted("mail.firm.example:993", "/etc/firm.pem", why)
    assert why in says
    assert "mail.firm.example:993" in says
    assert ("/etc/firm.pem" in says) is (helps == "ca_file")
    assert helps in remedy(says)
