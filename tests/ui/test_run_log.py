from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QTextBlock, QTextCursor
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.core.events import (
    Custom,
    NodeFailed,
    NodeFinished,
    NodeStarted,
    RunEnded,
    RunEvent,
    RunStarted,
    StopReason,
    Token,
    ToolCalled,
    ToolReturned,
)
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.ui import run_log_rows
from hitl_desktop.ui.plain_text import join_long_lines, visible
from hitl_desktop.ui.run_log import RunLog
from hitl_desktop.ui.run_log_row import KEPT_CHARACTERS, duration_words
from hitl_desktop.ui.run_log_rows import MOST_ROWS, LogRows
from hitl_desktop.ui.run_log_text import AT_ONCE, LONGEST_LINE, MOST_DETAILS
from hitl_desktop.ui.run_log_view import LogView

START = RunStarted("t", "mail", "New run")
TRACEBACK = "Traceback (most recent call last):\n" + "".join(f"  line {number}\n" for number in range(30)) + "E: no"
FAILED = RunEnded(StopReason.FAILED, "c", "The node tools failed: E: no", TRACEBACK, ("tools",))


class Clock:
    """Monotonic seconds that go by only when told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rows(clock: Clock) -> LogRows:
    return LogRows(clock, lambda: datetime(2026, 11, 21, 9, 30, 5))


@pytest.fixture
def log(qtbot: QtBot) -> Iterator[RunLog]:
    """A shown run log, some twenty lines high."""
    log = RunLog()
    qtbot.addWidget(log)
    log.resize(460, 520)
    with qtbot.waitExposed(log):
        log.show()
    log.activateWindow()
    qtbot.waitUntil(log.isActiveWindow)
    yield log
    log.hide()


def view_of(log: RunLog) -> LogView:
    view = log.findChild(LogView)
    assert isinstance(view, LogView)
    return view


def child(log: RunLog, name: str) -> QWidget:
    found = log.findChild(QWidget, name)
    assert isinstance(found, QWidget), name
    return found


def click(qtbot: QtBot, log: RunLog, name: str) -> None:
    qtbot.mouseClick(child(log, name), Qt.MouseButton.LeftButton)


def status(log: RunLog) -> str:
    label = child(log, "run_status")
    assert isinstance(label, QLabel)
    return label.text()


def shown(log: RunLog) -> str:
    """All of the log's text, when the rows further up have been written too."""
    view = view_of(log)
    while view._text.write_earlier():
        pass
    return join_long_lines(view.toPlainText())


def settle(log: RunLog) -> None:
    """Let the view do what it put off until the next turn of the loop."""
    QApplication.processEvents()
    while view_of(log)._filling.isActive():
        QApplication.processEvents()


def many(count: int, node: str = "n") -> list[RunEvent]:
    return [Custom(node, f"row {number}") for number in range(count)]


# The rows


def test_tokens_of_a_message_make_one_row(rows: LogRows) -> None:
    rows.append([START, Token("n", "m", "Dear "), Token("n", "m", "Ann"), Token("n", "m", "")])
    changes = rows.append([Token("n", "m", ",\n"), Token("n", "other", "Hi"), Token("n", "m", "how")])
    assert changes.grown == {1: ",\nhow"}
    assert [row.text for row in changes.added] == ["Hi"]
    assert [row.text for row in rows.rows.values()] == ["", "Dear Ann,\nhow", "Hi"]


def test_start_and_finish_of_a_node_are_one_row(rows: LogRows, clock: Clock) -> None:
    rows.append([START, NodeStarted("call", "1", ("sub",)), NodeStarted("call", "2")])
    assert [row.detail for row in rows.rows.values()] == ["", "running…", "running…"]
    assert rows.running_nodes() == ["sub / call", "call"]
    clock.seconds += 1.24
    changes = rows.append([NodeFinished("call", "1", {"x": 1}, ("sub",))])
    assert list(changes.changed) == [1]
    row = rows.rows[1]
    assert (row.title, row.detail, row.icon, row.text) == ("sub / call", "1.2 s", "done", "")
    assert row.details is not None
    assert row.details() == '{\n  "x": 1\n}'
    assert rows.running_nodes() == ["call"]


def test_a_node_that_fails_says_why(rows: LogRows, clock: Clock) -> None:
    rows.append([START, NodeStarted("call", "1")])
    clock.seconds += 75
    rows.append([NodeFailed("call", "1", "E: no"), NodeFailed("unseen", "9", "E")])
    assert [(row.detail, row.tone, row.text) for row in rows.rows.values()][1:] == [
        ("failed after 1 min 15 s", "bad", "E: no"),
        ("failed", "bad", "E"),
    ]


