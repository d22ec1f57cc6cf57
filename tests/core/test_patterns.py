"""Patterns that `re` would search for longer than anybody waits: given up in time, and said wherever they stand."""

from __future__ import annotations

import re
import signal
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl_desktop.core import patterns
from hitl_desktop.core.patterns import PatternSearches
from hitl_desktop.core.schema import JsonSchema, problems

SLOW = "^(a+)+$"
ENDLESS = "a" * 60 + "!"
GIVEN_UP = f"takes too long to be checked against the pattern {SLOW} of its schema, and is not sent unchecked"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (SLOW, ENDLESS),
        ("(a|a)*b", "a" * 60),
        (r"^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 60),
        ("(?=(a+)+b)a", "a" * 60),
        (r"(.*)\1\1x", "a" * 9_000),
        (r"\s+x", " " * 1_000_000),
    ],
)
def test_a_search_that_takes_too_long_is_given_up(pattern: str, text: str) -> None:
    searches = PatternSearches()
    assert searches.found(pattern, text) is None
    assert searches.given_up == [pattern]
    assert searches.found("a+", "bab") is True, "the next one is searched for"


@given(st.sampled_from(["a+b", "^a", "b$", "(?<=a)b", r"\bb", "a*", "^$", "(?m)^b"]), st.text("ab\n ", max_size=8))
def test_a_long_text_is_searched_as_a_short_one(pattern: str, text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patterns, "_LONG_TEXT", 0)
        assert PatternSearches().found(pattern, text) is (re.search(pattern, text) is not None)


def test_many_slow_searches_share_their_time_and_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, search = [], patterns._search

    def count(pattern: re.Pattern[str], text: str) -> bool | None:
        begun.append(text)
        return search(pattern, text)

    monkeypatch.setattr(patterns, "_search", count)
    schema = {"items": {"pattern": SLOW}}
    value = [f"{ENDLESS}{number}" for number in range(200)]
    assert len(problems(value, schema)) == 200
    assert 1 <= len(begun) < 20, "a few take the time of all"
    begun.clear()
    again = f"{ENDLESS}again"
    assert len(problems([again] * 200, schema)) == 200
    assert begun == [again]


@pytest.mark.parametrize(
    ("schema", "value", "said"),
    [
        ({"properties": {"name": {"pattern": SLOW}}}, {"name": ENDLESS}, f"name: {GIVEN_UP}"),
        ({"anyOf": [{"type": "string", "pattern": SLOW}, {"type": "null"}]}, ENDLESS, GIVEN_UP),
        ({"anyOf": [{"pattern": SLOW}, {"type": "string"}]}, ENDLESS, GIVEN_UP),
        ({"not": {"pattern": SLOW}}, ENDLESS, GIVEN_UP),
        ({"if": {"pattern": SLOW}, "then": False}, ENDLESS, GIVEN_UP),
        ({"patternProperties": {SLOW: {}}}, {ENDLESS: 1}, GIVEN_UP),
        ({"patternProperties": {SLOW: {}}, "additionalProperties": False}, {ENDLESS: 1}, GIVEN_UP),
        (
            {
                "unevaluatedProperties": False,
                "$ref": "#/$defs/names",
                "$defs": {"names": {"patternProperties": {SLOW: {}}}},
            },
            {ENDLESS: 1},
            GIVEN_UP,
        ),
        ({"propertyNames": {"pattern": SLOW}}, {ENDLESS: 1}, GIVEN_UP),
    ],
)
def test_what_could_not_be_checked_is_said(schema: JsonSchema, value: Any, said: str) -> None:
    assert any(str(problem).startswith(said) for problem in problems(value, schema))


def test_what_fits_and_what_does_not_is_told_as_before() -> None:
    schema = {"patternProperties": {"^n": {"pattern": SLOW}}, "additionalProperties": False}
    assert problems({"name": "a" * 60}, schema) == ()
    assert [str(each) for each in problems({"name": "b", "x": 1}, schema)] == [
        "has a field that is not known here: 'x' does not match any of the regexes: '^n'",
        "name: does not match the pattern ^(a+)+$",
    ]


@pytest.mark.parametrize("pattern", ["(", "a{99999999999}"])
def test_a_pattern_that_is_none_makes_the_schema_invalid(pattern: str) -> None:
    (problem,) = problems("a", {"pattern": pattern})
    assert "schema is not valid" in problem.message


def test_the_programs_own_handler_and_timer_are_as_before() -> None:
    def handler(number: int, frame: object) -> None:
        raise AssertionError("an alarm came late")

    before = signal.signal(signal.SIGVTALRM, handler)
    try:
        PatternSearches().found("(a|a)*c", "a" * 60)
        assert signal.getsignal(signal.SIGVTALRM) is handler
        assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)
    finally:
        signal.signal(signal.SIGVTALRM, before)


def test_a_thread_searches_without_an_alarm() -> None:
    found: list[bool | None] = []
    thread = threading.Thread(target=lambda: found.append(PatternSearches().found("a+", "bab")))
    thread.start()
    thread.join()
    assert found == [True]
