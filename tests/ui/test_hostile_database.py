"""A window on a database that means harm: every thread of it can be opened, and nothing of it runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hitl_desktop.testing.driver import open_window
from hitl_desktop.testing.scripted_ollama import ScriptedOllama
from hitl_desktop.testing.waiting import until
from tests.backends.checkpoints.hostile_rows import HARMLESS, fill_with_everything
from tests.backends.checkpoints.raw_rows import RawDatabase


@pytest.fixture(autouse=True)
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ScriptedOllama() as server:
        monkeypatch.setenv("OLLAMA_HOST", server.base_url)
        yield


async def test_every_thread_of_a_hostile_database_can_be_opened(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    with RawDatabase(tmp_path / "t.db") as raw:
        fill_with_everything(raw, canary)
        names = [row[0] for row in raw.connection.execute("SELECT DISTINCT thread_id FROM checkpoints ORDER BY 1")]
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        model = driver.window.inbox.model
        listed = sum(model.counts().values())
        assert listed == len(names), f"{listed} of {len(names)} are listed; {driver.notices}"
        driver.program.controller.inbox.read(names)
        for name in [*names, HARMLESS]:
            driver.program.controller.reviews.open(name)

            def shown(name: str = name) -> bool:
                review = driver.window.review.review
                return review is not None and review.thread_id == name

            await until(shown, 20, f"{name} was not opened: {driver.notices}")
        assert [notice for notice in driver.notices if "went wrong" in notice] == []
    assert not canary.exists()
