"""What is said of a server's certificate that is not accepted, and what helps: one that has run out needs its owner."""

from __future__ import annotations

_RUN_OUT = ("has expired", "not yet valid")
_ANOTHER_NAME = ("mismatch", "doesn't match", "not valid for")


def not_accepted(server: str, ca_file: object, why: str) -> str:
    """With host and file. `why` is what OpenSSL says (X509_verify_cert_error_string)."""
    why = why.rstrip(".")
    if any(word in why for word in (*_RUN_OUT, *_ANOTHER_NAME)):
        return f"the certificate of {server} is not accepted: {why}"
    trusted = f"the certificates in {ca_file}" if ca_file else "the certificates of this system"
    return f"the certificate of {server} does not follow from {trusted} ({why})"


def remedy(says: str) -> str:
    """For what `not_accepted` says."""
    if any(word in says for word in _RUN_OUT):
        return "Whoever runs this server has to renew it; see that the clock of this machine is right (timedatectl)."
    if any(word in says for word in _ANOTHER_NAME):
        return "Name the server in the configuration as its certificate does."
    return "Set ca_file to the authority that issued the certificate."
