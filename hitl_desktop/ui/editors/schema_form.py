"""A value as a form: one field for each part, built from its JSON schema, or from the value where there is none."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from hitl_desktop.core.schema import JsonSchema, Path, Problem
from hitl_desktop.core.schema import problems as find_problems
from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.base import EditorError, ValueEditor
from hitl_desktop.ui.editors.fields import choose_field, top_place
from hitl_desktop.ui.editors.fields.slot import Slot
from hitl_desktop.ui.editors.fields.tab_order import chain_tab_stops, tab_stops
from hitl_desktop.ui.editors.history import Moment
from hitl_desktop.ui.editors.widget_lifetime import discard


def kind_of_form(value: Json, schema: JsonSchema | None) -> str:
    """The name of the kind of field for the whole value: "json" where only JSON suits it, "large" what is too much."""
    schema = schema or {}
    return choose_field(top_place(schema), schema, value)[0].name


class SchemaForm(ValueEditor):
    """Edits a value field by field. What nobody touches stays exactly as it was, and what is absent stays absent."""

    def __init__(self, parent: QWidget | None = None, *, title: str = "Value") -> None:
        """`title` names a value that is no object, for screen readers."""
        super().__init__(parent)
        self._title = title
        self._slot: Slot | None = None
        self._read_only = False
        self._anchor = QWidget(self)  # where Tab comes in
        self._stops: list[QWidget] = []
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.addStretch(1)

    def load(self, start: Json, schema: JsonSchema | None = None) -> None:
        """Build the form for this value and schema."""
        if self._slot is not None:
            discard(self._slot)
        form_schema = schema or {}
        self._slot = Slot(top_place(form_schema, self._title), form_schema, bare=True, parent=self)
        self._slot.changed.connect(self._on_changed)
        self._slot.set_read_only(self._read_only)
        self._slot.hide()  # what is seen is laid out anew for every field that is added
        self._rows.insertWidget(0, self._slot)
        self._stops = []
        self.setFocusProxy(self._slot)
        super().load(start, schema)
        self._slot.show()

    def fill(self, value: Json) -> None:
        """Put the value into the fields."""
        self._top.load(value, self._start)
        self._order_stops()

    def value(self) -> Json:
        """The value of all fields. Raises `EditorError` with every place where what was typed is not a value."""
        unreadable = self.unreadable()
        if unreadable:
            raise EditorError(*unreadable)
        return self._top.value()

    def unreadable(self) -> tuple[Problem, ...]:
        """The places where what was typed is not a value."""
        return self._top.unreadable()

    def problems(self) -> tuple[Problem, ...]:
        """What is not a value, and what in the rest of the form does not fit the schema."""
        unreadable = self.unreadable()
        found = find_problems(self._top.value(), self._schema)
        return (*unreadable, *(p for p in found if not any(_is_within(p.path, u.path) for u in unreadable)))

    def moment(self) -> Moment:
        """The value as it stands, with the texts that are none."""
        typed = tuple(problem for problem in self.unreadable() if problem.typed is not None)
        return Moment(self._top.value(), typed)

    def show_moment(self, moment: Moment) -> None:
        """Show a value as it stood once, also the texts that were none."""
        self.fill(moment.value)
        for problem in moment.typed:
            self._top.retype(problem.path, problem.typed or "")
        self.mark(self.problems())

    def mark(self, problems: Iterable[Problem]) -> None:
        """Show each problem beside its field."""
        self._top.mark(problems)

    def focus_problem(self, problem: Problem) -> None:
        """Put the cursor into the field of the problem."""
        self._top.focus_path(problem.path)

    def set_read_only(self, read_only: bool) -> None:
        """Let all fields be read and copied only."""
        self._read_only = read_only
        if self._slot is not None:
            self._slot.set_read_only(read_only)

    @property
    def _top(self) -> Slot:
        assert self._slot is not None, "load a value first"
        return self._slot

    def _order_stops(self) -> None:
        stops = list(tab_stops(self._top))
        if stops != self._stops:
            self._stops = stops
            chain_tab_stops(self._anchor, stops)

    def _on_changed(self) -> None:
        self.mark(self.problems())
        self.changed.emit()

    # Qt overrides

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Put what was added since into the order of Tab. Qt asks all around a field before Tab leaves it."""
        self._order_stops()
        return super().focusNextPrevChild(forward)


def _is_within(path: Path, outer: Path) -> bool:
    return path[: len(outer)] == outer


if __name__ == "__main__":
    import sys

    from PySide6.QtWidgets import QApplication, QScrollArea

    application = QApplication(sys.argv)
    area = QScrollArea()
    area.setWidgetResizable(True)
    form = SchemaForm()
    form.load({"to": ["ana@example.com"], "subject": "Hello", "body": "Dear Ana,\n\nsee you.", "urgent": False})
    area.setWidget(form)
    area.resize(640, 560)
    area.show()
    sys.exit(application.exec())
