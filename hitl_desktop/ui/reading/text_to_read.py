"""The way in which a text is best read: a label, an area that scrolls, rendered Markdown, or coloured code."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.marks import AccentLabel
from hitl_desktop.ui.plain_text import PlainLabel, ReadOnlyText
from hitl_desktop.ui.reading.code_names import language_of_field
from hitl_desktop.ui.reading.code_text import CodeText
from hitl_desktop.ui.reading.markdown_or_text import MarkdownOrText
from hitl_desktop.ui.reading.markdown_text import looks_like_markdown
from hitl_desktop.ui.reading.text_warnings import TextWarnings, may_need_warning

_SHORT = 300
_MOST = 24


def text_to_read(text: str, name: str = "", siblings: Mapping[str, Json] = MappingProxyType({})) -> QWidget:
    """A widget that shows the whole text, with a warning below it where something hides or misleads in it.

    `name` is that of the field that holds it, and `siblings` are the fields of the object: they tell what is code.
    """
    if not text:
        return AccentLabel("Empty text", "muted")
    shown: QWidget
    note = ""
    if (language := language_of_field(name, text, siblings)) is not None:
        shown = CodeText(text, language, most=_MOST)
        note = shown.why_plain()
    elif looks_like_markdown(text):
        shown = MarkdownOrText(text, plain_text_to_read, most=_MOST)
    else:
        shown = plain_text_to_read(text)
    if not note and not may_need_warning(text):
        return shown
    widget, warnings = QWidget(), TextWarnings()
    warnings.check(text)
    rows = QVBoxLayout(widget)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(2)
    rows.addWidget(shown)
    if note:
        rows.addWidget(AccentLabel(note, "muted"), 0, Qt.AlignmentFlag.AlignLeft)
    rows.addWidget(warnings)
    return widget


def plain_text_to_read(text: str) -> QWidget:
    """The whole text as it is: as a label if it is short, else in an area that scrolls when it is very long."""
    if len(text) <= _SHORT and text.count("\n") < 8:
        return PlainLabel(text)
    area = ReadOnlyText(text, most=_MOST)
    area.setAccessibleName("Text")
    return area
