"""Who is in a Teams meeting while it runs: told by Microsoft, encrypted and vouched for (a beta of Graph)."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import structlog

from noshowd.adapters.microsoft.conference import PLATFORM, conference_of, thread_id
from noshowd.adapters.microsoft.graph import Graph
from noshowd.adapters.microsoft.roster import Roster
from noshowd.adapters.microsoft.roster_wire import facts
from noshowd.adapters.microsoft.sealing import Seals, Unopened
from noshowd.adapters.microsoft.subscriptions import Subscription, Subscriptions
from noshowd.adapters.microsoft.vouching import Voucher
from noshowd.domain.address import canonical
from noshowd.domain.evidence import Coverage, Observation, SourceTraits
from noshowd.domain.meeting import Meeting
from noshowd.domain.spans import Span
from noshowd.ports.errors import Permanent, VendorError
from noshowd.ports.presence import Stir
from noshowd.ports.webhook import WebhookReply, WebhookResult

log = structlog.get_logger()

#: Microsoft delivers within a minute.
_LAG = timedelta(seconds=60)
#: Subscribed so long before the start: events come only of calls that begin after that.
_BEFORE = timedelta(minutes=15)
_AFTER = timedelta(minutes=90)
#: What is not fetched by a look within this many requests is lost, and said to be.
_WAITING = 500
_KEPT = timedelta(hours=24)
_ACCEPTED = WebhookReply(status=202)
_REFUSED = WebhookResult(reply=WebhookReply(status=400))
#: Told of the subscription itself; "missed" and "removed" leave a hole in what we know.
_REAUTHORIZE = "reauthorizationRequired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One request that carried our secret, not yet opened. `vouched` where the way itself proves the sender."""

    at: datetime
    items: tuple[dict[str, Any], ...]
    tokens: object
    vouched: bool = False


class Feed(Protocol):
    """Another way by which notifications come than our own web address."""

    async def caught_up(self) -> None:
        """Return once everything was received that had been laid down by now. Raises a vendor error."""
        ...


