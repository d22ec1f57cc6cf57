"""What several tests of forms begin with: a mail, its schema, and two schemas of objects."""

from __future__ import annotations

from typing import Any

from hitl_desktop.core.schema import JsonSchema
from hitl_desktop.core.values import Json

MAIL: JsonSchema = {
    "type": "object",
    "properties": {
        "to": {"type": "string", "title": "To", "description": "Who gets it", "format": "email"},
        "subject": {"type": "string", "minLength": 3},
        "body": {"type": "string"},
        "attempts": {"type": "integer", "maximum": 5},
        "cc": {"type": "string", "examples": ["ben@example.com"]},
        "weight": {"type": "number", "default": 1.5},
    },
    "required": ["to", "subject", "body", "attempts"],
}
LETTER: dict[str, Json] = {"to": "ana@example.com", "subject": "Hello", "body": "Dear Ana,\nsee you.", "attempts": 2}

PERSON = {"type": "object", "title": "Person", "properties": {"name": {"type": "string"}}, "required": ["name"]}
NODE = {"type": "object", "properties": {"v": {"type": "integer"}, "next": {"$ref": "#/$defs/node"}}, "required": ["v"]}


def of(name: str, schema: Any, **more: Any) -> JsonSchema:
    """An object that requires this one field."""
    return {"type": "object", "properties": {name: schema}, "required": [name], **more}
