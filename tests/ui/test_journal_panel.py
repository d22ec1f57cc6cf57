"""The Journal tab: what was decided stands there, hostile texts as text, page by page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QComboBox, QTreeWidget, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from hitl_desktop.core.journal import EntryKind, JournalEntry, Reviewer, WrittenEntry, write_entry
from hitl_desktop.testing.waiting import until
from hitl_desktop.ui.journal_panel import PAGE, JournalPanel
from tests.ui.asking import answered, asked, asking_window


def entry(number: int, **fields: Any) -> WrittenEntry:
    made = JournalEntry(EntryKind.DECISION, "t1", **fields)
    return write_entry(made, number, "0" * 64, "2026-01-01T10:00:00.000+00:00", Reviewer("ana", "Ana A."))


@pytest.fixture
def panel(qtbot: QtBot) -> JournalPanel:
    panel = JournalPanel()
    qtbot.addWidget(panel)
    return panel


def tree(panel: JournalPanel) -> QTreeWidget:
    found = panel.findChild(QTreeWidget, "journal_entries")
    assert found is not None
    return found


def fields(item: QTreeWidgetItem) -> dict[str, str]:
    item.setExpanded(True)
    children = [item.child(number) for number in range(item.childCount())]
    return {child.text(0): child.text(1) for child in children}


def test_an_entry_says_who_decided_what_and_opens_to_all_of_it(panel: JournalPanel) -> None:
    kept = [{"kind": "reject", "message": "Not <b>now</b>\u202e"}]
    panel.show_entries([entry(7, node="ask", decision=kept, payload={"to": "ana"}, answer={"type": "reject"})], None)
    (item,) = [tree(panel).topLevelItem(0)]
    assert item is not None
    assert "decision · ask: Rejected: Not <b>now</b>⟨U+202E⟩ · Ana A." in item.text(0)
    shown = fields(item)
    assert shown["number"] == "7"
    assert shown["payload"] == '{\n  "to": "ana"\n}'
    assert shown["user"] == "ana"
    assert len(shown["hash"]) == 64
    assert "outcome" not in shown


def test_a_long_value_says_that_it_is_cut(panel: JournalPanel) -> None:
    panel.show_entries([entry(1, reason="x" * 50_000)], None)
    item = tree(panel).topLevelItem(0)
    assert item is not None
    assert "cut here: 50,000 characters; the export has all" in fields(item)["reason"]


def test_earlier_entries_are_read_when_they_are_wanted(panel: JournalPanel, qtbot: QtBot) -> None:
    panel.show()
    panel.show_thread("t1")
    panel.show_entries([entry(number) for number in range(200, 200 - PAGE, -1)], None)
    button = panel.findChild(type(panel._earlier), "journal_earlier")
    assert button is not None
    with qtbot.waitSignal(panel.wanted) as wanted:
        button.click()
    assert wanted.args == ["t1", 200 - PAGE + 1]
    panel.show_entries([entry(2), entry(1)], 101)
    assert tree(panel).topLevelItemCount() == PAGE + 2
    assert not button.isVisible()
    with qtbot.waitSignal(panel.wanted) as wanted:
        panel.findChild(QComboBox, "journal_whose").setCurrentIndex(1)
    assert wanted.args == [None, None]


async def test_a_decision_and_what_became_of_it_stand_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with asking_window(tmp_path, monkeypatch) as driver:
        await asked(driver, "raw", {"payload": {"pay": 5, "to": "Ana"}})
        driver.window.tabs.setCurrentWidget(driver.window.journal)
        await driver.decide("decision_submit")
        await answered(driver)
        shown = tree(driver.window.journal)
        await until(lambda: shown.topLevelItemCount() == 2, 10, "decision and delivery are not both there")
        newest, oldest = shown.topLevelItem(0), shown.topLevelItem(1)
        assert newest is not None
        assert oldest is not None
        assert "delivery · delivered; the run then finished" in newest.text(0)
        assert "decision · ask: Answered" in oldest.text(0)
        assert fields(oldest)["answer"] == '{\n  "pay": 5,\n  "to": "Ana"\n}'
