"""Turns a conversation into messages that every chat template can render, and quotes the results of tools."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from hitl_desktop.models.embedded.protocol import Message

_LONGEST_QUOTE = 500


def last_request(messages: Sequence[Message]) -> str:
    """Return the text of the last user message, empty when there is none."""
    return next((message.content for message in reversed(messages) if message.role == "user"), "")


def results_since_request(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """Return tool name and result of every tool message after the last user message.

    ChatOllama sends no tool name with a result, so it is taken from the calls before it, in their order.
    """
    results: list[tuple[str, str]] = []
    for name, message in _named_results(messages):
        if message.role == "user":
            results = []
        elif message.role == "tool":
            results.append((name, message.content))
    return results


def plain_messages(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Return the conversation as system, user and assistant texts that alternate.

    Tool calls and results become text: many templates know no tools, and some refuse two messages of
    the same role in a row.
    """
    plain: list[dict[str, str]] = []
    for name, message in _named_results(messages):
        role, text = str(message.role), message.content
        if message.tool_calls:
            calls = "\n".join(f"[{call.name} {json.dumps(dict(call.arguments))}]" for call in message.tool_calls)
            text = f"{text}\n{calls}" if text else calls
        if role == "tool":
            role, text = "user", f"Result of {name}: {text}"
        if plain and plain[-1]["role"] == role:
            plain[-1]["content"] += f"\n\n{text}"
        else:
            plain.append({"role": role, "content": text})
    return plain


def _named_results(messages: Sequence[Message]) -> Iterator[tuple[str, Message]]:
    waiting: list[str] = []
    for message in messages:
        name = ""
        if message.tool_calls:
            waiting = [call.name for call in message.tool_calls]
        if message.role == "tool":
            called = waiting.pop(0) if waiting else ""
            name = message.tool_name or called or "the tool"
        yield name, message


def without_oldest(messages: Sequence[dict[str, str]]) -> list[dict[str, str]] | None:
    """Return the messages without the oldest that is not a system message; None when only the last is left."""
    for index, message in enumerate(messages[:-1]):
        if message["role"] != "system":
            return [*messages[:index], *messages[index + 1 :]]
    return None


def quotation(results: Sequence[tuple[str, str]]) -> str:
    """Return what the tools answered, word for word, each result cut after 500 characters."""
    return "\n".join(f"Result of {name}: {_shortened(text)}" for name, text in results)


def _shortened(text: str) -> str:
    clean = "".join(character if character.isprintable() or character == "\n" else " " for character in text).strip()
    return clean if len(clean) <= _LONGEST_QUOTE else clean[:_LONGEST_QUOTE].rstrip() + "…"


def only(text: str) -> str:
    """Return a grammar (GBNF, llama.cpp's notation) that allows `text` and nothing else."""
    return f"root ::= {json.dumps(text, ensure_ascii=False)}"
