"""A text: one line, or an area as high as the text where it has lines, is long, or is meant to be."""

from __future__ import annotations

import re

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from hitl_desktop.core.formats import FORMATS
from hitl_desktop.core.schema import JsonSchema, Path
from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.fields.base import Field, Place
from hitl_desktop.ui.editors.fields.schema_parts import hint
from hitl_desktop.ui.editors.widget_lifetime import discard, show_added
from hitl_desktop.ui.plain_text import GrowingText, describe_hidden, from_visible, spell_hidden, visible

LONG = 80
"""Characters from which a text gets an area instead of a line."""

HUGE = 300_000
"""Characters from which a text is put into its area only when it is asked for."""

_MULTI_LINE_FORMATS = {"textarea", "multiline", "multi-line", "text", "markdown", "html", "code"}
_MULTI_LINE_NAMES = re.compile(
    r"(^|[_\-. ])(body|content|message|text|description|prompt|instructions|reason|comment|notes?|summary|code|query)$",
    re.IGNORECASE,
)


class TextField(Field):
    """Edits a string. Hidden characters are spelled out, and read back as themselves."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self._text, self._shown, self._crlf = "", "", False
        self._read_only, self._is_showing = False, False
        self._blank_hint = ""
        self._input: QLineEdit | GrowingText | None = None
        self._open: QPushButton | None = None
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)

    def show_value(self, value: Json, start: Json) -> None:
        """Show the text in a line or an area, whichever fits it."""
        self._text, self._blank_hint = value, ""
        # Qt knows one kind of line break. Where all are CR LF they are put back; a lone CR is spelled out.
        self._crlf = "\r\n" in value and value.count("\n") == value.count("\r\n") == value.count("\r")
        if len(value) > HUGE:
            self._offer_to_open()
        else:
            self._put()

    def show_blank(self, hint: str) -> None:
        """An empty input with a hint. Whatever is typed becomes the value."""
        self.show_value("", "")
        self._blank_hint = hint
        self._placeholder()

    def value(self) -> str:
        """The text as edited, or exactly as it was."""
        shown = self._current()
        if self._input is None or shown == self._shown:
            return self._text
        text = from_visible(shown)
        return text.replace("\n", "\r\n") if self._crlf else text

    def notes(self) -> tuple[str, ...]:
        """A warning of hidden characters, unless looking for them would take long; they are spelled out anyway."""
        text = self.value()
        note = describe_hidden(text) if len(text) <= HUGE else ""
        return (note,) if note else ()

    def focus_path(self, path: Path) -> None:
        """Put the cursor into the input."""
        (self._input or self._open or self).setFocus()

    def set_read_only(self, read_only: bool) -> None:
        """Let the text be read and copied only."""
        self._read_only = read_only
        if self._input is not None:
            self._input.setReadOnly(read_only)

    def set_place(self, place: Place) -> None:
        """Name the input after its new place."""
        super().set_place(place)
        if self._input is not None:
            self.name_input(self._input)

    def add_input(self, widget: QWidget) -> None:
        """Put the input into the layout."""
        self._rows.addWidget(widget)

    def type_text(self, text: str) -> None:
        """Replace the text as if it had been typed."""
        match self._input:
            case QLineEdit():
                self._input.setText(text)
            case GrowingText():
                self._input.fill(text)

    def _current(self) -> str:
        match self._input:
            case QLineEdit():
                return self._input.text()
            case GrowingText():
                return self._input.raw_text()
            case None:
                return self._shown

    def _put(self) -> None:
        """Show the text in the input that it needs, keeping an area once there is one."""
        self._is_showing = True
        text = self._text.replace("\r\n", "\n") if self._crlf else self._text
        self._shown = visible(text).replace("\r", "⟨U+000D⟩")
        is_area = isinstance(self._input, GrowingText) or self._wants_area()
        if self._open is not None:
            discard(self._open)
            self._open = None
        if self._input is None or (is_area and isinstance(self._input, QLineEdit)):
            self._replace_input(is_area)
        if isinstance(self._input, QLineEdit):
            self._input.setText(self._shown)
            self._input.setCursorPosition(0)
        elif self._input is not None:
            self._input.fill(self._shown)
        self._placeholder()
        self._is_showing = False

    def _wants_area(self) -> bool:
        if "\n" in self._shown or len(self._shown) > LONG:
            return True
        if self._is_of_one_line():
            return False
        key = next((str(step) for step in reversed(self.place.path) if isinstance(step, str)), "")
        return (
            self.schema.get("format") in _MULTI_LINE_FORMATS
            or str(self.schema.get("contentMediaType", "")).startswith("text/")
            or bool(_MULTI_LINE_NAMES.search(key))
            or not self.place.path
        )

    def _is_of_one_line(self) -> bool:
        """Whether the schema asks for something short, whatever the name of the field sounds like."""
        longest = self.schema.get("maxLength")
        is_short = type(longest) is int and longest <= LONG
        return is_short or "pattern" in self.schema or self.schema.get("format") in FORMATS

    def _replace_input(self, is_area: bool) -> None:
        had_focus = self._input is not None and self._input.hasFocus()
        if self._input is not None:
            discard(self._input)
        if is_area:
            self._input = GrowingText(self, least=4, most=18)
        else:
            self._input = QLineEdit(self)
            self._input.setMaxLength(2**31 - 1)  # Qt cuts at 32,767 otherwise, without a word
        self._input.setReadOnly(self._read_only)
        self._input.textChanged.connect(self._on_typed)
        self.add_input(self._input)
        show_added(self._input)
        self.name_input(self._input)
        self.setFocusProxy(self._input)
        if had_focus:
            self._input.setFocus()

    def _offer_to_open(self) -> None:
        """Laying out megabytes takes a while, so that waits until somebody wants to change them."""
        if self._open is None:
            self._open = QPushButton(self)
            self._open.setObjectName(f"open:{self.place.name}")
            self._open.clicked.connect(self._put)
            self._rows.addWidget(self._open)
            show_added(self._open)
            self.setFocusProxy(self._open)
        if self._input is not None:
            discard(self._input)
            self._input = None
        self._open.setText(f"Show and edit this text of {len(self._text):,} characters")

    def _placeholder(self) -> None:
        if self._input is None:
            return
        about = hint(self.schema)
        empty = f"Empty · {about}" if about else "Empty"
        self._input.setPlaceholderText(visible(self._blank_hint or empty))

    def _on_typed(self) -> None:
        current = self._current()
        if self._is_showing or (current == self._shown and not self._blank_hint):
            return
        spelled = spell_hidden(current)
        if isinstance(self._input, QLineEdit) and ("\n" in current or spelled != current):
            self._retype(spelled)
        if self._blank_hint:
            self._blank_hint, self._shown, self._text = "", "\0", ""
            self._placeholder()
        self.changed.emit()

    def _retype(self, text: str) -> None:
        """Put pasted text in again: with its hidden characters spelled out, in an area if it has lines."""
        self._is_showing = True
        if "\n" in text:
            self._replace_input(is_area=True)
        match self._input:
            case QLineEdit():
                self._input.setText(text)
            case GrowingText():
                self._input.fill(text)
                self._input.moveCursor(QTextCursor.MoveOperation.End)
        self._is_showing = False
