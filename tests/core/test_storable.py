"""What cannot be saved in a checkpoint is refused before it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from hitl_desktop.core.decisions import Edit, InvalidAnswerError, Submit
from hitl_desktop.core.dialects import answer_request, read_request
from hitl_desktop.core.storable import MAX_LEVELS, storing_problem
from tests.core.samples import batch, question


def nested(levels: int) -> Any:
    """So many lists within each other."""
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [None, True, 2**64 - 1, -(2**63), 1e300, float("nan"), "😀", {"😀": [1, "a"]}, nested(MAX_LEVELS), [], {}],
    ids=lambda value: str(value)[:20],
)
def test_what_can_be_saved_has_no_problem(value: Any) -> None:
    assert storing_problem(value) is None


@pytest.mark.parametrize(
    ("value", "path", "why"),
    [
        (2**64, (), "64 bits"),
        ({"a": [0, -(2**63) - 1]}, ("a", 1), "64 bits"),
        ({"__type__": "dict", "value": [[2**70, 1]]}, ("value", 0, 0), "64 bits"),
        (["a\ud800b"], (0,), "half a character"),
        ({"a": {"\udfff": 1}}, ("a",), "half a character"),
        (nested(MAX_LEVELS + 1), (), "200 levels"),
        (nested(100_000), (), "200 levels"),
    ],
    ids=["large", "small", "key", "text", "name", "deep", "very deep"],
)
def test_what_cannot_be_saved_is_refused_in_its_place(value: Any, path: tuple[Any, ...], why: str) -> None:
    found = storing_problem(value)
    assert found is not None
    assert (found.path, why in found.message) == (path, True)
    with pytest.raises(InvalidAnswerError, match=why):
        answer_request(read_request(question("May I?")), [Submit(value)])
    with pytest.raises(InvalidAnswerError, match=why):
        answer_request(read_request(question(batch(["edit"]))), [Edit({"to": "ana", "copies": value})])
