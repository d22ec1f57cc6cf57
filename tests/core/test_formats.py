"""Which texts are of which format, whatever other packages are installed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl_desktop.core.formats import FORMATS
from hitl_desktop.core.schema import problems

ZONES = st.none() | st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    ("name", "text", "fits"),
    [
        ("date", "2026-11-21", True),
        ("date", "2026-02-30", False),
        ("date", "20261121", False),
        ("date", "2026-11-21\n", False),
        ("date", "2026-11-2\u0661", False),
        ("date-time", "2026-11-21T07:30:00Z", True),
        ("date-time", "2026-11-21 07:30", True),
        ("date-time", "2026-11-21T07:30:00.123+05:30", True),
        ("date-time", "2026-11-21", False),
        ("date-time", "2026-02-30T07:30:00Z", False),
        ("date-time", "2026-11-21T25:00:00Z", False),
        ("time", "07:30", True),
        ("time", "7:30", False),
        ("time", "24:00:00", False),
        ("duration", "P1DT2H30M", True),
        ("duration", "PT0.5S", True),
        ("duration", "P", False),
        ("duration", "P1DT", False),
        ("email", "ana@example.com", True),
        ("email", "root@localhost", True),
        ("email", "ana", False),
        ("email", "ana @example.com", False),
        ("email", "a@b@c", False),
        ("uri", "https://example.com/a?b=c#d", True),
        ("uri", "mailto:ana@example.com", True),
        ("uri", "example.com", False),
        ("uri", "https://exa mple.com", False),
        ("uuid", "123e4567-e89b-12d3-a456-426614174000", True),
        ("uuid", "123e4567", False),
        ("of-its-own", "anything", True),
    ],
)
def test_texts_of_a_format(name: str, text: str, fits: bool) -> None:
    assert (problems(text, {"type": "string", "format": name}) == ()) is fits


@pytest.mark.parametrize("name", FORMATS)
def test_the_example_of_a_format_is_of_it_and_an_empty_text_is_not(name: str) -> None:
    assert FORMATS[name].fits(FORMATS[name].sample)
    assert not FORMATS[name].fits("")
    assert problems(5, {"format": name}) == (), "a format says nothing of what is no text"


@given(st.datetimes(), ZONES, st.dates(), st.times())
def test_what_python_writes_is_of_its_format(when: datetime, zone: timezone | None, day: date, at: time) -> None:
    assert FORMATS["date-time"].fits(when.replace(tzinfo=zone).isoformat())
    assert FORMATS["date"].fits(day.isoformat())
    assert FORMATS["time"].fits(at.isoformat())
