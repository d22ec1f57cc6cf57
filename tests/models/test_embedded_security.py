"""Who the embedded server does not answer, and what it does not swallow."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest

from hitl_desktop.models.embedded.gguf import read_gguf
from hitl_desktop.models.embedded.weights import bundled_weights
from tests.models.parts import needs_weights

pytestmark = needs_weights

CHAT = {"model": "smollm2:135m", "messages": []}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:11434"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/api/tags"), ("POST", "/api/chat"), ("OPTIONS", "/api/chat")])
async def test_browsers_are_refused(client: httpx.AsyncClient, headers: dict[str, str], method: str, path: str) -> None:
    answer = await client.request(method, path, headers=headers, json=CHAT if method == "POST" else None)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    assert "does not answer browsers" in answer.json()["error"]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "192.168.0.7:11434", "", "::"]
)
async def test_foreign_host_names_are_refused(client: httpx.AsyncClient, host: str) -> None:
    for method, path in (("GET", "/api/tags"), ("POST", "/api/show")):
        answer = await client.request(method, path, headers={"Host": host}, content=b"{}")
        assert answer.status_code == 403


def test_its_port_is_taken_without_looking_up_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    from hitl_desktop.models.embedded.engine import Engine
    from hitl_desktop.models.embedded.server import EmbeddedHttpServer

    def look_up(name: str = "") -> str:
        pytest.fail(f"{name} is looked up")

    monkeypatch.setattr(socket, "getfqdn", look_up)
    weights = bundled_weights()
    assert weights is not None
    with EmbeddedHttpServer(Engine(read_gguf(weights), threads=1), "smollm2:135m") as server:
        assert server.server_address[0] == "127.0.0.1"
        assert server.server_port == server.server_address[1] > 0


def test_port_of_the_engine_is_locked() -> None:
    weights = bundled_weights()
    assert weights is not None
    from hitl_desktop.models.embedded.engine import Engine

    engine = Engine(read_gguf(weights), threads=1)
    with engine.turn(lambda: False):
        engine.load()
        assert urlsplit(engine._server.listening_address).hostname == "127.0.0.1"
        with httpx.Client(base_url=engine._server.listening_address, trust_env=False, verify=False) as client:
            body = {"prompt": "x", "messages": [{"role": "user", "content": "x"}], "max_tokens": 1}
            for path in ("/completion", "/v1/completions", "/v1/chat/completions", "/tokenize", "/embedding"):
                assert client.post(path, json=body).status_code == 401
            for path in ("/slots", "/props", "/metrics"):
                assert client.get(path).status_code == 401
        engine.unload()
    assert not engine.loaded


@pytest.mark.parametrize("host", ["localhost", "localhost:11434", "127.0.0.1", "127.0.0.1:1", "[::1]:5", "LOCALHOST"])
async def test_names_of_this_machine_are_answered(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/api/version", headers={"Host": host})).status_code == 200


async def test_port_is_the_system_s_choice_and_only_on_loopback(embedded_url: str) -> None:
    parts = urlsplit(embedded_url)
    assert parts.hostname == "127.0.0.1"
    assert parts.port is not None
    assert parts.port not in (80, 11434)
    with pytest.raises(OSError, match=r"."):
        await asyncio.open_connection("::1", parts.port)


async def test_request_that_is_too_large_is_refused_without_being_kept(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/chat", content=b" " * (16 * 2**20 + 1))
    assert answer.status_code == 413
    assert (await client.get("/api/version")).status_code == 200


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "missing request body"),
        (b"hello", "not valid JSON"),
        (b'{"model": "x"', "not valid JSON"),
        (b"[]", "must be a JSON object"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"model": "\xff"}', "not valid JSON"),
    ],
)
async def test_wrong_json_is_a_400(client: httpx.AsyncClient, content: bytes, words: str) -> None:
    answer = await client.post("/api/chat", content=content)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


async def test_body_of_unknown_length_is_refused(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"{}"

    answer = await client.post("/api/chat", content=pieces())
    assert answer.status_code == 411


@pytest.mark.parametrize(
    "length", [b"-1", b"1e3", b"9" * 5000, b"\xb2"], ids=["negative", "float", "endless", "superscript"]
)
async def test_nonsense_for_a_length_is_refused(embedded_url: str, length: bytes) -> None:
    parts = urlsplit(embedded_url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + b"\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 411 ")
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("POST", "/api/pull", 404),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "/api/chat", 405),
        ("POST", "/api/tags", 405),
        ("DELETE", "/api/delete", 404),
    ],
)
async def test_unknown_path_and_method(client: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert (await client.get("/api/version")).status_code == 200


async def test_client_that_says_nothing_keeps_nobody_waiting(client: httpx.AsyncClient, embedded_url: str) -> None:
    parts = urlsplit(embedded_url)
    _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n")
    await writer.drain()
    assert (await client.get("/api/version")).status_code == 200
    writer.close()
    await writer.wait_closed()
