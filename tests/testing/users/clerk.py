"""An agent with a model, whose tool writes a file once a person has approved it."""

import os
from pathlib import Path

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.tools import tool
from langchain_ollama import ChatOllama


@tool
def send_mail(to: str, subject: str) -> str:
    """Send a mail."""
    Path(os.environ["OUTBOX"], f"{to}.txt").write_text(subject)
    return f"sent to {to}"


graph = create_agent(
    ChatOllama(model="llama3.2"), [send_mail], middleware=[HumanInTheLoopMiddleware(interrupt_on={"send_mail": True})]
)
