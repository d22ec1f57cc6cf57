"""Any value as JSON text within a form: for what no other field can show."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from hitl_desktop.core.schema import JsonSchema, Path, Problem
from hitl_desktop.core.values import Json, JsonSyntaxError
from hitl_desktop.ui.editors.fields.base import Field, Place
from hitl_desktop.ui.editors.json_text import JsonEditor
from hitl_desktop.ui.editors.json_values import in_words, takes_long
from hitl_desktop.ui.editors.marks import AccentLabel
from hitl_desktop.ui.editors.undo_keys import leave_undo

_LARGE = 200_000
"""About how many characters of JSON are written and laid out without being asked for."""


TOO_MUCH = "Too many or too deep fields for a form, so this is edited as JSON"


class JsonField(Field):
    """Edits any value as JSON text, with problems underlined in it."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self._value: Json = None
        self._is_open = True
        self.editor = JsonEditor(self, compact=True)
        self.editor.changed.connect(self.changed)
        leave_undo(self.editor.area)
        self._open = QPushButton(self)
        self._open.clicked.connect(self._on_open)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.addWidget(self._open)
        self._rows.addWidget(self.editor)
        self._name_parts()

    def show_value(self, value: Json, start: Json) -> None:
        """Show the value as JSON; one that takes long to write and lay out, only when it is asked for."""
        self._value = value
        self._is_open = not takes_long(value, _LARGE)
        self._open.setText(f"Show as JSON: {in_words(value)}")
        self._open.setVisible(not self._is_open)
        self.editor.setVisible(self._is_open)
        self.setFocusProxy(self.editor if self._is_open else self._open)
        if self._is_open:
            self.editor.load(value)

    def value(self) -> Json:
        """The value of the text; the one that was shown, while the text is not JSON."""
        try:
            return self.editor.value() if self._is_open else self._value
        except JsonSyntaxError:
            return self._value

    def unreadable(self) -> tuple[Problem, ...]:
        """The syntax error, with its line and column."""
        return self.editor.unreadable() if self._is_open else ()

    def retype(self, path: Path, text: str) -> None:
        """Put the text back."""
        if self._is_open:
            self.editor.show_text(text)

    def mark(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Underline them at their places in the text."""
        if not self._is_open:
            return tuple(problems)
        self.editor.mark(problems)
        return ()

    def focus_path(self, path: Path) -> None:
        """Put the cursor where this value stands in the text."""
        if not self._is_open:
            self._on_open()
        self.editor.focus_problem(Problem(path, ""))

    def set_read_only(self, read_only: bool) -> None:
        """Let the text be read and copied only."""
        self.editor.set_read_only(read_only)

    def set_place(self, place: Place) -> None:
        """Name the text after its new place."""
        super().set_place(place)
        self._name_parts()

    def _on_open(self) -> None:
        self._is_open = True
        self._open.hide()
        self.editor.show()
        self.setFocusProxy(self.editor)
        self.editor.load(self._value)
        self.editor.setFocus()

    def explain(self, words: str) -> None:
        """Say above the text why there are no single fields."""
        self._rows.insertWidget(0, AccentLabel(words, "muted", self))

    def _name_parts(self) -> None:
        self.editor.area.setObjectName(f"field:{self.place.name}")
        self.editor.area.setAccessibleName(f"{self.place.title}, as JSON")
        self._open.setObjectName(f"open:{self.place.name}")


class LargeField(JsonField):
    """A value that is too much for a form, and says so."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self.explain(TOO_MUCH)
