"""Hosts: how they may be written, which of them are this machine, and what is told of a connection that was refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import inet_aton
from typing import Literal, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Attempt: TypeAlias = Literal["look up", "connect to", "send to", "listen on"]

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\Z")
_NUMERIC = re.compile(r"[0-9a-fA-FxX.]+\Z")
_LONGEST_SHOWN = 253  # no host has a longer name


def address_of(host: str) -> Address | None:
    """The address that `host` is, None for a name: also as `127.1`, `2130706433`, `::ffff:127.0.0.1` or `fe80::1%eth0`.

    What the system's own resolver takes for a number never gets to a name server; the same forms are numbers here.
    """
    if ":" in host:
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            return None
        return getattr(address, "ipv4_mapped", None) or address
    if _NUMERIC.match(host):  # inet_aton itself would stop reading at a space, the resolver would not
        try:
            return IPv4Address(inet_aton(host))
        except OSError:
            pass
    return None


def canonical(host: str) -> str:
    """One spelling for each host: an address as a number, a name in lower-case ASCII (IDNA), no dot at its end."""
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return host
    address = address_of(host)
    if address is not None:
        return str(address)
    name = host.lower().removesuffix(".")
    # “127.0.0.1.” is looked up as a name, so it is not taken for the number.
    return name if address_of(name) is None else f"{name}."


def is_this_machine(host: str) -> bool:
    """Whether a `canonical` host is a loopback address or `localhost`; another name would have to be looked up."""
    address = address_of(host)
    return address.is_loopback if address is not None else host == "localhost"


def is_any_address(host: str) -> bool:
    """Whether a `canonical` host is `0.0.0.0` or `::`: this machine to connect to, but every network to listen on."""
    address = address_of(host)
    return address is not None and address.is_unspecified


def read_host(text: str) -> str:
    """The canonical host in what a person entered; raises `ValueError` with a sentence for people."""
    host = canonical(text.strip().removeprefix("[").removesuffix("]"))
    address = address_of(host)
    if address is None and not _NAME.match(host):
        raise ValueError(
            f"“{text.strip()}” is neither the name nor the address of a host; "
            "write it without http://, port, path and *"
        )
    if address is not None and (address.is_unspecified or address.is_multicast or host == "255.255.255.255"):
        raise ValueError(f"“{text.strip()}” is not the address of one host")
    return host


def read_hosts(texts: Iterable[str]) -> tuple[str, ...]:
    """The hosts that a person entered, each once, without empty texts; raises `ValueError` as `read_host`."""
    return tuple(dict.fromkeys(read_host(text) for text in texts if text.strip()))


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that was not let out of this machine."""

    attempt: Attempt
    host: str
    port: int | None
    at: datetime
    where: str
    """The line that wanted it, as `path/to/file.py:12 in function`; empty where it is not known."""
    node: str = ""
    """The graph's node that ran then, if one did."""

    @property
    def target(self) -> str:
        """The host, with the port if there is one."""
        host = self.host if len(self.host) <= _LONGEST_SHOWN else f"{self.host[:_LONGEST_SHOWN]}…"
        if self.port is None:
            return host
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    @property
    def remedy(self) -> str:
        """What to do where it is wanted."""
        if self.attempt == "listen on":
            return "A server may listen on 127.0.0.1 or ::1."
        return "If it may be reached, add it to the allowed hosts in the settings."

    @property
    def sentence(self) -> str:
        """What the code that tried is told."""
        return f"HITL Desktop refused to {self.attempt} {self.target}: nothing leaves this machine. {self.remedy}"

    @property
    def line(self) -> str:
        """All that is known, in one line of a list."""
        place = f" from {self.where}" if self.where else ""
        node = f", node “{self.node}”" if self.node else ""
        return f"{self.at:%H:%M:%S}  {self.attempt} {self.target}{place}{node}"
