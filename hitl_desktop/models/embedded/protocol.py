"""Ollama's wire forms: reads and checks requests, and builds the lines of answers.

Fields and error words are those of ollama/server/routes.go and ollama/api/types.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from hitl_desktop.models.embedded.completion import Completion
from hitl_desktop.models.embedded.gguf import GgufFile

Json = dict[str, Any]
Kind = Literal["chat", "generate"]

CAPABILITIES = ("completion", "tools")

_SETTINGS_OF_OPTIONS = {
    "temperature": "temperature", "top_p": "top_p", "top_k": "top_k", "min_p": "min_p", "typical_p": "typical_p",
    "seed": "seed", "repeat_penalty": "repeat_penalty", "repeat_last_n": "repeat_last_n",
    "presence_penalty": "presence_penalty", "frequency_penalty": "frequency_penalty", "num_predict": "max_tokens",
}  # fmt: skip
"""Ollama's options that the engine has, with llama.cpp's names. Others (num_ctx, num_gpu, mirostat) are ignored."""


class RequestError(Exception):
    """The request is refused with this HTTP status and these words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that an earlier message of the conversation holds."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the conversation. `tool_name` is set on a tool's result when the client sent it."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_name: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the model may call; `parameters` is its JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A checked `POST /api/chat`, or a `POST /api/generate` turned into one.

    `settings` are the request's options in llama.cpp's names. `unload` is keep_alive 0: the weights are
    freed afterwards. Without messages the request only loads or unloads the model.
    """

    model: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...]
    format: Literal["json"] | Mapping[str, Any] | None
    settings: Mapping[str, Any]
    stream: bool
    unload: bool


def requested_model(body: Json) -> str:
    """Return the name in the request's `model` (or `name`, as older clients write it)."""
    name = body.get("model") or body.get("name")
    if not isinstance(name, str) or not name:
        raise RequestError(400, "model is required")
    return name


def chat_request(body: Json) -> ChatRequest:
    """Read the body of `POST /api/chat`. Raises RequestError for what does not fit."""
    messages = tuple(_message(item) for item in _list(body, "messages"))
    tools = tuple(_tool(item) for item in _list(body, "tools"))
    return _request(body, messages, tools)


def generate_request(body: Json) -> ChatRequest:
    """Read the body of `POST /api/generate` as a chat of at most a system and a user message."""
    system, prompt = _text(body, "system"), _text(body, "prompt")
    if body.get("images"):
        raise RequestError(400, "this model is missing data required for image input")
    for field in ("raw", "suffix", "template", "context"):
        if body.get(field):
            raise RequestError(400, f"the embedded model server does not support {field}")
    messages = [Message("system", system)] if system and prompt else []
    if prompt:
        messages.append(Message("user", prompt))
    return _request(body, tuple(messages), ())


def _request(body: Json, messages: tuple[Message, ...], tools: tuple[Tool, ...]) -> ChatRequest:
    name = requested_model(body)
    if body.get("think"):
        raise RequestError(400, f'"{name}" does not support thinking')
    answer_format = body.get("format") or None
    if answer_format is not None and answer_format != "json" and not isinstance(answer_format, dict):
        raise RequestError(400, 'invalid format: expected "json" or a JSON schema')
    return ChatRequest(
        model=name,
        messages=messages,
        tools=tools,
        format=answer_format,
        settings=_settings(body.get("options")),
        stream=body.get("stream") is not False,
        unload=body.get("keep_alive") in (0, "0", "0s", "0m", "0h"),
    )


def _list(body: Json, field: str) -> Sequence[Any]:
    value = body.get(field)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise RequestError(400, f"{field} must be a list")
    return value


def _text(body: Mapping[str, Any], field: str) -> str:
    value = body.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RequestError(400, f"{field} must be a string")
    return value


def _message(item: object) -> Message:
    if not isinstance(item, dict):
        raise RequestError(400, "each message must be an object")
    if item.get("images"):
        raise RequestError(400, "this model is missing data required for image input")
    role = item.get("role")
    if role not in ("system", "user", "assistant", "tool"):
        raise RequestError(400, f"invalid role {role!r}: expected system, user, assistant or tool")
    calls = tuple(_call(call) for call in _list(item, "tool_calls"))
    return Message(role, _text(item, "content"), calls, _text(item, "tool_name"))


def _call(item: object) -> ToolCall:
    function = item.get("function") if isinstance(item, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise RequestError(400, "each tool call must be an object with a function that has a name")
    arguments = function.get("arguments") or {}
    if not isinstance(arguments, dict):
        raise RequestError(400, "the arguments of a tool call must be an object")
    return ToolCall(function["name"], arguments)


def _tool(item: object) -> Tool:
    function = item.get("function") if isinstance(item, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str) or not function["name"]:
        raise RequestError(400, "each tool must be an object with a function that has a name")
    parameters = function.get("parameters") or {}
    if not isinstance(parameters, dict) or not isinstance(parameters.get("properties") or {}, dict):
        raise RequestError(400, f"the parameters of the tool {function['name']} must be a JSON schema of an object")
    return Tool(function["name"], _text(function, "description"), parameters)


def _settings(options: object) -> Json:
    if options is None:
        return {}
    if not isinstance(options, dict):
        raise RequestError(400, "options must be an object")
    settings: Json = {}
    for name, value in options.items():
        if value is None:
            continue
        if name == "stop":
            stops = [value] if isinstance(value, str) else value
            if not isinstance(stops, list) or not all(isinstance(stop, str) for stop in stops):
                raise RequestError(400, 'option "stop" must be a list of strings')
            settings["stop"] = stops
        elif name in _SETTINGS_OF_OPTIONS:
            if not isinstance(value, int | float) or isinstance(value, bool):
                raise RequestError(400, f'option "{name}" must be a number')
            settings[_SETTINGS_OF_OPTIONS[name]] = value
    return settings


def timestamp(moment: datetime | None = None) -> str:
    """Return `moment`, by default now, as Go writes a time: `2026-11-21T07:30:00.000000Z`."""
    return (moment or datetime.now(UTC)).isoformat(timespec="microseconds").replace("+00:00", "Z")


def details(model: GgufFile) -> Json:
    """Return the `details` object of tags, ps and show."""
    return {
        "parent_model": "",
        "format": "gguf",
        "family": model.architecture,
        "families": [model.architecture],
        "parameter_size": model.parameter_size,
        "quantization_level": model.quantization,
    }


def line(request: ChatRequest, kind: Kind, content: str = "", calls: Sequence[Json] = ()) -> Json:
    """Return one line of a streamed answer that is not the last."""
    head: Json = {"model": request.model, "created_at": timestamp()}
    if kind == "generate":
        return {**head, "response": content, "done": False}
    message: Json = {"role": "assistant", "content": content}
    if calls:
        message["tool_calls"] = list(calls)
    return {**head, "message": message, "done": False}


def tool_call(index: int, name: str, arguments: Mapping[str, Any], identifier: str) -> Json:
    """Return one entry of `tool_calls`: unlike in OpenAI's form, the arguments are an object."""
    return {"id": identifier, "function": {"index": index, "name": name, "arguments": dict(arguments)}}


def closing(completion: Completion, load_ns: int, total_ns: int) -> Json:
    """Return what the last line of an answer adds: the reason, counts in tokens, times in nanoseconds."""
    return {
        "done": True,
        "done_reason": completion.finish,
        "total_duration": total_ns,
        "load_duration": load_ns,
        "prompt_eval_count": completion.prompt_tokens,
        "prompt_eval_duration": completion.prompt_ns,
        "eval_count": completion.tokens,
        "eval_duration": completion.tokens_ns,
    }
