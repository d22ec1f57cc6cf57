"""Fills in the arguments of a chosen tool: the question to the model, and the values that a request allows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from hitl_desktop.models.embedded.lexicon import FUNCTION_WORDS
from hitl_desktop.models.embedded.protocol import Tool
from hitl_desktop.models.embedded.schema import Schema, bounded

_EXAMPLES = (
    (
        "Transfer 40 dollars to account X-77 for the concert tickets.",
        "transfer(account, amount, note)",
        '{"account": "X-77", "amount": 40, "note": "Concert tickets"}',
    ),
    (
        "Please tell maya@example.net that the parcel has arrived.",
        "notify(recipient, title, text)",
        '{"recipient": "maya@example.net", "title": "parcel has arrived", "text": "The parcel has arrived."}',
    ),
    ("Is it cold in Bergen?", "get_temperature(place)", '{"place": "Bergen"}'),
)
"""With these, and `allowed`, SmolLM2 filled 51 of 55 arguments rightly; with an instruction alone 24 of 37."""

_MAIL_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"(?<![\w.,-])-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w-]|,\d)")
_TAKES_A_MAIL_ADDRESS = re.compile(r"to|cc|bcc|.*(?:mail|recipient|address).*", re.IGNORECASE)
_TAKES_FREE_TEXT = re.compile(
    r"body|text|content|message|note|comment|summary|description|reason|answer|reply|draft", re.IGNORECASE
)
_TAKES_A_QUERY = re.compile(r"(?:search_?)?(?:query|question|topic|terms?|q)", re.IGNORECASE)
_AROUND_A_SPAN = re.compile(r"^[^\w*$€£+-]+|[^\w*%)]+$")
_POSSESSIVE = re.compile(r"\W[sS]$")
_COMMANDS = "add ask book create find look open put say saying search send show tell write"
_NOT_AT_AN_END = FUNCTION_WORDS | set(_COMMANDS.split())
_WORDS_IN_A_SPAN = 6
_WORDS_TO_COPY_FROM = 80


def question(tool: Tool, request: str, *, explain: bool) -> list[dict[str, str]]:
    """Return the messages that ask for the arguments of `tool` as JSON.

    With `explain` they hold the descriptions of the parameters. Without, because a model under about a
    billion weights takes a description for the value: "What the mail is about" became a mail's text.
    """
    messages = [{"role": "system", "content": "Copy the arguments of the call from the request. Answer with JSON."}]
    for asked, signature, answer in _EXAMPLES:
        messages.append({"role": "user", "content": f"Request: {asked}\nCall: {signature}"})
        messages.append({"role": "assistant", "content": answer})
    properties: Mapping[str, Any] = tool.parameters.get("properties") or {}
    meanings = "".join(
        f"\n{name}: {part['description']}"
        for name, part in properties.items()
        if explain and isinstance(part, Mapping) and part.get("description")
    )
    asked = f"Request: {request}\nCall: {tool.name}({', '.join(properties)}){meanings}"
    return [*messages, {"role": "user", "content": asked}]


def allowed(parameters: Mapping[str, Any], request: str, *, copy: bool) -> Schema:
    """Return the schema of a tool's arguments, narrowed to the values that `request` allows.

    A mail address is one that stands in the request, if one does: it is never made up. With `copy`
    numbers and short texts are copied from the request, too, word for word, because models under about a
    billion weights invent what they should copy. Texts named `body`, `message` and the like stay free, and
    so does everything that the schema itself narrows (`enum`, `pattern`, `format`).
    """
    properties = {
        name: _allowed_value(name, part, request, copy) if isinstance(part, Mapping) else part
        for name, part in (parameters.get("properties") or {}).items()
    }
    return bounded({**parameters, "type": "object", "properties": properties, "additionalProperties": False})


def _allowed_value(name: str, schema: Mapping[str, Any], request: str, copy: bool) -> Schema:
    kind = schema.get("type")
    choices: list[Any] = []
    if not schema.keys() & {"enum", "const", "pattern", "format"}:
        if kind == "string" and _TAKES_A_MAIL_ADDRESS.fullmatch(name):
            choices = list(dict.fromkeys(_MAIL_ADDRESS.findall(request)))
        if not choices and copy:
            if kind in ("number", "integer"):
                choices = list(_numbers(request, whole=kind == "integer"))
            elif kind == "string" and _TAKES_A_QUERY.fullmatch(name):
                choices = _spans(request, at_end_of_clause=True) or _spans(request)
            elif kind == "string" and not _TAKES_FREE_TEXT.search(name):
                choices = _spans(request)
    return {"type": kind, "enum": choices} if choices else dict(schema)


def _numbers(request: str, *, whole: bool) -> Iterator[int | float]:
    for text in dict.fromkeys(_NUMBER.findall(_MAIL_ADDRESS.sub(" ", request))):
        number = float(text.replace(",", ""))
        if number.is_integer():
            yield int(number)
        elif not whole:
            yield number


def _spans(request: str, *, at_end_of_clause: bool = False) -> list[str]:
    """Return the runs of up to six words that neither start nor end with a command or function word.

    With `at_end_of_clause` only those that a punctuation mark or the end follows: there stands what an
    English request is about. A long request yields none.
    """
    parts = [part.split() for part in _MAIL_ADDRESS.split(request)]
    if sum(map(len, parts)) > _WORDS_TO_COPY_FROM:
        return []
    found: dict[str, None] = {}
    for words in parts:
        for first in range(len(words)):
            for last in range(first, min(first + _WORDS_IN_A_SPAN, len(words))):
                ends_clause = last + 1 == len(words) or words[last][-1] in ".,;:!?"
                span = _trimmed(" ".join(words[first : last + 1]))
                ends = {_bare(words[first]), _bare(words[last])}
                if span and not ends & _NOT_AT_AN_END and (ends_clause or not at_end_of_clause):
                    found[span] = None
    return list(found)


def _trimmed(span: str) -> str:
    """Return `span` without the punctuation around it: `(order A-17).` becomes `order A-17`."""
    span = _AROUND_A_SPAN.sub("", span)
    if "(" not in span:
        span = span.rstrip(")")
    return _POSSESSIVE.sub("", span)


def _bare(word: str) -> str:
    return re.sub(r"\W", "", word).lower()