@pytest.mark.parametrize("reason", list(StopReason))
def test_every_end_of_a_run_has_its_row(rows: LogRows, clock: Clock, reason: StopReason) -> None:
    rows.append([START, NodeStarted("call", "1")])
    assert rows.running
    clock.seconds += 12
    changes = rows.append([RunEnded(reason, nodes=("a", "b"))])
    assert not rows.running
    assert rows.seconds() == 12
    clock.seconds += 5
    assert rows.seconds() == 12
    assert changes.added[0].detail == "after 12 s"
    assert ("a, b" in changes.added[0].title) == ("breakpoint" in reason)
    left = rows.rows[1]
    assert left.detail == ("asked after 12 s" if reason is StopReason.ASKED else "stopped after 12 s")
    assert rows.running_nodes() == []


def test_large_values_and_long_texts(rows: LogRows) -> None:
    long_text, huge = "line\n" * 50, {"x": ["y" * 1000] * 100}
    rows.append([ToolReturned("tools", "read", long_text, "1"), ToolCalled("call", "write", {"text": long_text}, "2")])
    result, arguments = rows.rows[0], rows.rows[1]
    assert result.fold == "result, 50 lines"
    assert result.details is not None
    assert result.details() == long_text
    assert (arguments.code, arguments.details) == (True, None), "250 characters fit"
    rows.append([NodeFinished("n", "1", huge), Custom("n", {"big": "y" * 3000}), NodeFinished("n", "2", {})])
    assert f"more than {KEPT_CHARACTERS:,} characters" in rows.rows[2].text
    assert rows.rows[3].fold == "data"
    assert rows.rows[4].details is None


def test_the_oldest_rows_are_forgotten(rows: LogRows) -> None:
    rows.append([START, NodeStarted("n", "1"), Token("n", "m", "old")])
    for _ in range(60):
        dropped = rows.append(many(100)).dropped
        assert len(rows.rows) < MOST_ROWS + 250
    assert (rows.first, dropped) == (rows._next - len(rows.rows), True) or rows.first > 0
    rows.append([NodeFinished("n", "1", {}), Token("n", "m", "new")])
    last = list(rows.rows.values())[-2:]
    assert [(row.title, row.text) for row in last] == [("n", ""), ("n", "new")]


def test_much_text_is_forgotten_too(rows: LogRows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_log_rows, "MOST_CHARACTERS", 10_000)
    for number in range(100):
        rows.append([Token("n", f"m{number}", "x" * 500)])
    assert 9_000 < sum(len(row.text) for row in rows.rows.values()) <= 10_000
    rows.append([Token("n", "huge", "x" * 50_000)])
    assert [len(row.text) for row in rows.rows.values()] == [50_000], "what is new is kept whole"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0.00 s"), (0.996, "1.0 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (3725, "1 h 2 min")],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words


# The view


def test_a_run_as_it_reads(log: RunLog) -> None:
    log.append([START, NodeStarted("call", "1"), Token("call", "m", "I send "), Token("call", "m", "it.\nNow.")])
    log.append([ToolCalled("call", "send_mail", {"to": "ann@example.org"}, "c"), Token("call", "m", " Really.")])
    log.append([ToolReturned("tools", "send_mail", "No connection", "c", failed=True), RunEnded(StopReason.ASKED)])
    lines = [line for line in shown(log).splitlines() if line]
    assert [line.split("  ")[0] for line in lines] == [
        "New run",
        "call",
        "call",
        "I send it.",
        "Now. Really.",
        "send_mail",
        '{"to": "ann@example.org"}',
        "send_mail",
        "No connection",
        "Waiting for a decision",
    ]
    assert "asked after" in lines[1]


def _random_events(chance: random.Random, count: int) -> list[RunEvent]:
    texts = ["word ", "\n", "👩‍", "💻", "❤", "️", "\u202e", "x" * 700, "a\r", "\nb", "⟨U+", "0041⟩", "", "\t"]
    events: list[RunEvent] = [START]
    for number in range(count):
        node, task = chance.choice("ab"), str(chance.randrange(6))
        events.append(
            chance.choice(
                [
                    Token(node, chance.choice("mno"), "".join(chance.choices(texts, k=3))),
                    NodeStarted(node, task),
                    NodeFinished(node, task, chance.choice([None, {"x": number}])),
                    NodeFailed(node, task, "E: no"),
                    ToolReturned(node, "read", "line\n" * chance.choice([1, 40]), "c"),
                    Custom(node, {"number": number}),
                ]
            )
        )
        if chance.random() < 0.03:
            events += [RunEnded(chance.choice(list(StopReason)), "", "why", TRACEBACK), START]
    return events


