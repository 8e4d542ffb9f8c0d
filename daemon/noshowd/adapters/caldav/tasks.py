"""A call-back task in somebody's list, at an address of our own making: made once, however often it is tried."""

from __future__ import annotations

import ssl

import httpx2

from noshowd.adapters.caldav.settings import CaldavSettings
from noshowd.adapters.caldav.wire import place, todo, word_for
from noshowd.domain.address import canonical
from noshowd.ports.channel import Carries, Parcel, Receipt, Recovery
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Permanent, Temporary, Unreachable

_GONE = (404, 410)
#: The task is there already (RFC 9110, 13.1.2): a first try got through.
_THERE = 412


class CaldavTasks:
    """Puts VTODOs. A receipt names the address of the task."""

    carries = frozenset({Carries.TASKS})
    recovery = Recovery.RESEND
    edits = True

    def __init__(self, settings: CaldavSettings, clock: Clock) -> None:
        self.name = settings.name
        self.timeout = settings.timeout + 2.0
        self._settings = settings
        self._clock = clock

    async def send(self, parcel: Parcel) -> Receipt:
        address = self._place(parcel)
        status = await self._put(address, parcel, {"If-None-Match": "*"})
        if status == _THERE:
            await self._call("GET", address)
        return self._receipt(address)

    async def verify(self, parcel: Parcel) -> Receipt | None:
        address = self._place(parcel)
        return None if await self._call("GET", address, fine=_GONE) in _GONE else self._receipt(address)

    async def edit(self, receipt: Receipt, parcel: Parcel) -> Receipt:
        await self._put(receipt.ref, parcel, {})
        return self._receipt(receipt.ref)

    async def retract(self, receipt: Receipt) -> None:
        await self._call("DELETE", receipt.ref, fine=_GONE)

    async def look(self, task_list: str) -> None:
        """The list is there and we may see it. Raises as `send` does."""
        body = b'<propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>'
        await self._call("PROPFIND", task_list, body=body, headers={"Depth": "0", "Content-Type": "application/xml"})

    def _place(self, parcel: Parcel) -> str:
        who = parcel.recipient.address
        task_list = self._settings.lists.get(canonical(who)) if who else None
        if task_list is None:
            raise Unreachable("no task list of this person is configured")
        return place(task_list, parcel.key)

    async def _put(self, address: str, parcel: Parcel, headers: dict[str, str]) -> int:
        kind = {"Content-Type": "text/calendar; charset=utf-8"}
        return await self._call(
            "PUT", address, body=todo(parcel, self._clock.now()), headers=kind | headers, fine=(_THERE,)
        )

    async def _call(
        self,
        method: str,
        address: str,
        *,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        fine: tuple[int, ...] = (),
    ) -> int:
        """The status of a success, or one of `fine`. Raises one of our words for anything else."""
        settings = self._settings
        verify = ssl.create_default_context(cafile=settings.ca_file)
        sign_in = (settings.username, settings.password)
        try:
            async with httpx2.AsyncClient(
                auth=sign_in, verify=verify, proxy=settings.proxy, timeout=settings.timeout, trust_env=False
            ) as client:
                answer = await client.request(method, address, content=body, headers=headers)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as unreachable:
            raise Temporary(f"the CalDAV server cannot be reached ({type(unreachable).__name__})") from None
        except httpx2.InvalidURL:
            raise Permanent("the address of the task list is none") from None
        except httpx2.HTTPError as broken:
            raise Temporary(f"the CalDAV server did not answer ({type(broken).__name__})", uncertain=True) from None
        if answer.is_success or answer.status_code in fine:
            return answer.status_code
        raise word_for(answer.status_code, answer.headers.get("Retry-After", ""))

    def _receipt(self, address: str) -> Receipt:
        return Receipt(channel=self.name, ref=address, at=self._clock.now())
