"""What docs/your-own-graph.md says of its graphs is so: how the mistakes go wrong, and that the first one does not."""

from __future__ import annotations

import json
import runpy
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
import pytest_asyncio
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from tests.support.example_graphs import GraphThread

GUIDE = Path(__file__).parents[2] / "docs" / "your-own-graph"
MANIFEST: dict[str, Any] = json.loads((GUIDE / "langgraph.json").read_text(encoding="utf-8"))


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REFUND_BOOK", str(tmp_path / "refunds.csv"))
    return tmp_path / "refunds.csv"


@pytest_asyncio.fixture
async def thread_of(book: Path) -> AsyncIterator[Callable[[str], GraphThread]]:
    """Makes a thread of the graph with this name in the guide's langgraph.json."""
    async with aiosqlite.connect(book.with_name("threads.sqlite")) as connection:
        saver = AsyncSqliteSaver(connection)

        def new_thread(name: str) -> GraphThread:
            file, _, variable = MANIFEST["graphs"][name]["path"].partition(":")
            return GraphThread(runpy.run_path(str(GUIDE / file))[variable], saver, "")

        yield new_thread


@pytest.mark.parametrize(("approved", "rows"), [(True, ["A-1042,35.00"]), (False, [])])
async def test_the_first_graph_gives_money_back_once_and_only_if_told(
    thread_of: Callable[[str], GraphThread], book: Path, approved: bool, rows: list[str]
) -> None:
    thread = thread_of("refund")
    await thread.run({"order": "A-1042", "amount": 35.0})
    await thread.answer({"approved": approved, "reason": ""})
    if approved:
        await thread.run_again_from("refund")
    assert (book.read_text().splitlines() if book.exists() else []) == rows


async def test_an_effect_before_the_question_happens_twice(thread_of: Callable[[str], GraphThread], book: Path) -> None:
    thread = thread_of("pays_twice")
    await thread.run({})
    await thread.answer("Yes.")
    assert len(book.read_text().splitlines()) == 2


async def test_a_question_inside_try_asks_nobody(thread_of: Callable[[str], GraphThread]) -> None:
    thread = thread_of("asks_nobody")
    await thread.run({})
    assert (await thread.state()).values == {"outcome": "an error"}
    assert await thread.questions() == ()


async def test_a_payload_that_cannot_be_stored_asks_nobody(thread_of: Callable[[str], GraphThread]) -> None:
    thread = thread_of("unstorable")
    with pytest.raises(TypeError, match="not msgpack serializable"):
        await thread.run({})
    assert await thread.questions() == ()
