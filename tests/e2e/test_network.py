"""Nothing leaves the machine: the whole program in a process of its own, and what it tells the kernel."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from hitl_desktop.models.embedded.weights import why_unavailable
from hitl_desktop.ui.single_instance import SingleInstance
from tests.e2e.reaching_project.reaching import WAYS
from tests.e2e.test_process import START, database, program, until_done
from tests.network_guard.tracing import leaving, seen, traced, why_no_strace
from tests.support.example_graphs import GRAPHS

REACHING = Path(__file__).parent / "reaching_project"
TRACING = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2")
needs_model = pytest.mark.skipif(why_unavailable(None) is not None, reason=f"no model: {why_unavailable(None)}")

__all__ = ["database"]


@pytest.fixture(autouse=True)
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of somebody who traces all that they do elsewhere."""
    monkeypatch.setenv("HITL_EFFECTS_DIR", str(tmp_path / "effects"))
    for name in TRACING:
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", "no-key")


def command(errand: str, database: Path, project: Path) -> list[str]:
    return [
        sys.executable,
        "-c",
        START,
        errand,
        "--database",
        str(database),
        "--project",
        str(project),
        "--trust-project",
    ]


def run(arguments: list[str]) -> str:
    ended = subprocess.run(arguments, cwd=GRAPHS.parent, capture_output=True, text=True, timeout=110, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return ended.stdout


@needs_model
@pytest.mark.skipif(bool(why_no_strace()), reason=why_no_strace() or "-")
def test_the_main_job_names_only_this_machine_to_the_kernel(database: Path, tmp_path: Path) -> None:
    """Window, model server and their children: a mail is written by the model, approved, sent into a file, told of."""
    log = tmp_path / "calls"
    assert run(traced(command("main_job", database, GRAPHS), log)) == "done\n"
    assert len(list(tmp_path.glob("effects/outbox/*.eml"))) == 1
    assert leaving(log) == []
    assert {"AF_INET", "AF_UNIX"} <= seen(log), "neither the model server nor the socket of the window was seen"


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the window said of each way to leave the machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HITL_DESKTOP_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("OLLAMA_HOST", "127.0.0.1:9")
        database = tmp_path_factory.mktemp("reached") / "t.db"
        lines = run(command("reach", database, REACHING)).splitlines()
    assert lines.pop() == "done"
    return {said["way"]: said for said in map(json.loads, lines)}


@pytest.mark.parametrize("way", WAYS)
def test_a_node_that_wants_to_leave_fails_with_the_refusal(reached: dict[str, Any], way: str) -> None:
    said = reached[way]
    target = {"connect": "192.0.2.1", "send_a_datagram": "192.0.2.1", "listen": "0.0.0.0"}.get(way, "example.com")
    ((node, error),) = said["errors"]
    assert node == "search"
    refused = re.search(rf"HITL Desktop refused to [a-z ]+ {re.escape(target)}", error)
    assert refused is not None, error
    assert f"The node “search” failed. {refused[0]}" in said["log"]


def test_the_window_says_who_tried(reached: dict[str, Any]) -> None:
    first, last = (reached[way]["notices"] for way in (next(iter(WAYS)), next(reversed(WAYS))))
    (words,) = (text for text in first if "refused" in text)
    assert re.match(
        r"“with_urllib” \(reaching\.py:\d+\), in the node “search”, tried to look up example\.com:80\. "
        r"That was refused, and nothing was sent\.",
        words,
    )
    (words,) = (text for text in last if "refused" in text)
    assert words.startswith("3 attempts to leave this machine were refused, and nothing was sent: example.com:80, ")


LISTENING = "0A"  # the state in /proc/net/tcp


def listening_inodes() -> Iterator[tuple[str, str]]:
    """The inode and the address of each TCP socket of this machine that listens."""
    for file in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(file).read_text().splitlines()[1:]:
            _, local, _, state, *rest = line.split()
            if state == LISTENING:
                yield rest[5], local.partition(":")[0]


def sockets_of(pid: int) -> set[str]:
    found = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(entry)
        except FileNotFoundError:  # closed meanwhile
            continue
        if target.startswith("socket:["):
            found.add(target[8:-1])
    return found


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def address_in(text: str) -> str:
    words = [bytes.fromhex(text[start : start + 8])[::-1] for start in range(0, len(text), 8)]
    return str(ip_address(b"".join(words)))


@needs_model
@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="there is no /proc/net/tcp here")
def test_an_open_window_listens_on_loopback_alone(database: Path) -> None:
    with program("open", database) as process:
        until_done(process)
        children = children_of(process.pid)
        assert children, "the model server is not running"
        mine = set().union(*(sockets_of(pid) for pid in (process.pid, *children)))
        addresses = {address_in(address) for inode, address in listening_inodes() if inode in mine}
    assert addresses == {"127.0.0.1"}


def test_the_socket_of_the_window_is_the_users_alone(tmp_path: Path) -> None:
    """A Unix socket, which no page in a browser can reach; what is written to it is not read."""
    instance = SingleInstance(tmp_path / "t.db", tmp_path)
    try:
        assert instance.acquire()
        assert instance._server is not None
        path = Path(instance._server.fullServerName())
        assert stat.S_ISSOCK(path.stat().st_mode)
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    finally:
        instance.release()
