"""The guards of the GUI tests see what a test leaves behind: a pytest of its own runs tests that do."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hitl_desktop.loop import QtEventLoop

ROOT = Path(__file__).parents[2]

CAREFUL = """
import asyncio
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit, QWidget

pytestmark = pytest.mark.gui
kept = []

async def test_that_is_tidy(qtbot):
    window = QWidget()
    window.myself = window
    qtbot.addWidget(window)
    window.show()
    QTimer(window).start(1)
    await asyncio.create_task(asyncio.sleep(0.01))

async def test_whose_timer_is_started_by_a_signal_with_arguments(qtbot):
    field = QLineEdit()
    qtbot.addWidget(field)
    timer = QTimer(field, singleShot=True, interval=1)
    field.textChanged.connect(timer.start)
    field.setText("late")
    assert timer.isActive()

def test_whose_window_is_only_in_a_reference_cycle(qapp):
    window = QWidget()
    window.myself = window

"""

CARELESS = {
    "a task still runs: <Task pending name='endless'": """
async def test_that_fails():
    kept.append(asyncio.create_task(asyncio.Event().wait(), name="endless"))
""",
    "an exception was lost: Task exception was never retrieved: ValueError('nobody heard')": """
async def test_that_fails():
    async def fail():
        raise ValueError("nobody heard")
    asyncio.create_task(fail())
    await asyncio.sleep(0.01)
""",
    "an exception was lost: Exception in callback": """
async def test_that_fails():
    asyncio.get_running_loop().call_soon(lambda: 1 / 0)
    await asyncio.sleep(0.01)
""",
    "a window is still there: QWidget (orphan)": """
def test_that_fails(qapp):
    kept.append(QWidget(objectName="orphan"))
""",
    "a QTimer still runs: ticker, every 1000 ms, owned by nobody": """
async def test_that_fails():
    kept.append(QTimer(objectName="ticker"))
    kept[-1].start(1000)
""",
    "assert 1 == 2": """
async def test_that_fails():
    await asyncio.sleep(0)
    assert 1 == 2
""",
}


def run_pytest(test_file: Path) -> subprocess.CompletedProcess[str]:
    plugins = ["tests.conftest", "no:cacheprovider", "no:langsmith_plugin", "no:hypothesispytest"]
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(test_file.parent)]
    command += [argument for plugin in plugins for argument in ("-p", plugin)]
    return subprocess.run(
        [*command, str(test_file)], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )


def test_each_kind_of_leak_fails_its_test_and_no_other(tmp_path: Path) -> None:
    test_file = tmp_path / "test_left_behind.py"
    careless = [code.replace("test_that_fails", f"test_that_fails_{n}") for n, code in enumerate(CARELESS.values())]
    test_file.write_text(CAREFUL + "".join(careless))
    result = run_pytest(test_file)
    summary = [line for line in result.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    failed = {line.split("::")[1].split()[0] for line in summary}
    assert failed == {f"test_that_fails_{n}" for n in range(len(CARELESS))}, result.stdout + result.stderr
    for message in CARELESS:
        assert message in result.stdout, result.stdout


def test_other_tests_run_on_plain_asyncio(tmp_path: Path) -> None:
    test_file = tmp_path / "test_plain.py"
    test_file.write_text(
        "import asyncio, sys\n"
        "async def test_loop(request):\n"
        "    assert type(asyncio.get_running_loop()).__name__ != 'QtEventLoop'\n"
        "    assert 'hitl_desktop.loop' not in sys.modules\n"
        "    assert request.node.get_closest_marker('gui') is None\n"
    )
    result = run_pytest(test_file)
    assert result.returncode == 0, result.stdout + result.stderr


async def test_tests_here_are_marked_and_run_on_the_qt_loop(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("gui") is not None
    assert isinstance(asyncio.get_running_loop(), QtEventLoop)


def test_the_home_folder_is_temporary(home: Path, tmp_path: Path) -> None:
    assert Path(os.environ["HITL_DESKTOP_HOME"]) == home == tmp_path / "home"
    assert os.environ["OLLAMA_HOST"] == "127.0.0.1:9"
    assert not [name for name in os.environ if name.lower().endswith("_proxy")]
