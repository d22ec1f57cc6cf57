"""Watches look-ups of names from both sides.

Python tells its audit hooks of a connection after it has looked up the name in it, and never what was found.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hitl_desktop.network_guard.refusing import NetworkGuard

Function = Callable[..., Any]

# The address is the last argument of each.
_SOCKET_METHODS = {
    "connect": "socket.connect",
    "connect_ex": "socket.connect",
    "sendto": "socket.sendto",
    "bind": "socket.bind",
}


def watch_names(guard: NetworkGuard) -> None:
    """Have `guard` asked before a name is looked up, and told what was found. For the rest of the process."""
    for name, event in _SOCKET_METHODS.items():
        _replace(socket.socket, name, _checked(guard, event))
    _replace(socket.socket, "sendmsg", _checked_message(guard))
    _replace(socket.socket, "listen", _checked_listening(guard))
    for name, addresses in (
        ("getaddrinfo", _of_getaddrinfo),
        ("gethostbyname", _of_gethostbyname),
        ("gethostbyname_ex", _of_gethostbyname_ex),
    ):
        _replace(socket, name, _remembered(guard, addresses))
    # asyncio looks up in another thread, where nothing tells which task wanted it.
    for name in ("getaddrinfo", "getnameinfo"):
        _replace(asyncio.BaseEventLoop, name, _checked_in_task(guard, f"socket.{name}"))


def _replace(owner: Any, name: str, wrapper: Callable[[Function], Function]) -> None:
    setattr(owner, name, wrapper(getattr(owner, name)))


def _checked(guard: NetworkGuard, event: str) -> Callable[[Function], Function]:
    def wrapper(function: Function) -> Function:
        @wraps(function)
        def call(self: socket.socket, *arguments: Any) -> Any:
            if arguments:
                guard.check(event, (self, arguments[-1]))
            return function(self, *arguments)

        return call

    return wrapper


def _checked_message(guard: NetworkGuard) -> Callable[[Function], Function]:
    def wrapper(function: Function) -> Function:
        @wraps(function)
        def call(self: socket.socket, *arguments: Any) -> Any:
            if len(arguments) > 3:  # buffers, ancillary data, flags, address
                guard.check("socket.sendmsg", (self, arguments[3]))
            return function(self, *arguments)

        return call

    return wrapper


def _checked_listening(guard: NetworkGuard) -> Callable[[Function], Function]:
    def wrapper(function: Function) -> Function:
        @wraps(function)
        def call(self: socket.socket, *arguments: Any) -> Any:
            guard.check_listening(self)
            return function(self, *arguments)

        return call

    return wrapper


def _remembered(guard: NetworkGuard, addresses: Callable[[Any], Iterator[str]]) -> Callable[[Function], Function]:
    def wrapper(function: Function) -> Function:
        @wraps(function)
        def call(host: Any, *arguments: Any, **options: Any) -> Any:
            found = function(host, *arguments, **options)
            guard.remember(host, addresses(found))
            return found

        return call

    return wrapper


def _checked_in_task(guard: NetworkGuard, event: str) -> Callable[[Function], Function]:
    def wrapper(function: Callable[..., Awaitable[Any]]) -> Function:
        @wraps(function)
        async def call(self: asyncio.BaseEventLoop, *arguments: Any, **options: Any) -> Any:
            guard.check(event, arguments)
            return await function(self, *arguments, **options)

        return call

    return wrapper


def _of_getaddrinfo(found: Any) -> Iterator[str]:
    return (entry[4][0] for entry in found)


def _of_gethostbyname(found: Any) -> Iterator[str]:
    return iter((found,))


def _of_gethostbyname_ex(found: Any) -> Iterator[str]:
    return iter(found[2])
