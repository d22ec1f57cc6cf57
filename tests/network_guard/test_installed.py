"""The guard in a process of its own, where it cannot be taken out: with the real sockets, clients and threads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.network_guard.attempts import ALLOWED, REFUSED
from tests.network_guard.tracing import leaving, seen, traced, why_no_strace

ROOT = Path(__file__).parents[2]
TRY_ALL = [sys.executable, "-m", "tests.network_guard.attempts"]


def output_of(command: list[str]) -> str:
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def report() -> Any:
    return json.loads(output_of(TRY_ALL))


@pytest.mark.parametrize("attempt", REFUSED)
def test_it_is_refused(report: Any, attempt: str) -> None:
    assert report["outcomes"][attempt] == "refused"


@pytest.mark.parametrize("attempt", ALLOWED)
def test_it_works(report: Any, attempt: str) -> None:
    assert report["outcomes"][attempt] == "fine"


def test_each_refusal_names_the_line_that_wanted_it(report: Any) -> None:
    """Not one in a client, in asyncio or in the thread that looks up names for it."""
    file = str(Path(__file__).with_name("attempts.py"))
    assert len(report["where"]) == len(REFUSED)
    assert [where for where in report["where"] if not where.startswith(f"{file}:")] == []
    functions = {where.rpartition(" ")[2] for where in report["where"]}
    assert {"with_httpx", "with_httpx_in_a_task", "over_tls", "work"} <= functions


@pytest.mark.skipif(bool(why_no_strace()), reason=why_no_strace() or "-")
def test_no_attempt_gets_as_far_as_the_kernel(tmp_path: Path) -> None:
    """Nor to a name server: Python looks up the name in a connection before it tells its hooks of it."""
    log = tmp_path / "calls"
    output_of(traced(TRY_ALL, log))
    assert leaving(log) == []
    assert {"AF_UNIX", "AF_INET"} <= seen(log), "what is allowed was not seen"


@pytest.mark.skipif(bool(why_no_strace()), reason=why_no_strace() or "-")
def test_what_gets_to_the_kernel_is_recognised(tmp_path: Path) -> None:
    script = "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('', 0)); s.connect(('192.0.2.1', 9))"
    log = tmp_path / "calls"
    subprocess.run(traced([sys.executable, "-c", script], log), capture_output=True, check=False, timeout=60)
    calls = leaving(log)
    assert any('inet_addr("192.0.2.1")' in line for line in calls)
    assert any("bind(" in line for line in calls)


RESOLVED = """
import _socket, socket, sys
from hitl_desktop.network_guard import NetworkRefusedError, guard

def server_of_names(host, port, *rest):
    sys.audit("socket.getaddrinfo", host, port, *rest)
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", port))]

_socket.getaddrinfo = server_of_names  # no name of another machine is known wherever this runs
guard.install()

def may_connect():
    try:
        sys.audit("socket.connect", socket.socket(), ("192.0.2.7", 80))  # as a connection would, but none is made
    except NetworkRefusedError:
        return False
    return True

def may_look_up():
    try:
        socket.getaddrinfo("ollama.lan", 80, 0, 0, 0, 0)
    except NetworkRefusedError:
        return False
    return True

print(may_look_up(), may_connect())
guard.allow(["ollama.lan"])
print(may_connect(), may_look_up(), may_connect())
guard.allow([])
print(may_look_up(), may_connect())
"""


def test_what_an_allowed_name_was_resolved_to_may_be_reached_while_it_is_allowed() -> None:
    assert output_of([sys.executable, "-c", RESOLVED]).splitlines() == ["False False", "False True True", "False False"]


IN_A_NODE = """import asyncio, json, socket
from hitl_desktop.network_guard import guard
guard.install()
from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

State = TypedDict("State", {"x": int}, total=False)

def plain(state):
    try:
        socket.gethostbyname("plain.example")
    except OSError:
        pass

async def in_a_task(state):
    try:
        await asyncio.open_connection("task.example", 80)
    except OSError:
        pass

builder = StateGraph(State)
builder.add_sequence([plain, in_a_task])
builder.add_edge(START, "plain")
asyncio.run(builder.compile().ainvoke({}))
print(json.dumps([[each.host, each.node, each.where] for each in guard.refusals]))
"""


def test_the_node_is_named() -> None:
    assert json.loads(output_of([sys.executable, "-c", IN_A_NODE])) == [
        ["plain.example", "plain", "<string>:11 in plain"],
        ["task.example", "in_a_task", "<string>:17 in in_a_task"],
    ]


def test_a_library_is_named_where_no_code_of_a_project_is_at_work(tmp_path: Path) -> None:
    """A thread of telemetry, say."""
    packages = tmp_path / "site-packages"
    (packages / "telemetry").mkdir(parents=True)
    (packages / "requests").mkdir()
    (packages / "requests" / "__init__.py").write_text("import socket\ndef post(host): socket.gethostbyname(host)\n")
    (packages / "telemetry" / "__init__.py").write_text(
        "import requests, threading\ndef send():\n    requests.post('t.example')\n"
        "thread = threading.Thread(target=send)\n"
    )
    script = (
        "from hitl_desktop.network_guard import guard\nguard.install()\n"
        f"import sys; sys.path.insert(0, {str(packages)!r})\n"
        "import threading; threading.excepthook = print\n"
        "import telemetry; telemetry.thread.start(); telemetry.thread.join()\n"
        "sys.stderr.write(guard.refusals[0].where)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stderr == f"{packages / 'telemetry' / '__init__.py'}:3 in send"
