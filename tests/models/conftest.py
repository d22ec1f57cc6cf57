"""The embedded server of these tests: one child process for all of them, because starting it takes a second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio

from hitl_desktop.models.embedded.process import EmbeddedServer


@pytest.fixture(scope="session")
def embedded_url() -> Iterator[str]:
    """The base URL of a running embedded server with the bundled weights.

    On a loop of its own: an asynchronous fixture would be made anew for every test, because each test has its own loop.
    """
    server = EmbeddedServer(threads=1)
    with asyncio.Runner() as runner:
        yield runner.run(server.start())
        runner.run(server.stop())


@pytest_asyncio.fixture
async def client(embedded_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client for the embedded server that leaves the protocol to the test."""
    # verify=False: reading certificates would take longer than most of these tests.
    async with httpx.AsyncClient(base_url=embedded_url, trust_env=False, timeout=60.0, verify=False) as client:
        yield client
