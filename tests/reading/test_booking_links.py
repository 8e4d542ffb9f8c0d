"""The page on which a guest of a booking service chooses another time."""

from __future__ import annotations

import pytest

from noshowd.reading.booking_links import reschedule_page


@pytest.mark.parametrize(
    ("text", "page"),
    [
        (
            """Event Name: Intro

            Cancel: https://calendly.com/cancellations/AB12
            Reschedule: https://calendly.com/reschedulings/AB12
            """,
            "https://calendly.com/reschedulings/AB12",
        ),
        (
            'Need to make a change? <a href="https://app.cal.com/reschedule/x7Yq?seat=1&amp;lang=de">Reschedule</a>',
            "https://app.cal.com/reschedule/x7Yq?seat=1&lang=de",
        ),
        (
            "Move it (https://meet.example.com/bookings/9?action=reschedule).",
            "https://meet.example.com/bookings/9?action=reschedule",
        ),
        ("Please reschedule at http://calendly.com/reschedulings/1", None),
        ("Join: https://meet.google.com/abc-defg-hij", None),
        ("", None),
    ],
)
def test_the_page_is_found_where_a_service_wrote_one(text: str, page: str | None) -> None:
    assert reschedule_page(text) == page
