"""The plugin for pytest: the fixtures `hitl_window` and `hitl_model`. Sessions without them do not notice it."""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from hitl_desktop.testing.opening import HitlWindows
    from hitl_desktop.testing.scripted_ollama import ScriptedOllama

_PLAIN_IMPORT = builtins.__import__
"""Python's own, as pytest-qt imports PySide6 only later."""

_FAILED = pytest.StashKey[bool]()
_PLATFORM = "QT_QPA_PLATFORM"
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy", "no_proxy")


def _uses_window(item: pytest.Item) -> bool:
    return "hitl_window" in getattr(item, "fixturenames", ())


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Have no windows on the user's screen: the first test of a session makes the application."""
    if not _uses_window(item) or _PLATFORM in os.environ or _has_application():
        return (yield)
    os.environ[_PLATFORM] = "offscreen"
    try:
        return (yield)
    finally:
        os.environ.pop(_PLATFORM, None)


def _has_application() -> bool:
    if "PySide6.QtWidgets" not in sys.modules:
        return False
    from PySide6.QtWidgets import QApplication

    return QApplication.instance() is not None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember whether a test failed: what it left behind is then no news."""
    report = yield
    if _uses_window(item) and report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


@pytest.fixture
def hitl_model() -> Iterator[ScriptedOllama]:
    """A scripted Ollama at OLLAMA_HOST: `hitl_model.enqueue("Hello.", Call("pay", {"to": "Ana"}))`.

    It answers under any model name; `hitl_model.only("llama3.2")` has it answer under some.
    """
    from hitl_desktop.testing.scripted_ollama import ScriptedOllama

    with ScriptedOllama(any_name=True) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OLLAMA_HOST", server.base_url)
        for proxy in _PROXIES:
            patch.delenv(proxy, raising=False)
            patch.delenv(proxy.upper(), raising=False)
        yield server


@pytest.fixture
def hitl_window(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, hitl_model: ScriptedOllama
) -> Iterator[HitlWindows]:
    """Opens windows of the program on projects, each by a call with a folder. Not for asynchronous tests."""
    if not request.config.pluginmanager.has_plugin("pytest-qt"):
        pytest.fail("hitl_window needs pytest-qt: pip install 'hitl-desktop[testing]'", pytrace=False)
    from hitl_desktop.testing.opening import HitlWindows, apart

    folder: Path = tmp_path_factory.mktemp("hitl")
    with apart(folder / "home", _PLAIN_IMPORT):
        windows = HitlWindows(request.getfixturevalue("qapp"), folder, request.config.rootpath)
        yield windows
        left = windows.close()
    if left and not request.node.stash.get(_FAILED, False):
        pytest.fail("The test left something running:\n" + "\n".join(f"- {words}" for words in left), pytrace=False)
