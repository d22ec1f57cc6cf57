from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.core.threads import ThreadState, ThreadSummary
from hitl_desktop.ui.inbox import InboxPane
from hitl_desktop.ui.thread_words import StateFilter
from tests.support.summaries import checkpoint_id, thread

WAITING, DONE = ThreadState.WAITING, ThreadState.DONE


@pytest.fixture
def pane(qtbot: QtBot) -> InboxPane:
    """A shown inbox, three threads high, with nothing listed yet."""
    pane = InboxPane()
    qtbot.addWidget(pane)
    pane.resize(360, 420)
    with qtbot.waitExposed(pane):
        pane.show()
    pane.activateWindow()
    qtbot.waitUntil(pane.isActiveWindow)
    return pane


@pytest.fixture
def selections(pane: InboxPane) -> list[str]:
    """What `thread_selected` said, in order."""
    said: list[str] = []
    pane.thread_selected.connect(said.append)
    return said


def child(pane: QWidget, name: str) -> QWidget:
    found = pane.findChild(QWidget, name)
    assert isinstance(found, QWidget), name
    return found


def click(qtbot: QtBot, pane: QWidget, name: str) -> None:
    qtbot.mouseClick(child(pane, name), Qt.MouseButton.LeftButton)


def text_of(pane: QWidget, name: str) -> str:
    label = child(pane, name)
    assert isinstance(label, QLabel)
    return label.text()


def choose(pane: InboxPane, chosen: StateFilter) -> None:
    box = child(pane, "inbox_states")
    assert isinstance(box, QComboBox)
    place = list(StateFilter).index(chosen)
    box.setCurrentIndex(place)
    box.activated.emit(place)


def marked(pane: InboxPane) -> list[str]:
    """The threads whose rows look selected."""
    return [pane.model.summary_at(index.row()).thread_id for index in pane.list.selectedIndexes()]


def waiting(*names: str) -> list[ThreadSummary]:
    return [thread(name, minutes, WAITING) for minutes, name in enumerate(names)]


def test_counts_in_header_and_filter(pane: InboxPane) -> None:
    assert text_of(pane, "inbox_empty_title") == "Listing the threads…"
    pane.set_threads([*waiting("a", "b"), thread("c", 3, ThreadState.BREAKPOINT), thread("d", 4)])
    assert text_of(pane, "inbox_count") == "3 waiting"
    box = child(pane, "inbox_states")
    assert isinstance(box, QComboBox)
    assert [box.itemText(place) for place in range(box.count())] == [
        "All threads (4)",
        "Waiting (3)",
        "Running (0)",
        "Failed or needs repair (0)",
        "Stopped midway (0)",
        "Done (1)",
    ]
    pane.update_threads([thread(name, 9) for name in "abc"])
    assert text_of(pane, "inbox_count") == "Nothing waiting"
    assert box.itemText(5) == "Done (4)"


