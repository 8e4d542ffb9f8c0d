"""Rich notifications come encrypted: a certificate of our own to seal them with, and the opening of what was sealed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.x509.oid import NameOID

_LIFE = timedelta(days=3 * 365)
#: A certificate this close to its end gives way to a new one; what was sealed for it can still be opened.
_RENEW = timedelta(days=30)
#: Microsoft's choice: OAEP with SHA-1 in both places.
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # noqa: S303 - Microsoft demands it


class Unopened(Exception):
    """What came is not sealed for us, or was changed on the way. The message holds nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """One certificate with its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey = field(repr=False)

    @property
    def name(self) -> str:
        """The id by which Microsoft says which certificate it used."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()[:40]

    @property
    def as_sent(self) -> str:
        """The certificate as a subscription wants it."""
        return base64.b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()


class Seals:
    """The seals kept in one file (mode 0600), newest first. Makes the first one, and a new one in time."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seals: list[Seal] = _read(file)

    def current(self, now: datetime) -> Seal:
        """The one to seal new notifications with."""
        if not self._seals or self._seals[0].certificate.not_valid_after_utc - now < _RENEW:
            self._seals.insert(0, _made(now))
            _write(self._file, self._seals)
        return self._seals[0]

    def has(self, name: object) -> bool:
        """Whether what is sealed under this name can be opened here; what has no name may be ours."""
        return name is None or any(one.name == name for one in self._seals)

    def open(self, sealed: Any) -> dict[str, Any]:
        """The JSON in the `encryptedContent` of a notification. Raises `Unopened`."""
        try:
            seal = next(one for one in self._seals if one.name == sealed["encryptionCertificateId"])
            key = seal.key.decrypt(base64.b64decode(sealed["dataKey"]), _OAEP)
            data = base64.b64decode(sealed["data"])
            signature = base64.b64decode(sealed["dataSignature"])
        except (StopIteration, KeyError, TypeError, ValueError) as error:
            raise Unopened("not sealed for us") from error
        if not hmac.compare_digest(hmac.digest(key, data, hashlib.sha256), signature):
            raise Unopened("the signature of the content does not fit")
        try:
            opened = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
            padded = opened.update(data) + opened.finalize()
            unpadder = PKCS7(128).unpadder()
            content = json.loads(unpadder.update(padded) + unpadder.finalize())
        except ValueError as error:
            raise Unopened("the content is damaged") from error
        if not isinstance(content, dict):
            raise Unopened("the content is no object")
        return content


def _made(now: datetime) -> Seal:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "noshowd")])
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + _LIFE,
    )
    return Seal(certificate=builder.sign(key, hashes.SHA256()), key=key)


def _read(file: Path) -> list[Seal]:
    """What is kept; a torn file is as good as none: nothing that is under way can be opened, new seals are made."""
    try:
        pairs = json.loads(file.read_text(encoding="ascii"))
        return [_paired(certificate, key) for certificate, key in pairs]
    except (OSError, ValueError, TypeError):
        return []


def _paired(certificate: str, key: str) -> Seal:
    # our own key, from our own file: checking that its primes are prime takes longer than everything else here
    private = serialization.load_pem_private_key(key.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    return Seal(certificate=x509.load_pem_x509_certificate(certificate.encode()), key=private)


def _write(file: Path, seals: list[Seal]) -> None:
    pairs = [
        (
            one.certificate.public_bytes(serialization.Encoding.PEM).decode(),
            one.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ).decode(),
        )
        for one in seals
    ]
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
        json.dump(pairs, out)
    new.replace(file)
