"""The child process: it starts, says what is wrong when it can't, and never outlives its parent."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from hitl_desktop.models.embedded.process import EmbeddedServer, EmbeddedServerError
from hitl_desktop.models.embedded.weights import bundled_weights
from hitl_desktop.testing.waiting import until
from tests.models.gguf_files import gguf
from tests.models.parts import needs_weights

pytestmark = needs_weights


async def answers(url: str) -> bool:
    """Whether an embedded server answers at `url`."""
    async with httpx.AsyncClient(trust_env=False, timeout=10.0, verify=False) as client:
        try:
            return (await client.get(f"{url}/api/version")).status_code == 200
        except httpx.TransportError:
            return False


async def test_it_starts_once_and_stops_for_good() -> None:
    server = EmbeddedServer()
    assert server.available() is None
    assert server.base_url is None
    first, second = await asyncio.gather(server.start(), server.start())
    assert first == second == server.base_url
    assert server.running
    assert server.model is not None
    assert (server.model.name, server.model.parameter_size) == ("smollm2:135m", "134.52M")
    assert await answers(first)
    await server.stop()
    await server.stop()
    assert not server.running
    assert server.base_url is None
    assert not await answers(first)


async def test_two_servers_do_not_meet() -> None:
    async with EmbeddedServer(threads=1) as one, EmbeddedServer(threads=1) as two:
        assert one.base_url is not None
        assert two.base_url is not None
        assert one.base_url != two.base_url
        assert await answers(one.base_url)
        await one.stop()
        assert await answers(two.base_url)


async def test_server_that_died_is_started_anew() -> None:
    async with EmbeddedServer(threads=1) as server:
        url = server.base_url
        assert url is not None
        assert server._process is not None
        server._process.kill()
        await server._process.wait()
        assert not server.running
        assert server.base_url is None
        assert await answers(await server.start())


async def test_own_file_is_served_under_its_own_name(tmp_path: Path) -> None:
    weights = bundled_weights()
    assert weights is not None
    path = tmp_path / "My Model.gguf"
    path.symlink_to(weights)
    async with (
        EmbeddedServer(path, threads=1) as server,
        httpx.AsyncClient(trust_env=False, timeout=30.0, verify=False) as client,
    ):
        listed = (await client.get(f"{server.base_url}/api/tags")).json()["models"]
    assert [model["model"] for model in listed] == [server.model_name] == ["My-Model"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "can't be read: No such file"),
        (b"no model", "is not a GGUF file"),
        (gguf({"general.architecture": "llama"}, {"w": (64, 64)})[:-100], "is cut off"),
    ],
)
async def test_file_that_can_not_be_served_is_explained(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "model.gguf"
    if content is not None:
        path.write_bytes(content)
    server = EmbeddedServer(path)
    with pytest.raises(EmbeddedServerError, match=words):
        await server.start()
    assert not server.running


async def test_model_of_an_unknown_kind_is_explained_to_who_asks(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf({"general.architecture": "martian"}, {"w": (64, 64)}))
    body = {"model": "model", "messages": [{"role": "user", "content": "Hi"}]}
    async with EmbeddedServer(path) as server, httpx.AsyncClient(trust_env=False, timeout=30.0, verify=False) as client:
        answer = await client.post(f"{server.base_url}/api/chat", json=body)
    assert answer.status_code == 500
    assert "does not know this kind of model (martian)" in answer.json()["error"]


async def test_cancelled_start_leaves_no_child() -> None:
    server = EmbeddedServer(threads=1)
    start = asyncio.create_task(server.start())
    process = await until(lambda: server._process)
    assert process is not None
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    assert process.returncode is not None
    assert not server.running


async def test_module_beside_the_program_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "xllamacpp.py").write_text("raise SystemExit('the wrong module')")
    monkeypatch.chdir(tmp_path)
    async with EmbeddedServer(threads=1) as server:
        assert server.running


PARENT = """
import asyncio, os, sys
from hitl_desktop.models.embedded.process import EmbeddedServer

async def main():
    url = await EmbeddedServer(threads=1).start()
    holder = os.fork() if "fork" in sys.argv else 0
    if "fork" in sys.argv and holder == 0:
        os.close(1)
        os.read(int(sys.argv[2]), 1)  # keeps the pipe to the embedded server open, until the test ends
        os._exit(0)
    print(url, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("holder", [False, True], ids=["alone", "while another process holds its pipe"])
async def test_child_ends_with_a_parent_that_is_killed(holder: bool) -> None:
    reading, test_ended = os.pipe()
    arguments = ["fork", str(reading)] if holder else []
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, *arguments, stdout=asyncio.subprocess.PIPE, pass_fds=[reading]
    )
    try:
        assert parent.stdout is not None
        url = (await parent.stdout.readline()).decode().strip()
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        parent.send_signal(signal.SIGKILL)
        await parent.wait()
        # The system closes the connection when the child ends, or resets it if it was still waiting to be taken.
        async with asyncio.timeout(10):
            with suppress(ConnectionResetError):
                assert await reader.read() == b""
        writer.close()
        assert not await answers(url)
    finally:
        if parent.returncode is None:
            parent.kill()
        os.close(test_ended)
        os.close(reading)
        await parent.communicate()
