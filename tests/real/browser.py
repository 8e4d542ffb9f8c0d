"""A real Chromium, driven over its DevTools protocol."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from websockets.sync.client import ClientConnection, connect

_PATIENCE = 60


class Tab:
    """One page of the browser."""

    def __init__(self, wire: ClientConnection) -> None:
        self._wire = wire
        self._numbers = count(1)
        for domain in ("Page", "Runtime"):
            self.ask(f"{domain}.enable")
        # axe is put into the page by the test, not by the page
        self.ask("Page.setBypassCSP", enabled=True)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """What the browser answers; raises `AssertionError` with its words where it refuses."""
        number = next(self._numbers)
        self._wire.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self._wire.recv(timeout=_PATIENCE))
            if told.get("id") == number:
                assert "error" not in told, (method, told["error"])
                return told["result"]

    def look(self, *, width: int, dark: bool) -> None:
        """The size and colours in which pages are shown from now on."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])

    def open(self, address: str) -> None:
        """Go there, and return when everything of the page is there."""
        self.ask("Page.navigate", url=address)
        self.settled(address)

    def settled(self, address: str) -> None:
        """Until the page at this address has been loaded."""
        self.until(f"location.href === {json.dumps(address)} && document.readyState === 'complete'")

    def until(self, expression: str) -> None:
        """Until this is true."""
        ends = time.monotonic() + _PATIENCE
        while not self.value(expression):
            assert time.monotonic() < ends, f"{expression} did not come true on {self.value('location.href')}"
            time.sleep(0.02)

    def value(self, expression: str) -> Any:
        """The value of an expression, a promise's once it is kept."""
        result = self.ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def key(self, name: str, text: str = "") -> None:
        """Press and release one key of the keyboard."""
        codes = {"Tab": 9, "Enter": 13, " ": 32, "ArrowDown": 40}
        key = {"key": name, "code": "Space" if name == " " else name, "windowsVirtualKeyCode": codes[name]}
        self.ask("Input.dispatchKeyEvent", type="keyDown", text=text, **key)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **key)

    def write(self, text: str) -> None:
        self.ask("Input.insertText", text=text)


@contextmanager
def browser(program: str, profile: Path) -> Iterator[Tab]:
    """A browser without a window and with a profile of its own, while the `with` block runs."""
    process = subprocess.Popen(
        [
            *(program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
            *("--no-first-run", "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with urlopen(f"http://127.0.0.1:{_port(profile)}/json/list", timeout=_PATIENCE) as listed:
            pages = [one for one in json.load(listed) if one["type"] == "page"]
        with connect(pages[0]["webSocketDebuggerUrl"], max_size=None, open_timeout=_PATIENCE) as wire:
            yield Tab(wire)
    finally:
        process.terminate()
        process.wait(timeout=_PATIENCE)


def _port(profile: Path) -> str:
    """The port that the browser chose and wrote into its profile."""
    told = profile / "DevToolsActivePort"
    until = time.monotonic() + _PATIENCE
    while not (told.exists() and told.read_text().strip()):
        assert time.monotonic() < until, "the browser did not start"
        time.sleep(0.05)
    return told.read_text().splitlines()[0]
