"""The lines of a change on screen: signed, coloured so that they read, whole, copied, and never in the way."""

from __future__ import annotations

from itertools import product

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from hitl_desktop.core.differences import DiffLine, LineKind, line_differences
from hitl_desktop.core.file_changes import file_change
from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.marks import READABLE, MarkedLines, accent
from hitl_desktop.ui.plain_text import PlainLabel, from_visible
from hitl_desktop.ui.reading.diff_look import line_ground
from hitl_desktop.ui.reading.diff_rows import diff_rows
from hitl_desktop.ui.reading.diff_view import DiffView
from hitl_desktop.ui.reading.file_change_view import FileChangeView
from hitl_desktop.ui.theme import contrast, make_palette
from tests.ui.editors.form_actions import click


def shown(qtbot: QtBot, value: Json) -> FileChangeView:
    change = file_change(value)
    assert change is not None
    view = FileChangeView(change)
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show()
    return view


def summary(view: FileChangeView) -> str:
    label = view.findChild(PlainLabel, "file_change_summary")
    assert label is not None
    return label.text()


def test_lines_have_their_signs(qtbot: QtBot) -> None:
    view = shown(qtbot, {"path": "a.txt", "old_str": "a\nb <b>\nc", "new_str": "a\nx\ny\nc"})
    assert view.diff().toPlainText().splitlines() == ["  a", "- b <b>", "+ x", "+ y", "  c"]
    assert summary(view) == "1 removed and 2 added lines"
    click(qtbot, view, "copy_diff")
    assert QGuiApplication.clipboard().text() == "  a\n- b <b>\n+ x\n+ y\n  c"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"path": "a", "content": ""}, "The file will be empty."),
        ({"path": "a", "old": "x", "new": "x"}, "Nothing changes: both texts are the same."),
        ({"path": "a", "content": "x"}, "1 added line"),
    ],
)
def test_what_comes_of_it_is_said(qtbot: QtBot, value: Json, words: str) -> None:
    assert summary(shown(qtbot, value)) == words


def test_nothing_hides_in_a_change(qtbot: QtBot) -> None:
    view = shown(qtbot, {"path": "a\u202etxt", "old": "one\r\ntwo\r\n", "new": "one\r\ntw\u200bo\n"})
    lines = view.diff().toPlainText().split("\n")
    assert lines == ["  one", "- two⟨U+000D⟩", "+ tw⟨U+200B⟩o"], "line ends that change are shown, others are not"
    warnings = [line for each in view.findChildren(MarkedLines) for line in each.lines()]
    assert any("right-to-left override" in line for line in warnings)
    assert any("zero width space" in line for line in warnings)
    path = view.findChild(PlainLabel, "file_change_path")
    assert path is not None
    assert path.text() == "a⟨U+202E⟩txt"


def test_what_changed_in_a_line_is_marked() -> None:
    rows = list(diff_rows(line_differences("x = f(1)\nsame", "x = f(\u200b1)\nsame")))
    marked = [[row.text[start:end] for start, end in row.marked] for row in rows]
    assert marked == [[], ["⟨U+200B⟩"], []]


@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_read_on_every_line(qapp: object, dark: bool) -> None:
    palette = make_palette(dark=dark)
    kinds: tuple[LineKind, ...] = ("same", "removed", "added", "note")
    for kind, marked in product(kinds, (False, True)):
        text = accent(palette, "muted") if kind == "note" else palette.color(QPalette.ColorRole.Text)
        assert contrast(text, line_ground(palette, kind, marked=marked)) >= READABLE, (kind, marked)
    assert line_ground(palette, "removed") != line_ground(palette, "added") != line_ground(palette, "same")


def test_numbers_stand_beside_the_lines_of_a_file(qtbot: QtBot) -> None:
    patch = "@@ -99,2 +1099,2 @@\n a\n-b\n+c"
    change = shown(qtbot, {"path": "a", "patch": patch})
    view = change.diff()
    rows = [view.row_at(block) for block, _place in view.blocks_in(QRect(0, 0, 500, 400))]
    assert [(row.old, row.new) for row in rows if row is not None] == [
        (None, None),
        (99, 1099),
        (100, None),
        (None, 1100),
    ]
    four_digits = view.fontMetrics().horizontalAdvance("1099")
    assert view.viewport().x() > 2 * four_digits
    passage = shown(qtbot, {"path": "a", "old": "x", "new": "y"})
    assert passage.diff().viewport().x() < four_digits, "a passage may stand anywhere in the file"


def test_height_follows_the_width(qtbot: QtBot) -> None:
    change = shown(qtbot, {"path": "a", "content": "word " * 60})
    view = change.diff()
    qtbot.waitUntil(lambda: not view.verticalScrollBar().isVisible() and view.height() == view.sizeHint().height())
    wide = view.height()
    change.resize(250, 400)
    qtbot.waitUntil(lambda: view.height() > wide and view.height() == view.sizeHint().height())


LARGE = "".join(f"line {n}\n" for n in range(40_000))


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"path": "a", "content": "x" * 1_000_000}, id="one line"),
        pytest.param({"path": "a", "content": LARGE}, id="many lines"),
        pytest.param({"path": "a", "old": LARGE, "new": LARGE.replace("line 7", "7")}, id="many changes"),
        pytest.param({"path": "a", "old": "f(a, b) " * 60, "new": "f(b, a) " * 60}, id="many words"),
    ],
)
def test_large_changes_are_whole_though_bit_by_bit(qtbot: QtBot, value: dict[str, str]) -> None:
    view = shown(qtbot, value)
    qtbot.waitUntil(view.diff().is_complete, timeout=60_000)
    click(qtbot, view, "copy_diff")
    lines = QGuiApplication.clipboard().text().split("\n")
    for signs, text in (("- ", value.get("old", "")), ("+ ", value.get("new", value.get("content", "")))):
        own = [from_visible(line[2:]) for line in lines if line.startswith((*signs[:1], "  "))]
        assert "\n".join(own) == text.removesuffix("\n")


def test_a_line_that_starts_like_a_sign_is_no_sign(qtbot: QtBot) -> None:
    view = DiffView()
    qtbot.addWidget(view)
    view.show_lines([DiffLine("same", 1, 1, "- not removed"), DiffLine("added", None, 2, "")])
    assert view.toPlainText() == "  - not removed\n+ "
    assert view.counts() == (0, 1)
    view.show_lines([])
    assert view.toPlainText() == ""


def test_everything_is_selected_before_all_is_on_screen(qtbot: QtBot) -> None:
    view = DiffView()
    qtbot.addWidget(view)
    view.show()
    view.show_lines(DiffLine("added", None, n, f"line {n}") for n in range(1, 30_000))
    assert not view.is_complete()
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    view.copy()
    assert QGuiApplication.clipboard().text().endswith("+ line 29999")
