"""The history of a value: what is one step, and where two values differ."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl_desktop.core.schema import Path, Problem
from hitl_desktop.core.values import same
from hitl_desktop.ui.editors.history import PAUSE, EditHistory, Moment, difference
from tests.ui.editors.values import JSON


class Clock:
    """Time that passes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("one", "other", "path"),
    [
        ({"a": 1, "b": [1, 2]}, {"a": 1, "b": [1, 3]}, ("b", 1)),
        ({"a": 1, "b": 1}, {"a": 2, "b": 2}, ()),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, ("a",)),
        ({"a": [1]}, {"a": [1, 2]}, ("a",)),
        ({"a": 1}, {"a": 1.0}, ("a",)),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, ()),
        (1, 1, ()),
        (float("nan"), float("nan"), ()),
    ],
)
def test_where_two_values_differ(one: Any, other: Any, path: Path) -> None:
    assert difference(one, other) == path


@pytest.mark.parametrize(
    ("pauses", "texts", "steps"),
    [
        ((0, 0, 0), ("a", "ab", "abc"), 1),
        ((0, PAUSE, 0), ("a", "ab", "abc"), 2),
        ((0, 0, 0), ("abc", "ab", "abc"), 3),
        ((0, 0), ("a", "a"), 1),
    ],
)
def test_typing_without_a_pause_is_one_step(pauses: tuple[float, ...], texts: tuple[str, ...], steps: int) -> None:
    clock = Clock()
    history = EditHistory(clock)
    history.begin(Moment({"t": "", "u": ""}))
    for pause, text in zip(pauses, texts, strict=True):
        clock.now += pause
        history.note(Moment({"t": text, "u": ""}))
    done = 0
    while history.can_go(-1):
        history.go(-1)
        done += 1
    assert done == steps


def test_two_fields_are_two_steps_and_a_new_item_is_one_of_its_own() -> None:
    history = EditHistory(Clock())
    history.begin(Moment({"t": "", "u": "", "l": []}))
    for value in (
        {"t": "a", "u": "", "l": []},
        {"t": "a", "u": "b", "l": []},
        {"t": "a", "u": "b", "l": [""]},
        {"t": "a", "u": "b", "l": ["x"]},
    ):
        history.note(Moment(value))
    seen = []
    while history.can_go(-1):
        moment, path = history.go(-1)
        seen.append((moment.value["l"], path))
    assert seen == [([""], ("l", 0)), ([], ("l",)), ([], ("u",)), ([], ("t",))]


def test_text_that_is_no_value_is_part_of_a_moment() -> None:
    history = EditHistory(Clock())
    history.begin(Moment({"n": 1}))
    history.note(Moment({"n": 1}, (Problem(("n",), "is no number", "1a"),)))
    history.note(Moment({"n": 2}))
    moment, path = history.go(-1)
    assert ([problem.typed for problem in moment.typed], path) == (["1a"], ("n",))
    assert history.go(-1) == (Moment({"n": 1}), ("n",))
    assert not history.can_go(-1)
    history.go(1)
    assert history.go(1) == (Moment({"n": 2}), ("n",))


@given(st.lists(JSON, min_size=1, max_size=8), st.data())
def test_back_and_forth_goes_through_what_was_noted(values: list[Any], data: st.DataObject) -> None:
    clock = Clock()
    history = EditHistory(clock)
    noted = [values[0]]
    history.begin(Moment(values[0]))
    for value in values[1:]:
        clock.now += 2 * PAUSE
        history.note(Moment(value))
        if not same(value, noted[-1]):
            noted.append(value)
    now = len(noted) - 1
    for by in data.draw(st.lists(st.sampled_from([-1, 1]), max_size=12)):
        assert history.can_go(by) == (0 <= now + by < len(noted))
        if history.can_go(by):
            now += by
            assert same(history.go(by)[0].value, noted[now])
