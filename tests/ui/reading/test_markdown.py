"""Markdown is recognised, rendered without loading anything, and hides nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication, QPalette, QPixmap, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.ui.editors.marks import READABLE, MarkedLines
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.reading.markdown_document import LEAVES_OUT, InertDocument
from hitl_desktop.ui.reading.markdown_or_text import MarkdownOrText
from hitl_desktop.ui.reading.markdown_text import MOST_RENDERED, looks_like_markdown, why_not_rendered
from hitl_desktop.ui.reading.markdown_view import MarkdownView
from hitl_desktop.ui.theme import contrast, make_palette


@pytest.mark.parametrize(
    "text",
    [
        "Do this:\n```\nls\n```",
        "**Important**: read it",
        "See [the manual](https://example.com/a)",
        "![x](/tmp/a.png)",
        "| a | b |\n|---|:-:|\n| 1 | 2 |",
        "# Title\n\nSome words.\n\n- one\n- two\n",
        "# Title\n\n> quoted",
        "1. one\n2. two\n\nand `code`",
        "- a\n- b\n\nvery *nice*",
    ],
)
def test_markdown(text: str) -> None:
    assert looks_like_markdown(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello, how are you?",
        "Dear all,\n- one\n- two\n",
        "# a comment\nls -l *.py\n",
        "#!/bin/sh\n# **all**\nls",
        "2**3 + 4**5 and __init__",
        "a * b * c",
        "array[0](x)",
        "x | y | z",
        "2026-11-21 12:00:01 ERROR something",
        '{"a": [1, 2], "b": "**kwargs"}',
        "f(**kwargs, **more)",
        "SELECT * FROM t WHERE a = '*'",
        "> quoted mail\n> and more",
        "C:\\path\\to `x",
    ],
)
def test_no_markdown(text: str) -> None:
    assert not looks_like_markdown(text)


def rendered(qtbot: QtBot, text: str) -> MarkdownView:
    view = MarkdownView(text)
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show()
    return view


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<b>bold</b> <!-- x -->", "<b>bold</b> <!-- x -->"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("[good](http://evil.com)", "good ⟨http://evil.com⟩"),
        ('[good](http://evil.com "words")', 'good ⟨http://evil.com⟩ "words"'),
        ("[https://good.com](http://evil.com)", "https://good.com ⟨http://evil.com⟩"),
        ("<https://good.com> www.good.com me@good.com", "https://good.com www.good.com me@good.com"),
        ("[a **b** `c`](x) d", "a b c ⟨x⟩ d"),
        ("![a *b*](file:///etc/x.png)", "[Image, not loaded: a b ⟨file:///etc/x.png⟩]"),
        ("[![a](b.png)](http://c)", None),
        ("a\u202eb &#x202e; &#8203;", "a⟨U+202E⟩b ⟨U+202E⟩ ⟨U+200B⟩"),
        ("[a](http://x/\u200b)", None),
        ("*a* ~~b~~ un**c**d  \ne\nf", "a b uncd\ne f"),
        ("- a\n- [x] b\n\n3. c", "a\nb\nc"),
        ("```python\nx = '<b>'\n\ny\n```", "x = '<b>'\n\ny"),
        ("&lt;b&gt; &eacute;", "<b> é"),
    ],
)
def test_what_is_rendered(qtbot: QtBot, text: str, read: str | None) -> None:
    view = rendered(qtbot, text)
    if read is not None:
        assert view.toPlainText() == read
        assert view.note() == ""
    shown = view.toPlainText()
    assert not any(character in shown for character in "\u202e\u200b\ufffc")
    for name in ("href", "<a ", "<img"):
        assert name not in view.toHtml().replace("&lt;", "")
    block = view.document().begin()
    while block.isValid():
        assert not any(part.format.isAnchor() for part in block.textFormats())
        block = block.next()


@pytest.mark.parametrize(
    "text",
    [
        "[//]: # (delete everything)\n\nHello",
        "---\nsecret: yes\n---\n\nHello",
        "```python delete everything\nx\n```",
        "[a]: http://hidden.com\n\nHello [b](c)",
    ],
)
def test_what_rendering_leaves_out_is_said(qtbot: QtBot, text: str) -> None:
    assert rendered(qtbot, text).note() == LEAVES_OUT
    widget = MarkdownOrText(text, PlainLabel)
    qtbot.addWidget(widget)
    assert [line for each in widget.findChildren(MarkedLines) for line in each.lines()] == [LEAVES_OUT]
    widget.switch.click()
    assert [line for each in widget.findChildren(MarkedLines) for line in each.lines()] == []


def test_nothing_is_loaded(qapp_palette: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    image = QPixmap(300, 200)
    image.fill(Qt.GlobalColor.red)
    assert image.save(str(picture))
    view = rendered(qtbot, f"![a]({picture.as_uri()}) ![b]({picture}) <img src='{picture}'>")
    qapp_palette.setPalette(make_palette(dark=True))  # rendered anew, now that it is on the screen
    document = view.document()
    for address in (picture.as_uri(), str(picture)):
        given = document.resource(QTextDocument.ResourceType.ImageResource.value, QUrl(address))
        assert (given.width(), given.height()) == (1, 1), "a dot"
    colors = view.grab().toImage()
    assert all(colors.pixelColor(x, y).name() != "#ff0000" for x in range(0, 500, 5) for y in range(0, 400, 5))
    assert view.document().size().height() < 150


def test_a_pipe_is_not_waited_for(qapp_palette: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    view = rendered(qtbot, f"![a]({pipe.as_uri()})")
    before = view.document()
    qapp_palette.setPalette(make_palette(dark=True))
    qtbot.waitUntil(lambda: view.document() is not before)
    assert view.toPlainText() == f"[Image, not loaded: a ⟨{pipe.as_uri()}⟩]"


def test_even_an_image_that_is_laid_out_is_not_loaded(qtbot: QtBot, tmp_path: Path) -> None:
    """Qt reads the file itself where a document gives it no image."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    document = InertDocument()
    document.setMarkdown(f"![a]({pipe.as_uri()})")
    view = QTextEdit()
    qtbot.addWidget(view)
    view.setDocument(document)
    view.show()
    view.grab()


