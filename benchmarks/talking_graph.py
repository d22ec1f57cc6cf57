"""A graph whose model says 2,000 tokens a second, in LangChain's own chunks, without any network."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langgraph.graph import END, START, MessagesState, StateGraph

TOKENS = 8_000
TOKENS_A_SECOND = 2_000
_BURST = 20  # an event loop cannot wait 0.5 ms; a server's answer arrives in pieces of several tokens, too


class TalkingModel(BaseChatModel):
    """Streams words at a fixed pace."""

    @property
    def _llm_type(self) -> str:
        return "talking"

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage("word"))])

    async def _astream(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        manager = kwargs.get("run_manager")
        start = time.perf_counter()
        for number in range(TOKENS):
            if number % _BURST == 0:
                await asyncio.sleep(max(0.0, start + number / TOKENS_A_SECOND - time.perf_counter()))
            text = f"word{number} " if number % 12 else f"word{number}.\n"
            chunk = ChatGenerationChunk(message=AIMessageChunk(text, id="talk"))
            if manager is not None:
                await manager.on_llm_new_token(text, chunk=chunk)
            yield chunk


async def talk(state: MessagesState) -> dict[str, Any]:
    """Let the model speak."""
    return {"messages": [await TalkingModel().ainvoke(state["messages"])]}


_builder = StateGraph(MessagesState)
_builder.add_node("talk", talk)
_builder.add_edge(START, "talk")
_builder.add_edge("talk", END)
graph = _builder.compile()
