"""The Slack channel against the simulated workspace: the contract of channels, and what is Slack's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest

from contract.channel_clock import SteppingClock
from contract.channel_suite import ChannelSuite, ChannelWorld, Delivered
from noshowd.adapters.slack.channel import SlackChannel
from noshowd.adapters.slack.client import Connection
from noshowd.demo.vendors.slack.server import SlackServer
from noshowd.demo.vendors.slack.workspace import Message
from noshowd.ports.channel import Carries, Choice, Parcel, Passage, Recipient
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary


class SlackWorld(ChannelWorld):
    def __init__(self, server: SlackServer, clock: SteppingClock) -> None:
        self.server = server
        self.clock = clock
        self.workspace = server.workspace
        self.anna = server.workspace.add_user("anna", "anna@example.com")
        self.channel = self.connect(server.url)

    def connect(self, url: str, token: str = "xoxb-simulated-bot") -> SlackChannel:
        connection = Connection(base_url=url)
        return SlackChannel(name="slack", bot_token=token, clock=self.clock, connection=connection)

    def parcel(self, key: str = "parcel-1") -> Parcel:
        return Parcel(
            key=key,
            carries=Carries.TO_OUR_SIDE,
            recipient=Recipient(address="anna@example.com"),
            subject="An appointment of yours",
            text="You are expected.",
        )

    def delivered(self) -> list[Delivered]:
        return [self._shown(message) for message in self.workspace.messages]

    def _shown(self, message: Message) -> Delivered:
        (owner,) = [user for user, channel in self.workspace.dms.items() if channel == message.channel]
        texts = [block["text"]["text"] for block in message.blocks if block["type"] == "section"]
        markup = "\n".join(texts)
        return Delivered(
            to=frozenset({owner}),
            title=unescape(message.text),
            body=unescape(markup),
            markup=f"{message.text}\n{markup}",
        )

    def addressee(self, parcel: Parcel) -> str:
        return self.anna.id

    def lose_answer(self) -> None:
        self.workspace.levers.lose_answer = True

    def throttle(self, seconds: int) -> None:
        self.workspace.levers.throttle = seconds

    def reject_recipient(self) -> None:
        self.anna.deleted = True

    def revoke(self) -> None:
        self.workspace.revoked = True

    def unplug(self) -> None:
        self.channel = self.connect("http://127.0.0.1:1/api/")


@pytest.fixture
def world() -> Iterator[SlackWorld]:
    clock = SteppingClock()
    with SlackServer(clock.now) as server:
        yield SlackWorld(server, clock)


class TestSlackChannel(ChannelSuite):
    pass


async def test_the_notification_is_the_discreet_line(world: SlackWorld) -> None:
    await world.channel.send(replace(world.parcel(), preview="Please have a look", text="Bob is missing"))
    (message,) = world.workspace.messages
    assert message.text == "Please have a look"
    assert "Bob is missing" in message.blocks[0]["text"]["text"]


async def test_choices_become_buttons_and_vanish_with_an_edit(world: SlackWorld) -> None:
    choices = (
        Choice(label="They are here", value="v1.a", style="primary"),
        Choice(label="Leave it", value="v1.b", style="quiet"),
    )
    parcel = replace(world.parcel(), choices=choices)
    receipt = await world.channel.send(parcel)
    (message,) = world.workspace.messages
    buttons = message.blocks[-1]["elements"]
    assert [(b["text"]["text"], b["value"], b.get("style")) for b in buttons] == [
        ("They are here", "v1.a", "primary"),
        ("Leave it", "v1.b", None),
    ]
    await world.channel.edit(receipt, replace(parcel, choices=(), text="Done: they are here."))
    assert [block["type"] for block in message.blocks] == ["section"]
    assert await world.channel.verify(parcel) is not None


async def test_what_follows_stands_in_the_thread_of_the_first_and_in_sight(world: SlackWorld) -> None:
    first = await world.channel.send(world.parcel())
    later = replace(world.parcel(), key="later", thread=first.ref, choices=(Choice(label="Yes", value="v"),))
    await world.channel.send(later)
    root, reply = world.workspace.messages
    assert (root.thread_ts, reply.thread_ts, reply.broadcast) == (None, root.ts, True)
    assert [block["type"] for block in reply.blocks] == ["section"], "the buttons are on the first message"
    assert await world.channel.verify(later) is not None
    aside = replace(later, key="aside", aside=True)
    await world.channel.send(aside)
    assert not world.workspace.messages[-1].broadcast
    assert await world.channel.verify(aside) is not None, "only its thread shows it"
    assert await world.channel.verify(replace(aside, key="never sent")) is None
    await world.channel.send(replace(world.parcel(), key="elsewhere", thread="D0000009:1.0"))
    assert world.workspace.messages[-1].thread_ts is None


async def test_where_the_first_message_was_deleted_the_next_stands_by_itself(
    world: SlackWorld,
) -> None:
    first = await world.channel.send(world.parcel())
    await world.channel.retract(first)
    later = replace(world.parcel(), key="later", thread=first.ref, choices=(Choice(label="Yes", value="v"),))
    await world.channel.send(later)
    [message] = world.workspace.messages
    assert (message.thread_ts, message.blocks[-1]["type"]) == (None, "actions")
    assert await world.channel.verify(later) is not None


async def test_an_edited_message_shows_several_things_each_with_its_buttons(world: SlackWorld) -> None:
    receipt = await world.channel.send(world.parcel())
    yes = (Choice(label="Yes", value="v1"), Choice(label="No", value="v2"))
    shown = replace(world.parcel(), choices=yes, more=(Passage(text="Below", choices=yes), Passage(text="Told")))
    await world.channel.edit(receipt, shown)
    [message] = world.workspace.messages
    kinds = [block["type"] for block in message.blocks]
    assert kinds == ["section", "actions", "divider", "section", "actions", "divider", "section"]
    ids = [button["action_id"] for block in message.blocks for button in block.get("elements", ())]
    assert len(set(ids)) == 4


async def test_of_a_prepared_mail_only_its_recipient_is_read(world: SlackWorld) -> None:
    await world.channel.send(replace(world.parcel(), text="Write: mailto:gus@them.example?subject=Hi&body=A%20B"))
    (message,) = world.workspace.messages
    assert message.blocks[0]["text"]["text"] == (
        "Write: <mailto:gus@them.example?subject=Hi&amp;body=A%20B|gus@them.example>"
    )


async def test_addresses_stay_links_and_words_do_not_become_mentions(world: SlackWorld) -> None:
    text = "Room https://meet.example/a?b=1&c=2 or tel:+4989123456 @channel #general"
    await world.channel.send(replace(world.parcel(), text=text, link="https://calendar.example/e"))
    (message,) = world.workspace.messages
    section = message.blocks[0]["text"]
    assert section["verbatim"] is True
    assert "<https://meet.example/a?b=1&amp;c=2>" in section["text"]
    assert "<tel:+4989123456>" in section["text"]
    assert "<https://calendar.example/e>" in section["text"]


async def test_a_long_text_is_cut_into_sections_between_words(world: SlackWorld) -> None:
    await world.channel.send(replace(world.parcel(), text="anna & bob " * 700))
    (message,) = world.workspace.messages
    pieces = [block["text"]["text"] for block in message.blocks]
    assert len(pieces) > 1
    assert all(len(piece) <= 3000 for piece in pieces)
    assert unescape("".join(pieces)).split() == ("anna & bob " * 700).split()


async def test_people_are_looked_up_once_and_misses_are_remembered(world: SlackWorld) -> None:
    await world.channel.send(world.parcel("a"))
    await world.channel.send(world.parcel("b"))
    stranger = replace(world.parcel("c"), recipient=Recipient(address="nobody@example.com"))
    for _ in range(2):
        with pytest.raises(Permanent):
            await world.channel.send(stranger)
    assert world.workspace.calls.count("users.lookupByEmail") == 2
    assert world.workspace.calls.count("conversations.open") == 1
    nobody = world.workspace.add_user("new", "nobody@example.com")
    world.clock.advance(901)
    await world.channel.send(stranger)
    assert len(world.workspace.messages_to(nobody.id)) == 1


@pytest.mark.parametrize("named", ["U0000001", "anna", "@anna", "anna@example.com"])
async def test_a_slack_name_overrides_the_address(world: SlackWorld, named: str) -> None:
    recipient = Recipient(address="private@example.org", slack=named)
    await world.channel.send(replace(world.parcel(), recipient=recipient))
    assert len(world.workspace.messages_to(world.anna.id)) == 1


async def test_an_unknown_handle_is_searched_through_all_pages(world: SlackWorld) -> None:
    for number in range(401):
        world.workspace.add_user(f"user{number}", f"user{number}@example.com")
    with pytest.raises(Permanent):
        await world.channel.send(replace(world.parcel(), recipient=Recipient(slack="who")))
    assert world.workspace.calls.count("users.list") == 3


async def test_verify_looks_through_many_pages_and_then_leaves_it_to_a_person(world: SlackWorld) -> None:
    await world.channel.send(world.parcel("wanted"))
    for number in range(250):
        await world.channel.send(world.parcel(f"later-{number}"))
    assert await world.channel.verify(world.parcel("wanted")) is not None
    newest = world.workspace.messages[-1]
    world.workspace.messages.extend([newest] * 2000)
    with pytest.raises(Permanent, match="somebody has to look"):
        await world.channel.verify(world.parcel("wanted"))


async def test_a_token_that_is_not_the_bots_is_lost_credentials(world: SlackWorld) -> None:
    with pytest.raises(CredentialsLost):
        await world.connect(world.server.url, token="xoxb-somebody-else").send(world.parcel())


async def test_a_missing_right_names_the_right(world: SlackWorld) -> None:
    world.workspace.scopes.remove("im:write")
    with pytest.raises(Permanent, match="im:write"):
        await world.channel.send(world.parcel())


async def test_slack_failing_inside_is_uncertain(world: SlackWorld) -> None:
    world.workspace.levers.refuse = "internal_error"
    with pytest.raises(Temporary) as caught:
        await world.channel.send(world.parcel())
    assert caught.value.uncertain


async def test_a_value_slack_does_not_take_is_permanent(world: SlackWorld) -> None:
    parcel = replace(world.parcel(), choices=(Choice(label="Yes", value="v" * 2001),))
    with pytest.raises(Permanent, match="invalid_blocks"):
        await world.channel.send(parcel)
