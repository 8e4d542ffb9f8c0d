"""How Microsoft seals the content of a notification, and vouches for being its sender."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from noshowd.demo.vendors.microsoft.answers import Refusal

_APPLICATION = "0bf30f3b-4a52-48df-9a82-234910c4a086"
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # noqa: S303 - Microsoft's


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(slots=True)
class Sender:
    """Microsoft as the sender of notifications for one tenant."""

    tenant: str
    #: Set once the server has an address.
    issuer: str = ""
    kid: str = field(default_factory=lambda: secrets.token_hex(8))

    def keys(self) -> dict[str, Any]:
        """The published keys."""
        told = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_key().public_key()))
        return {"keys": [{"kid": self.kid, "use": "sig", **told}]}

    def vouch(self, audience: str, now: datetime, *, key: rsa.RSAPrivateKey | None = None, **changes: Any) -> str:
        """A validation token; `changes` replace claims, another `key` is a forger's."""
        claims = {
            "aud": audience,
            "azp": _APPLICATION,
            "tid": self.tenant,
            "iss": f"https://login.microsoftonline.com/{self.tenant}/v2.0",
            "exp": int((now + timedelta(hours=1)).timestamp()),
            "iat": int(now.timestamp()),
        }
        return jwt.encode(claims | changes, key or _key(), algorithm="RS256", headers={"kid": self.kid})

    def check(self, certificate: str) -> None:
        """Refuse what is not an RSA certificate of 2,048 to 4,096 bits in base64."""
        try:
            key = x509.load_der_x509_certificate(base64.b64decode(certificate)).public_key()
        except ValueError:
            raise Refusal(400, "BadRequest", "The encryption certificate is not valid.") from None
        if not isinstance(key, rsa.RSAPublicKey) or not 2048 <= key.key_size <= 4096:
            raise Refusal(400, "BadRequest", "The encryption certificate is not valid.")

    def seal(self, content: dict[str, Any], certificate: str, name: str) -> dict[str, str]:
        """The `encryptedContent` of a notification."""
        key = secrets.token_bytes(32)
        public = x509.load_der_x509_certificate(base64.b64decode(certificate)).public_key()
        assert isinstance(public, rsa.RSAPublicKey)
        padder = PKCS7(128).padder()
        padded = padder.update(json.dumps(content).encode()) + padder.finalize()
        writer = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        data = writer.update(padded) + writer.finalize()
        told = {
            "data": data,
            "dataSignature": hmac.digest(key, data, hashlib.sha256),
            "dataKey": public.encrypt(key, _OAEP),
        }
        return {member: base64.b64encode(value).decode() for member, value in told.items()} | {
            "encryptionCertificateId": name
        }