@pytest.mark.parametrize("node", ["", "a"])
@pytest.mark.parametrize("seed", range(4))
def test_growing_gives_the_same_as_writing_anew(
    log: RunLog, monkeypatch: pytest.MonkeyPatch, seed: int, node: str
) -> None:
    """Batches of any size, folds that are opened on the way, rows that are dropped: the text is the same."""
    monkeypatch.setattr(run_log_rows, "MOST_ROWS", 120)
    monkeypatch.setattr(run_log_rows, "_TRIM_ROWS", 20)
    chance, view = random.Random(seed), view_of(log)
    events = _random_events(chance, 400)
    log.append([Custom("a", "first"), Custom("b", "first")])
    _choose_node(log, node)
    while events:
        size = chance.randrange(1, 20)
        log.append(events[:size])
        del events[:size]
        if folds := [block for block in _blocks(view) if view._text.folding_row(block) is not None]:
            view._toggle(chance.choice(folds))
        assert _standing(view) == sorted(view._text.rows)
    # A joiner or a carriage return at the very end is still held back.
    log.append([Token("a", message, ".") for message in "mno"])
    grown = shown(log)
    view.show_rows(log._logs[""].of_node(node))
    assert grown == shown(log)
    expected = [row.text for row in log._logs[""].rows.values() if row.node in ("", node) or not node]
    assert _standing(view) == sorted(view._text.rows)
    assert all(visible(text).replace("\r\n", "\n") in grown for text in expected)


def _blocks(view: LogView) -> list[QTextBlock]:
    document = view.document()
    return [document.findBlockByNumber(number) for number in range(document.blockCount())]


def _standing(view: LogView) -> list[int]:
    """The numbers of the rows that begin somewhere in the text, in the order of the text."""
    return [block.userState() for block in _blocks(view) if view._text.row_starting(block) is not None]


def _choose_node(log: RunLog, node: str) -> None:
    box = child(log, "run_log_nodes")
    assert isinstance(box, QComboBox)
    place = box.findData(node)
    assert place >= 0
    box.setCurrentIndex(place)
    box.activated.emit(place)


@pytest.mark.parametrize("text", ["👩‍💻❤️ ok", "a\r\nb\rc", "say ⟨U+202E⟩ and \u202e", "ends with ⟨U+20", "\u200d"])
def test_a_text_reads_the_same_however_it_is_cut(log: RunLog, text: str) -> None:
    log.append([START])
    for character in text:
        log.append([Token("n", "m", character)])
    log.append([RunEnded(StopReason.FINISHED)])
    assert f"n  model\n{visible(text)}\n".replace("\r\n", "\n") in shown(log)


def test_long_lines_are_broken_for_qt_alone(qtbot: QtBot, log: RunLog) -> None:
    text = "".join(random.Random(1).choices("abc ", k=25_000))
    for start in range(0, len(text), 130):
        log.append([Token("n", "m", text[start : start + 130])])
    log.append([ToolReturned("n", "read", "y" * 1400, "c")])
    document = view_of(log).document()
    longest = max(document.findBlockByNumber(number).length() for number in range(document.blockCount()))
    assert longest <= LONGEST_LINE + 200
    assert text in shown(log)
    view_of(log).selectAll()
    view_of(log).copy()
    assert text in QGuiApplication.clipboard().text()


