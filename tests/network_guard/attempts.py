"""A process with the guard installed that tries this and that, and prints what came of it as JSON by the name of each.

Run by `test_installed`: a hook cannot be taken out of the process of the tests again.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from hitl_desktop.network_guard import NetworkRefusedError, guard

NOWHERE = "192.0.2.1"  # of the net that is kept for examples
NAME = "example.com"
LOOPBACK = ("127.0.0.1", 0)

Attempt = Callable[[], Any]


def tcp() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def udp(family: int = socket.AF_INET) -> socket.socket:
    return socket.socket(family, socket.SOCK_DGRAM)


def in_a_thread() -> None:
    caught: list[BaseException] = []

    def work() -> None:
        try:
            tcp().connect((NOWHERE, 80))
        except OSError as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    raise caught[0]


def with_httpx() -> None:
    import httpx

    httpx.get(f"http://{NAME}/")


async def with_httpx_in_a_task() -> None:
    import httpx

    async with httpx.AsyncClient() as client:
        await client.get(f"http://{NAME}/")


def over_tls() -> None:
    with ssl.create_default_context().wrap_socket(tcp(), server_hostname=NAME) as wrapped:
        wrapped.connect((NAME, 443))


REFUSED: dict[str, Attempt] = {
    "connect to an address": lambda: tcp().connect((NOWHERE, 80)),
    "connect to a name": lambda: tcp().connect((NAME, 80)),
    "connect_ex": lambda: tcp().connect_ex((NAME, 80)),
    "create_connection": lambda: socket.create_connection((NAME, 80)),
    "an IPv6 address": lambda: udp(socket.AF_INET6).connect(("2001:db8::1", 80)),
    "a datagram": lambda: udp().sendto(b"x", (NOWHERE, 53)),
    "a datagram to a name, with flags": lambda: udp().sendto(b"x", 0, (NAME, 53)),
    "a message": lambda: udp().sendmsg([b"x"], [], 0, (NAME, 53)),
    "broadcast": lambda: udp().sendto(b"x", ("<broadcast>", 9)),
    "a name for an address": lambda: socket.gethostbyname_ex(NAME),
    "an address for a name": lambda: socket.gethostbyaddr(NOWHERE),
    "getnameinfo": lambda: socket.getnameinfo((NOWHERE, 80), 0),
    "listen to all networks": lambda: tcp().bind(("0.0.0.0", 0)),
    "listen to all networks, by an empty name": lambda: tcp().bind(("", 0)),
    "listen without an address": lambda: tcp().listen(),
    "create_server": lambda: socket.create_server(("", 0)),
    "urllib": lambda: urllib.request.urlopen(f"http://{NAME}/"),
    "httpx": with_httpx,
    "httpx in a task": lambda: asyncio.run(with_httpx_in_a_task()),
    "asyncio streams": lambda: asyncio.run(asyncio.wait_for(asyncio.open_connection(NAME, 80), 5)),
    "TLS": over_tls,
    "another thread": in_a_thread,
    "below Python's own socket": lambda: super(socket.socket, tcp()).connect((NOWHERE, 80)),
}


def talk(server: socket.socket, client: socket.socket) -> None:
    """Send a word from one to the other."""
    with closing(server), closing(client):
        server.listen()
        client.connect(server.getsockname())
        client.sendall(b"word")
        connection, _ = server.accept()
        with closing(connection):
            assert connection.recv(4) == b"word"


def over_unix() -> None:
    with tempfile.TemporaryDirectory() as folder:
        server, client = (socket.socket(socket.AF_UNIX) for _ in range(2))
        server.bind(str(Path(folder) / "s"))
        talk(server, client)


def over_udp() -> None:
    with closing(udp()) as one, closing(udp()) as other:
        one.bind(LOOPBACK)
        other.sendto(b"word", one.getsockname())
        other.sendto(b"word", 0, ("localhost", one.getsockname()[1]))
        other.sendmsg([b"word"], [], 0, one.getsockname())
        other.connect(one.getsockname())
        other.sendmsg([b"word"])
        assert [one.recv(4) for _ in range(4)] == [b"word"] * 4


async def over_streams() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()

    async with await asyncio.start_server(answer, "localhost", 0) as server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection(server.sockets[0].getsockname()[0], port)
        writer.write(b"word\n")
        assert await reader.readline() == b"word\n"
        writer.close()


ALLOWED: dict[str, Attempt] = {
    "TCP on loopback": lambda: talk(socket.create_server(LOOPBACK), tcp()),
    "loopback written as a number": lambda: socket.create_connection(("2130706433", 9), 5),
    "any address is this machine": lambda: tcp().connect(("0.0.0.0", 9)),
    "UDP on loopback": over_udp,
    "a Unix socket": over_unix,
    "a pair of sockets": socket.socketpair,
    "asyncio on loopback": lambda: asyncio.run(over_streams()),
    "where to listen": lambda: socket.getaddrinfo(None, 0, flags=socket.AI_PASSIVE),
    "localhost": lambda: socket.gethostbyname("localhost"),
}


def outcome(attempt: Attempt) -> str:
    """`refused`, `fine`, or what else was raised; a refusal may be the cause of another error."""
    before = len(guard.refusals)
    try:
        attempt()
    except ConnectionRefusedError:
        result = "fine"  # by the system: nobody listens
    except Exception as error:
        chain: BaseException | None = error
        while chain is not None and not isinstance(chain, NetworkRefusedError):
            chain = chain.__cause__ or chain.__context__ or getattr(chain, "reason", None)
        result = "refused" if chain is not None else repr(error)
    else:
        result = "fine"
    counted = len(guard.refusals) - before
    return result if counted == (result == "refused") else f"{result}, but {counted} refusals"


if __name__ == "__main__":
    guard.install()
    guard.install()
    outcomes = {name: outcome(attempt) for name, attempt in (REFUSED | ALLOWED).items()}
    where = [refusal.where for refusal in guard.refusals]
    sys.stdout.write(json.dumps({"outcomes": outcomes, "where": where}))
