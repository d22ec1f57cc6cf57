"""What users write: each of these fails, and the message says why."""

from __future__ import annotations

import pytest

from hitl_desktop.testing import HitlWindow, HitlWindows


@pytest.fixture
def window(hitl_window: HitlWindows) -> HitlWindow:
    return hitl_window()


def test_waits_for_an_end_that_does_not_come(window: HitlWindow) -> None:
    window.start("odd", input={"do": "fail"})
    window.wait_until_done()


def test_waits_for_an_end_while_it_is_asked(window: HitlWindow) -> None:
    window.start("odd", input={"do": "ask"})
    window.wait_until_done()


def test_takes_a_decision_that_is_not_offered(window: HitlWindow) -> None:
    window.start("odd", input={"do": "ask"})
    window.decide("approve")


def test_looks_for_what_is_not_there(window: HitlWindow) -> None:
    window.find("no_such_button")


def test_starts_a_graph_that_is_not_there(window: HitlWindow) -> None:
    window.start("nobody", "Hello")


def test_leaves_a_run_behind(window: HitlWindow) -> None:
    window.start("odd", input={"do": "hang"})
    window.wait_until_state("running")


@pytest.mark.timeout(1, func_only=True)
def test_hangs_in_the_window(window: HitlWindow) -> None:
    window.wait_until(lambda: False)


@pytest.mark.timeout(1, func_only=True)
def test_hangs_by_itself(window: HitlWindow) -> None:
    while window.is_open:
        pass


async def test_is_asynchronous(hitl_window: HitlWindows) -> None:
    hitl_window()


def test_opens_a_folder_without_graphs(hitl_window: HitlWindows, tmp_path: object) -> None:
    hitl_window(str(tmp_path))


def test_sets_what_is_no_setting(hitl_window: HitlWindows) -> None:
    hitl_window(colour="red")
