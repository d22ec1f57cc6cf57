"""Another program on the same database: it runs a graph of the project itself, without a word to this one."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from hitl_desktop.backends.project.modules import module_name


async def run_elsewhere(
    database: Path, project: Path, graph: str, value: Any, thread_id: str, arguments: Mapping[str, Any]
) -> None:
    """Run a graph of the loaded project to its first stop, with these arguments of `ainvoke`."""
    entry: str = json.loads((project / "langgraph.json").read_text())["graphs"][graph]
    path, _, variable = entry.partition(":")
    compiled = getattr(sys.modules[module_name(project / path, project)], variable)
    config: RunnableConfig = {"configurable": {"thread_id": thread_id}}
    async with AsyncSqliteSaver.from_conn_string(str(database)) as saver:
        await compiled.copy(update={"checkpointer": saver}).ainvoke(value, config, **arguments)
