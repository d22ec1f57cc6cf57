"""The tools of the agents. Each notes what it was called with."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from langchain.tools import tool
from langgraph.types import interrupt
from pydantic import BaseModel, Field, field_validator

from tests.conformance.ledger import effect


@tool
def send(to: str, copies: int = 1) -> str:
    """Send a letter."""
    effect("send", {"to": to, "copies": copies})
    return f"Sent {copies} to {to}."


@tool
def look(topic: str) -> str:
    """Look something up; nobody is asked before."""
    effect("look", topic)
    return f"Nothing about {topic}."


class Guest(BaseModel):
    """Who comes."""

    name: str
    age: int = Field(ge=0)


class Booking(BaseModel):
    """The arguments of a booking; that a table seats six, only this code knows."""

    at: datetime
    guests: list[Guest]

    @field_validator("guests")
    @classmethod
    def seats_six(cls, guests: list[Guest]) -> list[Guest]:
        """Refuse more than six."""
        if len(guests) > 6:
            raise ValueError("a table seats six")
        return guests


@tool(args_schema=Booking)
def book(at: datetime, guests: list[Guest]) -> str:
    """Book a table."""
    effect("book", {"at": at, "guests": guests})
    return f"Booked for {len(guests)}."


@tool(args_schema={"type": "object", "properties": {"words": {"type": "string"}}, "required": ["words"]})
def publish(**kwargs: Any) -> str:
    """Publish something; its arguments are described by a JSON schema, as those of MCP servers are."""
    effect("publish", kwargs)
    return "Published."


@tool
def pay(amount: float, currency: Annotated[str, "three letters"] = "EUR") -> str:
    """Pay a bill, after asking for it in the middle of the tool."""
    answer = interrupt({"question": f"Pay {amount}?"})
    effect("pay", {"amount": amount, "currency": currency, "answer": answer})
    return f"Paid {amount}: {answer}"
