"""The embedded server of these tests: one child process for all of them, because starting it takes a second."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from hitl_desktop.models.embedded.process import EmbeddedServer


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def embedded_url() -> AsyncIterator[str]:
    """The base URL of a running embedded server with the bundled weights."""
    async with EmbeddedServer(threads=1) as server:
        assert server.base_url is not None
        yield server.base_url


@pytest_asyncio.fixture
async def client(embedded_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client for the embedded server that leaves the protocol to the test."""
    # verify=False: reading certificates would take longer than most of these tests.
    async with httpx.AsyncClient(base_url=embedded_url, trust_env=False, timeout=60.0, verify=False) as client:
        yield client
