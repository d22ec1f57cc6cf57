from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from pytestqt.modeltest import ModelTester

from hitl_desktop.core.threads import ThreadState, ThreadSummary, checkpoint_time
from hitl_desktop.ui.thread_list_model import PAGE, ThreadListModel
from hitl_desktop.ui.thread_words import StateFilter, age_words, row_words, state_words
from tests.support.summaries import START, checkpoint_id, thread


def names(model: ThreadListModel) -> list[str]:
    """The thread ids in all rows that the view knows of."""
    rows = range(model.rowCount())
    return [model.data(model.index(row), ThreadListModel.ThreadRole).thread_id for row in rows]


@pytest.fixture
def model(qtmodeltester: ModelTester) -> ThreadListModel:
    """An empty model that Qt's tester watches."""
    model = ThreadListModel()
    qtmodeltester.check(model, force_py=False)
    return model


def test_the_ids_of_these_tests_are_as_langgraph_writes_them() -> None:
    assert checkpoint_time(checkpoint_id(5)) == START + timedelta(minutes=5)


def test_waiting_threads_come_first_and_the_longest_waiting_on_top(model: ThreadListModel) -> None:
    model.set_threads(
        [
            thread("done early", 1),
            thread("asked late", 3, ThreadState.WAITING),
            thread("failed", 5, ThreadState.FAILED),
            thread("done late", 9),
            thread("stopped before", 2, ThreadState.BREAKPOINT),
            thread("runs", 7, ThreadState.RUNNING),
        ]
    )
    assert names(model) == ["stopped before", "asked late", "done late", "runs", "failed", "done early"]


def test_a_thread_that_runs_keeps_its_place(model: ThreadListModel) -> None:
    model.set_threads([thread("one", 1, ThreadState.RUNNING), thread("two", 2, ThreadState.RUNNING)])
    model.update_threads([thread("one", 3, ThreadState.RUNNING, asks="next step")])
    assert names(model) == ["two", "one"]
    assert model.summary_at(1).asks == "next step"
    model.update_threads([thread("one", 4)])
    assert names(model) == ["one", "two"], "it moves when it is done"


def test_a_selection_stays_with_its_thread(model: ThreadListModel) -> None:
    model.set_threads([thread(f"t{number}", number) for number in range(5)])
    held = QPersistentModelIndex(model.index(1))
    assert held.data(ThreadListModel.ThreadRole).thread_id == "t3"
    model.update_threads([thread("t3", 3, ThreadState.WAITING), thread("new", 9)], ["t0"])
    assert (held.row(), held.data(ThreadListModel.ThreadRole).thread_id) == (0, "t3")
    assert names(model) == ["t3", "new", "t4", "t2", "t1"]


def test_unchanged_threads_give_no_signal(model: ThreadListModel) -> None:
    threads = [thread(f"t{number}", number) for number in range(5)]
    model.set_threads(threads)
    seen: list[str] = []
    model.modelReset.connect(lambda: seen.append("reset"))
    model.dataChanged.connect(lambda first, last: seen.append(f"{first.row()}-{last.row()}"))
    model.set_threads(reversed(threads))
    assert seen == []
    model.set_threads([*threads[1:], thread("t0", 0, asks="changed")])
    assert seen == ["4-4"]


def test_a_listing_keeps_what_was_read(model: ThreadListModel) -> None:
    stopped = thread("stopped", 1, ThreadState.STOPPED, asks="why", next_nodes=("send",))
    waiting = thread("waiting", 2, ThreadState.WAITING, asks="send?", requests=1)
    model.set_threads([stopped, waiting])
    bare_stopped = ThreadSummary("stopped", checkpoint_id(1), ThreadState.DONE)
    bare_waiting = ThreadSummary("waiting", checkpoint_id(2), ThreadState.WAITING, requests=1)
    changes: list[object] = []
    model.dataChanged.connect(lambda *_: changes.append("row"))
    model.set_threads([bare_stopped, bare_waiting])
    assert changes == [], "nothing new was said"
    assert [model.summary("stopped"), model.summary("waiting")] == [stopped, waiting]

    repair = ThreadSummary("waiting", checkpoint_id(2), ThreadState.NEEDS_REPAIR)
    moved_on = ThreadSummary("stopped", checkpoint_id(3), ThreadState.DONE)
    model.set_threads([repair, moved_on])
    for name, state in (("waiting", ThreadState.NEEDS_REPAIR), ("stopped", ThreadState.DONE)):
        summary = model.summary(name)
        assert summary is not None
        assert (summary.state, summary.read, summary.asks) == (state, False, ""), "to be read again"
        assert summary.title == f"Title of {name}", "until then it is known by its title"


