"""Secrets are read when needed and never shown."""

from __future__ import annotations

import copy
import os
import pickle

import pytest

from noshowd.config.secrets import Secret, SecretMissing, SecretRef, resolve


def test_three_places(tmp_path):
    (tmp_path / "key").write_text("from file\n")
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "slack").write_text("from systemd")
    environ = {"TOKEN": " from env ", "CREDENTIALS_DIRECTORY": str(credentials)}

    found = [
        resolve(ref, folder=tmp_path, environ=environ).reveal()
        for ref in (SecretRef(file="key"), SecretRef(env="TOKEN"), SecretRef(credential="slack"))
    ]

    assert found == ["from file", "from env", "from systemd"]


def test_a_secret_prints_as_stars_and_is_not_written_anywhere():
    secret = Secret("hunter2")

    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"
    for write in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            write(secret)


@pytest.mark.parametrize(
    ("ref", "says"),
    [
        (SecretRef(env="NOT_SET"), "NOT_SET is not set"),
        (SecretRef(credential="slack"), "only there inside the service"),
        (SecretRef(file="absent"), "No such file"),
        (SecretRef(file="empty"), "is empty"),
        (SecretRef(file="binary"), "is not text"),
        (SecretRef(file="."), "Is a directory"),
        (SecretRef(file="pipe"), "no ordinary file"),
        (SecretRef(file="large"), "is larger than"),
    ],
)
def test_a_missing_secret_names_its_place_and_what_to_do(tmp_path, ref, says):
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "large").write_text("x" * 300_000)
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(SecretMissing, match=says) as missing:
        resolve(ref, folder=tmp_path, environ={})
    assert missing.value.do
