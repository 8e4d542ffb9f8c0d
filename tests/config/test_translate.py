"""From the configuration to the values of the domain."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from noshowd.config.model import Config
from noshowd.config.translate import Policies, contact_for, guest_hours, hours_of, is_ours, policies
from noshowd.domain.followup import Approval, Cause, FollowUpKind
from noshowd.domain.meeting import Kind, Meeting, Person, Place, Side
from noshowd.domain.policy import DEFAULT_LADDERS, Policy, WindowKind

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def _config(**tables) -> Config:
    return Config.model_validate({"mode": "live", "us": {"domains": ["wir.de"], "zone": "Europe/Berlin"}, **tables})


def _meeting(*guests: str, kind: Kind = Kind.VIDEO, title: str = "Beratung", host: str = "anna@wir.de") -> Meeting:
    people = [Person(key=host, address=host, side=Side.OURS)]
    people += [Person(key=guest, address=guest, side=Side.THEIRS) for guest in guests]
    return Meeting(
        key="m", start=START, end=START + timedelta(hours=1), place=Place(kind=kind), people=tuple(people), title=title
    )


def _chosen(meeting: Meeting, config: Config) -> Policy:
    policy = Policies(config).choose(meeting)
    assert policy is not None
    return policy


def test_without_policies_every_meeting_with_guests_is_watched():
    chosen = _chosen(_meeting("meier@example.com"), _config())

    assert chosen.name == "default"
    assert chosen.ladders == DEFAULT_LADDERS
    assert Policies(_config()).choose(_meeting("ben@wir.de")) is None
    assert Policies(_config()).choose(_meeting("meier@example.com", kind=Kind.IN_PERSON)) is None


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({}, True),
        ({"medium": ["phone"]}, False),
        ({"with": "internal"}, False),
        ({"with": "anyone"}, True),
        ({"people": ["anna@wir.de"]}, True),
        ({"people": ["ben@wir.de"]}, False),
        ({"domains": ["@example.com"]}, True),
        ({"domains": ["@wir.de"]}, False),
        ({"domains": ["@ample.com"]}, False),
        ({"title": "beratung|erstgespräch"}, True),
        ({"title": "^Kurs"}, False),
    ],
)
def test_conditions(match, fits):
    config = _config(policy=[{"name": "p", "match": match}])

    assert (Policies(config).choose(_meeting("meier@sub.example.com")) is not None) is fits


def test_the_first_policy_that_fits_rules_and_may_leave_a_meeting_alone():
    config = _config(policy=[{"name": "not", "match": {"title": "privat"}, "watch": False}, {"name": "rest"}])

    assert Policies(config).choose(_meeting("m@example.com", title="Privat: Zahnarzt")) is None
    assert _chosen(_meeting("m@example.com"), config).name == "rest"


def test_delicate_titles_are_left_alone():
    assert Policies(_config()).choose(_meeting("m@example.com", title="Termin beim ARZT")) is None
    assert Policies(_config()).choose(_meeting("m@example.com", title="Beratung Arztpraxis")) is not None
    assert Policies(_config(privacy={"skip_titles": []})).choose(_meeting("m@example.com", title="Arzt")) is not None


def test_shadow_of_mode_policy_and_person():
    meeting = _meeting("m@example.com")
    shy = [{"address": "anna@wir.de", "shadow": True}]

    assert _chosen(meeting, _config()).shadow is False
    assert _chosen(meeting, _config(mode="shadow", policy=[{"name": "p", "shadow": False}])).shadow is True
    assert _chosen(meeting, _config(policy=[{"name": "p", "shadow": True}])).shadow is True
    assert _chosen(meeting, _config(person=shy)).shadow is True


def test_ladders_and_parameters():
    config = _config(
        policy=[
            {
                "name": "p",
                "judging": {"confirm_after": "10 min"},
                "offer_for": "3 days",
                "when_unknown": [],
                "when_they_are_missing": [
                    {"after": "5 min", "send": "courtesy_message"},
                    {"after": "10 min", "send": "courtesy_message", "approval": "auto"},
                    {"after": "confirmed", "send": "recall_task", "medium": ["phone"]},
                ],
            }
        ]
    )

    policy = policies(config)["p"]
    first, second, task = policy.ladders[Cause.THEY_ARE_MISSING]

    assert (first.name, first.approval) == ("courtesy_message", Approval.ASK)
    assert (second.name, second.approval) == ("courtesy_message_2", Approval.AUTO)
    assert (task.kind, task.after, task.window) == (FollowUpKind.RECALL_TASK, None, WindowKind.DAY)
    assert task.media == frozenset({Kind.PHONE})
    assert policy.ladders[Cause.UNKNOWN] == ()
    assert policy.ladders[Cause.WE_ARE_MISSING] == DEFAULT_LADDERS[Cause.WE_ARE_MISSING]
    assert policy.judging.confirm_after == timedelta(minutes=10)
    assert policy.offer_days == timedelta(days=3)


def test_who_is_ours():
    config = _config(
        us={
            "domains": ["wir.de"],
            "addresses": ["ich@gmail.com"],
            "contractors": ["carla@frei.de"],
            "aliases": {"alt@wo.de": "anna@wir.de"},
        },
        person=[{"address": "x@sonst.de", "aliases": ["y@privat.de"]}],
    )

    ours = ["Anna@WIR.de", "ich@gmail.com", "carla@frei.de", "alt@wo.de", "x@sonst.de", "y@privat.de"]
    assert all(is_ours(address, config) for address in ours)
    assert not any(is_ours(address, config) for address in ["du@gmail.com", "a@nicht-wir.de", "a@sub.wir.de"])


def test_the_exact_contact_rules_over_the_longest_domain():
    config = _config(
        contact=[
            {"match": "@kunde.de", "language": "en"},
            {"match": "@nord.kunde.de", "zone": "Europe/London"},
            {"match": "meier@kunde.de", "salutation": "formal"},
        ]
    )

    found = [contact_for(address, config) for address in ("Meier@Kunde.de", "x@kunde.de", "x@a.nord.kunde.de")]
    assert [contact and contact.match for contact in found] == ["meier@kunde.de", "@kunde.de", "@nord.kunde.de"]
    assert contact_for("x@andere.de", config) is None


def test_whose_hours_count():
    config = _config(
        us={"domains": ["wir.de"], "zone": "Europe/Berlin", "holidays": "DE-BY"},
        person=[{"address": "anna@wir.de", "working_hours": "Mon 08:00-12:00", "zone": "Europe/Vienna"}],
        contact=[{"match": "m@kunde.uk", "zone": "Europe/London", "holidays": "GB-ENG"}],
    )

    assert hours_of(config.person[0], config).zone == "Europe/Vienna"
    assert str(hours_of(config.person[0], config).weekly) == "Mon 08:00-12:00"
    assert hours_of(None, config).zone == "Europe/Berlin"
    guest = guest_hours(config.contact[0], config)
    assert (guest.zone, guest.regions) == ("Europe/London", ("DE-BY", "GB-ENG"))
    assert guest_hours(None, config).zone == "Europe/Berlin"


def test_without_holidays_those_of_the_whole_country_of_the_zone_are_kept():
    config = _config(
        us={"domains": ["wir.de"], "zone": "Europe/Berlin"},
        person=[{"address": "anna@wir.de"}, {"address": "eva@wir.de", "zone": "Europe/Vienna"}],
        contact=[
            {"match": "m@kunde.ch", "zone": "Europe/Zurich"},
            {"match": "o@kunde.com", "zone": "UTC"},
            {"match": "e@kunde.com", "zone": "US/Eastern"},
        ],
    )

    assert [hours_of(person, config).regions for person in config.person] == [("DE",), ("AT",)]
    assert [guest_hours(contact, config).regions for contact in config.contact] == [("DE", "CH"), ("DE",), ("DE", "US")]
    new_year, monday = date(2027, 1, 1), date(2027, 1, 4)
    assert hours_of(None, config).open_spans(new_year) == ()
    assert hours_of(None, config).open_spans(monday) != ()


def test_holidays_may_be_none():
    config = _config(
        us={"domains": ["wir.de"], "zone": "Europe/Berlin", "holidays": "none"},
        person=[{"address": "anna@wir.de"}],
        contact=[{"match": "m@kunde.uk", "zone": "Europe/London", "holidays": "none"}],
    )

    assert hours_of(None, config).open_spans(date(2027, 1, 1)) != ()
    assert guest_hours(config.contact[0], config).regions == ()
