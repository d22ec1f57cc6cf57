"""What a message's content is made of: texts, thoughts, and things that are named and never loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from hitl_desktop.core.messages import Message, ToolCall
from hitl_desktop.core.values import Json

PartKind: TypeAlias = Literal["text", "thinking", "attachment", "other"]

_THOUGHTS = ("thinking", "reasoning", "reasoning_content", "redacted_thinking")
_ATTACHMENTS = {
    "image": "Image",
    "image_url": "Image",
    "input_image": "Image",
    "audio": "Sound",
    "input_audio": "Sound",
    "video": "Video",
    "file": "File",
    "input_file": "File",
    "document": "Document",
    "text-plain": "Document",
    "media": "File",
}
_NESTED = ("image_url", "source", "file", "input_audio", "audio", "document", "image")
_FILE_NAMES = ("name", "filename", "file_name", "title")
_MEDIA_TYPES = ("mime_type", "media_type", "format")
_ADDRESSES = ("url", "file_url", "image_url")
_REFERENCES = ("file_id", "id")
_DATA = ("data", "base64", "file_data")
_CALLS = ("tool_use", "tool_call", "function_call")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message's content: its words, and for "other" the block itself."""

    kind: PartKind
    text: str
    value: Json = None


def content_parts(message: Message) -> tuple[Part, ...]:
    """The parts of a content in their order. Nothing is left out but what the tool calls say already."""
    if isinstance(message.content, str):
        return (Part("text", message.content),) if message.content else ()
    if message.content is None:
        return ()
    blocks = message.content if isinstance(message.content, list) else [message.content]
    known = {call.id for call in message.tool_calls}
    return tuple(part for block in blocks if (part := _part(block, known)) is not None)


def _part(block: Json, known_calls: set[str]) -> Part | None:
    if isinstance(block, str):
        return Part("text", block) if block else None
    if not isinstance(block, Mapping):
        return Part("other", "", block) if block is not None else None
    kind = block.get("type")
    if kind in _CALLS and (block.get("id") or block.get("call_id")) in known_calls:
        return None
    if kind in _THOUGHTS:
        return Part("thinking", "\n".join(_thoughts(block)))
    if kind in _ATTACHMENTS:
        return Part("attachment", _described(_ATTACHMENTS[str(kind)], block))
    if kind in ("text", "input_text", "output_text", None) and isinstance(block.get("text"), str):
        return Part("text", block["text"]) if block["text"] else None
    return Part("other", str(kind or ""), dict(block))


def _thoughts(block: Mapping[str, Json]) -> Iterator[str]:
    for name in ("thinking", "reasoning", "reasoning_content", "text"):
        if isinstance(block.get(name), str) and block[name]:
            yield block[name]
    for name in ("summary", "content"):
        for each in block[name] if isinstance(block.get(name), list) else ():
            if isinstance(each, Mapping) and isinstance(each.get("text"), str):
                yield each["text"]


def _described(what: str, block: Mapping[str, Json]) -> str:
    """An attachment in words: what it is, its name and type, and where it is or how large."""
    inner: Mapping[str, Json] = next((block[name] for name in _NESTED if isinstance(block.get(name), Mapping)), {})
    places = [block, inner]
    words = [what]
    words += [_first(places, names) for names in (_FILE_NAMES, _MEDIA_TYPES)]
    address, data, reference = (_first(places, names) for names in (_ADDRESSES, _DATA, _REFERENCES))
    if address.startswith("data:"):
        head, _comma, data = address.partition(",")
        words.append(head.removeprefix("data:").partition(";")[0])
    else:
        words.append(address)
    if data:
        words.append(f"{len(data):,} characters of data")
    elif not address:
        words.append(reference)
    return " · ".join(filter(None, words))


def _first(places: Sequence[Mapping[str, Json]], names: Sequence[str]) -> str:
    return next((place[name] for place in places for name in names if isinstance(place.get(name), str)), "")


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call and its place: the number of it among those of its tool in its message, and how many these are."""

    call: ToolCall
    number: int
    total: int


def calls_by_id(messages: Sequence[Message]) -> dict[str, Call]:
    """The tool calls of a conversation by their ids, to find the one that a result belongs to."""
    found: dict[str, Call] = {}
    for message in messages:
        names = [call.name for call in message.tool_calls]
        for position, call in enumerate(message.tool_calls):
            if call.id:
                found[call.id] = Call(call, names[: position + 1].count(call.name), names.count(call.name))
    return found