def test_a_click_selects_and_a_double_click_opens(qtbot: QtBot, pane: InboxPane, selections: list[str]) -> None:
    pane.set_threads(waiting("a", "b", "c"))
    place = pane.list.visualRect(pane.model.index(1)).center()
    qtbot.mouseClick(pane.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (selections, pane.selected(), marked(pane)) == (["b"], "b", ["b"])
    with qtbot.waitSignal(pane.thread_activated) as activated:
        qtbot.mouseDClick(pane.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert activated.args == ["b"]
    assert selections == ["b"], "it is open already"


def test_keys_move_and_enter_opens(qtbot: QtBot, pane: InboxPane, selections: list[str]) -> None:
    pane.set_threads(waiting("a", "b", "c"))
    pane.setFocus()
    assert pane.list.hasFocus()
    assert selections == [], "looking at the list opens nothing"
    pane.select("a")
    qtbot.keyClick(pane.list, Qt.Key.Key_Down)
    with qtbot.waitSignal(pane.thread_activated) as activated:
        qtbot.keyClick(pane.list, Qt.Key.Key_Return)
    assert activated.args == ["b"]
    assert selections == ["a", "b"]


def test_letters_select_nothing(qtbot: QtBot, pane: InboxPane, selections: list[str]) -> None:
    pane.set_threads(waiting("a", "b", "t"))
    pane.select("a")
    pane.setFocus()
    qtbot.keyClicks(pane.list, "tTwWjk")
    assert selections == ["a"]


def test_new_threads_never_steal_the_selection(pane: InboxPane, selections: list[str]) -> None:
    pane.set_threads([thread("b", 2, WAITING), thread("d", 4)])
    pane.select("d")
    pane.update_threads([thread("a", 1, WAITING), thread("c", 3, WAITING), thread("e", 9)])
    assert (selections, pane.selected(), marked(pane)) == (["d"], "d", ["d"])
    pane.set_threads([thread(f"t{number}", number, WAITING) for number in range(1000)] + [thread("d", 4)])
    assert (selections, marked(pane)) == (["d"], ["d"]), "nor does a whole new list"


def test_a_thread_that_leaves_the_list_stays_open(pane: InboxPane, selections: list[str]) -> None:
    pane.set_threads(waiting("a", "b", "c"))
    choose(pane, StateFilter.WAITING)
    pane.select("b")
    pane.update_threads([thread("b", 9, ThreadState.RUNNING)])
    assert (selections, pane.selected(), marked(pane)) == (["b"], "b", [])
    assert not pane.list.currentIndex().isValid()
    assert pane.next() == "c", "the one that moved up to its place"
    assert selections == ["b", "c"]
    pane.update_threads([thread("b", 9, WAITING)])
    assert pane.selected() == "c"
    pane.update_threads([], ["c"])
    assert (pane.selected(), marked(pane)) == ("c", [])


def test_the_next_that_waits_after_a_decision(pane: InboxPane) -> None:
    pane.set_threads([*waiting("a", "b", "c"), *(thread(f"done {number}", number) for number in range(20, 40))])
    pane.select("b")
    pane.update_threads([thread("b", 50, ThreadState.RUNNING)])
    assert marked(pane) == ["b"], "still listed, further down"
    assert pane.next(waiting_only=True) == "c"
    assert pane.next(waiting_only=True) == "a", "going round"
    pane.select("done 30")
    assert pane.next(waiting_only=True) == "a", "from below all that wait, the longest waiting"
    pane.update_threads([thread("a", 51), thread("c", 52)])
    assert pane.next(waiting_only=True) is None
    assert pane.selected() == "a"


def test_next_and_previous_stop_at_the_ends(pane: InboxPane) -> None:
    pane.set_threads([thread(f"t{number:03}", -number) for number in range(600)])
    assert pane.previous() is None
    assert pane.next() == "t000"
    assert pane.previous() is None
    assert pane.selected() == "t000"
    pane.select("t598")
    assert (pane.next(), pane.next()) == ("t599", None), "also beyond what was laid out"
    assert pane.previous() == "t598"
    assert pane.list.viewport().rect().contains(pane.list.visualRect(pane.list.currentIndex()))


def test_select_says_so_once(pane: InboxPane, selections: list[str]) -> None:
    pane.set_threads(waiting("a", "b"))
    pane.select("a")
    pane.select("a")
    pane.select(None)
    assert selections == ["a"]
    assert marked(pane) == []


def test_a_thread_that_is_open_before_it_is_listed(pane: InboxPane, selections: list[str]) -> None:
    pane.set_threads(waiting("a"))
    pane.select_when_listed("b")
    assert (selections, pane.selected(), marked(pane)) == ([], "b", [])
    pane.update_threads([thread("b", 2, ThreadState.RUNNING)])
    assert (selections, marked(pane)) == ([], ["b"])
    pane.update_threads([thread("b", 3, WAITING)])
    assert child(pane, "inbox_new").isHidden(), "it is open, so its question is seen"
    assert pane.waiting_count == 2


def test_only_what_is_in_view_is_to_be_read(qtbot: QtBot, pane: InboxPane) -> None:
    said: list[list[str]] = []
    pane.rows_shown.connect(said.append)
    unread = [ThreadSummary(f"t{number:04}", checkpoint_id(-number), DONE) for number in range(5000)]
    with qtbot.waitSignal(pane.rows_shown) as shown:
        pane.set_threads(unread)
    assert shown.args is not None
    ids = shown.args[0]
    assert ids[:2] == ["t0000", "t0001"]
    assert 2 < len(ids) < 20
    pane.update_threads([thread(name, -number) for number, name in enumerate(ids)])
    with qtbot.waitSignal(pane.rows_shown) as shown:
        pane.list.scrollTo(pane.model.index(200), pane.list.ScrollHint.PositionAtTop)
    assert shown.args is not None
    assert shown.args[0][0] == "t0200"
    with qtbot.assertNotEmitted(pane.rows_shown, wait=150):
        pane.update_threads([thread("t3000", -3000)])
    with qtbot.waitSignal(pane.rows_shown):
        pane.set_threads(unread)


def test_text_search_reads_what_it_must(qtbot: QtBot, pane: InboxPane) -> None:
    pane.set_threads([ThreadSummary(f"t{number}", checkpoint_id(number), DONE, graph="mail") for number in range(300)])
    pane.set_threads([*(pane.model.summary_at(row) for row in range(300)), thread("known", 1, title="To Ann")])
    qtbot.waitUntil(lambda: not pane.list._settling.isActive())
    pane.focus_search()
    with qtbot.waitSignal(pane.filter_changed), qtbot.waitSignal(pane.rows_shown) as shown:
        qtbot.keyClicks(child(pane, "inbox_search"), "ann")
    assert shown.args is not None
    assert len(shown.args[0]) >= 280, "all but the few that were in view before"
    assert text_of(pane, "inbox_hint") == "Searching 300 more threads…"
    assert pane.model.shown_count() == 1
    pane.update_threads([thread(f"t{number}", number, title="Annual report") for number in range(300)])
    assert pane.model.shown_count() == 301
    qtbot.waitUntil(child(pane, "inbox_hint").isHidden)


def test_escape_clears_the_search_and_goes_to_the_list(qtbot: QtBot, pane: InboxPane) -> None:
    pane.set_threads([*waiting("a", "b"), thread("z", 9)])
    pane.select("b")
    search = child(pane, "inbox_search")
    assert isinstance(search, QLineEdit)
    pane.focus_search()
    assert search.hasFocus()
    with qtbot.waitSignal(pane.filter_changed):
        qtbot.keyClicks(search, "of z")
    assert pane.model.shown_count() == 1
    assert pane.selected() == "b"
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert (search.text(), pane.model.shown_count(), marked(pane)) == ("", 3, ["b"])
    assert pane.list.hasFocus()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Down])
