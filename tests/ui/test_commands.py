"""What stands between a key and what it does."""

from __future__ import annotations

from hitl_desktop.ui.commands import _unless_held


def test_a_key_that_is_held_down_counts_once() -> None:
    fired: list[int] = []
    press = _unless_held(lambda: fired.append(1))
    for _ in range(20):
        press()
    assert fired == [1]
