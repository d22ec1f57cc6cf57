"""Differences of texts and of JSON values: right, whole, and never slow."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl_desktop.core.alignment import gaps
from hitl_desktop.core.differences import (
    MOST_PARTS,
    NO_LINE_BREAK,
    NOT_COMPARED,
    line_differences,
    value_changes,
    word_differences,
)
from hitl_desktop.core.values import Json

SIGNS = {"same": " ", "removed": "-", "added": "+", "note": "\\"}

elements = st.lists(st.integers(0, 4), max_size=30)
scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.sampled_from(["", "1", "a"])
values: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner), max_leaves=10
)


def longest_common(old: list[int], new: list[int]) -> int:
    """How many elements are common at most, by the textbook's table."""
    row = [0] * (len(new) + 1)
    for each in old:
        before = row
        row = [0]
        for j, other in enumerate(new):
            row.append(before[j] + 1 if each == other else max(before[j + 1], row[j]))
    return row[-1]


@given(elements, elements)
def test_gaps_are_as_small_as_can_be(old: list[int], new: list[int]) -> None:
    found = gaps(old, new)
    i = j = 0
    for gap in found:
        assert old[i : gap.old_start] == new[j : gap.new_start]
        assert gap.compared
        i, j = gap.old_end, gap.new_end
    assert old[i:] == new[j:]
    assert len(old) - sum(gap.old_end - gap.old_start for gap in found) == longest_common(old, new)


def numbers(seed: int, kinds: int) -> list[int]:
    chance = random.Random(seed)
    return [chance.randrange(kinds) for _ in range(20_000)]


def between_anchors(seed: int) -> list[int]:
    """Every part is small enough to be compared, but there are too many of them."""
    return [n if n % 400 == 2 else each for n, each in enumerate(numbers(seed, 2))]


@pytest.mark.parametrize(
    ("old", "new", "whole"),
    [
        pytest.param(numbers(1, 2), numbers(2, 2), False, id="two kinds of lines"),
        pytest.param(between_anchors(3), between_anchors(4), False, id="two kinds of lines between others"),
        pytest.param(list(range(20_000)), list(range(20_000, 40_000)), True, id="nothing in common"),
        pytest.param(list(range(20_000)), list(range(20_000))[::-1], True, id="turned round"),
        pytest.param([0] * 20_000, [0, 1] * 10_000, True, id="a line between any two"),
        pytest.param(list(range(20_000)), [n if n % 3 else -n for n in range(20_000)], True, id="every third"),
    ],
)
def test_hostile_sequences_are_bounded(old: list[int], new: list[int], whole: bool) -> None:
    found = gaps(old, new)
    assert all(gap.compared for gap in found) is whole


# Lines


def shown(old: str, new: str) -> list[str]:
    return [SIGNS[line.kind] + line.text for line in line_differences(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("", "", []),
        ("a", "a", [" a"]),
        ("a\nb\nc", "a\nx\nc", [" a", "-b", "+x", " c"]),
        ("a\nb\n", "a\nb\nc\n", [" a", " b", "+c"]),
        ("", "a\nb", ["+a", "+b"]),
        ("a\n", "", ["-a"]),
        ("a\nb", "a\nb\n", [" a", "-b", "\\" + NO_LINE_BREAK, "+b"]),
        ("a\n\n", "a\n", [" a", "-"]),
        ("a\r\nb\r\n", "a\nb\n", ["-a\r", "-b\r", "+a", "+b"]),
        ("a\x0bb\u2028c", "a\x0bb\u2028d", ["-a\x0bb\u2028c", "+a\x0bb\u2028d"]),
        ("\ud800\n", "\ud801\n", ["-\ud800", "+\ud801"]),
        ("def f():\n    return 1\n\nf()\n", "def f():\n    return 2\n\nf()\n",
         [" def f():", "-    return 1", "+    return 2", " ", " f()"]),
    ],
)  # fmt: skip
def test_lines_are_marked(old: str, new: str, lines: list[str]) -> None:
    assert shown(old, new) == lines


@given(st.text("ab\n\r", max_size=40), st.text("ab\n\r", max_size=40))
def test_both_texts_can_be_read_off_a_difference(old: str, new: str) -> None:
    lines = line_differences(old, new)
    for side, text in (("removed", old), ("added", new)):
        own = [line for line in lines if line.kind in ("same", side)]
        assert "\n".join(line.text for line in own) == (text[:-1] if text.endswith("\n") else text)
        places = [line.old if side == "removed" else line.new for line in own]
        assert places == list(range(1, len(own) + 1))
    if old == new:
        assert {line.kind for line in lines} <= {"same"}
    elif old and new:
        assert {line.kind for line in lines} & {"removed", "added"}


