"""Text from agents is shown as plain text, whole, and nothing in it hides."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPixmap
from pytestqt.qtbot import QtBot

from hitl_desktop.ui.plain_text import (
    GrowingText,
    PlainLabel,
    ReadOnlyText,
    break_long_lines,
    describe_hidden,
    from_visible,
    has_hidden,
    join_long_lines,
    plain_tooltip,
    visible,
)
from tests.ui.editors.values import TEXTS


@given(TEXTS)
def test_what_is_spelled_out_reads_back_exactly(text: str) -> None:
    assert from_visible(visible(text)) == text
    assert not has_hidden(visible(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "Zürich, 漢字, مرحبا, שלום",
        "tab\tand\nline",
        "CR LF\r\nline",
        "no\u00a0break",
        "❤️ 👩‍👩‍👧 👍🏽 #️⃣",
        "می‌خواهم",
        "क्‍ष",
    ],
)
def test_ordinary_writing_is_left_alone(text: str) -> None:
    assert visible(text) == text
    assert describe_hidden(text) == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("pay\u200bpal", "pay⟨U+200B⟩pal"),
        ("\ud800", "⟨U+D800⟩"),
        ("\ufeffx", "⟨U+FEFF⟩x"),
        ("a\rb", "a⟨U+000D⟩b"),
        ("\x1b[31m", "⟨U+001B⟩[31m"),
        ("e\u200dx", "e⟨U+200D⟩x"),
        ("a\ufe0f", "a⟨U+FE0F⟩"),
        ("❤\ufe0f\ufe0f", "❤\ufe0f⟨U+FE0F⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("⟨U+202E⟩", "⟨U+27E8⟩U+202E⟩"),
    ],
)
def test_hidden_characters_are_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_hidden_characters_are_named_in_words() -> None:
    words = describe_hidden("a\u202eb\u202ec\ud800")
    assert words.startswith("Contains 3 hidden characters")
    assert "U+202E (right-to-left override)" in words
    assert "U+D800 (half of a character)" in words


def test_label_takes_nothing_for_rich_text(qtbot: QtBot, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    image = QPixmap(800, 600)
    image.fill(Qt.GlobalColor.red)
    assert image.save(str(picture))
    text = f"<img src='{picture}'><b>bold</b>"
    label = PlainLabel(text)
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.sizeHint().height() < 200
    assert label.plain_text() == text
    label.setToolTip("<b>x</b>")
    assert label.toolTip() == "<qt>&lt;b&gt;x&lt;/b&gt;</qt>" == plain_tooltip("<b>x</b>")


def test_label_survives_any_text_and_spells_out(qtbot: QtBot) -> None:
    label = PlainLabel("\ud800\u202e")
    qtbot.addWidget(label)
    assert label.text() == "⟨U+D800⟩⟨U+202E⟩"


def test_label_does_not_push_the_window_wide_and_copies_without_breaks(qtbot: QtBot) -> None:
    word = "https://example.com/" + "x" * 3_000
    label = PlainLabel(word)
    qtbot.addWidget(label)
    assert label.minimumSizeHint().width() < 600
    label.show()
    label.setSelection(0, len(label.text()))
    qtbot.keyClick(label, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == word


@given(TEXTS)
def test_soft_breaks_come_out_again(text: str) -> None:
    shown = visible(text * 300)
    assert join_long_lines(break_long_lines(shown)) == shown


def test_long_text_is_shown_whole_though_bit_by_bit(qtbot: QtBot) -> None:
    text = "a line of some words\n" * 20_000 + "x" * 50_000 + "\u202e❤️" * 100
    area = ReadOnlyText(text)
    qtbot.addWidget(area)
    area.show()
    assert not area.is_complete()
    qtbot.waitUntil(area.is_complete)
    assert from_visible(area.raw_text()) == text
    assert area.plain_text() == text
    assert area.isReadOnly()


@pytest.mark.parametrize("characters", ["❤\ufe0f", "👩\u200d👩\u200d👧", "\u0645\u06cc\u200c\u062e\u0648", "\r\n"])
def test_long_text_is_not_torn_where_characters_belong_together(qtbot: QtBot, characters: str) -> None:
    for before in range(39_990, 40_001):
        area = ReadOnlyText("x" * before + characters + "y" * 1_000)
        qtbot.addWidget(area)
        qtbot.keyClick(area, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        assert area.raw_text() == "x" * before + characters.replace("\r\n", "\n") + "y" * 1_000


def test_select_all_takes_what_is_not_on_screen_yet(qtbot: QtBot) -> None:
    text = "words " * 50_000
    area = ReadOnlyText(text)
    qtbot.addWidget(area)
    area.show()
    qtbot.keyClick(area, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    area.copy()
    assert QGuiApplication.clipboard().text() == text


def test_area_is_as_high_as_its_text_within_limits(qtbot: QtBot) -> None:
    area = GrowingText(least=2, most=5)
    qtbot.addWidget(area)
    area.resize(400, 100)
    area.show()
    heights = []
    for lines in (1, 4, 50):
        area.fill("\n".join(["line"] * lines))
        heights.append(area.sizeHint().height())
    spacing = area.fontMetrics().lineSpacing()
    assert heights[1] - heights[0] == 2 * spacing
    assert heights[2] - heights[1] == spacing


def test_pasted_text_has_nothing_hidden(qtbot: QtBot) -> None:
    area = GrowingText()
    qtbot.addWidget(area)
    QGuiApplication.clipboard().setText("pay\u200bpal" + "y" * 5_000)
    area.paste()
    assert area.raw_text() == "pay⟨U+200B⟩pal" + "y" * 5_000
