"""Every line of the table "Never silently blind" in docs/operations.md is held by a test."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ALERTS, BLIND = "tests/engine/test_alerts.py", "tests/runtime/test_blindness.py"
ALONE = "tests/engine/test_alone.py"
#: First cell of the line -> where it is tried, and by which test.
HELD = {
    "a sign-in that is no longer accepted, wherever it is needed": (ALERTS, "test_what_needs_a_person_is_told_at_once"),
    "a calendar that cannot be read": (
        "tests/engine/test_sync.py",
        "test_one_calendar_that_cannot_be_read_leaves_its_account_well",
    ),
    "a source of presence that does not answer a look": (ALERTS, "test_a_lasting_failure_is_told_once"),
    "a live connection to a telephone system (Asterisk, FRITZ!Box)": (
        "tests/adapters/asterisk/test_events.py",
        "test_it_says_at_once_that_it_hears_nothing_and_when_it_hears_again",
    ),
    "the vendors' push (Meet by Pub/Sub, Teams by Event Hub)": (
        "tests/adapters/google/test_meet_events.py",
        "test_it_goes_on_by_itself_after_a_failure",
    ),
    "telephone services' posts: refused, because the secret differs": (
        "tests/web/test_webhooks.py",
        "test_whether_posts_are_proved_is_kept",
    ),
    "posts of telephone services or of Teams, also by Event Hub, that no longer come at all": (
        BLIND,
        "test_posts_that_stop_coming_are_told",
    ),
    "answers: Slack's connection or the mailbox": (
        ALERTS,
        "test_answers_that_are_not_heard_are_told_through_another_channel",
    ),
    "a channel or task list at a send": (ALERTS, "test_the_notice_about_a_channel_goes_through_the_other_one"),
    "a channel, task list or source that nobody uses just now": (
        "tests/runtime/test_rounds.py",
        "test_a_token_that_nobody_uses_is_tried_every_hour",
    ),
    "free/busy for new times": (BLIND, "test_free_busy_that_cannot_be_read_is_told"),
    "a calendar's push channel: refused, never heard of, or caught missing a change": (
        "tests/engine/test_watching.py",
        "test_changes_that_are_not_told_are_told_to_our_side_until_they_are",
    ),
    "another installation that writes to the same guests": (
        ALONE,
        "test_exactly_one_of_two_installations_writes_and_the_other_says_so",
    ),
    "a calendar in which no mark may be left, although that is switched on": (
        ALONE,
        "test_where_no_mark_may_be_left_messages_go_and_our_side_is_told",
    ),
    "the search for the invitation under which a mail would stand": (
        "tests/engine/test_in_thread.py",
        "test_a_mailbox_that_cannot_be_searched_is_told",
    ),
    "entering an appointment": (
        "tests/engine/test_bookings.py",
        "test_a_calendar_that_may_not_be_written_is_told",
    ),
    "the hint that somebody is in a call": ("tests/engine/test_hints.py", "test_a_hint_that_cannot_be_had_is_none"),
    "pages that end, or an address that a stranger holds": (
        BLIND,
        "test_pages_that_a_stranger_keeps_from_several_workers_are_told",
    ),
    "the socket for commands": (BLIND, "test_what_should_run_for_ever_and_ends_is_told"),
    "a loop that fails each time": (BLIND, "test_a_loop_that_fails_each_time_is_told"),
    "a loop that hangs": ("tests/runtime/test_pulse.py", "test_a_loop_that_hangs_stops_the_feeding"),
    "a worker that was killed, or its machine": (BLIND, "test_a_worker_that_took_no_leave_is_told_of_once_a_day"),
    "a database that cannot be written: full disk, a lock": (
        BLIND,
        "test_a_database_that_cannot_be_written_is_told_directly",
    ),
    "this machine's clock, by more than 10 s": (
        "tests/runtime/test_timekeeping.py",
        "test_a_wrong_clock_is_told_and_the_vendors_time_is_taken",
    ),
    "the heartbeat that cannot be delivered": ("tests/runtime/test_heartbeat.py", "test_a_failure_is_noted_once"),
    "the heartbeat that does not come": ("tests/runtime/test_heartbeat.py", "test_it_is_silent_when_something_hangs"),
    "the service that cannot be kept running": ("tests/real/test_systemd.py", "test_a_failure_for_good_is_told"),
}


def test_every_line_is_tried() -> None:
    page = (ROOT / "docs/operations.md").read_text()
    table = page.partition("| what dies, hangs or is refused |")[2].partition("\n\n")[0]
    lines = [line.split("|")[1].strip() for line in table.splitlines()[2:]]
    assert lines == list(HELD)
    for file, test in HELD.values():
        assert re.search(rf"^(async )?def {test}\(", (ROOT / file).read_text(), re.MULTILINE), f"{file}: {test}"
