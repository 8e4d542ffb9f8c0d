"""Secrets that everybody on the machine can read are warned of, with the place, the mode and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from noshowd.config.load import inspect
from noshowd.ports.check import Grade
from noshowd.runtime.surroundings import kept_close
from runtime.minimal import written


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that everybody can enter, unlike those of pytest."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def _configured(folder: Path, reference: str, mode: int) -> Path:
    file = written(folder)
    file.write_text(file.read_text().replace('{ env = "NOSHOWD_TEST_PASSWORD" }', reference))
    file.chmod(0o644)
    secret = folder / "password"
    secret.write_text("only-some-may-read-it")
    secret.chmod(mode)
    return file


def _warned(file: Path) -> list[tuple[str, str, str]]:
    found = inspect(file).warnings
    return [(one.key, one.message, one.do) for one in found if "everybody" in one.message]


@pytest.mark.parametrize("reference", ['{ file = "password" }', '{ credential = "password" }'])
def test_a_secret_that_everybody_can_read_is_warned_of(folder: Path, reference: str) -> None:
    file = _configured(folder, reference, 0o644)
    [(key, message, do)] = _warned(file)
    assert key == "account[1].password"
    assert message == f"everybody on this machine can read the secret in {folder}/password (mode 644)"
    assert do.startswith(f"chmod 600 {folder}/password")
    [found] = kept_close(file)
    assert (found.grade, found.what, found.says) == (Grade.GAP, f"secret {key}", message)


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_one_that_is_kept_close_is_not(folder: Path, mode: int) -> None:
    assert _warned(_configured(folder, '{ file = "password" }', mode)) == []


def test_nor_one_in_a_folder_that_nobody_else_enters(folder: Path) -> None:
    file = _configured(folder, '{ file = "password" }', 0o644)
    folder.chmod(0o700)
    assert _warned(file) == []


def test_a_configuration_that_everybody_can_change_is_warned_of(folder: Path) -> None:
    file = _configured(folder, '{ file = "password" }', 0o600)
    file.chmod(0o666)
    assert _warned(file) == [("", f"everybody on this machine can change {file} (mode 666)", f"chmod o-w {file}")]