def test_enter_in_the_search_goes_to_what_was_found(qtbot: QtBot, pane: InboxPane, key: Qt.Key) -> None:
    pane.set_threads(waiting("a", "b"))
    pane.focus_search()
    qtbot.keyClicks(child(pane, "inbox_search"), "of b")
    qtbot.keyClick(child(pane, "inbox_search"), key)
    assert pane.list.hasFocus()
    assert pane.model.shown_count() == 1, "without waiting for a pause in typing"


def test_the_clear_button_lists_all_at_once(qtbot: QtBot, pane: InboxPane) -> None:
    pane.set_threads(waiting("a", "b"))
    search = child(pane, "inbox_search")
    assert isinstance(search, QLineEdit)
    with qtbot.waitSignal(pane.filter_changed):
        qtbot.keyClicks(search, "nothing like it")
    assert text_of(pane, "inbox_empty_title") == "No thread matches"
    search.clear()
    assert pane.model.shown_count() == 2


def test_empty_states_say_what_to_do(qtbot: QtBot, pane: InboxPane) -> None:
    pane.set_threads([])
    assert text_of(pane, "inbox_empty_title") == "Nothing here yet"
    assert child(pane, "inbox_show_all").isHidden()
    pane.set_threads([thread("a", 1)])
    assert child(pane, "inbox_list").isVisible()
    choose(pane, StateFilter.FAILED)
    assert not child(pane, "inbox_list").isVisible()
    click(qtbot, pane, "inbox_show_all")
    assert child(pane, "inbox_list").isVisible()
    assert pane.model.shown_count() == 1


