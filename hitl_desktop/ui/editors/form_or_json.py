"""Two sides of one value, a form and its JSON text, to switch between at any time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QTabBar, QVBoxLayout, QWidget

from hitl_desktop.core.schema import JsonSchema, Problem
from hitl_desktop.core.values import Json, JsonSyntaxError, same
from hitl_desktop.ui.editors.base import EditorError, ValueEditor
from hitl_desktop.ui.editors.json_text import JsonEditor
from hitl_desktop.ui.editors.marks import AccentLabel, FlatButton, Mark, MarkedLines
from hitl_desktop.ui.editors.schema_form import SchemaForm, has_form

Side: TypeAlias = Literal["form", "json"]

_SIDES: tuple[Side, Side] = ("form", "json")
_REFUSED: dict[Side, str] = {
    "json": "This is not JSON yet, so the form cannot show it. Nothing was lost; mend the text first.",
    "form": "A field does not hold a value yet, so there is no JSON of it. Nothing was lost; mend the field first.",
}


class ValueEditorTabs(ValueEditor):
    """Edits a value as a form or as JSON; as JSON alone where there is no form for it."""

    def __init__(self, parent: QWidget | None = None, *, title: str = "Value") -> None:
        """`title` names the value for screen readers."""
        super().__init__(parent)
        self.form = SchemaForm(self, title=title)
        self.json = JsonEditor(self, resettable=False)
        self._editors: dict[Side, ValueEditor] = {"form": self.form, "json": self.json}
        self._side: Side = "form"
        self._loaded: set[Side] = set()
        self._read_only = False
        self.tabs = QTabBar(self)
        self.tabs.setObjectName("value_sides")
        self.tabs.setAccessibleName(f"{title}: form or JSON")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for label, tip in (("Form", "Edit the value field by field"), ("JSON", "Edit the value as JSON text")):
            self.tabs.setTabToolTip(self.tabs.addTab(label), tip)
        self._dot = Mark("changed", self)
        self._changed = AccentLabel("Changed", "changed", self)
        self._reset = FlatButton("Reset all", "Go back to the whole value as it was proposed", self)
        self._reset.setObjectName("reset_all")
        self.refusal = MarkedLines("warning", self)
        self._lay_out()
        self.tabs.currentChanged.connect(lambda index: self.show_side(_SIDES[index]))
        self._reset.clicked.connect(self.reset)
        for editor in self._editors.values():
            editor.changed.connect(self._on_changed)

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(4)
        header.addWidget(self.tabs)
        header.addStretch(1)
        header.addStrut(self._reset.sizeHint().height())
        for part in (self._dot, self._changed, self._reset):
            header.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
            part.setVisible(False)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        rows.addLayout(header)
        rows.addWidget(self.refusal)
        rows.addWidget(self.form)
        rows.addWidget(self.json, 1)

    @property
    def side(self) -> Side:
        """The side that is shown."""
        return self._side

    def load(self, start: Json, schema: JsonSchema | None = None) -> None:
        """Begin with the form where there is one. The other side is built when it is asked for."""
        self._start, self._schema = start, schema
        self._loaded.clear()
        has_both = has_form(start, schema)
        self.tabs.setVisible(has_both)
        self._open("form" if has_both else "json", start)

    def show_side(self, side: Side) -> bool:
        """Show this side of the value. Stays, and says why, while what was typed on the other is not a value."""
        if side == self._side:
            return True
        try:
            value = self._current.value()
        except (JsonSyntaxError, EditorError):
            problems = self._current.problems()
            self._current.mark(problems)
            self.refusal.show_lines([_REFUSED[self._side]])
            self._select_tab(self._side)
            self._current.focus_problem(problems[0])
            return False
        self._open(side, value)
        self._current.setFocus()
        return True

    def show_value(self, value: Json) -> None:
        """Show another value of the same start, on the side that is open."""
        self._open(self._side, value)

    def value(self) -> Json:
        """The value on the side that is open. Raises what that side raises."""
        return self._current.value()

    def unreadable(self) -> tuple[Problem, ...]:
        """What is not a value on the side that is open."""
        return self._current.unreadable()

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong on the side that is open."""
        return self._current.problems()

    def mark(self, problems: Iterable[Problem]) -> None:
        """Show these problems on the side that is open."""
        self._current.mark(problems)

    def focus_problem(self, problem: Problem) -> None:
        """Put the cursor where the problem is, on the side that is open."""
        self._current.focus_problem(problem)

    def set_read_only(self, read_only: bool) -> None:
        """Let both sides be read and copied only."""
        self._read_only = read_only
        for editor in self._editors.values():
            editor.set_read_only(read_only)
        self._show_changed()

    def is_changed(self) -> bool:
        """Whether the value differs from the start."""
        return self._current.is_changed()

    def reset(self) -> None:
        """Go back to the start, on the side that is open; in JSON that is a step that can be undone."""
        self._current.reset()

    @property
    def _current(self) -> ValueEditor:
        return self._editors[self._side]

    def _open(self, side: Side, value: Json) -> None:
        editor = self._editors[side]
        if side not in self._loaded:
            self._loaded.add(side)
            editor.load(self._start, self._schema)
        # A side that shows the value already keeps how it is written, and its undo history.
        if editor.unreadable() or not same(editor.value(), value):
            editor.show_value(value)
        self._side = side
        for name, each in self._editors.items():
            each.setVisible(name == side)
        self.refusal.show_lines(())
        self._select_tab(side)
        self.setFocusProxy(editor)
        self._show_changed()

    def _select_tab(self, side: Side) -> None:
        self.tabs.blockSignals(True)
        self.tabs.setCurrentIndex(_SIDES.index(side))
        self.tabs.blockSignals(False)

    def _show_changed(self) -> None:
        changed = bool(self._loaded) and self.is_changed()
        self._dot.setVisible(changed)
        self._changed.setVisible(changed)
        self._reset.setVisible(changed and not self._read_only)

    def _on_changed(self) -> None:
        if not self.unreadable():
            self.refusal.show_lines(())
        self._show_changed()
        self.changed.emit()