def test_it_follows_the_end_until_somebody_scrolls_up(qtbot: QtBot, log: RunLog) -> None:
    view, bar = view_of(log), view_of(log).verticalScrollBar()
    for _ in range(5):
        log.append(many(40))
        assert bar.value() == bar.maximum() > 0
    assert child(log, "run_log_jump").isHidden()
    bar.setValue(bar.value() - 10)
    assert child(log, "run_log_jump").isVisible()
    top = view.firstVisibleBlock().text()
    log.append(many(40))
    assert view.firstVisibleBlock().text() == top
    assert bar.value() < bar.maximum()
    click(qtbot, log, "run_log_jump")
    assert bar.value() == bar.maximum()
    log.append(many(40))
    assert bar.value() == bar.maximum()
    qtbot.keyClick(view, Qt.Key.Key_PageUp)
    assert not view.follows()
    qtbot.keyClick(view, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert view.follows()
    log.resize(300, 300)
    assert bar.value() == bar.maximum(), "also in another size"


def test_dropping_old_rows_does_not_move_what_is_read(log: RunLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_log_rows, "MOST_ROWS", 200)
    monkeypatch.setattr(run_log_rows, "_TRIM_ROWS", 20)
    view, bar = view_of(log), view_of(log).verticalScrollBar()
    log.append(many(215))
    bar.setValue(bar.maximum() - 60)
    while not (read := view.firstVisibleBlock().text()):  # an empty line between two rows
        bar.setValue(bar.value() - 1)
    log.append([Custom("n", "new")] * 30)
    assert len(view._text.rows) < 220
    assert view.firstVisibleBlock().text() == read


def test_a_fold_is_opened_by_mouse_and_by_key(qtbot: QtBot, log: RunLog) -> None:
    view = view_of(log)
    log.append(
        [NodeStarted("n", "1"), NodeFinished("n", "1", {"draft": "Dear Ann"}), ToolReturned("n", "r", "a\n" * 30, "c")]
    )
    assert "Dear Ann" not in shown(log)
    block = view.document().firstBlock()
    place = view.cursorRect(QTextCursor(block)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place + QPoint(20, 0))
    assert "Dear Ann" in shown(log)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place + QPoint(20, 0))
    assert "Dear Ann" not in shown(log)
    fold = next(each for each in _blocks(view) if each.text().startswith("▸ Show result, 30 lines"))
    view.setTextCursor(QTextCursor(fold))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        before = shown(log)
        qtbot.keyClick(view, key)
        assert shown(log) != before


def test_a_failure_shows_its_message_and_the_whole_traceback_on_demand(qtbot: QtBot, log: RunLog) -> None:
    log.append([START, *many(100)])
    assert child(log, "run_failure").isHidden()
    log.append([FAILED])
    assert child(log, "run_failure").isVisible()
    assert status(log).startswith("Failed · ran")
    assert TRACEBACK not in shown(log)
    button = child(log, "run_failure_details")
    assert isinstance(button, QPushButton)
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert TRACEBACK in shown(log)
    assert button.text() == "Hide the traceback"
    rows = [row.title for row, _, _ in view_of(log).rows_in_view()]
    assert "Failed" in rows, "it is in view"
    click(qtbot, log, "run_failure_copy")
    assert QGuiApplication.clipboard().text().endswith(f"{FAILED.message}\n{TRACEBACK}")
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert TRACEBACK not in shown(log)
    log.append([START])
    assert child(log, "run_failure").isHidden(), "the next run has not failed"


def test_the_traceback_in_the_log_and_the_button_agree(qtbot: QtBot, log: RunLog) -> None:
    log.append([START, FAILED])
    view = view_of(log)
    fold = next(each for each in _blocks(view) if each.text().startswith("▸ Show traceback"))
    view.setTextCursor(QTextCursor(fold))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    button = child(log, "run_failure_details")
    assert isinstance(button, QPushButton)
    assert button.text() == "Hide the traceback"


