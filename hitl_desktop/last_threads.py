"""The end of the program, where nodes still run in threads."""

from __future__ import annotations

import asyncio
import os
import sys

_PATIENCE = 5.0
"""Seconds that a synchronous node gets to end when the program does."""


async def wait_for_threads() -> None:
    """Give nodes that run in threads a few seconds; a thread cannot be cut, and everything is closed by now."""
    shutdown = asyncio.ensure_future(asyncio.get_running_loop().shutdown_default_executor())
    await asyncio.wait({shutdown}, timeout=_PATIENCE)
    if not shutdown.done():
        sys.stdout.flush()
        os._exit(0)
