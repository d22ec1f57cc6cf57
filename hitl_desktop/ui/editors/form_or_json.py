"""Two sides of one value, a form and its JSON text, to switch between at any time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hitl_desktop.core.drafts import ValueDraft
from hitl_desktop.core.schema import JsonSchema, Problem
from hitl_desktop.core.values import Json, JsonSyntaxError, same
from hitl_desktop.ui.editors.base import EditorError, ValueEditor
from hitl_desktop.ui.editors.fields.json_field import TOO_MUCH
from hitl_desktop.ui.editors.history import EditHistory, Moment
from hitl_desktop.ui.editors.json_text import LARGE, JsonEditor
from hitl_desktop.ui.editors.marks import AccentLabel, FlatButton, Mark, MarkedLines
from hitl_desktop.ui.editors.schema_form import SchemaForm, kind_of_form
from hitl_desktop.ui.editors.undo_keys import REDO, UNDO, step_of
from hitl_desktop.ui.icons import set_icon
from hitl_desktop.ui.scroll_manners import StillTabBar

Side: TypeAlias = Literal["form", "json"]

_SIDES: tuple[Side, Side] = ("form", "json")
_STEPS = ((UNDO, "undo", "Undo the last change (Ctrl+Z)"), (REDO, "redo", "Do it again (Ctrl+Shift+Z)"))
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
        self.tabs = StillTabBar(self)
        self.tabs.setObjectName("value_sides")
        self.tabs.setAccessibleName(f"{title}: form or JSON")
        self.tabs.setExpanding(False)
        for label, tip in (("Form", "Edit the value field by field"), ("JSON", "Edit the value as JSON text")):
            self.tabs.setTabToolTip(self.tabs.addTab(label), tip)
        self._why_json = AccentLabel(TOO_MUCH, "muted", self)
        self._dot = Mark("changed", self)
        self._changed = AccentLabel("Changed", "changed", self)
        self._history = EditHistory()
        self._steps: dict[int, FlatButton] = {}
        for step, icon, tip in _STEPS:
            button = self._steps[step] = FlatButton("", tip, self)
            button.setObjectName(f"step_{icon}")
            set_icon(button, icon)
            button.clicked.connect(lambda _checked=False, step=step: self.step(step))
        self._reset = FlatButton("Reset all", "Go back to the whole value as it was proposed", self)
        self._reset.setObjectName("reset_all")
        self.refusal = MarkedLines("warning", self)
        self._lay_out()
        self.tabs.currentChanged.connect(lambda index: self.show_side(_SIDES[index]))
        self._reset.clicked.connect(self.reset)
        self.form.changed.connect(self._on_form_changed)
        self.json.changed.connect(self._on_changed)
        for signal in (self.json.area.undoAvailable, self.json.area.redoAvailable):
            signal.connect(self._show_steps)

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(4)
        header.addWidget(self.tabs)
        header.addWidget(self._why_json)
        header.addStretch(1)
        header.addStrut(self._reset.sizeHint().height())
        for part in (*self._steps.values(), self._dot, self._changed, self._reset):
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
        kind = kind_of_form(start, schema)
        has_both = kind not in ("json", "large")
        self._why_json.setVisible(kind == "large")
        self.tabs.setVisible(has_both)
        self._history.begin(Moment(start))
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
        """Show another value of the same start, on the side that is open. The history begins anew with it."""
        self._history.begin(Moment(value))
        self._open(self._side, value)

    def can_step(self, by: int) -> bool:
        """Whether there is a change to take back (-1) or to do again (1)."""
        if self._read_only:
            return False
        return self._history.can_go(by) or (self._side == "json" and self.json.area.can_step(by))

    def step(self, by: int) -> None:
        """Take the last change back (-1) or do it again (1), and go where it was; both sides have one history.

        What was typed on the JSON side is taken back bit by bit there, and as one step from the form.
        """
        if not self.can_step(by) or (self._side == "json" and self.json.area.step(by)):
            return
        moment, path = self._history.go(by)
        if self._side == "form" or moment.typed:
            self._show_side_alone("form")
            self.form.show_moment(moment)
        else:
            self.json.show_value(moment.value)
        self._on_changed()
        self._current.focus_problem(Problem(path, ""))

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

    def draft(self) -> ValueDraft | None:
        """What stands on the side that is open, also what is not a value; None where nothing was changed."""
        if not self.is_changed():
            return None
        if self._side == "form":
            moment = self.form.moment()
            typed = tuple((problem.path, problem.typed or "") for problem in moment.typed)
            return ValueDraft(moment.value, typed)
        area, is_value = self.json.area, not self.json.unreadable()
        text = "" if area.isReadOnly() else area.raw_text()  # being written, say
        if is_value and (not text or len(text) > LARGE):
            return ValueDraft(self.json.value(), is_json=True)
        return ValueDraft(None, (((), text),), is_json=True)

    def show_draft(self, draft: ValueDraft) -> None:
        """Put back what stood on this side once, which opens."""
        value = draft.value
        side: Side = "json" if draft.is_json or not self.tabs.isVisibleTo(self) else "form"
        self._history.begin(Moment(value))
        self._open(side, value)
        if draft.is_json and draft.typed:
            self.json.show_text(draft.typed[0][1])
        elif side == "form" and draft.typed:
            self.form.show_moment(Moment(value, tuple(Problem(path, "", text) for path, text in draft.typed)))
        self._show_changed()

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
        self._history.note(Moment(value))
        self._show_side_alone(side)

    def _show_side_alone(self, side: Side) -> None:
        editor = self._editors[side]
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
        self._show_steps()

    def _show_steps(self) -> None:
        for by, button in self._steps.items():
            button.setEnabled(self.can_step(by))
            button.setVisible(self.can_step(by) or self.can_step(-by))

    def _on_form_changed(self) -> None:
        self._history.note(self.form.moment())
        self._on_changed()

    def _on_changed(self) -> None:
        if not self.unreadable():
            self.refusal.show_lines(())
        self._show_changed()
        self.changed.emit()

    # Qt overrides

    def event(self, event: QEvent) -> bool:
        """Keep the keys of undo and redo from the window, which has another undo: that of a decision."""
        if event.type() == QEvent.Type.ShortcutOverride and step_of(event) and not self._read_only:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Undo and redo with their keys."""
        if (step := step_of(event)) and not self._read_only:
            self.step(step)
        else:
            super().keyPressEvent(event)
