"""Any value as JSON text within a form: for what no other field can show."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from hitl_desktop.core.schema import JsonSchema, Path, Problem
from hitl_desktop.core.values import Json, JsonSyntaxError
from hitl_desktop.ui.editors.fields.base import Field, Place
from hitl_desktop.ui.editors.json_text import JsonEditor


class JsonField(Field):
    """Edits any value as JSON text, with problems underlined in it."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self.editor = JsonEditor(self, compact=True)
        self.editor.changed.connect(self.changed)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.editor)
        self.setFocusProxy(self.editor)
        self._name_area()

    def show_value(self, value: Json, start: Json) -> None:
        """Show the value as JSON."""
        self.editor.load(value)

    def value(self) -> Json:
        """The value of the text; the one that was shown, while the text is not JSON."""
        try:
            return self.editor.value()
        except JsonSyntaxError:
            return self.editor.start

    def unreadable(self) -> tuple[Problem, ...]:
        """The syntax error, with its line and column."""
        return self.editor.unreadable()

    def mark(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Underline them at their places in the text."""
        self.editor.mark(problems)
        return ()

    def focus_path(self, path: Path) -> None:
        """Put the cursor where this value stands in the text."""
        self.editor.focus_problem(Problem(path, ""))

    def set_read_only(self, read_only: bool) -> None:
        """Let the text be read and copied only."""
        self.editor.set_read_only(read_only)

    def set_place(self, place: Place) -> None:
        """Name the text after its new place."""
        super().set_place(place)
        self._name_area()

    def _name_area(self) -> None:
        self.editor.area.setObjectName(f"field:{self.place.name}")
        self.editor.area.setAccessibleName(f"{self.place.title}, as JSON")
