"""Reads the call list of a box over TR-064 with fritzconnection. Blocking; its errors are put into our words."""

from __future__ import annotations

import logging
from typing import Any
from xml.etree import ElementTree as ET

from noshowd.adapters.fritzbox.list_wire import Entry
from noshowd.adapters.fritzbox.settings import CallListSettings
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary, VendorError

_SERVICE = "X_AVM-DE_OnTel1"
#: No list is longer: a box keeps some hundred calls.
_LARGEST = 16 * 1024 * 1024


class CallListClient:
    """One box. The connection is made at the first reading: the box then describes itself, which takes seconds."""

    def __init__(self, settings: CallListSettings) -> None:
        self._settings = settings
        self._box: Any = None

    def read(self, days: int | None = None) -> list[Entry]:
        """The entries of the last days, or all that the box keeps. Raises a vendor error."""
        import requests
        from fritzconnection.core.exceptions import FritzConnectionException

        try:
            if self._box is None:
                self._box = _connect(self._settings)
            place = self._box.call_action(_SERVICE, "GetCallList")["NewCallListURL"]
            if not place:
                raise Permanent("call_list_switched_off")
            return _entries(self._fetch(place if days is None else f"{place}&days={days}"))
        except FritzConnectionException as error:
            raise _in_our_words(error) from None
        except requests.RequestException as error:
            self.close()
            raise Temporary(f"unreachable: {type(error).__name__}") from None
        except (ET.ParseError, AttributeError, KeyError, ValueError):
            # the library itself stumbles over an answer without the parts that it expects
            raise Temporary("unreadable_answer") from None

    def close(self) -> None:
        if self._box is not None:
            self._box.session.close()
            self._box = None

    def _fetch(self, place: str) -> bytes:
        # not with the library's own reader, which waits for ever
        with self._box.session.get(place, timeout=self._settings.timeout, stream=True) as answer:
            if answer.status_code != 200:
                raise Temporary(f"http_{answer.status_code}")
            body: bytes = answer.raw.read(_LARGEST, decode_content=True)
        return body


def _connect(settings: CallListSettings) -> Any:
    from fritzconnection import FritzConnection

    # it would print every lost connection itself; what is wrong with the box is said in our words
    logging.getLogger("fritzconnection").setLevel(logging.CRITICAL)

    class Box(FritzConnection):  # type: ignore[misc]  # the library brings no types
        """A box in the same network is never behind a proxy, nor is its certificate one of an authority."""

        def _load_router_api(self, *given: Any, **named: Any) -> None:
            self.session.trust_env = False
            try:
                super()._load_router_api(*given, **named)
            except BaseException:
                self.session.close()
                raise

    return Box(
        address=settings.host,
        port=settings.port,
        user=settings.username,
        password=settings.password,
        timeout=settings.timeout,
        use_tls=settings.tls,
    )


def _entries(body: bytes) -> list[Entry]:
    """The calls of a list, through the library's own reader of them."""
    from fritzconnection.lib.fritzcall import CallCollection

    root = ET.fromstring(body)  # noqa: S314 - expat itself refuses entities that grow; the box is ours
    if root.tag != "root":
        raise ValueError("not a call list")
    return [
        Entry(
            type=call.Type,
            caller=call.Caller,
            caller_number=call.CallerNumber,
            called=call.Called,
            called_number=call.CalledNumber,
            port=call.Port,
            date=call.Date,
            duration=call.Duration,
            path=call.Path,
        )
        for call in CallCollection(root)
    ]


def _in_our_words(error: Exception) -> VendorError:
    from fritzconnection.core.exceptions import (
        FritzAuthorizationError,
        FritzInternalError,
        FritzSecurityError,
        FritzServiceError,
    )

    if isinstance(error, FritzAuthorizationError):
        return CredentialsLost("login_refused")
    if isinstance(error, FritzSecurityError):
        return Permanent("call_list_not_allowed")
    if isinstance(error, FritzInternalError):
        return Permanent("no_call_list")
    if isinstance(error, FritzServiceError):
        return Permanent("no_telephony")
    if "access for applications disabled" in str(error):
        return Permanent("applications_not_allowed")
    return Temporary("box_unavailable")
