"""A zoo: one real LangGraph thread of every kind that a checkpoint database can hold, and what LangGraph says of it.

`build_zoo` runs them all into one SQLite file with the real saver. Nothing is written by hand, so a new
LangGraph that stores something differently is noticed.
"""

from __future__ import annotations

from pathlib import Path

import aiosqlite
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from tests.backends.zoo import other_kinds, waiting_kinds
from tests.backends.zoo.specimen import KINDS, Specimen

__all__ = ["KINDS", "Specimen", "build_zoo", "other_kinds", "waiting_kinds"]


async def build_zoo(database: Path) -> dict[str, Specimen]:
    """Make one thread of each kind in this database, by name; the thread's id is the name."""
    async with aiosqlite.connect(database) as connection:
        saver = AsyncSqliteSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=None))
        zoo = {}
        for make, state in KINDS.items():
            name = getattr(make, "__name__", "")
            zoo[name] = specimen = Specimen(name, state, saver, database)
            await make(specimen)
            specimen.snapshot = await specimen.look()
    return zoo