def test_state_filter_and_counts(model: ThreadListModel) -> None:
    states = list(ThreadState)
    model.set_threads([thread(state.value, number, state) for number, state in enumerate(states)])
    assert model.counts() == Counter(states)
    listed = {}
    for chosen in StateFilter:
        model.set_filter(chosen)
        listed[chosen] = {model.summary_at(row).state for row in range(model.shown_count())}
    assert listed.pop(StateFilter.ALL) == set(states)
    assert sorted(state for group in listed.values() for state in group) == sorted(states), "each in one group"
    model.set_filter(StateFilter.WAITING)
    model.update_threads([thread("done", 9, ThreadState.WAITING), thread("waiting", 9)])
    assert names(model) == ["breakpoint", "done"]
    assert model.counts() == Counter(states)
    model.update_threads([], ["breakpoint", "running"])
    assert model.counts() == Counter({state: 1 for state in states}) - Counter(["breakpoint", "running"])


@pytest.mark.parametrize("text", ["ANN", "transfer", "bank", "t-7f", "  ann "])
def test_text_filter_looks_everywhere(model: ThreadListModel, text: str) -> None:
    fields = {"title": "Mail to Ann", "asks": "transfer 5 EUR", "graph": "bank"}
    model.set_threads([thread("t-7f", 1, **fields), thread("other", 2)])
    model.set_filter(StateFilter.ALL, text)
    assert names(model) == ["t-7f"]
    assert model.row_of("other") is None


def test_unread_threads_are_named_so_that_they_can_be_read(model: ThreadListModel) -> None:
    unread = [thread(f"u{number}", number, title="", read=False) for number in range(4)]
    model.set_threads([thread("known", 9), *unread])
    assert model.unread_visible(0, 2) == ["u3", "u2"]
    assert model.unread_visible(3, 99) == ["u1", "u0"]
    assert model.unread_to_search() == []
    model.set_filter(StateFilter.ALL, "u3")
    assert model.unread_to_search() == ["u2", "u1", "u0"] or set(model.unread_to_search()) == {"u2", "u1", "u0"}
    model.update_threads([thread("u1", 1, title="like u3")])
    assert names(model) == ["u3", "u1"]
    assert set(model.unread_to_search()) == {"u2", "u0"}


def test_rows_come_a_page_at_a_time(model: ThreadListModel) -> None:
    model.set_threads([thread(f"t{number:05}", -number) for number in range(1000)])
    assert (model.rowCount(), model.shown_count()) == (PAGE, 1000)
    model.fetchMore()
    assert model.rowCount() == 2 * PAGE
    row = model.row_of("t00999")
    assert row == 999
    model.load_to(row)
    assert model.rowCount() == 1000
    assert not model.canFetchMore()
    assert names(model)[-1] == "t00999"


class _Mirror:
    """The list of ids that a view would have, going by the model's signals alone."""

    def __init__(self, model: ThreadListModel) -> None:
        self.model = model
        self.names: list[str] = []
        model.modelReset.connect(self._on_reset)
        model.rowsInserted.connect(self._on_inserted)
        model.rowsRemoved.connect(self._on_removed)
        model.rowsMoved.connect(self._on_moved)

    def _on_reset(self) -> None:
        self.names = names(self.model)

    def _on_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        self.names[first:first] = names(self.model)[first : last + 1]

    def _on_removed(self, parent: QModelIndex, first: int, last: int) -> None:
        del self.names[first : last + 1]

    def _on_moved(self, parent: QModelIndex, first: int, last: int, to: QModelIndex, before: int) -> None:
        moved = self.names[first : last + 1]
        del self.names[first : last + 1]
        place = before if before <= first else before - len(moved)
        self.names[place:place] = moved


