"""The plugin in sessions of its own, as users have it: their tests of their graphs, and sessions without it."""

from __future__ import annotations

import shutil
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

USERS = Path(__file__).parent / "users"
INI = """
[pytest]
python_files = check_*.py
addopts = --strict-markers --strict-config -p no:langsmith_plugin -p no:cacheprovider -p no:xdist
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
filterwarnings = error
qt_log_level_fail = WARNING
qt_log_ignore = This plugin does not support propagateSizeHints
"""

FAILURES = {
    "waits_for_an_end_that_does_not_come": "AssertionError: not done: node failed: ValueError('the printer *",
    "waits_for_an_end_while_it_is_asked": "AssertionError: not done: it is waiting",
    "takes_a_decision_that_is_not_offered": "AssertionError: “approve” is not offered here, only: reject, submit",
    "looks_for_what_is_not_there": "AssertionError: 0 visible widgets are called no_such_button",
    "starts_a_graph_that_is_not_there": "AssertionError: nobody is not among the graphs (payment, clerk, odd)*",
    "hangs_in_the_window": "Failed: Timeout (>1.0s) from pytest-timeout.",
    "hangs_by_itself": "Failed: Timeout (>1.0s) from pytest-timeout.",
    "is_asynchronous": "RuntimeError: hitl_window is for plain tests: *",
    "opens_a_folder_without_graphs": "ValueError: * has no langgraph.json, so it is not a LangGraph project. *",
    "sets_what_is_no_setting": "ValueError: There is no setting “colour”.",
}

IMPORTS_NOTHING = """
import sys

def test_nothing():
    found = [name for name in ("PySide6", "langgraph", "langchain_core", "httpx", "http.server") if name in sys.modules]
    assert "hitl_desktop.testing.plugin" in sys.modules
    assert found == []
"""


def registered() -> list[str]:
    """What has pytest load the plugin: nothing where the installed program has it as an entry point."""
    known = {each.name for each in entry_points(group="pytest11")}
    return [] if "hitl_desktop" in known else ["-p", "hitl_desktop.testing.plugin"]


@pytest.fixture
def users(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a user's project and tests, with a home of their own and no word of where windows go."""
    for each in USERS.iterdir():
        if each.is_file():
            shutil.copy(each, pytester.path)
    pytester.makeini(INI)
    home = pytester.path / "home"
    home.mkdir()
    for name in ("HITL_DESKTOP_HOME", "QT_QPA_PLATFORM", "OLLAMA_HOST", "LANGGRAPH_STRICT_MSGPACK"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    return pytester.path


def test_tests_of_graphs(pytester: pytest.Pytester, users: Path) -> None:
    """In one session: what passes and what fails, each after the other, with nothing left in between or behind."""
    result = pytester.runpytest_subprocess(*registered(), "-rA", "check_graphs.py", "check_failing.py", timeout=200)
    result.assert_outcomes(passed=12, failed=len(FAILURES), errors=1, skipped=1)
    printed = result.stdout.str()
    for name, message in FAILURES.items():
        result.stdout.fnmatch_lines([f"*___ test_{name} ___*", f"E  *{message}"])
    result.stdout.fnmatch_lines(["E *The window shows", "E * thread: * of odd, waiting, First?", "E * buttons: *"])
    result.stdout.fnmatch_lines(["SKIPPED * not on Sundays"])
    left = ["The test left something running:", "- a run of odd was still under way, and was stopped"]
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_leaves_a_run_behind*", *left])
    assert "standing_loop.py" not in printed.partition("test_hangs_in_the_window")[0], "frames of the plugin are shown"
    assert "Exception ignored" not in printed + result.stderr.str()
    written = [path for path in (users / "home").rglob("*") if path.is_file() and "fontconfig" not in path.parts]
    assert written == []


@pytest.mark.parametrize("option", [(), ("--co",)], ids=["run", "collect"])
def test_a_session_without_the_fixtures_loads_nothing(pytester: pytest.Pytester, option: tuple[str, ...]) -> None:
    pytester.makepyfile(test_plain=IMPORTS_NOTHING)
    pytester.makeconftest(f"import atexit\n{IMPORTS_NOTHING}\natexit.register(test_nothing)" if option else "")
    others = [
        f"-pno:{name}" for name in ("pytest-qt", "xdist", "langsmith_plugin", "anyio", "asyncio", "hypothesispytest")
    ]
    result = pytester.runpytest_subprocess(*registered(), *others, "-W", "error", *option)
    assert result.ret == 0
    assert result.stderr.str() == ""


def test_pytest_qt_is_asked_for(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(hitl_window): hitl_window()")
    others = [f"-pno:{name}" for name in ("pytest-qt", "xdist", "langsmith_plugin", "asyncio")]
    result = pytester.runpytest_subprocess(*registered(), *others)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["hitl_window needs pytest-qt: pip install 'hitl-desktop*testing*'"])
