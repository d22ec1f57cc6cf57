"""A whole decision on an encrypted database, by the program's own parts: afterwards no file holds a word of it."""

from __future__ import annotations

import json
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from hitl_desktop.backends.project.loader import unload_project
from hitl_desktop.backends.sqlite_backend import SqliteBackend
from hitl_desktop.core.backend import DatabaseError, HowToGoOn
from hitl_desktop.core.decisions import DecisionKind, Submit
from hitl_desktop.core.drafts import CardDraft, Draft
from hitl_desktop.core.events import RunEvent, StopReason
from hitl_desktop.core.journal import Reviewer
from hitl_desktop.core.records import RecordsError
from hitl_desktop.core.review import Review
from hitl_desktop.core.session import ReviewSession
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.encryption.keys import VARIABLE
from hitl_desktop.encryption.marker import marker_of
from hitl_desktop.encryption.protection import Protection, switch_on
from hitl_desktop.records.review_file import ReviewFile, review_file_of
from tests.support.keyrings import NONE, keys, use_keyring

__all__ = ["keys"]

TEXT = "0123456789abcdef0123456789abcdef"
SECRETS = ("Rosebud", "Hindenburg", "Xanadu", "Zanzibar", "Kublai", "Mandalay", "Samarkand")
INPUT, PAYLOAD, ANSWER, DRAFT, FAILURE, TITLE, WORDS = SECRETS

AGENT = f"""
from pathlib import Path
from typing import Any
from typing_extensions import TypedDict
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

class State(TypedDict, total=False):
    task: str
    said: str

def ask(state):
    said = interrupt({{"Pay {PAYLOAD}?": state["task"]}})
    if Path(__file__).with_name("broken").exists():
        raise ValueError("{FAILURE} is closed today")
    return {{"said": said}}

graph = StateGraph(State).add_node(ask).add_edge(START, "ask").compile()
"""

Opened = Callable[..., ReviewSession]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "agent.py").write_text(AGENT)
    (folder / "langgraph.json").write_text('{"graphs": {"agent": "./agent.py:graph"}}')
    return folder