class LiveRoster:
    """Receives notifications and answers looks from them.

    Absence rests on it only where the subscription was there before the call began, the beginning was told, one of our
    own was seen through this very subscription, and it is alive at the moment of the look: silence proves nothing. And
    one "has joined" that is lost leaves no trace: what it covers is `lossy`.
    What one worker received, another does not know: whoever receives what another has subscribed to ends that
    subscription, and so the other finds a hole where there is one. Needs the application right OnlineMeetings.Read.All.
    """

    def __init__(self, graph: Graph, seals: Seals, *, name: str, path: str, notify: str, secret: str) -> None:
        self.name = name
        self.path = path
        self.traits = SourceTraits(
            name=name, keeps_history=True, lossy=True, lag=_LAG, settles_after=timedelta(minutes=5), prepares=_BEFORE
        )
        #: Why notifications were refused, and how often.
        self.refused: Counter[str] = Counter()
        self._graph = graph
        self._seals = seals
        self._secret = secret
        self._voucher = Voucher(graph.settings)
        self._subscriptions = Subscriptions(graph, seals, notify=notify, state=secret)
        self._rosters: dict[str, Roster] = {}
        self._addresses: dict[str, Mapping[str, str]] = {}
        #: Whose meeting it is, by join address.
        self._organizers: dict[str, str] = {}
        self._inbox: deque[Delivery] = deque()
        self._opening = asyncio.Lock()
        self._subscribing = asyncio.Lock()
        #: Subscriptions of somebody else in our name, still to be ended.
        self._astray: set[str] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        #: None where Microsoft posts to us.
        self.feed: Feed | None = None

    def handle(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookResult:
        """Answer at once (Microsoft waits 3 seconds); what carries our secret is opened by the next look."""
        token = parse_qs(urlsplit(headers.get(":path", "")).query).get("validationToken")
        if token is not None:
            reply = WebhookReply(body=token[0][:1000].encode(), content_type="text/plain; charset=utf-8")
            return WebhookResult(reply=reply, tells=False)
        try:
            told = json.loads(body)
            items = [one for one in told["value"] if isinstance(one, dict)]
        except (ValueError, KeyError, TypeError):
            return _REFUSED
        stir = self.take(items, told.get("validationTokens"), now)
        ours = any(self._is_secret(one.get("clientState")) for one in items)
        return WebhookResult(reply=_ACCEPTED, stir=stir, tells=ours)

    def receive(self, body: bytes, now: datetime) -> Stir | None:
        """What came through the feed, into which only Microsoft writes. Its first word is a trial without content."""
        try:
            items = [one for one in json.loads(body)["value"] if isinstance(one, dict)]
        except (ValueError, KeyError, TypeError):
            self._refuse("not understood", 1)
            return None
        told = [one for one in items if not str(one.get("changeType")).startswith("Validation:")]
        return self.take(told, None, now, vouched=True)

    def take(self, items: list[dict[str, Any]], tokens: object, at: datetime, *, vouched: bool = False) -> Stir | None:
        """Keep what carries our secret for the next look, and in whose rooms that is. Each item is judged alone."""
        ours = tuple(one for one in items if self._is_secret(one.get("clientState")))
        self._refuse("client state", len(items) - len(ours))
        if not ours:
            return None
        if len(self._inbox) >= _WAITING:
            for one in ours:
                self._subscriptions.end(str(one.get("subscriptionId")))
            self._refuse("too many at once", len(ours))
            return None
        self._inbox.append(Delivery(at=at, items=ours, tokens=tokens, vouched=vouched))
        keys = {str(one.get("subscriptionId")) for one in ours}
        strange = keys - self._subscriptions.keys
        # a feed tells every worker everything
        if strange and not vouched:
            self._astray |= strange
            # our connection to Graph belongs to the loop in which it looks
            loop = self._loop or asyncio.get_running_loop()
            loop.call_soon_threadsafe(self._begin_ending)
        known = filter(None, map(self._subscriptions.named, keys))
        rooms = frozenset(self._organizers[one.url] for one in known if one.url in self._organizers)
        return Stir(source=self.name, organizers=rooms) if rooms else None

    def _begin_ending(self) -> None:
        ending = asyncio.ensure_future(self._end_astray())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _end_astray(self) -> None:
        """End what somebody else subscribed to. One of our own may have been in the making when word of it came."""
        async with self._subscribing:
            for key in sorted(self._astray):
                if key not in self._subscriptions.keys:
                    try:
                        await self._subscriptions.remove(key)
                    except VendorError as error:  # the next look tries again
                        log.warning("subscription_not_ended", action="observe", source=self.name, error=error.reason)
                        continue
                self._astray.discard(key)

    async def close(self) -> None:
        """Subscriptions end by themselves."""
        for ending in list(self._ending):
            ending.cancel()
        await asyncio.gather(*self._ending, return_exceptions=True)

    def sees(self, meeting: Meeting) -> bool:
        """Meetings that one of our own mailboxes organises."""
        return (
            meeting.place.platform == PLATFORM
            and bool(meeting.place.url)
            and self._graph.settings.owns(meeting.organizer)
        )

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        """Subscribe, or prove that the subscription lives, then tell what was told; of what is long over, nothing."""
        if now > meeting.end + _AFTER:
            return Observation()
        url = meeting.place.url or ""
        until = max(meeting.end + _AFTER, now + _AFTER)
        if not self._addresses.get(url):
            self._addresses[url] = await self._known(meeting)
        self._organizers[url] = canonical(meeting.organizer or "")
        self._loop = asyncio.get_running_loop()
        await self._end_astray()
        async with self._subscribing:
            subscription = await self._subscriptions.ensure(url, until=until, now=now)
        if self.feed is not None:
            await self.feed.caught_up()
        await self._open_all(now)
        self._forget(now - _KEPT)
        roster = self._rosters.setdefault(url, Roster())
        conference = thread_id(url) or url
        covered = now - _LAG
        seen = tuple(roster.sightings(self.name, conference, since=since, until=max(covered, since)))
        if subscription is None:
            return Observation(sightings=seen)
        begins = self._covers_from(roster, subscription, since)
        ours = any(one.began >= subscription.since and self._graph.settings.owns(one.identity.address) for one in seen)
        if begins is None or not ours or covered <= begins:
            return Observation(sightings=seen)
        coverage = Coverage(
            source=self.name, span=Span(start=begins, end=covered), lossy=self.traits.lossy, conference=conference
        )
        return Observation(sightings=seen, coverages=(coverage,))

    def _covers_from(self, roster: Roster, subscription: Subscription, since: datetime) -> datetime | None:
        """From when on everybody would have been told of: from the first call that began under the subscription.

        Another one may have run before, of which nothing is told.
        """
        began = roster.began(subscription.since)
        if began is None or roster.torn(subscription.since) or self._subscriptions.named(subscription.key) is None:
            return None
        return max(since, began)

    async def _known(self, meeting: Meeting) -> Mapping[str, str]:
        """Addresses of those invited, by object id: without them nobody of ours can be told from a stranger."""
        try:
            found = await conference_of(self._graph, meeting)
        except Permanent:  # what comes is kept all the same, and no absence rests on it
            return {}
        return found.addresses if found else {}

    async def _open_all(self, now: datetime) -> None:
        async with self._opening:
            for _ in range(len(self._inbox)):
                delivery = self._inbox[0]
                why = None if delivery.vouched else await self._voucher.refusal(delivery.tokens, delivery.at, now)
                tenant = await self._voucher.tenant(now)
                self._inbox.popleft()
                if why is not None:
                    self._refuse(why, len(delivery.items))
                    continue
                for one in delivery.items:
                    self._open(one, tenant)

    def _open(self, item: dict[str, Any], tenant: str) -> None:
        """One notification that Microsoft vouched for."""
        subscription = self._subscriptions.named(str(item.get("subscriptionId")))
        if item.get("tenantId") != tenant:
            self._refuse("another tenant", 1)
        elif subscription is None:
            self._refuse("another subscription", 1)
        elif item.get("lifecycleEvent") == _REAUTHORIZE:
            self._subscriptions.mark_reauthorize(subscription.key)
        elif "lifecycleEvent" in item:
            self._subscriptions.end(subscription.key)
        elif item.get("encryptedContent") is None:
            # too large to be sent along: what it would have told is a hole
            self._subscriptions.end(subscription.key)
            self._refuse("without content", 1)
        else:
            self._unseal(item, subscription)

    def _unseal(self, item: dict[str, Any], subscription: Subscription) -> None:
        try:
            content = self._seals.open(item.get("encryptedContent"))
            for fact in facts(content, self._addresses.get(subscription.url, {})):
                self._rosters.setdefault(subscription.url, Roster()).add(fact)
        except Unopened as error:
            self._refuse(str(error), 1)
        except (ValueError, KeyError, TypeError, AttributeError):
            # it is Microsoft's and we cannot read it: what it would have told is a hole
            self._subscriptions.end(subscription.key)
            self._refuse("not understood", 1)

    def _forget(self, before: datetime) -> None:
        self._subscriptions.forget(before)
        for roster in self._rosters.values():
            roster.forget(before)
        self._rosters = {url: one for url, one in self._rosters.items() if one or url in self._subscriptions}
        self._addresses = {url: one for url, one in self._addresses.items() if url in self._rosters}
        self._organizers = {url: one for url, one in self._organizers.items() if url in self._subscriptions}

    def _is_secret(self, given: object) -> bool:
        return isinstance(given, str) and hmac.compare_digest(given.encode(), self._secret.encode())

    def _refuse(self, why: str, number: int) -> None:
        if number > 0:
            self.refused[why] += number
            log.warning("notification_refused", action="observe", source=self.name, reason=why, number=number)
