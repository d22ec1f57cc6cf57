"""The schemas that nodes want an answer to satisfy, and the payloads that they ask with, by name."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Literal, NamedTuple, NotRequired
from uuid import UUID

from langchain_core.messages import AIMessage, HumanMessage
from pydantic import BaseModel, Field, model_validator
from typing_extensions import TypedDict


class Colour(Enum):
    """One of two."""

    RED = "red"
    BLUE = "blue"


class Address(BaseModel):
    """Where to."""

    street: str
    zip: str = Field(pattern=r"^\d{4}$")


class Order(BaseModel):
    """Many kinds of fields."""

    name: str
    copies: int = Field(ge=1, le=9)
    price: Decimal
    due: date
    colour: Colour = Colour.RED
    to: Address | None = None
    how: Literal["fast", "cheap"] = "cheap"


class Span(BaseModel):
    """Something that only its own code can check."""

    first: int
    last: int

    @model_validator(mode="after")
    def in_order(self) -> Span:
        """The first is not after the last."""
        if self.first > self.last:
            raise ValueError("first is after last")
        return self


class Verdict(TypedDict):
    """A `TypedDict` with a field that may be left out."""

    approved: bool
    reason: NotRequired[str]


@dataclass
class Amount:
    """A dataclass."""

    value: float
    tags: list[str] = field(default_factory=list)


class Point(NamedTuple):
    """Two numbers."""

    x: int
    y: int


FLAT = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "title": "Name", "minLength": 1, "maxLength": 20},
        "mail": {"type": "string", "format": "email"},
        "site": {"type": "string", "format": "uri"},
        "day": {"type": "string", "format": "date"},
        "at": {"type": "string", "format": "date-time"},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "share": {"type": "number", "default": 0.5},
        "agrees": {"type": "boolean", "default": False},
        "size": {"type": "string", "enum": ["s", "m"], "enumNames": ["Small", "Medium"]},
        "colour": {"type": "string", "oneOf": [{"const": "r", "title": "Red"}, {"const": "b", "title": "Blue"}]},
        "days": {"type": "array", "items": {"type": "string", "enum": ["Mon", "Tue"]}, "minItems": 1, "maxItems": 2},
        "extras": {"type": "array", "items": {"anyOf": [{"const": "x", "title": "X"}, {"const": "y", "title": "Y"}]}},
    },
    "required": ["name", "age"],
}
"""Every kind of field that the flat forms of MCP elicitation have."""

SCHEMAS: dict[str, Any] = {
    "pydantic": Order,
    "pydantic with a validator": Span,
    "TypedDict": Verdict,
    "dataclass": Amount,
    "dict": {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]},
    "flat form": FLAT,
    "bool": bool,
    "list": list[int],
    "union": Literal["yes", "no"] | int,
    "any": {},
}

PAYLOADS: dict[str, Any] = {
    "text": "May I?",
    "long text": "x" * 10_000_000,
    "none": None,
    "true": True,
    "zero": 0,
    "float": 0.1,
    "not a number": float("nan"),
    "infinite": float("-inf"),
    "large": 2**64 - 1,
    "empty text": "",
    "empty list": [],
    "empty mapping": {},
    "nested": {"a": [1, {"b": None}]},
    "datetime": datetime(2026, 11, 21, 7, 30),
    "datetime with a zone": datetime(2026, 11, 21, 7, 30, tzinfo=UTC),
    "date": date(2026, 11, 21),
    "time": time(7, 30, tzinfo=timezone(timedelta(hours=2))),
    "timedelta": timedelta(days=1, seconds=2),
    "decimal": Decimal("12.50"),
    "bytes": b"\x00\xff",
    "set": {1, 2},
    "frozenset": frozenset({"a"}),
    "tuple": (1, "a"),
    "uuid": UUID(int=7),
    "path": Path("/tmp/report.txt"),
    "numbers as keys": {1: "one", (1, 2): "two"},
    "deque": deque([1, 2]),
    "ordered": OrderedDict(b=1, a=2),
    "enum": Colour.RED,
    "named tuple": Point(1, 2),
    "address": IPv4Address("10.0.0.1"),
    "dataclass": Amount(1.5, ["new"]),
    "pydantic": Address(street="Long Lane", zip="8000"),
    "message": HumanMessage("Hello", id="m1"),
    "message with calls": AIMessage("", id="m2", tool_calls=[{"name": "send", "args": {"to": "ana"}, "id": "c1"}]),
    "exception": ValueError("no"),
    "type tag": {"__type__": "Decimal", "value": "1"},
    "overwrite": {"__overwrite__": ["all"]},
    "ids": {"0" * 32: "yes"},
    "interrupt key": {"__interrupt__": 1},
}