def test_very_long_details_are_shown_in_part_and_copied_whole(qtbot: QtBot, log: RunLog) -> None:
    text = "word\n" * (MOST_DETAILS // 5 + 1000)
    log.append([ToolReturned("n", "read", text, "c")])
    assert view_of(log).toggle_details(0)
    assert "5,000 more characters, which “Copy all” takes" in shown(log)
    click(qtbot, log, "run_log_copy")
    assert text in QGuiApplication.clipboard().text()


def test_copy_takes_all_rows_with_their_times(qtbot: QtBot, log: RunLog) -> None:
    log.append(
        [*many(1000), NodeStarted("x", "1"), NodeFinished("x", "1", {"secret": "kept"}), Token("x", "m", "a\u202eb")]
    )
    click(qtbot, log, "run_log_copy")
    copied = QGuiApplication.clipboard().text()
    assert copied.count("\nrow ") == 1000
    assert '"secret": "kept"' in copied
    assert "a\u202eb" in copied, "exactly what came"
    assert copied[2] == copied[5] == ":"
    _choose_node(log, "x")
    click(qtbot, log, "run_log_copy")
    assert "row " not in QGuiApplication.clipboard().text()


def test_filter_by_node(log: RunLog) -> None:
    log.append([START, *many(3, "a"), *many(3, "b"), NodeStarted("sub", "1", ("b",))])
    box = child(log, "run_log_nodes")
    assert isinstance(box, QComboBox)
    assert [box.itemText(place) for place in range(box.count())] == ["All nodes", "a", "b", "sub"]
    _choose_node(log, "b")
    assert shown(log).count("row ") == 3
    log.append([*many(2, "b"), *many(2, "a"), FAILED])
    assert shown(log).count("row ") == 5
    assert "New run" in shown(log)
    assert "Failed" in shown(log), "what concerns the run is always shown"


def test_find_goes_round_and_says_when_there_is_nothing(qtbot: QtBot, log: RunLog) -> None:
    log.append([Custom("n", "needle one"), *many(50), Custom("n", "Needle two"), *many(50)])
    find, view = child(log, "run_log_find"), view_of(log)
    assert isinstance(find, QLineEdit)
    find.setFocus()
    qtbot.keyClicks(find, "needle")
    seen = []
    for _ in range(3):
        qtbot.keyClick(find, Qt.Key.Key_Return)
        seen.append(view.textCursor().block().text())
    assert sorted(set(seen)) == ["Needle two", "needle one"]
    assert seen[0] == seen[2] != seen[1]
    qtbot.keyClick(find, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert view.textCursor().block().text() == seen[1]
    assert not view.follows(), "new rows do not push it away"
    qtbot.keyClicks(find, "x")
    qtbot.keyClick(find, Qt.Key.Key_Return)
    assert find.property("invalid") is True
    assert find.accessibleDescription() == "Not found"
    qtbot.keyClick(find, Qt.Key.Key_Escape)
    assert (find.text(), find.property("invalid")) == ("", False)
    assert view.hasFocus()


def test_a_long_log_is_written_bit_by_bit(log: RunLog) -> None:
    log.append(many(3 * AT_ONCE + 7))
    expected = shown(log)
    log.show_thread("other")
    log.show_thread("")
    view = view_of(log)
    assert len(view._text.rows) == AT_ONCE, "the end at once"
    log.append([Custom("n", "meanwhile")])
    settle(log)
    assert join_long_lines(view.toPlainText()) == f"{expected}\n\nn  custom\nmeanwhile"
    assert _standing(view) == list(log._logs[""].rows)
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    assert not view._filling.isActive()


def test_a_live_row_far_up_still_changes(log: RunLog) -> None:
    log.append([NodeStarted("slow", "1"), Token("slow", "m", "Dear"), *many(2 * AT_ONCE)])
    log.show_thread("other")
    log.show_thread("")
    log.append([Token("slow", "m", " Ann")])
    settle(log)
    log.append([Token("slow", "m", ", hello"), NodeFinished("slow", "1", None)])
    assert "Dear Ann, hello\n" in shown(log)
    assert "running…" not in shown(log)


def test_each_thread_has_its_log(log: RunLog) -> None:
    log.show_thread("a")
    log.append([START, Token("n", "m", "for a")])
    log.show_thread("b")
    assert shown(log) == ""
    assert status(log) == "No run yet"
    log.add("a", [Token("n", "m", " and more")])
    log.add("b", [Custom("n", "for b")])
    assert "for b" in shown(log)
    log.show_thread("a")
    assert "for a and more" in shown(log)
    assert status(log).startswith("Running")
    log.add("b", [START])
    assert "for b" not in shown(log)
    log.set_thread("b")
    assert shown(log) == ""
    log.show_thread("a")
    log.clear()
    assert shown(log) == ""


def test_only_so_many_logs_are_kept_but_running_ones_all(log: RunLog) -> None:
    log.add("runs", [START])
    for number in range(80):
        log.add(f"t{number}", [Custom("n", "x")])
    assert len(log._logs) <= 51
    assert "runs" in log._logs
    assert "t79" in log._logs


# The head


def _buttons(log: RunLog) -> list[str]:
    names = ("run_pause", "run_stop", "run_retry")
    return [name for name in names if child(log, name).isVisible() and child(log, name).isEnabled()]


def test_buttons_and_words_while_a_run_is_under_way(qtbot: QtBot, log: RunLog) -> None:
    assert (status(log), _buttons(log)) == ("No run yet", [])
    log.append([START, NodeStarted("call", "1"), NodeStarted("read", "2")])
    assert status(log) == "Running call, read · 0.00 s"
    assert _buttons(log) == ["run_pause", "run_stop"]
    with qtbot.waitSignal(log.pause_requested):
        click(qtbot, log, "run_pause")
    assert status(log).startswith("Pausing after call, read")
    assert _buttons(log) == ["run_stop"]
    with qtbot.waitSignal(log.stop_requested):
        click(qtbot, log, "run_stop")
    assert status(log).startswith("Stopping")
    assert _buttons(log) == []
    log.append([RunEnded(StopReason.CANCELLED)])
    assert status(log).startswith("Stopped midway · ran")
    assert _buttons(log) == ["run_retry"]
    with qtbot.waitSignal(log.retry_requested):
        click(qtbot, log, "run_retry")
    log.append([START])
    assert _buttons(log) == ["run_pause", "run_stop"], "the wishes of the last run are over"


def test_the_seconds_go_on(qtbot: QtBot, log: RunLog, clock: Clock) -> None:
    log._logs["t"] = LogRows(clock)
    log.show_thread("t")
    log.append([START])
    clock.seconds += 125
    log._header._tick.timeout.emit()
    assert status(log) == "Running · 2 min 5 s"
    assert log._header._tick.isActive()
    log.hide()
    assert not log._header._tick.isActive()
    log.show()
    assert log._header._tick.isActive()
    log.append([RunEnded(StopReason.FINISHED)])
    assert status(log) == "Done · ran 2 min 5 s"
    assert not log._header._tick.isActive()


@pytest.mark.parametrize(
    ("state", "button", "text"),
    [
        (ThreadState.WAITING, [], ""),
        (ThreadState.BREAKPOINT, [], ""),
        (ThreadState.NEEDS_REPAIR, ["run_retry"], "Try again"),
        (ThreadState.RUNNING, ["run_pause", "run_stop"], ""),
        (ThreadState.FAILED, ["run_retry"], "Try again"),
        (ThreadState.STOPPED, ["run_retry"], "Continue"),
        (ThreadState.DONE, [], ""),
    ],
)
def test_buttons_follow_the_state(log: RunLog, state: ThreadState, button: list[str], text: str) -> None:
    log.append([START, FAILED])
    log.set_status(state)
    assert _buttons(log) == button
    if text:
        retry = child(log, "run_retry")
        assert isinstance(retry, QPushButton)
        assert retry.text() == text
    log.set_status(state, "The database is open for reading only")
    assert _buttons(log) == []
    assert all("reading only" in child(log, name).toolTip() for name in button)
    log.set_status(None)
    assert status(log).startswith("Failed · ran"), "what the log knows itself"


def test_everything_that_takes_the_focus_has_a_name(log: RunLog) -> None:
    log.append([START, NodeStarted("call", "1"), *many(50), FAILED])
    view_of(log).verticalScrollBar().setValue(0)
    reachable = [each for each in log.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    names = {
        each.objectName(): QAccessible.queryAccessibleInterface(each).text(QAccessible.Text.Name)
        for each in reachable
        if each.isVisible()
    }
    assert {"run_log_view", "run_log_find", "run_log_nodes", "run_log_copy", "run_log_jump"} <= set(names)
    assert [widget for widget, name in names.items() if not (widget and name)] == []


def test_rich_text_stays_plain(log: RunLog) -> None:
    html = "<img src='/etc/x'> & <b>bold</b>"
    log.append(
        [START, Token(html, "m", html), NodeFailed(html, "1", html), RunEnded(StopReason.FAILED, "", html, html)]
    )
    assert shown(log).count(html) >= 4
    failure = child(log, "run_failure_text")
    assert isinstance(failure, QLabel)
    assert failure.textFormat() == Qt.TextFormat.PlainText
    log.grab()


def test_another_theme_keeps_rows_and_place(log: RunLog) -> None:
    log.append(many(AT_ONCE + 100))
    view, bar = view_of(log), view_of(log).verticalScrollBar()
    before = shown(log)
    bar.setValue(bar.maximum() - 30)
    top = view.firstVisibleBlock().text()
    palette = log.palette()
    palette.setColor(palette.ColorRole.Text, Qt.GlobalColor.red)
    view.setPalette(palette)
    settle(log)
    assert shown(log) == before
    assert view.firstVisibleBlock().text() == top
    formats = view.document().firstBlock().textFormats()
    assert formats[0].format.foreground().color() == Qt.GlobalColor.red
