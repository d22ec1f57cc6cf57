"""What the guard lets through and what it refuses, asked without installing it: a hook can't be taken out again."""

from __future__ import annotations

import asyncio
import errno
import pickle
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from hitl_desktop.core.network import Refusal
from hitl_desktop.network_guard import NetworkGuard, NetworkRefusedError
from tests.core.test_network import ELSEWHERE, THIS_MACHINE

V4, V6 = socket.AF_INET, socket.AF_INET6


@pytest.fixture
def guard() -> NetworkGuard:
    return NetworkGuard()


@pytest.fixture
def sockets() -> Iterator[dict[int, socket.socket]]:
    with ExitStack() as stack:
        yield {
            family: stack.enter_context(socket.socket(family, socket.SOCK_DGRAM)) for family in (V4, V6, socket.AF_UNIX)
        }


def events(host: Any, sockets: dict[int, socket.socket]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """All that can be done with a host."""
    yield "socket.getaddrinfo", (host, 443, 0, 0, 0)
    yield "socket.gethostbyname", (host,)
    yield "socket.gethostbyaddr", (host,)
    yield "socket.getnameinfo", ((host, 443),)
    for name in ("connect", "sendto", "sendmsg", "bind"):
        yield f"socket.{name}", (sockets[V4], (host, 443))
        yield f"socket.{name}", (sockets[V6], (host, 443, 0, 0))


@pytest.mark.parametrize("host", [*THIS_MACHINE, b"127.0.0.1", bytearray(b"localhost")])
def test_this_machine_may_be_reached(guard: NetworkGuard, sockets: dict[int, socket.socket], host: Any) -> None:
    for event, arguments in events(host, sockets):
        guard.check(event, arguments)
    assert guard.refusals == ()


@pytest.mark.parametrize("host", [*ELSEWHERE, b"192.0.2.1", bytearray(b"evil.com"), b"\xff"])
def test_elsewhere_is_refused(guard: NetworkGuard, sockets: dict[int, socket.socket], host: Any) -> None:
    for event, arguments in events(host, sockets):
        with pytest.raises(NetworkRefusedError):
            guard.check(event, arguments)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", b""])
def test_any_address_is_this_machine_to_connect_to_but_all_networks_to_listen_on(
    guard: NetworkGuard, sockets: dict[int, socket.socket], host: Any
) -> None:
    for event, arguments in events(host, sockets):
        if event == "socket.bind":
            with pytest.raises(NetworkRefusedError, match=r"127\.0\.0\.1"):
                guard.check(event, arguments)
        else:
            guard.check(event, arguments)


def test_what_has_no_host_is_let_through(guard: NetworkGuard, sockets: dict[int, socket.socket]) -> None:
    guard.check("socket.getaddrinfo", (None, 0, 0, 0, 0))
    guard.check("socket.sendmsg", (sockets[V4], None))
    guard.check("socket.connect", (sockets[socket.AF_UNIX], "/tmp/.X11-unix/X0"))
    guard.check("socket.bind", (sockets[socket.AF_UNIX], b"\0abstract"))
    guard.check("socket.gethostname", ())
    guard.check("open", ("192.0.2.1", "r", 0))
    assert guard.refusals == ()


def test_other_networks_are_refused(guard: NetworkGuard) -> None:
    class Radio:
        family = 31  # Bluetooth, which this machine need not have

    with pytest.raises(NetworkRefusedError, match="00:11:22"):
        guard.check("socket.connect", (Radio(), ("00:11:22:33:44:55", 1)))


@pytest.mark.parametrize("name", ["ollama.lan", "OLLAMA.LAN", "ollama.lan.", b"ollama.lan"])
def test_a_name_is_allowed_with_the_addresses_that_it_has(
    guard: NetworkGuard, sockets: dict[int, socket.socket], name: Any
) -> None:
    guard.allow(["Ollama.lan"])
    assert guard.allowed == ("ollama.lan",)
    guard.check("socket.getaddrinfo", (name, 11434, 0, 0, 0))
    guard.check("socket.connect", (sockets[V4], (name, 11434)))
    with pytest.raises(NetworkRefusedError):
        guard.check("socket.connect", (sockets[V4], ("192.0.2.7", 11434)))
    guard.remember(name, ["192.0.2.7", "2001:db8::7"])
    guard.check("socket.connect", (sockets[V4], ("192.0.2.7", 11434)))
    guard.check("socket.connect", (sockets[V6], ("::ffff:192.0.2.7", 11434, 0, 0)))
    guard.check("socket.connect", (sockets[V6], ("2001:db8::7", 11434, 0, 0)))
    for event, arguments in (
        ("socket.bind", (sockets[V4], ("192.0.2.7", 11434))),
        ("socket.connect", (sockets[V4], ("192.0.2.8", 11434))),
        ("socket.getaddrinfo", ("other.lan", 11434, 0, 0, 0)),
        ("socket.getaddrinfo", ("ollama.lan.evil.com", 11434, 0, 0, 0)),
        ("socket.getaddrinfo", ("sub.ollama.lan", 11434, 0, 0, 0)),
    ):
        with pytest.raises(NetworkRefusedError):
            guard.check(event, arguments)


def test_what_is_no_longer_allowed_takes_its_addresses_along(
    guard: NetworkGuard, sockets: dict[int, socket.socket]
) -> None:
    guard.allow(["a.lan", "b.lan"])
    guard.remember("a.lan", ["192.0.2.1"])
    guard.remember("b.lan", ["192.0.2.2"])
    guard.remember("c.lan", ["192.0.2.3"])
    guard.allow(["b.lan"])
    for host, allowed in (("192.0.2.1", False), ("192.0.2.2", True), ("192.0.2.3", False)):
        if allowed:
            guard.check("socket.connect", (sockets[V4], (host, 80)))
        else:
            with pytest.raises(NetworkRefusedError):
                guard.check("socket.connect", (sockets[V4], (host, 80)))


def test_an_address_may_be_allowed(guard: NetworkGuard, sockets: dict[int, socket.socket]) -> None:
    guard.allow(["10.0.0.5", "127.0.0.1", "localhost"])
    assert guard.allowed == ("10.0.0.5",)
    guard.check("socket.connect", (sockets[V4], ("10.0.0.5", 80)))
    guard.check("socket.connect", (sockets[V6], ("::ffff:10.0.0.5", 80, 0, 0)))
    guard.remember("evil.com", ["10.0.0.6"])
    with pytest.raises(NetworkRefusedError):
        guard.check("socket.connect", (sockets[V4], ("10.0.0.6", 80)))


def test_the_error_is_a_permission_error_for_people(guard: NetworkGuard) -> None:
    with pytest.raises(PermissionError) as caught:
        guard.check("socket.getaddrinfo", ("example.com", "443", 0, 0, 0))
    assert str(caught.value) == (
        "HITL Desktop refused to look up example.com:443: nothing leaves this machine. "
        "If it may be reached, add it to the allowed hosts in the settings."
    )
    assert caught.value.errno == errno.EACCES
    assert repr(caught.value) == f"NetworkRefusedError({str(caught.value)!r})"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    (refusal,) = guard.refusals
    assert (refusal.attempt, refusal.host, refusal.port, refusal.node) == ("look up", "example.com", 443, "")
    assert refusal.where.startswith(f"{__file__}:")
    assert refusal.where.endswith(" in test_the_error_is_a_permission_error_for_people")


def attempt(guard: NetworkGuard, number: int = 0) -> None:
    with pytest.raises(NetworkRefusedError):
        guard.check("socket.gethostbyname", (f"host{number}.example",))


def test_what_is_refused_at_once_is_told_at_once(guard: NetworkGuard) -> None:
    later: list[Callable[[], None]] = []
    told: list[tuple[Refusal, ...]] = []
    guard.listen(later.append, told.append)
    threads = [threading.Thread(target=attempt, args=(guard, number)) for number in range(300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(later) == 1
    later.pop()()
    (refusals,) = told
    assert refusals == guard.refusals
    assert len(refusals) == 200, "the last ones are kept"
    attempt(guard)
    later.pop()()
    assert [refusal.host for refusal in told[1]] == ["host0.example"]


def test_what_is_refused_while_nobody_listens_is_told_later(guard: NetworkGuard) -> None:
    later: list[Callable[[], None]] = []
    told: list[tuple[Refusal, ...]] = []
    guard.listen(later.append, told.append)
    attempt(guard, 1)
    guard.stop_listening()
    later.pop()()
    attempt(guard, 2)
    assert told == []
    guard.listen(later.append, told.append)
    later.pop()()
    assert [refusal.host for refusal in told[0]] == ["host1.example", "host2.example"]


def test_a_closed_loop_is_no_reason_to_let_anything_out(guard: NetworkGuard) -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    guard.listen(loop.call_soon_threadsafe, print)
    attempt(guard)


def test_memory_of_addresses_is_bounded(guard: NetworkGuard, sockets: dict[int, socket.socket]) -> None:
    guard.allow(["a.lan"])
    guard.remember("a.lan", (f"10.0.{number // 256}.{number % 256}" for number in range(1_001)))
    guard.check("socket.connect", (sockets[V4], ("10.0.3.232", 80)))
    with pytest.raises(NetworkRefusedError):
        guard.check("socket.connect", (sockets[V4], ("10.0.0.0", 80)))
