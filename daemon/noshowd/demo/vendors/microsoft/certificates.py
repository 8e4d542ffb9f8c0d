"""A throw-away certificate authority for loopback: msal signs in over https only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """Files in PEM form: what a client trusts, and what the server shows."""

    ca_file: Path
    certificate: Path
    private_key: Path


def certificates(folder: Path) -> Certificates:
    """Make an authority and a certificate for 127.0.0.1 in `folder`."""
    authority = trustme.CA()
    leaf = authority.issue_cert("127.0.0.1")
    files = Certificates(
        ca_file=folder / "loopback-ca.pem",
        certificate=folder / "loopback.pem",
        private_key=folder / "loopback-key.pem",
    )
    authority.cert_pem.write_to_path(str(files.ca_file))
    leaf.cert_chain_pems[0].write_to_path(str(files.certificate))
    leaf.private_key_pem.write_to_path(str(files.private_key))
    files.private_key.chmod(0o600)
    return files
