from __future__ import annotations

from collections.abc import Mapping

import pytest

from hitl_desktop.ui.commands import usable_keys


@pytest.mark.parametrize(
    "chosen",
    [{"agree": "F8"}, {"next": "K", "previous": "J"}, {"keys": ""}, {"palette": "Ctrl+K, Ctrl+P"}],
    ids=["another", "swapped", "none", "two strokes"],
)
def test_keys_that_can_be_used(chosen: Mapping[str, str]) -> None:
    assert usable_keys(chosen) == (chosen, [])


@pytest.mark.parametrize(
    ("name", "key", "why"),
    [
        ("approve", "F8", "there is no such command"),
        ("agree", "Blurb+Q", "“Blurb+Q” is not a key"),
        ("next", "Ctrl+Return", "“Ctrl+Return” is the key of “agree” already"),
    ],
)
def test_keys_that_cannot(name: str, key: str, why: str) -> None:
    keys, (complaint,) = usable_keys({"undo": "F9", name: key})
    assert keys == {"undo": "F9"}
    assert why in complaint
    assert f"keys.{name}" in complaint
