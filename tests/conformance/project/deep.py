"""A deepagents agent that asks before it sends, and so does its subagent. Only loaded where deepagents is installed."""

from __future__ import annotations

import importlib
from typing import Any

from tests.conformance.scripted import ScriptedModel
from tests.conformance.tools import look, send

create_deep_agent: Any = importlib.import_module("deepagents").create_deep_agent
deep = create_deep_agent(
    model=ScriptedModel(),
    tools=[send, look],
    interrupt_on={"send": {"allowed_decisions": ["approve", "edit", "reject", "respond"]}, "write_file": True},
    subagents=[{"name": "clerk", "description": "Sends letters.", "system_prompt": "Send it.", "tools": [send]}],
)
