"""A number in a line of its own, exact at any size: 5 stays whole, 5.0 stays broken."""

from __future__ import annotations

import re

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from hitl_desktop.core.schema import JsonSchema, Path, Problem
from hitl_desktop.core.values import Json, JsonSyntaxError, dump_json, parse_json
from hitl_desktop.ui.editors.fields.base import Field, Place
from hitl_desktop.ui.editors.fields.schema_parts import hint

_WHOLE = re.compile(r"[+-]?\d+")
_NAMED = {"nan": "NaN", "infinity": "Infinity", "inf": "Infinity", "-infinity": "-Infinity", "-inf": "-Infinity"}


class NumberField(Field):
    """Edits an integer or a number as text. A spin box would end at 2,147,483,647 and round."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self._whole = schema.get("type") == "integer"
        self._number: int | float = 0
        self._shown = ""
        self._input = QLineEdit(self)
        self._input.setMaximumWidth(self._input.fontMetrics().averageCharWidth() * 48)
        self._input.textEdited.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._input, 4)
        row.addStretch(1)
        self.name_input(self._input)
        self.setFocusProxy(self._input)

    def show_value(self, value: Json, start: Json) -> None:
        """Show the number as JSON writes it."""
        self._number, self._shown = value, dump_json(value)
        self._input.setText(self._shown)
        self._input.setCursorPosition(0)  # of a number that is wider than the line, the front says how large it is
        self._input.setPlaceholderText(self._about())

    def show_blank(self, hint: str) -> None:
        """An empty line with a hint."""
        self._shown = ""
        self._input.setText("")
        self._input.setPlaceholderText(hint)

    def is_blank(self) -> bool:
        """An empty line is no number."""
        return not self._input.text().strip()

    def value(self) -> int | float:
        """The number. Undefined while `unreadable`."""
        number = self._read()
        return self._number if isinstance(number, str) else number

    def unreadable(self) -> tuple[Problem, ...]:
        """What is wrong with the text, and what to write instead."""
        number = self._read()
        return (Problem((), number, self._input.text()),) if isinstance(number, str) else ()

    def retype(self, path: Path, text: str) -> None:
        """Put the text back into the line."""
        self._input.setText(text)

    def focus_path(self, path: Path) -> None:
        """Put the cursor into the line, with its text selected."""
        self._input.setFocus()
        self._input.selectAll()

    def set_read_only(self, read_only: bool) -> None:
        """Let the number be read and copied only."""
        self._input.setReadOnly(read_only)

    def set_place(self, place: Place) -> None:
        """Name the line after its new place."""
        super().set_place(place)
        self.name_input(self._input)

    def _about(self) -> str:
        kind = "A whole number" if self._whole else "A number"
        return " · ".join(part for part in (kind, hint(self.schema)) if part)

    def _read(self) -> int | float | str:
        """The number, or the words that say why it is none."""
        text = self._input.text().strip()
        if self._shown and text == self._shown:
            return self._number
        if self._whole and not _WHOLE.fullmatch(text):
            return "must be a whole number, such as 5" if text else "must be a whole number; this is empty"
        text = _NAMED.get(text.lower(), text.removeprefix("+"))
        try:
            number = parse_json(text)
        except JsonSyntaxError as error:
            if "digits" in error.message:
                return "has more digits than can be read"
            if re.fullmatch(r"-?0\d+", text):
                return "must be written without zeros in front"
            return "must be a number, such as 2.5" if text else "must be a number; this is empty"
        return number if type(number) in (int, float) else "must be a number, such as 2.5"
