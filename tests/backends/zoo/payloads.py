"""One value of every type that LangGraph can store."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from langchain_core.messages import HumanMessage
from langgraph.types import Send
from pydantic import SecretStr

from tests.backends.zoo.asking_graphs import Amount


@dataclass
class Item:
    name: str
    price: Decimal


class Colour(Enum):
    RED = "red"


class Point(NamedTuple):
    x: int
    y: int


PAYLOADS: dict[str, Any] = {
    "datetime": datetime(2026, 11, 21, 7, 30), "aware": datetime(2026, 11, 21, 7, 30, tzinfo=UTC),
    "zoned": datetime(2026, 11, 21, 7, 30, tzinfo=ZoneInfo("Europe/Berlin")), "date": date(2026, 11, 21),
    "time": time(7, 30, tzinfo=timezone(timedelta(hours=2))), "timedelta": timedelta(days=1, seconds=2),
    "bytes": b"\x00\xff", "set": {1, 2}, "frozenset": frozenset({"a"}), "decimal": Decimal("12.50"),
    "uuid": UUID(int=7), "path": Path("/tmp/report.txt"), "deque": deque([1, 2]), "ip": IPv4Address("10.0.0.1"),
    "zone": ZoneInfo("Europe/Berlin"), "timezone": timezone(timedelta(hours=2)), "ordered": OrderedDict(a=1),
    "nan": float("nan"), "inf": float("inf"), "big": 2**64 - 1, "low": -(2**63), "keys": {1: "int", (1, 2): "tuple"},
    "none": None, "nul": "a\x00b", "tuple": (1, 2), "item": Item("pen", Decimal("1.20")), "model": Amount(amount=3),
    "colour": Colour.RED, "point": Point(1, 2), "secret": SecretStr("hidden"), "message": HumanMessage("hello"),
    "error": ValueError("no"), "send": Send("worker", {"n": 1}),
}  # fmt: skip