def test_banner_for_what_is_new(qtbot: QtBot, pane: InboxPane, selections: list[str]) -> None:
    pane.set_threads([*waiting("a"), thread("b", 2)])
    pane.select("a")
    assert child(pane, "inbox_new").isHidden(), "what waits at the start is not new"
    pane.update_threads([thread("b", 5, WAITING, title="Pay the rent")])
    assert child(pane, "inbox_new").isVisible()
    assert text_of(pane, "inbox_new_text") == "New: Pay the rent"
    pane.set_threads([*waiting("a"), thread("b", 5, WAITING), thread("c", 4, WAITING)])
    assert text_of(pane, "inbox_new_text") == "2 new questions"
    click(qtbot, pane, "inbox_new_show")
    assert selections == ["a", "c"], "the first of them in the list"
    assert child(pane, "inbox_new").isHidden()
    assert pane.list.hasFocus()


def test_banner_goes_when_it_is_no_longer_true(qtbot: QtBot, pane: InboxPane) -> None:
    pane.set_threads(waiting("a"))
    pane.update_threads(waiting("a", "b", "c", "d"))
    pane.select("b")
    assert text_of(pane, "inbox_new_text") == "2 new questions", "one was looked at"
    pane.update_threads([thread("c", 9)], ["d"])
    assert child(pane, "inbox_new").isHidden(), "one was answered elsewhere, one is gone"
    pane.update_threads([thread("e", 10, WAITING)])
    click(qtbot, pane, "inbox_new_close")
    assert child(pane, "inbox_new").isHidden()
    assert pane.selected() == "b"


def test_what_is_only_now_known_to_wait_is_not_new(pane: InboxPane) -> None:
    pane.set_threads([ThreadSummary("a", checkpoint_id(1), DONE), thread("b", 2)])
    pane.update_threads([thread("a", 1, ThreadState.BREAKPOINT)])
    assert child(pane, "inbox_new").isHidden()


def test_banner_shows_what_the_filter_hides(qtbot: QtBot, pane: InboxPane) -> None:
    pane.set_threads([thread("a", 1), thread("b", 2, ThreadState.FAILED)])
    choose(pane, StateFilter.FAILED)
    pane.update_threads([thread("a", 3, WAITING)])
    click(qtbot, pane, "inbox_new_show")
    assert (pane.selected(), marked(pane)) == ("a", ["a"])


def test_the_list_stays_where_it_was_scrolled_to(pane: InboxPane) -> None:
    pane.set_threads([thread(f"t{number:03}", -number) for number in range(900)])
    pane.select("t001")
    bar = pane.list.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    before = bar.value()
    pane.update_threads([thread("t100", -100, asks="changed")])
    assert bar.value() == before
    pane.set_threads([thread(f"t{number:03}", -number, asks="new") for number in range(900)])
    QApplication.processEvents()
    assert bar.value() == before


@pytest.mark.parametrize("state", list(ThreadState))
def test_rows_are_painted_in_every_state(pane: InboxPane, state: ThreadState) -> None:
    hostile = "<img src='/etc/passwd'>\u202e\x9c &amp; \x00" * 50
    pane.set_threads([thread("a", 1, state, title=hostile, asks=hostile, graph=hostile), ThreadSummary("b", "", state)])
    pane.select("a")
    ground = pane.list.grab().toImage()
    colors = {ground.pixelColor(x, 40).name() for x in range(ground.width())}
    assert len(colors) > 2, "something is drawn"


def test_rows_are_found_by_a_screen_reader(pane: InboxPane) -> None:
    pane.set_threads([thread("a", 1, WAITING, asks="Send it?")])
    reader = QAccessible.queryAccessibleInterface(pane.list)
    row = reader.child(0)
    assert row.text(QAccessible.Text.Name).startswith("Waiting: Title of a, Send it?, mail")


def test_everything_that_takes_the_focus_has_a_name(pane: InboxPane) -> None:
    pane.set_threads(waiting("a"))
    pane.update_threads(waiting("a", "b"))
    reachable = [each for each in pane.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    names = {
        each.objectName(): QAccessible.queryAccessibleInterface(each).text(QAccessible.Text.Name)
        for each in reachable
        if each.isVisible()
    }
    assert len(names) >= 5
    assert [widget for widget, name in names.items() if not (widget and name)] == []


def test_tooltip_has_the_exact_time(pane: InboxPane) -> None:
    pane.set_threads([thread("a", 1, WAITING)])
    index = pane.list.indexAt(QPoint(20, 20))
    assert "21 November 2026" in index.data(Qt.ItemDataRole.ToolTipRole)
