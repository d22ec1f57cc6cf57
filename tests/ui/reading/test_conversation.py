"""A conversation on screen: who says what, what is called and what comes of it; whole, and never in the way."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.core.messages import Message, ToolCall, read_messages
from hitl_desktop.ui.conversation import Conversation
from hitl_desktop.ui.editors.json_tree import JsonTree
from hitl_desktop.ui.editors.marks import MarkedLines
from hitl_desktop.ui.plain_text import PlainLabel, ReadOnlyText
from hitl_desktop.ui.reading.markdown_view import MarkdownView
from hitl_desktop.ui.reading.message_bubble import MessageBubble

CALLS = [
    {"name": "pay", "args": {"to": "Ana", "amount": 5}, "id": "1"},
    {"name": "pay", "args": {"to": "Bo", "items": [{"n": 1}]}, "id": "2"},
    {"name": "ping", "args": {}, "id": "3"},
]


def conversation(qtbot: QtBot, *messages: dict[str, Any]) -> Conversation:
    shown = Conversation()
    qtbot.addWidget(shown)
    shown.resize(500, 600)
    shown.show()
    shown.show_messages(read_messages(list(messages)))
    return shown


def words(shown: QWidget) -> list[str]:
    return [label.text() for label in shown.findChildren(QLabel) if label.isVisibleTo(shown)]


def press(shown: QWidget, name: str, number: int = 0) -> None:
    buttons = [each for each in shown.findChildren(QAbstractButton, name) if each.isVisibleTo(shown)]
    buttons[number].click()


def test_who_says_what(qtbot: QtBot) -> None:
    shown = conversation(
        qtbot,
        {"type": "human", "content": "Pay <b>Ana</b>", "name": "Eve"},
        {"type": "ai", "content": "# Yes\n\n**at once**"},
    )
    assert words(shown)[:2] == ["Person · Eve", "Pay <b>Ana</b>"]
    (rendered,) = shown.findChildren(MarkdownView)
    assert rendered.toPlainText() == "Yes\nat once"
    press(shown, "as_text_switch")
    assert "# Yes\n\n**at once**" in words(shown)


def test_calls_and_their_results(qtbot: QtBot) -> None:
    shown = conversation(
        qtbot,
        {"type": "ai", "content": "", "tool_calls": CALLS},
        {"type": "tool", "content": '{"ok": [true, null]}', "tool_call_id": "2", "name": "pay"},
        {"type": "tool", "content": "no such host", "tool_call_id": "3", "status": "error"},
    )
    said = words(shown)
    assert said[:6] == ["Model", "pay", "to", "Ana", "amount", "5"]
    assert "No arguments" in said
    assert "Tool · result of pay, call 2 of 2" in said
    assert said.index("Tool · result of ping") + 1 == said.index("The tool failed")
    assert len(shown.findChildren(JsonTree)) == 2, "nested arguments, and a result that is JSON"


def test_a_result_without_its_call_is_shown(qtbot: QtBot) -> None:
    shown = conversation(qtbot, {"type": "tool", "content": "[broken", "tool_call_id": "9"})
    assert words(shown)[:2] == ["Tool · result", "[broken"]


def test_json_of_a_tool_can_be_read_as_text(qtbot: QtBot) -> None:
    text = '{"amount": 1.10, "to": "Ana"}'
    shown = conversation(qtbot, {"type": "tool", "content": text, "tool_call_id": "1"})
    assert text not in words(shown)
    press(shown, "as_text_switch")
    assert text in words(shown)


def test_thoughts_are_folded_and_attachments_only_named(qtbot: QtBot) -> None:
    shown = conversation(
        qtbot,
        {
            "type": "ai",
            "content": [
                {"type": "thinking", "thinking": "first this"},
                {"type": "text", "text": "then that"},
                {"type": "image_url", "image_url": {"url": "http://127.0.0.1:9/x.png"}},
            ],
        },
    )
    assert "first this" not in words(shown)
    assert "Image · http://127.0.0.1:9/x.png (not loaded)" in words(shown)
    press(shown, "reasoning_fold")
    assert "first this" in words(shown)
    press(shown, "reasoning_fold")
    assert "first this" not in words(shown)


def test_each_message_is_copied_as_it_was_written(qtbot: QtBot) -> None:
    shown = conversation(
        qtbot,
        {"type": "human", "content": "**pay** \u200bnow"},
        {"type": "ai", "content": "ok", "tool_calls": CALLS[:1]},
    )
    press(shown, "copy_message", 0)
    assert QGuiApplication.clipboard().text() == "**pay** \u200bnow"
    press(shown, "copy_message", 1)
    assert QGuiApplication.clipboard().text() == 'ok\npay {\n  "to": "Ana",\n  "amount": 5\n}'


def test_arguments_that_cannot_be_written_do_not_stop_the_copy(qtbot: QtBot) -> None:
    deep: Any = "end"
    for _level in range(5_000):
        deep = [deep]
    shown = conversation(qtbot)
    shown.show_messages([Message("ai", "ok", tool_calls=(ToolCall("x", {"a": deep}, "1"),))])
    press(shown, "copy_message")
    assert QGuiApplication.clipboard().text().startswith("ok\nx ")


def test_nothing_hides_in_a_message(qtbot: QtBot) -> None:
    shown = conversation(qtbot, {"type": "human", "content": "pay\u200bpal p\u0430ypal"})
    (line,) = [line for each in shown.findChildren(MarkedLines) for line in each.lines()]
    assert "zero width space" in line
    assert "cyrillic small letter a" in line


@pytest.mark.parametrize("size", [30_000, 3_000_000])
def test_a_long_message_is_whole_and_bounded(qtbot: QtBot, size: int) -> None:
    text = "some words\n" * (size // 11)
    shown = conversation(qtbot, {"type": "ai", "content": text})
    shown.grab()
    (area,) = shown.findChildren(ReadOnlyText)
    assert area.plain_text() == text


def test_a_long_conversation_shows_its_end_and_the_rest_in_pieces(qtbot: QtBot) -> None:
    messages = [{"type": "human", "content": f"**message** {number}"} for number in range(2_000)]
    shown = conversation(qtbot, *messages)
    assert len(shown.findChildren(MessageBubble)) == 3
    button = shown.findChild(QAbstractButton, "conversation_earlier")
    assert button is not None
    assert button.text() == "Show earlier messages (1,997)"
    button.click()
    qtbot.waitUntil(lambda: len(shown.findChildren(MessageBubble)) == 33)
    texts = [view.toPlainText() for view in shown.findChildren(MarkdownView)]
    assert sorted(texts) == sorted(f"message {number}" for number in range(1_967, 2_000))
    views = shown.findChildren(MarkdownView)
    tops = {view.toPlainText(): view.mapTo(shown, view.rect().topLeft()).y() for view in views}
    assert sorted(tops, key=lambda text: tops[text]) == sorted(texts), "oldest first"
    button.click()
    shown.show_messages(read_messages(messages[:2]))
    assert not button.isVisibleTo(shown)


def test_labels_are_left_out_of_the_tab_order(qtbot: QtBot) -> None:
    shown = conversation(qtbot, {"type": "ai", "content": "a **b**", "tool_calls": CALLS})
    for label in shown.findChildren(PlainLabel):
        assert not label.focusPolicy() & Qt.FocusPolicy.TabFocus or not label.isVisibleTo(shown)