@pytest.fixture
def database(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder / "threads.db"


@pytest_asyncio.fixture
async def open_session(project: Path, database: Path) -> AsyncIterator[Opened]:
    sessions: list[ReviewSession] = []

    def make(path: Path = database, environment: dict[str, str] | None = None) -> ReviewSession:
        protection = Protection(path, environment or {})
        backend = SqliteBackend(path, project, protection=protection)
        records = ReviewFile(review_file_of(path), lambda: Reviewer("ana"), protection=protection)
        sessions.append(ReviewSession(backend, records))
        return sessions[-1]

    yield make
    for session in sessions:
        await session.close()
    unload_project()


async def started(session: ReviewSession) -> Review:
    """A thread that waits for an answer."""
    await session.open()
    await session.load_project()
    ended = await session.start("agent", {"task": INPUT}, TITLE, hear, "t1")
    assert ended.reason is StopReason.ASKED, ended
    return await review(session)


async def review(session: ReviewSession) -> Review:
    await session.changes()
    found = await session.open_thread("t1")
    assert found is not None
    return found


def hear(thread_id: str, event: RunEvent) -> None:
    pass


def draft_on(seen: Review) -> Draft:
    (request,) = seen.requests
    card = CardDraft(words=(DecisionKind.REJECT, f"No, not {DRAFT}", 0))
    draft = Draft("t1", request.id, seen.detail.checkpoint_id, f"Pay {PAYLOAD}?", datetime.now(UTC))
    return replace(draft, cards={("", 0): card}, question=request.question)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


async def test_after_a_whole_decision_no_file_holds_a_word_of_it(
    keys: Path, database: Path, project: Path, open_session: Opened, home: Path
) -> None:
    switch_on(database, (), is_empty=True, environment={})
    session = open_session()
    seen = await started(session)
    (request,) = seen.requests
    session.drafts.put([draft_on(seen)])
    await session.drafts.save()
    assert (await session.drafts.of(seen)).open[request.id].cards == draft_on(seen).cards

    (project / "broken").touch()
    answer = {"said": ANSWER}
    delivery = session.prepare(seen, {request.id: [Submit(answer, "JSON")]})
    delivery = replace(delivery, resumption=replace(delivery.resumption, what=WORDS))
    ended = await session.deliver(delivery, hear)
    assert ended.reason is StopReason.FAILED
    assert FAILURE in ended.message
    (project / "broken").unlink()
    await session.go_on(await review(session), HowToGoOn.ASK_AGAIN, f"Ask again about {WORDS}", hear)
    again = await review(session)
    assert again.requests[0].question.value == {f"Pay {PAYLOAD}?": INPUT}
    session.drafts.put([draft_on(again)])
    await session.drafts.save()

    # While all is open, with what is in the write-ahead logs; and again after all was closed.
    for _ in range(2):
        found = files(database.parent)
        names = {name.rpartition("/")[2].split("-")[0] for name in found}
        assert {"threads.db", "threads.review.db", "threads.encrypted.json", "t1"} <= names, names
        leaks = {(name, word) for name, data in found.items() for word in SECRETS if word.encode() in data}
        assert leaks == set()
        await session.close()
    assert {stat.S_IMODE((database.parent / name).stat().st_mode) for name in found} == {0o600}
    text = json.loads(keys.read_text()).popitem()[1]
    for data in [*found.values(), *files(home).values()]:
        assert text.encode() not in data
        assert bytes.fromhex(text) not in data

    types = rows(database, "SELECT DISTINCT type FROM checkpoints UNION SELECT DISTINCT type FROM writes")
    assert types
    assert all(str(kind).endswith("+aes") for (kind,) in types)

    # With the key all of it is there.
    later = open_session()
    await later.open()
    seen = await review(later)
    assert seen.requests[0].question.value == {f"Pay {PAYLOAD}?": INPUT}
    assert (await later.drafts.of(seen)).open[seen.requests[0].id].cards == draft_on(seen).cards
    entries = {str(entry.fields["kind"]): entry.fields for entry in await later.entries("t1", None, 10)}
    assert entries["decision"]["answer"] == answer
    assert entries["decision"]["payload"] == {f"Pay {PAYLOAD}?": INPUT}
    assert FAILURE in entries["failure"]["reason"]
    assert WORDS in entries["ask again"]["reason"]


async def test_the_copy_of_a_thread_is_encrypted_and_opens_with_the_same_key(
    keys: Path, database: Path, open_session: Opened
) -> None:
    switch_on(database, (), is_empty=True, environment={})
    session = open_session()
    await started(session)
    backend = session._backend  # what the session itself calls before it asks again
    copy = Path(await backend.keep_copy("t1"))
    kept = open_session(copy)
    await kept.open()
    assert (await review(kept)).requests[0].question.value == {f"Pay {PAYLOAD}?": INPUT}
    assert {stat.S_IMODE(path.stat().st_mode) for path in copy.parent.iterdir()} == {0o600}


async def test_a_database_of_another_program_is_read_and_run_with_langgraphs_variable(
    database: Path, project: Path, open_session: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, TEXT)
    monkeypatch.syspath_prepend(project)
    graph: Any = import_module("agent").graph
    monkeypatch.delitem(sys.modules, "agent")
    config: RunnableConfig = {"configurable": {"thread_id": "t1"}, "metadata": {"graph_id": "agent"}}
    async with AsyncSqliteSaver.from_conn_string(str(database)) as saver:
        saver.serde = EncryptedSerializer.from_pycryptodome_aes()
        graph.checkpointer = saver
        await graph.ainvoke({"task": INPUT}, config)

    session = open_session(environment={VARIABLE: TEXT})
    await session.open()
    await session.load_project()
    seen = await review(session)
    assert seen.requests[0].question.value == {f"Pay {PAYLOAD}?": INPUT}
    delivery = session.prepare(seen, {seen.requests[0].id: [Submit(ANSWER)]})
    assert (await session.deliver(delivery, hear)).reason is StopReason.FINISHED
    await session.close()
    leaks = {(name, word) for name, data in files(database.parent).items() for word in SECRETS if word.encode() in data}
    assert leaks == set()
    async with AsyncSqliteSaver.from_conn_string(str(database)) as saver:
        saver.serde = EncryptedSerializer.from_pycryptodome_aes()
        graph.checkpointer = saver
        state = await graph.aget_state(config)
    assert state.values == {"task": INPUT, "said": ANSWER}


async def test_without_its_key_an_encrypted_database_can_be_looked_at_only(
    keys: Path, database: Path, open_session: Opened
) -> None:
    switch_on(database, (), is_empty=True, environment={})
    session = open_session()
    seen = await started(session)
    delivery = session.prepare(seen, {seen.requests[0].id: [Submit(ANSWER, "JSON")]})
    session.drafts.put([draft_on(seen)])
    await session.close()
    before = files(database.parent)

    use_keyring(NONE)
    shut = open_session()
    await shut.open()
    await shut.load_project()
    assert shut.read_only
    (row,) = await shut.threads()
    assert (row.thread_id, row.state, row.requests) == ("t1", ThreadState.WAITING, 1)
    closed = await review(shut)
    assert closed.requests == ()
    assert "it is encrypted, and the key is not there" in closed.detail.errors[0][1]
    (left,) = (await shut.drafts.of(closed)).left
    assert left.asks == "(encrypted, and the key is not there)"
    for attempt in (shut.start("agent", {"task": INPUT}, TITLE, hear), shut.deliver(delivery, hear)):
        with pytest.raises(DatabaseError, match="is encrypted, and its key is not there"):
            await attempt
    shut.drafts.put([draft_on(seen)])
    await shut.drafts.save()
    assert any("Nothing was written" in problem for problem in shut.records_problems)
    shut.drafts.forget("t1", [seen.requests[0].id])  # so that it is not tried again at the end
    await shut.close()
    after = {name: data for name, data in files(database.parent).items() if not name.endswith(("-wal", "-shm"))}
    assert after == before


async def test_a_database_that_is_encrypted_while_it_is_open_gets_no_plain_row(
    keys: Path, database: Path, open_session: Opened
) -> None:
    session = open_session()
    await session.open()
    await session.load_project()
    switch_on(database, (), is_empty=True, environment={})
    await session.start("agent", {"task": INPUT}, TITLE, hear, "t1")
    await session.close()
    assert not any(INPUT.encode() in data or PAYLOAD.encode() in data for data in files(database.parent).values())


async def test_a_database_whose_key_goes_is_not_written_plainly(
    keys: Path, database: Path, open_session: Opened
) -> None:
    switch_on(database, (), is_empty=True, environment={})
    session = open_session()
    seen = await started(session)
    marker_of(database).write_text('{"key": "of another database"}')
    delivery = session.prepare(seen, {seen.requests[0].id: [Submit(ANSWER)]})
    with pytest.raises(DatabaseError, match="its key is not there"):
        await session.deliver(delivery, hear)
    with pytest.raises(RecordsError, match="Nothing was written"):
        ReviewFile(review_file_of(database), protection=Protection(database, {})).write(delivery.records)
    assert not rows(review_file_of(database), "SELECT 1 FROM journal")
