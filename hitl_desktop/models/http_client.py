"""The HTTP client with which every request to a model server is made."""

from __future__ import annotations

import httpx


def client_for(base_url: str, timeout: httpx.Timeout | float) -> httpx.AsyncClient:
    """A client for the server at this address; the timeout is in seconds."""
    return httpx.AsyncClient(
        base_url=base_url,
        timeout=timeout,
        trust_env=False,  # a proxy of the environment must not see what stays on this machine
        # Certificates are only read for https: that takes some 30 ms, during which the window would stand still.
        verify=base_url.startswith("https://"),
    )
