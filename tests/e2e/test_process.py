"""The program in processes of its own: how it ends, what a killed one leaves, and a second start."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from hitl_desktop.testing.scripted_ollama import Call, ScriptedOllama, Text
from tests.support.example_graphs import GRAPHS

MAIL = Call("send_mail", {"to": "ana@example.com", "subject": "Budget", "body": "It moves to Friday."})
LONG = Text("word " * 600, delay=0.05)
SECONDS_TO_END = 30


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ScriptedOllama]:
    monkeypatch.setenv("HITL_EFFECTS_DIR", str(tmp_path / "effects"))
    with ScriptedOllama() as server:
        monkeypatch.setenv("OLLAMA_HOST", server.base_url)
        yield server


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "t.db"


# Qt first, as the program does it: what is imported later is then imported as Python does.
START = """
from runpy import run_module
from hitl_desktop.qt_import import import_qt
import_qt()
run_module("tests.e2e.driven_program", run_name="__main__", alter_sys=False)
"""


@contextmanager
def program(errand: str, database: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the program with somebody inside (see `driven_program`); it is killed if it has not ended."""
    command = [sys.executable, "-c", START, errand]
    command += ["--database", str(database), "--project", str(GRAPHS)]
    with subprocess.Popen(
        command, cwd=GRAPHS.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until_done(process: subprocess.Popen[str], word: str = "done") -> None:
    assert process.stdout is not None
    assert process.stderr is not None
    if (line := process.stdout.readline().strip()) != word:
        process.kill()
        pytest.fail(f"it said {line!r} and then: {process.stderr.read()[-3000:]}")


def threads(database: Path) -> list[Any]:
    """What `hitl-desktop threads --json` says."""
    command = [sys.executable, "-m", "hitl_desktop", "threads", "--json", "--database", str(database)]
    found: list[Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=GRAPHS.parent).stdout)
    return found


def is_whole(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def test_the_end_of_the_desktop_session_stops_a_run_cleanly(ollama: ScriptedOllama, database: Path) -> None:
    ollama.enqueue(LONG)
    with program("run", database) as process:
        until_done(process)
        process.terminate()
        _, errors = process.communicate(timeout=SECONDS_TO_END)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    (thread,) = threads(database)
    assert (thread["state"], thread["requests"]) == ("stopped midway", [])
    assert is_whole(database)


def test_closing_in_the_middle_of_a_run_ends_with_0(ollama: ScriptedOllama, database: Path) -> None:
    ollama.enqueue(LONG)
    with program("close", database) as process:
        output, errors = process.communicate(timeout=60 + SECONDS_TO_END)
    assert (process.returncode, output) == (0, "done\n"), errors
    assert "Traceback" not in errors
    (thread,) = threads(database)
    assert (thread["state"], thread["requests"]) == ("stopped midway", [])
    assert is_whole(database)


def test_what_is_left_of_a_run_that_was_killed(ollama: ScriptedOllama, database: Path) -> None:
    ollama.enqueue(LONG)
    with program("run", database) as process:
        until_done(process)
        process.kill()
    assert process.returncode == -9
    (thread,) = threads(database)
    assert (thread["state"], thread["requests"]) == ("stopped midway", [])
    assert is_whole(database)
    with program("open", database) as process:
        until_done(process)  # neither the lock nor the socket of the one that was killed is in the way
        assert process.poll() is None
    assert [each["checkpoint_id"] for each in threads(database)] == [thread["checkpoint_id"]], "opening changes nothing"


def test_a_decision_that_was_held_by_a_killed_program_was_not_made(
    ollama: ScriptedOllama, database: Path, tmp_path: Path
) -> None:
    ollama.enqueue(MAIL, Text("It is sent."))
    with program("hold", database) as process:
        until_done(process)
        process.kill()
    (thread,) = threads(database)
    assert thread["state"] == "waiting"
    assert thread["requests"][0]["payload"]["action_requests"][0]["name"] == "send_mail"
    assert ollama.pending_replies == 1
    assert not list(tmp_path.glob("effects/outbox/*"))
    with closing(sqlite3.connect(database.with_name("t.review.db"))) as connection:
        assert connection.execute("SELECT count(*) FROM journal").fetchone() == (0,)


def test_what_was_typed_in_a_killed_program_is_a_draft_in_the_next(ollama: ScriptedOllama, database: Path) -> None:
    ollama.enqueue(MAIL)
    with program("draft", database) as process:
        until_done(process)
        process.kill()
    assert process.returncode == -9
    with program("find_draft", database) as process:
        output, errors = process.communicate(timeout=60 + SECONDS_TO_END)
    assert (process.returncode, output) == (0, "done\n"), errors
    assert len(ollama.requests) == 1, "nothing was sent"


def test_a_second_start_brings_the_first_window_forward(ollama: ScriptedOllama, database: Path) -> None:
    with program("be_asked", database) as first:
        until_done(first, "minimized")
        second = subprocess.run(
            [sys.executable, "-m", "hitl_desktop", "--database", str(database)],
            cwd=GRAPHS.parent,
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_END,
        )
        assert (second.returncode, second.stdout) == (0, "")
        output, errors = first.communicate(timeout=SECONDS_TO_END)
    assert (first.returncode, output) == (0, "done\n"), errors


def test_a_home_that_cannot_be_made_is_refused(database: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = subprocess.run(
        [sys.executable, "-m", "hitl_desktop", "--database", str(database)],
        env=os.environ | {"HITL_DESKTOP_HOME": str(tmp_path / "file" / "home")},
        cwd=GRAPHS.parent,
        capture_output=True,
        text=True,
        timeout=SECONDS_TO_END,
    )
    assert (said.returncode, said.stdout) == (2, "")
    assert "HITL_DESKTOP_HOME" in said.stderr
    assert "Traceback" not in said.stderr
    assert not database.exists()
