"""The tool with which both mail assistants send a mail."""

from __future__ import annotations

from typing import Annotated

from effects import deliver_mail
from langchain.tools import ToolRuntime, tool
from local_model import ToolContext


@tool
def send_mail(
    to: Annotated[str, "Mail address of the recipient, for example bo@example.com"],
    subject: Annotated[str, "What the mail is about, in a few words"],
    body: Annotated[str, "One or two sentences"],
    runtime: ToolRuntime[ToolContext],
) -> str:
    """Send a mail to one address."""
    # The id of the call stays the same when LangGraph runs the tool again after a crash: one mail for one call.
    try:
        deliver_mail(to, subject, body, key=runtime.tool_call_id or "")
    except ValueError as problem:
        return f"No mail was sent: {problem}"
    return f"The mail {subject!r} to {to} is in the outbox."
