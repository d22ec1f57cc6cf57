"""Code is known by the names around it, coloured so that it reads, and never in the way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.marks import READABLE, AccentLabel
from hitl_desktop.ui.editors.payload_view import PayloadView
from hitl_desktop.ui.plain_text import PlainLabel, ReadOnlyText
from hitl_desktop.ui.reading.code_names import (
    BY_FENCE,
    BY_FIELD_NAME,
    BY_FILE_NAME,
    BY_SUFFIX,
    language_of_fence,
    language_of_field,
)
from hitl_desktop.ui.reading.code_text import CodeText
from hitl_desktop.ui.reading.in_pieces import InPieces
from hitl_desktop.ui.reading.markdown_or_text import MarkdownOrText
from hitl_desktop.ui.reading.text_to_read import text_to_read
from hitl_desktop.ui.reading.text_warnings import TextWarnings
from hitl_desktop.ui.theme import contrast, make_palette

LANGUAGES = {*BY_FIELD_NAME.values(), *BY_SUFFIX.values(), *BY_FILE_NAME.values(), *BY_FENCE.values()}


@pytest.mark.parametrize(
    ("name", "value", "language"),
    [
        ("content", {"content": "x", "path": "a/b.py"}, "python"),
        ("content", {"content": "x", "file_path": "C:\\a\\B.RS"}, "rust"),
        ("file_text", {"file_text": "x", "path": "Dockerfile"}, "docker"),
        ("new_str", {"new_str": "x", "path": "a.ts"}, "typescript"),
        ("content", {"content": "x", "path": "a.txt"}, None),
        ("content", {"content": "x", "path": 5}, None),
        ("content", {"content": "x"}, None),
        ("command", {"command": "ls -l"}, "bash"),
        ("Code", {"Code": "x = 1"}, "python"),
        ("code", {"code": "x", "language": "Go"}, "go"),
        ("code", {"code": "x", "language": "Klingon"}, None),
        ("query", {"query": " SELECT 1"}, "sql"),
        ("query", {"query": "cheap flights"}, None),
        ("html", {"html": "<b>x</b>"}, None),
        ("html", {"html": "<b>\nx</b>"}, "html"),
        ("body", {"body": "x"}, None),
    ],
)
def test_names_tell_what_is_code(name: str, value: dict[str, Json], language: str | None) -> None:
    assert language_of_field(name, str(value[name]), value) == language


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_pygments_knows_every_language_of_the_tables(language: str) -> None:
    from pygments.lexers import get_lexer_by_name

    assert get_lexer_by_name(language)
    assert language_of_fence(language) == language


def test_a_fence_may_say_anything() -> None:
    assert language_of_fence(" Py ") == "python"
    assert language_of_fence("{.python .numberLines}") is None
    assert language_of_fence("") is None


PYTHON = "def f(x: int) -> str:\n    # why \u202e\n    return 'é😀' + str(x) + \"<b>\" + 12\n"


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    before = qapp.palette()
    yield qapp
    qapp.setPalette(before)


def colors(area: CodeText) -> dict[str, str]:
    """The coloured words and their colours."""
    found = {}
    block = area.document().begin()
    while block.isValid():
        text = block.text().encode("utf-16-le")
        for part in block.textFormats():
            if part.format.hasProperty(part.format.Property.ForegroundBrush):
                words = text[2 * part.start : 2 * (part.start + part.length)].decode("utf-16-le")
                found[words] = part.format.foreground().color().name()
        block = block.next()
    return found


@pytest.mark.parametrize("dark", [False, True])
def test_code_is_coloured_and_can_be_read(app: QApplication, qtbot: QtBot, dark: bool) -> None:
    app.setPalette(make_palette(dark=not dark))
    area = CodeText(PYTHON, "python")
    qtbot.addWidget(area)
    area.show()
    app.setPalette(make_palette(dark=dark))
    qtbot.waitUntil(area.is_colored)
    found = colors(area)
    assert {"def", "f", "# why ⟨U+202E⟩", "'é😀'", "12"} <= set(found)
    assert len(set(found.values())) >= 5
    palette = make_palette(dark=dark)
    for word, color in found.items():
        for role in (QPalette.ColorRole.Base, QPalette.ColorRole.Window):
            assert contrast(palette.color(role), QPalette(color).color(QPalette.ColorRole.Button)) >= READABLE, word
    assert area.plain_text() == PYTHON


@pytest.mark.parametrize("text", ["x = 1\n" * 30_000, "x = '" + "a" * 3_000 + "'"])
def test_code_that_is_not_coloured_says_so(qtbot: QtBot, text: str) -> None:
    widget = text_to_read(text, "code")
    qtbot.addWidget(widget)
    widget.show()
    (area,) = widget.findChildren(CodeText)
    assert not area.is_colored()
    assert any("without colours" in label.text() for label in widget.findChildren(AccentLabel))
    assert area.plain_text() == text
    qtbot.waitUntil(lambda: all(each.is_done() for each in widget.findChildren(TextWarnings)))


@pytest.mark.parametrize("language", ["python", "bash", "sql", "javascript", "html"])
@pytest.mark.parametrize("text", ["\"'`$((" * 300, "((((" * 490, "\\" * 1_990, "<!--" * 490, "/*" * 900, "'\n" * 3_000])
def test_hostile_code_is_coloured_in_pieces(qtbot: QtBot, language: str, text: str) -> None:
    area = CodeText(text, language)
    qtbot.addWidget(area)
    area.show()
    qtbot.waitUntil(area.is_colored, timeout=20_000)


# The payload


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"path": "a.py", "content": "x = 1"}, CodeText),
        ({"command": "ls"}, CodeText),
        ({"body": "# Hi\n\n**all**"}, MarkdownOrText),
        ("**all**", MarkdownOrText),
        ({"body": "word " * 200}, ReadOnlyText),
        ({"body": "word"}, PlainLabel),
    ],
)
def test_payload_shows_texts_as_they_read_best(qtbot: QtBot, value: Json, kind: type[QWidget]) -> None:
    view = PayloadView()
    qtbot.addWidget(view)
    view.show_value(value)
    view.show()
    assert any(each.isVisibleTo(view) for each in view.findChildren(kind))


def test_warnings_of_long_texts_come_in_pieces(qtbot: QtBot) -> None:
    warnings = TextWarnings()
    qtbot.addWidget(warnings)
    warnings.check("word " * 30_000 + "pay\u200bpal " + "word " * 3_000)
    assert warnings.lines() == ()
    qtbot.waitUntil(warnings.is_done)
    (line,) = warnings.lines()
    assert line.startswith("Characters 140,001 to 160,000: Contains a hidden character")
    warnings.check("ok")
    assert warnings.lines() == ()


def test_work_in_pieces_goes_on_and_ends(qtbot: QtBot) -> None:
    around, done = QWidget(), list[int]()
    qtbot.addWidget(around)
    work = InPieces(around)
    work.run(map(done.append, range(50_000)))
    assert not work.is_done()
    assert done == []
    qtbot.waitUntil(work.is_done)
    assert len(done) == 50_000