@pytest.mark.parametrize("size", [19_000, 60_000, 600_000])
def test_what_is_too_much_to_compare_is_listed_and_says_so(size: int) -> None:
    chance = random.Random(5)
    old, new = ("".join(chance.choices(("a\n", "b\n"), k=size // 2)) for _ in range(2))
    lines = line_differences(old, new)
    assert ("note", None, None, NOT_COMPARED) in lines
    assert [line.text for line in lines if line.kind in ("same", "removed")] == old.split("\n")[:-1]
    assert [line.text for line in lines if line.kind in ("same", "added")] == new.split("\n")[:-1]


@pytest.mark.parametrize(
    ("old", "new", "removed", "added"),
    [
        ("x = 1", "x = 2", ["1"], ["2"]),
        ("return total", "return total + tax", [], [" + tax"]),
        ("a b c", "a c", ["b "], []),
        ("completely different", "x = f(1, 2, 3)", [], []),
        ("x" * 600 + " 1", "x" * 600 + " 2", [], []),
        ("", "a", [], ["a"]),
    ],
)
def test_words_of_a_line_are_marked(old: str, new: str, removed: list[str], added: list[str]) -> None:
    before, after = word_differences(old, new)
    assert [old[a:b] for a, b in before] == removed
    assert [new[a:b] for a, b in after] == added


# Values

NAN = float("nan")


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (1, 1, []),
        ({"a": NAN}, {"a": NAN}, []),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        (5, "5", [("changed", (), 5, "5")]),
        ({"n": 1}, {"n": 1.0}, [("changed", ("n",), 1, 1.0)]),
        ({"n": True}, {"n": 1}, [("changed", ("n",), True, 1)]),
        ({"n": 0.0}, {"n": -0.0}, [("changed", ("n",), 0.0, -0.0)]),
        ({"n": None}, {}, [("removed", ("n",), None, None)]),
        ({}, {"n": None}, [("added", ("n",), None, None)]),
        ({"n": []}, {"n": {}}, [("changed", ("n",), [], {})]),
        ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 3}]}}, [("changed", ("a", "b", 1, "c"), 2, 3)]),
        ([1, 2, 3], [1, 5, 3], [("changed", (1,), 2, 5)]),
        ([1, 2, 3], [1, 3], [("removed", (1,), 2, None)]),
        ([1, 3], [1, 2, 3], [("added", (1,), None, 2)]),
        ([1, True], [True], [("removed", (0,), 1, None)]),
        ([{"n": 1, "t": "x"}], [{"n": 9}, {"n": 1, "t": "y"}], [
            ("changed", (0, "n"), 1, 9), ("removed", (0, "t"), "x", None), ("added", (1,), None, {"n": 1, "t": "y"})]),
        ({"a": 1, "b": 2}, {"a": 2, "c": 3}, [
            ("changed", ("a",), 1, 2), ("removed", ("b",), 2, None), ("added", ("c",), None, 3)]),
        ({"__type__": "date", "value": "2026-01-01"}, {"__type__": "date", "value": "2026-01-02"},
         [("changed", (), {"__type__": "date", "value": "2026-01-01"}, {"__type__": "date", "value": "2026-01-02"})]),
        ({"s": {"__type__": "set", "value": [1]}}, {"s": {"__type__": "set", "value": [1, 2]}},
         [("added", ("s", 1), None, 2)]),
        ({"s": {"__type__": "set", "value": [1]}}, {"s": {"__type__": "tuple", "value": [1]}},
         [("changed", ("s",), {"__type__": "set", "value": [1]}, {"__type__": "tuple", "value": [1]})]),
    ],
)  # fmt: skip
def test_places_that_differ(before: Json, after: Json, changes: list[tuple[Any, ...]]) -> None:
    found = [
        (change.kind, change.path, repr(change.before), repr(change.after)) for change in value_changes(before, after)
    ]
    assert found == [(kind, path, repr(one), repr(other)) for kind, path, one, other in changes]


def test_numbers_that_python_does_not_write_are_compared() -> None:
    (change,) = value_changes({"n": 10**5_000}, {"n": 10**5_000 + 1})
    assert change.path == ("n",)
    assert value_changes([10**5_000], [10**5_000]) == ()


@pytest.mark.parametrize("before", [["a", "b", "c"], ["a", "x", "y", "b"], list(range(300))])
def test_what_moved_is_removed_and_added(before: list[Json]) -> None:
    changes = value_changes(before, [before[-1], *before[1:-1], before[0]])
    assert {change.kind for change in changes} == {"removed", "added"}
    assert sorted(change.before for change in changes if change.kind == "removed") == sorted(
        change.after for change in changes if change.kind == "added"
    )


@given(values)
def test_a_value_has_not_changed_into_itself(value: Json) -> None:
    assert value_changes(value, copy_of(value)) == ()


def copy_of(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: copy_of(part) for name, part in reversed(value.items())}
    return [copy_of(part) for part in value] if isinstance(value, list) else value


@given(values, values)
def test_every_change_is_where_it_says(before: Json, after: Json) -> None:
    for change in value_changes(before, after):
        value = before if change.kind == "removed" else after
        # The path of what was removed leads through the new value as far as a list's elements were aligned.
        if change.kind == "removed" and any(isinstance(step, int) for step in change.path[:-1]):
            continue
        for step in change.path:
            value = value[step]
        assert value is (change.before if change.kind == "removed" else change.after)


def nested(levels: int, end: Json) -> Json:
    value = end
    for level in range(levels):
        value = {"in": value} if level % 2 else [value, level]
    return value


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        pytest.param(nested(5_000, 1), nested(5_000, 2), 1, id="5,000 levels"),
        pytest.param(
            {str(n): n for n in range(5_000)}, {str(n): n + 1 for n in range(5_000)}, 5_000, id="5,000 fields"
        ),
        pytest.param([{"n": n} for n in range(9_000)], [{"n": -n} for n in range(9_000)], 8_999, id="9,000 elements"),
        pytest.param(list(range(MOST_PARTS)), list(range(MOST_PARTS)), 0, id="large and the same"),
        pytest.param({"a": list(range(MOST_PARTS)), "b": 1}, {"a": list(range(1, MOST_PARTS)), "b": 1}, 1, id="large"),
    ],
)
def test_large_values_are_bounded(before: Json, after: Json, changes: int) -> None:
    assert len(value_changes(before, after)) == changes
