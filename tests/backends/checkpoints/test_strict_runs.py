"""A run of a hostile thread: LangGraph itself reads its rows then, and strictly, whatever the environment says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

AGENT = """
from typing import Any
from typing_extensions import TypedDict
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

class State(TypedDict, total=False):
    task: Any
    seen: str

def ask(state):
    interrupt("May I?")
    return {"seen": repr(state.get("task"))}

graph = StateGraph(State).add_node(ask).add_edge(START, "ask").compile()
"""

ATTACK = """
import asyncio, sqlite3, sys
from pathlib import Path
{first}
import ormsgpack
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.types import Command
from tests.backends.checkpoints.raw_rows import extension
from tests.support.strict_runs import {run}

database, folder, canary = map(Path, sys.argv[1:])
{encryption}

def poison():
    with sqlite3.connect(database) as connection:
        for row, kind, content in connection.execute("SELECT rowid, type, checkpoint FROM checkpoints").fetchall():
            assert kind == encrypted_kind
            content = decrypt(content)
            value = ormsgpack.unpackb(content, option=ormsgpack.OPT_NON_STR_KEYS)
            value["channel_values"]["task"] = extension(0, "os", "system", f"touch {{canary}}")
            packed = ormsgpack.packb(value, default=lambda each: each)
            change = "UPDATE checkpoints SET type = ?, checkpoint = ? WHERE rowid = ?"
            connection.execute(change, (poisoned_kind, encrypt(packed), row))
    connection.close()

asyncio.run({run}(database, folder, poison))
"""


PLAIN = """
encrypted_kind = poisoned_kind = "msgpack"
encrypt = decrypt = bytes
"""
ENCRYPTED = """
import os
from hitl_desktop.encryption.cipher import Cipher
from hitl_desktop.encryption.protection import switch_on
switch_on(database, (), is_empty=True, environment=os.environ)
cipher = Cipher(os.environ["LANGGRAPH_AES_KEY"].encode())
encrypted_kind = poisoned_kind = "msgpack+aes"
encrypt, decrypt = cipher.encrypt, cipher.decrypt
"""
PLAIN_AMONG_ENCRYPTED = f"""
{ENCRYPTED}
poisoned_kind, encrypt = "msgpack", bytes
"""


def attack(tmp_path: Path, first: str, run: str, encryption: str = PLAIN) -> Path:
    """Run a graph to its question, poison its thread, answer it in a process of its own; returns the canary."""
    folder, canary = tmp_path / "project", tmp_path / "canary"
    folder.mkdir()
    (folder / "agent.py").write_text(AGENT)
    (folder / "langgraph.json").write_text('{"graphs": {"agent": "./agent.py:graph"}}')
    code = ATTACK.format(first=first, run=run, encryption=encryption)
    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "t.db"), str(folder), str(canary)],
        env={**os.environ, "LANGGRAPH_STRICT_MSGPACK": "false", "LANGGRAPH_AES_KEY": "k" * 32},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert ended.stdout.strip().endswith("resumed"), ended.stderr[-3000:]
    return canary


@pytest.mark.parametrize("first", ["import hitl_desktop.backends", "import hitl_desktop.cli.trusting"])
def test_a_hostile_thread_that_is_answered_runs_nothing(tmp_path: Path, first: str) -> None:
    assert not attack(tmp_path, first, "run_here").exists()


@pytest.mark.parametrize("encryption", [ENCRYPTED, PLAIN_AMONG_ENCRYPTED], ids=["encrypted", "plain among encrypted"])
def test_nor_does_one_in_an_encrypted_database(tmp_path: Path, encryption: str) -> None:
    assert not attack(tmp_path, "import hitl_desktop.backends", "run_here", encryption).exists()


def test_the_same_thread_would_run_code_in_langgraph_alone(tmp_path: Path) -> None:
    assert attack(tmp_path, "", "run_alone").exists()
