"""The place of a value in a JSON text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from hitl_desktop.core.schema import Path
from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.json_places import find_places, word_at
from hitl_desktop.ui.editors.json_text import write_json
from tests.ui.editors.values import OBJECTS

TEXT = """{
  "to": ["ana", {"name": "]b, \\"c\\"{"}, 3],
  "empty": {},
  "q\\u0041": true,
  "deep": {
    "n": [[1, 2], [3]]
  }
}"""


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ((), "{"),
        (("to",), '["ana", {"name": "]b, \\"c\\"{"}, 3]'),
        (("to", 0), '"ana"'),
        (("to", 1, "name"), '"]b, \\"c\\"{"'),
        (("to", 2), "3"),
        (("empty",), "{}"),
        (("empty", "missing", 3), "{}"),
        (("qA",), "true"),
        (("deep", "n", 1, 0), "3"),
        (("deep",), "{"),
        (("missing",), "{"),
    ],
)
def test_place_of_a_path(path: Path, found: str) -> None:
    start, end = find_places(TEXT, [path])[path]
    assert TEXT[start:end] == found


@given(OBJECTS)
def test_each_scalar_is_found_where_it_stands(value: Json) -> None:
    text = write_json(value)
    paths = [path for path, part in _walk(value) if not isinstance(part, dict | list)]
    places = find_places(text, paths)
    for path in paths:
        part = value
        for step in path:
            part = part[step]
        start, end = places[path]
        assert repr(json.loads(text[start:end])) == repr(json.loads(write_json(part)))


def test_ten_thousand_levels_do_not_recurse() -> None:
    text = "[" * 10_000 + "7" + "]" * 10_000
    path = (0,) * 10_000
    start, end = find_places(text, [path])[path]
    assert text[start:end] == "7"


@pytest.mark.parametrize(
    ("text", "position", "word"),
    [("abc def", 4, "def"), ("a, b", 1, ","), ("{ ", 2, "{"), ("", 0, ""), ("a  b", 1, "b"), ('"x', 0, '"x')],
)
def test_word_at_an_error(text: str, position: int, word: str) -> None:
    start, end = word_at(text, position)
    assert text[start:end] == word


def _walk(value: Json, path: Path = ()) -> list[tuple[Path, Json]]:
    found = [(path, value)]
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in parts:
        found += _walk(part, (*path, step))
    return found