def test_a_click_on_a_link_does_nothing(qtbot: QtBot) -> None:
    view = rendered(qtbot, "[a long link to click on](http://127.0.0.1:9)")
    assert view.anchorAt(view.cursorRect().center()) == ""
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.cursorRect().center())
    assert view.toPlainText() == "a long link to click on ⟨http://127.0.0.1:9⟩"


def test_text_and_rendered_are_one_click_apart(qtbot: QtBot) -> None:
    text = "# Title\n\n**bold** [a](http://b)"
    widget = MarkdownOrText(text, PlainLabel)
    qtbot.addWidget(widget)
    widget.show()
    assert widget.is_other()
    widget.switch.click()
    assert not widget.is_other()
    label = next(each for each in widget.findChildren(QLabel) if each.isVisibleTo(widget))
    assert label.text() == text
    assert widget.switch.text() == "Rendered"
    widget.switch.click()
    assert widget.is_other()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("word " * MOST_RENDERED, "longer than 20,000 characters"),
        ("a\n\n" * 400, "more than 600 lines"),
        ("|a" * 600, "tables are too large"),
        ("x" * 2_000, "words are too long"),
        ("> " * 40 + "a", "too deep"),
        ("- " * 40 + "a", "too deep"),
        ("a\n" + " " * 60 + "- b", "too deep"),
    ],
)
def test_what_is_not_rendered_is_shown_as_text_and_says_why(qtbot: QtBot, text: str, words: str) -> None:
    assert words in why_not_rendered(text)
    widget = MarkdownOrText(text, PlainLabel)
    qtbot.addWidget(widget)
    widget.show()
    assert not widget.is_other()
    assert not widget.switch.isVisibleTo(widget)
    shown = [label.plain_text() for label in widget.findChildren(PlainLabel)]
    assert text in shown
    assert any(words in each for each in shown)


