"""Who wants the network: the line of code, and the graph's node that runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

_HERE = os.path.dirname(__file__)
_PROGRAM = os.path.dirname(_HERE)
_STANDARD_LIBRARY = os.path.dirname(os.__file__)
_INSTALLED = ("site-packages", "dist-packages")

NETWORKING = {"aiohappyeyeballs", "aiohttp", "anyio", "backoff", "dns", "grpc", "h11", "h2", "httpcore", "httpx"}
NETWORKING |= {"httpx_sse", "requests", "requests_toolbelt", "tenacity", "trio", "urllib3", "websocket", "websockets"}
"""Packages that connect for others: their own lines say nothing."""


def where(frame: FrameType | None) -> str:
    """The innermost line outside the guard and the standard library that says something, as `file.py:12 in function`.

    The code of a project comes first; then a library, but not one for networking; then this program itself.
    """
    best: tuple[int, FrameType] | None = None
    for each in _outwards(frame):
        rank = _rank(each.f_code.co_filename)
        if rank is not None and (best is None or rank < best[0]):
            best = rank, each
            if rank == 0:
                break
    if best is None:
        return ""
    code = best[1].f_code
    return f"{code.co_filename}:{best[1].f_lineno} in {code.co_name}"


def running_node() -> str:
    """The node of the LangGraph run that this code belongs to, empty outside of one.

    langchain-core keeps the configuration of the run in a context variable, which follows it into tasks and threads.
    """
    variable = getattr(sys.modules.get("langchain_core.runnables.config"), "var_child_runnable_config", None)
    config: Any = variable.get() if variable is not None else None
    metadata = config.get("metadata") if isinstance(config, dict) else None
    node = metadata.get("langgraph_node") if isinstance(metadata, dict) else None
    return node if isinstance(node, str) else ""


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _rank(file: str) -> int | None:
    """How much a line of this file says: 0 the most, None nothing."""
    if file.startswith("<frozen") or _is_in(file, _HERE):
        return None
    parts = Path(file).parts
    installed = next((index for index, part in enumerate(parts) if part in _INSTALLED), None)
    if _is_in(file, _PROGRAM) and not _is_in(file, os.path.join(_PROGRAM, "_graphs")):
        return 2
    if installed is not None and installed + 1 < len(parts):
        return 3 if parts[installed + 1].removesuffix(".py") in NETWORKING else 1
    return None if _is_in(file, _STANDARD_LIBRARY) else 0


def _is_in(file: str, folder: str) -> bool:
    return file.startswith(folder + os.sep)
