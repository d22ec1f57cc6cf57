"""A chat model that calls the tools that the first message of the conversation tells it to call."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Self

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from tests.conformance.ledger import READ

_MINE = "turn-"
DONE = "Done."


class ScriptedModel(BaseChatModel):
    """Replies by a script of turns, JSON in the first human message: each turn is a list of calls (name, arguments).

    After the last turn it says `DONE`. The calls have the ids ``call-<turn>-<number>``. It notes the results of tools
    that it reads.
    """

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any) -> Self:
        """The same model: it knows from the script which tools there are."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        script = next(json.loads(str(message.content)) for message in messages if message.type == "human")
        mine = [number for number, message in enumerate(messages) if (message.id or "").startswith(_MINE)]
        new = messages[mine[-1] + 1 :] if mine else []
        READ.extend(str(message.content) for message in new if isinstance(message, ToolMessage))
        turn = len(mine)
        calls = [
            {"name": name, "args": args, "id": f"call-{turn}-{number}", "type": "tool_call"}
            for number, (name, args) in enumerate(script[turn] if turn < len(script) else [])
        ]
        reply = AIMessage("" if calls else DONE, tool_calls=calls, id=f"{_MINE}{turn}")
        return ChatResult(generations=[ChatGeneration(message=reply)])


def conversation(*turns: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The input that has the model call these tools, turn by turn."""
    return {"messages": [{"type": "human", "content": json.dumps(turns)}]}
