"""A graph whose node wants to leave the machine in the way that its input names."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Awaitable, Callable

import httpx
from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict


class State(TypedDict):
    way: str


def with_urllib() -> None:
    urllib.request.urlopen("http://example.com/")


def with_httpx() -> None:
    httpx.get("https://example.com/", trust_env=False)


async def with_httpx_in_a_task() -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        await client.get("http://example.com/")


def connect() -> None:
    with socket.socket() as one:
        one.connect(("192.0.2.1", 443))


def send_a_datagram() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as one:
        one.sendto(b"x", ("192.0.2.1", 53))


def look_up() -> None:
    socket.getaddrinfo("example.com", 443)


def listen() -> None:
    with socket.socket() as one:
        one.bind(("0.0.0.0", 0))


WAYS: dict[str, Callable[[], Awaitable[None] | None]] = {
    way.__name__: way
    for way in (with_urllib, with_httpx, with_httpx_in_a_task, connect, send_a_datagram, look_up, listen)
}


async def search(state: State) -> None:
    """The node, in the window's own thread."""
    waited = WAYS[state["way"]]()
    if waited is not None:
        await waited


graph = StateGraph(State).add_node("search", search).add_edge(START, "search").compile()