@pytest.mark.parametrize("seed", range(4))
def test_signals_tell_every_change(model: ThreadListModel, seed: int) -> None:
    chance, mirror = random.Random(seed), _Mirror(model)
    model.set_threads([thread(f"t{number}", number) for number in range(chance.choice([5, PAGE, PAGE + 20]))])
    model.set_filter(chance.choice([StateFilter.ALL, StateFilter.DONE]), chance.choice(["", "t1"]))
    known = {f"t{number}" for number in range(PAGE + 20)}
    for minute in range(150):
        changed = [
            thread(name, chance.choice([minute, 150]), chance.choice(list(ThreadState)), title=chance.choice("ab"))
            for name in chance.sample(sorted(known), 3)
        ]
        model.update_threads(changed, chance.sample(sorted(known), chance.randrange(3)))
        if chance.random() < 0.05 and model.canFetchMore():
            model.fetchMore()
        assert mirror.names == names(model)
    fresh = ThreadListModel()
    fresh.set_filter(model._filter, model._text)
    fresh.set_threads(model._threads.values())
    fresh.load_to(10**6)
    model.load_to(10**6)
    running = {name for name in names(model) if model._threads[name].state is ThreadState.RUNNING}
    assert [name for name in names(fresh) if name not in running] == [
        name for name in names(model) if name not in running
    ]
    assert model.counts() == +fresh.counts()


def test_many_changes_at_once(model: ThreadListModel) -> None:
    model.set_threads([thread(f"t{number}", number) for number in range(1000)])
    model.update_threads(
        [thread(f"t{number}", number, ThreadState.WAITING) for number in range(500)],
        [f"t{number}" for number in range(900, 1000)],
    )
    assert model.counts() == {ThreadState.WAITING: 500, ThreadState.DONE: 400}
    assert names(model)[:3] == ["t0", "t1", "t2"]


def test_ten_thousand_threads_in_one_go(model: ThreadListModel) -> None:
    threads = [thread(f"t{number}", number % 700, list(ThreadState)[number % 7]) for number in range(10_000)]
    model.set_threads(threads)
    assert model.shown_count() == 10_000
    model.set_threads(threads)
    model.set_filter(StateFilter.ALL, "t99")
    assert model.shown_count() == 111


def test_rows_in_words() -> None:
    now = START + timedelta(minutes=2, seconds=5)
    waiting = thread("id", 0, ThreadState.WAITING, title="Mail\nto Ann", asks="Send it?", requests=2)
    assert row_words(waiting, now) == "Waiting · 2 requests: Mail to Ann, Send it?, mail, 2 min ago"
    assert row_words(waiting, START - timedelta(days=1)).endswith(", mail, in 1 d"), "the clock was set back"
    bare = ThreadSummary("id-7", "not-a-uuid", ThreadState.DONE)
    assert row_words(bare, now) == "Reading…: id-7, unknown graph"
    assert state_words(thread("x", 0, ThreadState.BREAKPOINT)) == "At a breakpoint"


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(minutes=-1), "in 1 min"),
        (timedelta(days=-1), "in 1 d"),
        (timedelta(days=-40), "2026-12-31"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=23), "23 h"),
        (timedelta(days=6), "6 d"),
        (timedelta(days=40), "12 Oct"),
        (timedelta(days=400), "17 Oct 2025"),
    ],
)
def test_age(ago: timedelta, words: str) -> None:
    assert age_words(START - ago, START) == words


def test_hidden_and_rich_text_is_shown_as_it_is(model: ThreadListModel) -> None:
    model.set_threads([thread("t", 0, ThreadState.WAITING, title="pay \u202egnp.exe", asks="<img src='/etc/x'>")])
    index = model.index(0)
    assert "⟨U+202E⟩" in index.data(Qt.ItemDataRole.DisplayRole)
    tooltip = index.data(Qt.ItemDataRole.ToolTipRole)
    assert "<img" not in tooltip
    assert "&lt;img" in tooltip
    assert "⟨U+202E⟩" in tooltip
