"""The guard itself: which hosts may be reached, what was refused, and the hook through which it sees everything."""

from __future__ import annotations

import errno
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeAlias

from hitl_desktop.core.network import Attempt, Refusal, canonical, is_any_address, is_this_machine
from hitl_desktop.network_guard.origin import NETWORKING, running_node, where

_LOOKUPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})
_SENDING: dict[str, Attempt] = {
    "socket.connect": "connect to",
    "socket.sendto": "send to",
    "socket.sendmsg": "send to",
    "socket.bind": "listen on",
}
_WATCHED = _LOOKUPS | _SENDING.keys()

_INTERNET = {socket.AF_INET, socket.AF_INET6}
# Unix sockets, and the kernel's own. All that is left (radio, raw packets, virtual machines) is refused whole.
_LOCAL = {getattr(socket, name) for name in ("AF_UNIX", "AF_NETLINK") if hasattr(socket, name)}

Later: TypeAlias = Callable[[Callable[[], None]], object]
Show: TypeAlias = Callable[[tuple[Refusal, ...]], object]

_MOST_KEPT = 200
_MOST_ADDRESSES = 1_000


class NetworkRefusedError(PermissionError):
    """Somebody wanted to leave the machine. `refusal` is the record of it, the text is for people."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(errno.EACCES, refusal.sentence)
        self.refusal = refusal

    def __str__(self) -> str:
        return self.refusal.sentence

    def __repr__(self) -> str:
        # This is what LangGraph keeps of a node's error.
        return f"{type(self).__name__}({self.refusal.sentence!r})"

    def __reduce__(self) -> tuple[type[NetworkRefusedError], tuple[Refusal]]:
        return type(self), (self.refusal,)


def refusal_behind(error: BaseException) -> Refusal | None:
    """The refusal that an error comes from: it is one, was raised from one, or is what a client made of one."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        if isinstance(each, NetworkRefusedError):
            return each.refusal
        seen.add(id(each))
        waiting.append(each.__cause__)
        if isinstance(each, BaseExceptionGroup):
            waiting.extend(each.exceptions)
        # Clients do not always say what their own errors come from. Of other errors it would be a guess.
        if isinstance(each, OSError) or type(each).__module__.partition(".")[0] in NETWORKING:
            waiting.append(each.__context__)
    return None


class NetworkGuard:
    """Knows the hosts that may be reached, refuses the others, and remembers what it refused. Safe in all threads."""

    def __init__(self) -> None:
        # Reentrant: a finalizer may use a socket while its thread is in here.
        self._lock = threading.RLock()
        self._allowed: frozenset[str] = frozenset()
        self._resolved: dict[str, str] = {}
        self._refusals: deque[Refusal] = deque(maxlen=_MOST_KEPT)
        self._untold: deque[Refusal] = deque(maxlen=_MOST_KEPT)
        self._later: Later | None = None
        self._show: Show | None = None
        self._installed = False

    @property
    def installed(self) -> bool:
        """Whether it sees what this process does."""
        return self._installed

    @property
    def allowed(self) -> tuple[str, ...]:
        """The other machines that may be reached, in the order of the alphabet."""
        return tuple(sorted(self._allowed))

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """What was refused, the oldest first; the last 200."""
        with self._lock:
            return tuple(self._refusals)

    def allow(self, hosts: Iterable[str]) -> None:
        """Let these hosts be reached, by name or address, and no others from now on."""
        allowed = frozenset(host for host in map(canonical, hosts) if not is_this_machine(host))
        with self._lock:
            self._allowed = allowed
            self._resolved = {address: name for address, name in self._resolved.items() if name in allowed}

    def listen(self, later: Later, show: Show) -> None:
        """Have `show` called with what was refused since the last time, through `later`, as a loop's threadsafe calls.

        However much is refused until then, it is one call: a library that tries for ever floods nobody.
        """
        with self._lock:
            self._later, self._show = later, show
            untold = bool(self._untold)
        if untold:
            self._ring()

    def stop_listening(self) -> None:
        """Call nobody any more; what is refused is kept for who listens next."""
        with self._lock:
            self._later = self._show = None

    def check(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Raise `NetworkRefusedError` if an audit event of Python's sockets leaves the machine.

        `event` and `arguments` are as `sys.addaudithook` gets them; events of others are let through.
        """
        if event in _SENDING:
            if arguments[1] is not None:  # else it goes to where the socket was connected before
                self._check_socket(_SENDING[event], arguments[0].family, arguments[1])
        elif event == "socket.getnameinfo":
            self._check("look up", *arguments[0][:2])
        elif event in _LOOKUPS:
            self._check("look up", arguments[0], arguments[1] if event == "socket.getaddrinfo" else None)

    def check_listening(self, listening: socket.socket) -> None:
        """Raise `NetworkRefusedError` for a socket that was bound to nothing: it would listen to all networks."""
        if listening.family in _INTERNET:
            self._check_socket("listen on", listening.family, listening.getsockname())

    def remember(self, host: Any, addresses: Iterable[str]) -> None:
        """Let these addresses be reached if `host`, for which they were found, may be."""
        name = canonical(_text(host))
        with self._lock:
            if name not in self._allowed:
                return
            for address in map(canonical, addresses):
                self._resolved.pop(address, None)
                self._resolved[address] = name
            while len(self._resolved) > _MOST_ADDRESSES:
                del self._resolved[next(iter(self._resolved))]

    def install(self) -> None:
        """Begin to watch this process. There is no way back; a second call does nothing."""
        with self._lock:
            if self._installed:
                return
            self._installed = True
        from hitl_desktop.network_guard.names import watch_names

        watched, check = _WATCHED, self.check

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            if event in watched:  # every import and every open file comes by here
                check(event, arguments)

        sys.addaudithook(hook)
        watch_names(self)

    def _check_socket(self, attempt: Attempt, family: int, address: Any) -> None:
        if family in _LOCAL:
            return
        if family not in _INTERNET:
            self._refuse(attempt, f"{address!r} ({getattr(family, 'name', family)})", None)
        if isinstance(address, tuple) and len(address) >= 2:  # else Python itself refuses it
            self._check(attempt, address[0] or "0.0.0.0", address[1])

    def _check(self, attempt: Attempt, given: Any, port: Any) -> None:
        host = canonical(_text(given))
        if not host or is_this_machine(host):
            return
        if attempt != "listen on" and (is_any_address(host) or host in self._allowed or host in self._resolved):
            return
        self._refuse(attempt, host, port)

    def _refuse(self, attempt: Attempt, host: str, port: Any) -> None:
        try:
            number = int(port) or None
        except (TypeError, ValueError):
            number = None
        refusal = Refusal(attempt, host, number, datetime.now(), where(sys._getframe(1)), running_node())
        with self._lock:
            self._refusals.append(refusal)
            first = not self._untold
            self._untold.append(refusal)
        if first:
            self._ring()
        raise NetworkRefusedError(refusal)

    def _ring(self) -> None:
        later = self._later
        if later is not None:
            with suppress(RuntimeError):  # its loop is closed
                later(self._hand_over)

    def _hand_over(self) -> None:
        with self._lock:
            show = self._show
            untold = tuple(self._untold) if show is not None else ()
            if untold:
                self._untold.clear()
        if show is not None and untold:
            show(untold)


def _text(host: Any) -> str:
    """A host as Python's sockets take it: text, bytes, or None for this machine."""
    if isinstance(host, bytes | bytearray):
        return host.decode("latin-1")
    return host if isinstance(host, str) else ""