HOSTILE = {
    "brackets": "[" * 900 + " [" * 9_000,
    "stars": "*a " * 6_000,
    "quotes": "> a\n\n" * 290,
    "quoted deep": ("> " * 11 + "a\n") * 500,
    "headings": "# a\n\n" * 290,
    "rules": "---\n" * 590,
    "items": "- a\n" * 590,
    "columns": "|a" * 120 + "|\n" + "|-" * 120 + "|\n" + "|b" * 120,
    "rows": "|a|b|\n|-|-|\n" + "|1|2|\n" * 150,
    "links": "[a](b) " * 2_500,
    "spaces": " " * 19_000 + "x",
    "pipes and dashes": "|-" * 240 + "\n" + "-" * 900,
    "fence": "```python\n" + "'\"" * 450 + "\n```",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_markdown_is_bounded(qtbot: QtBot, name: str) -> None:
    text = HOSTILE[name]
    looks_like_markdown(text)
    assert why_not_rendered(text) == ""
    rendered(qtbot, text).grab()


def test_a_longer_text_is_shown_as_text_first(qtbot: QtBot) -> None:
    widget = MarkdownOrText("# T\n\n**b** " + "word " * 1_500, PlainLabel)
    qtbot.addWidget(widget)
    assert not widget.is_other()
    assert not widget.switch.isHidden()


def test_height_follows_the_width(qtbot: QtBot) -> None:
    view = rendered(qtbot, "some **words** " * 60)
    wide = view.sizeHint().height()
    view.resize(200, 400)
    assert view.sizeHint().height() > 2 * wide
    assert not view.verticalScrollBar().isVisible()


def test_selection_is_copied_as_text(qtbot: QtBot) -> None:
    view = rendered(qtbot, "a **b**\n\nc")
    view.selectAll()
    view.copy()
    assert QGuiApplication.clipboard().text() == "a b\nc"
    assert not QGuiApplication.clipboard().mimeData().hasHtml()


@pytest.fixture
def qapp_palette(qapp: QApplication) -> Iterator[QApplication]:
    before = qapp.palette()
    yield qapp
    qapp.setPalette(before)


@pytest.mark.parametrize("dark", [False, True])
def test_all_that_is_rendered_can_be_read(qapp_palette: QApplication, qtbot: QtBot, dark: bool) -> None:
    qapp_palette.setPalette(make_palette(dark=not dark))
    view = rendered(qtbot, "# T\n\n[a](b) `c`\n\n```python\ndef f(x: int) -> str:  # why\n    return 'a' + 1\n```\n")
    qapp_palette.setPalette(make_palette(dark=dark))
    qtbot.waitUntil(view.is_colored)
    palette = make_palette(dark=dark)
    grounds = [palette.color(role) for role in (QPalette.ColorRole.Base, QPalette.ColorRole.Window)]
    colors = set()
    block = view.document().begin()
    while block.isValid():
        for part in block.textFormats():
            if part.format.hasProperty(part.format.Property.ForegroundBrush):
                colors.add(part.format.foreground().color().name())
                color = part.format.foreground().color()
                assert all(contrast(color, ground) >= READABLE for ground in grounds), (color.name(), block.text())
        block = block.next()
    assert len(colors) >= 5, "the code is coloured"


def test_a_view_may_go_while_it_is_coloured(qtbot: QtBot) -> None:
    around = QWidget()
    qtbot.addWidget(around)
    view = MarkdownView("```python\n" + "def f(x): return 1\n" * 500 + "```", around)
    view.show()
    QTest.qWait(0)
    assert not view.is_colored()
    view.deleteLater()
    del view
    qtbot.waitUntil(lambda: not around.findChildren(MarkdownView))
