"""Secrets by reference: a systemd credential, an environment variable or a file; never the secret itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from noshowd.config.refusal import refuse

#: A secret longer than this is a mistake (a whole disk image, /dev/zero).
LONGEST = 256 * 1024
WAYS = '{ credential = "name" }, { env = "NAME" } or { file = "/path" }'

Name = Annotated[str, StringConstraints(max_length=128, pattern=r"^[A-Za-z0-9_.@:-]+$")]


class Secret:
    """A secret value that prints as stars. Only `reveal` gives it away; it is never compared or hashed by value."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError("a secret is not written anywhere")


class SecretRef(BaseModel):
    """Where a secret lies. What it says is read when it is needed, not when the configuration is."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    credential: Name | None = Field(
        default=None, description="Name of a systemd credential (LoadCredential= of the unit)."
    )
    env: Name | None = Field(default=None, description="Name of an environment variable.")
    file: str | None = Field(
        default=None, max_length=4096, pattern=r"^[^\x00]+$", description="A file that holds nothing but the secret."
    )

    @model_validator(mode="wrap")
    @classmethod
    def _exactly_one(cls, given: Any, build: Any) -> Self:
        """Refuse everything else without repeating what stood there: it may be the secret itself."""
        if isinstance(given, SecretRef):
            return build(given)  # type: ignore[no-any-return]  # pydantic hands out the handler untyped
        ways = [key for key in given if key in cls.model_fields] if isinstance(given, dict) else []
        if len(ways) != 1 or len(given) != 1:
            raise refuse(WAYS, do="Put the secret into one of these places and name the place here.", secret=True)
        try:
            return build(given)  # type: ignore[no-any-return]  # pydantic hands out the handler untyped
        except ValueError:
            raise refuse(
                "the name of a credential or variable (letters, digits, _ . @ : -) or the path of a file",
                do="Write the name of the place, not the secret.",
                secret=True,
            ) from None

    def __str__(self) -> str:
        """The place, which is not secret."""
        way, name = next((k, v) for k, v in self.model_dump().items() if v is not None)
        return f"{way} {name}"


class SecretMissing(Exception):
    """A secret could not be read. The message names its place and what to do, never its value."""

    def __init__(self, message: str, *, do: str, only_here: bool = False) -> None:
        super().__init__(message)
        self.do = do
        #: It may well be there for the service, only not in this shell.
        self.only_here = only_here


def resolve(ref: SecretRef, *, folder: Path, environ: Mapping[str, str] = os.environ) -> Secret:
    """The secret, without surrounding white space. Relative files lie in `folder`. Raises `SecretMissing`."""
    if ref.env is not None:
        value = environ.get(ref.env, "")
        if not value.strip():
            raise SecretMissing(
                f"the environment variable {ref.env} is not set",
                do=f"Set {ref.env} for the service (Environment= or EnvironmentFile= in the unit).",
            )
        return Secret(value.strip())
    return Secret(_read(_place(ref, folder, environ)))


def _place(ref: SecretRef, folder: Path, environ: Mapping[str, str]) -> Path:
    if ref.file is not None:
        return folder / ref.file
    directory = environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        raise SecretMissing(
            f"the credential {ref.credential} is only there inside the service",
            do=f"Put it into /etc/noshowd/{ref.credential} (chmod 600); noshowd install-service gives it to the unit.",
            only_here=True,
        )
    return Path(directory) / str(ref.credential)


def _read(place: Path) -> str:
    try:
        if place.exists() and not (place.is_file() or place.is_dir()):
            # reading a pipe or a device may never end
            raise SecretMissing(f"{place} is no ordinary file", do="Put the secret into a file.")
        with place.open("rb") as source:
            raw = source.read(LONGEST + 1)
        value = raw.decode().strip()
    except OSError as error:
        reason = error.strerror or "cannot be read"
        do = "Create the file, readable for the service's user only (mode 0400)."
        if isinstance(error, IsADirectoryError):
            do = "Name the file in it that holds the secret."
        raise SecretMissing(f"{place}: {reason}", do=do) from None
    except UnicodeDecodeError:
        raise SecretMissing(f"{place} is not text", do="Store the secret as plain text in UTF-8.") from None
    if not value:
        raise SecretMissing(f"{place} is empty", do="Put the secret into it.")
    if len(raw) > LONGEST:
        raise SecretMissing(f"{place} is larger than {LONGEST} bytes", do="Name the file of the secret.")
    return value
