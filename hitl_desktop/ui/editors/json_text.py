"""A value as JSON text: checked while it is typed, with each error at its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from hitl_desktop.core.schema import Problem
from hitl_desktop.core.values import Json, JsonSyntaxError, parse_json
from hitl_desktop.ui.editors.base import EditorError, ValueEditor, sentence
from hitl_desktop.ui.editors.json_area import JsonArea
from hitl_desktop.ui.editors.json_escapes import refusal, write_json
from hitl_desktop.ui.editors.json_filling import JsonFilling
from hitl_desktop.ui.editors.json_places import Range, find_places, word_at
from hitl_desktop.ui.editors.json_syntax import syntax_words
from hitl_desktop.ui.editors.json_values import in_words, takes_long
from hitl_desktop.ui.editors.marks import AccentLabel, FlatButton, MarkedLines

__all__ = ["HUGE", "LARGE", "JsonEditor", "write_json"]

LARGE = 200_000
"""Characters above which the text is checked, and `changed` sent, only after a pause in typing."""

HUGE = 60_000
"""Characters, about, from which the text is written piece by piece."""

_PAUSE, _LONG_PAUSE = 150, 300  # milliseconds

_TIP = (
    "Tab indents. Ctrl+Tab goes on to the next field, Shift+Tab back. "
    "Ctrl+Z undoes, Ctrl+Shift+Z does it again. F8 goes to the next problem."
)


class JsonEditor(ValueEditor):
    """Any value as JSON text. Types are kept exactly: 5 stays 5 and 5.0 stays 5.0, whatever their size."""

    def __init__(self, parent: QWidget | None = None, *, compact: bool = False, resettable: bool = True) -> None:
        """Make an empty editor.

        `compact` is for one field of a form: as high as its text, and marked by the form alone.
        `resettable` shows a button that goes back to the start.
        """
        super().__init__(parent)
        self.area = JsonArea(self, least=1, most=16) if compact else JsonArea(self, least=8, most=28)
        self.area.setToolTip(_TIP)
        self.area.setAccessibleName("Value as JSON")
        self.area.setAccessibleDescription(_TIP)
        if not compact:
            self.area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.lines = MarkedLines("error", self)
        self._reset = FlatButton("Reset", "Go back to the value as it was proposed", self)
        self._reset.setObjectName("reset_json")
        self._reset.clicked.connect(self.reset)
        self._reset.setVisible(False)
        self._resettable = resettable and not compact
        self._checks_itself = not compact
        self._shown: Json = None
        self._shown_text = ""
        self._refused: EditorError | None = None
        self._filling: JsonFilling | None = None
        self._wanted: Problem | None = None
        self._state = AccentLabel("", "muted", self)
        self._state.setVisible(False)
        self._parsed: tuple[str, Json, JsonSyntaxError | None] | None = None
        self._marked: tuple[Problem, ...] = ()
        self._visited = -1
        self._is_silent = self._owes_signal = False
        self._last_text = ""
        self._read_only = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._on_pause)
        self.area.textChanged.connect(self._on_typed)
        self.setFocusProxy(self.area)
        self._lay_out()

    def _lay_out(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
        rows.addWidget(self._state)
        rows.addWidget(self.area, 1)
        below = QHBoxLayout()
        below.setContentsMargins(0, 0, 0, 0)
        below.addWidget(self.lines, 1)
        if self._resettable:
            below.addStretch()
            below.addWidget(self._reset)
        rows.addLayout(below)

    def show_value(self, value: Json) -> None:
        """Show the value, and mark what is wrong with it: at once, or when there is time if it is large."""
        self.fill(value)
        self.mark(())
        if self._filling is not None:
            return  # it is checked when it is whole
        if len(self._shown_text) > LARGE:
            self._pause.start(_LONG_PAUSE)
        elif not self._is_empty_beginning(value):
            self.mark(self.problems())

    def fill(self, value: Json) -> None:
        """Put the value into the text; what was typed before can no longer be undone."""
        self._shown = value
        self._stop_filling()
        if takes_long(value, HUGE):
            self._begin_filling(value)
            return
        try:
            self._shown_text, self._refused = write_json(value), None
        except EditorError as error:
            self._shown_text, self._refused = "", error
        with self._silently():
            self.area.fill(self._shown_text)
        self._apply_read_only()

    def _begin_filling(self, value: Json) -> None:
        self._shown_text, self._refused = "", None
        with self._silently():
            self._filling = JsonFilling(self.area, value)
        self._filling.done.connect(self._on_filled)
        self._filling.failed.connect(self._on_refused)
        size = f"{len(value):,} characters" if isinstance(value, str) else in_words(value)
        self._state.setText(f"{size}: the text is being written, and can be edited when it is whole")
        self._state.setVisible(True)
        self._is_silent = True

    def _stop_filling(self) -> None:
        if self._filling is not None:
            self._filling.stop()
            self._filling, self._is_silent = None, False
            self._state.setVisible(False)

    def _on_filled(self, text: str) -> None:
        self._shown_text = text
        self._stop_filling()
        with self._silently():
            self._apply_read_only()
        if not self._checks_itself:
            self.mark(self._marked)
        if self._wanted is not None and self.window().focusWidget() is self.area:
            self.focus_problem(self._wanted)
        self._pause.start(_LONG_PAUSE)

    def _on_refused(self, error: Exception) -> None:
        self._stop_filling()
        self._refused = refusal(error)
        with self._silently():
            self.area.fill("")
        self._apply_read_only()
        self.mark(())

    def value(self) -> Json:
        """The value of the text. Raises `JsonSyntaxError` where the text is not JSON."""
        if self._refused is not None or self._filling is not None:
            return self._shown
        text = self.area.raw_text()
        if text == self._shown_text:
            return self._shown
        if self._parsed is None or self._parsed[0] != text:
            try:
                self._parsed = (text, parse_json(text), None)
            except JsonSyntaxError as error:
                self._parsed = (text, None, error)
        if self._parsed[2] is not None:
            raise self._parsed[2].with_traceback(None)
        return self._parsed[1]

    def unreadable(self) -> tuple[Problem, ...]:
        """The syntax error, with its line and column."""
        error = self._syntax_error()
        if error is None:
            return ()
        return (Problem((), syntax_words(error), self.area.raw_text()),)

    def show_text(self, text: str) -> None:
        """Put this text in the place of the value's, which stays the one that the text is compared with."""
        with self._silently():
            self.area.fill(text)
        self._check()

    def mark(self, problems: Iterable[Problem]) -> None:
        """Underline each problem at the place of its value, and name it with its line below the text."""
        self._marked = tuple(problems)
        if self._filling is not None:
            return  # it is checked when it is whole
        places = self._places(self._marked)
        self.area.underline((place, "error") for place in places)
        refused = [sentence(str(problem)) for problem in self._refused.problems] if self._refused else []
        if self._syntax_error() is not None:
            self.lines.show_lines([sentence(str(problem)) for problem in self._marked])
            return
        text = self.area.raw_text() if places else ""
        lines = [
            f"Line {text.count(chr(10), 0, place[0]) + 1}, {problem}"
            for problem, place in zip(self._marked, places, strict=True)
        ]
        self.lines.show_lines([*refused, *lines])

    def focus_problem(self, problem: Problem) -> None:
        """Put the cursor at the place of the problem."""
        self._wanted = problem if self._filling is not None else None
        if self._wanted is not None:
            self.area.setFocus()
            return
        self.area.go_to(self._places((problem,))[0][0])

    def set_read_only(self, read_only: bool) -> None:
        """Let the text be read and copied only."""
        self._read_only = read_only
        self._apply_read_only()

    def reset(self) -> None:
        """Go back to the start, as a step that can be undone."""
        if self._filling is not None or takes_long(self._start, HUGE):
            self.fill(self._start)
        elif self._refused is None:
            self._shown, self._shown_text = self._start, write_json(self._start)
            with self._silently():
                self.area.replace_all(self._shown_text)
        self._check()
        self.changed.emit()

    def is_changed(self) -> bool:
        """Whether the value differs from the start; quick while the text is as it was loaded."""
        if self._shown is self._start and (self._filling is not None or self.area.raw_text() == self._shown_text):
            return False
        return super().is_changed()

    def _syntax_error(self) -> JsonSyntaxError | None:
        try:
            self.value()
        except JsonSyntaxError as error:
            return error
        return None

    def _places(self, problems: tuple[Problem, ...]) -> list[Range]:
        if not problems:
            return []
        text, error = self.area.raw_text(), self._syntax_error()
        if error is not None:
            return [word_at(text, error.position)] * len(problems)
        found = find_places(text, {problem.path for problem in problems})
        return [found[problem.path] for problem in problems]

    def _apply_read_only(self) -> None:
        self.area.setReadOnly(self._read_only or self._refused is not None or self._filling is not None)
        self._reset.setVisible(self._resettable and not self._read_only and self.is_changed())

    @contextmanager
    def _silently(self) -> Iterator[None]:
        self._is_silent = True
        try:
            yield
        finally:
            self._is_silent = self._owes_signal = False
            self._last_text = self.area.raw_text()
            self._pause.stop()

    def _on_typed(self) -> None:
        # Qt sends textChanged for new colours too (measured with 6.11.3), and those are not typed.
        text = self.area.raw_text()
        if self._is_silent or text == self._last_text:
            return
        self._last_text, self._owes_signal = text, False
        if self.area.document().characterCount() > LARGE:
            self._owes_signal = True
            self._pause.start(_LONG_PAUSE)
        else:
            self._pause.start(_PAUSE)
            self.changed.emit()

    def _on_pause(self) -> None:
        self._check()
        if self._owes_signal:
            self._owes_signal = False
            self.changed.emit()

    def _check(self) -> None:
        if self._checks_itself:
            self.mark(self.problems())
        self._reset.setVisible(self._resettable and not self._read_only and self.is_changed())

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F8 goes to the next problem, Shift+F8 to the one before."""
        if event.key() != Qt.Key.Key_F8 or not self._marked:
            super().keyPressEvent(event)
            return
        step = -1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        self._visited = (self._visited + step) % len(self._marked)
        self.focus_problem(self._marked[self._visited])
