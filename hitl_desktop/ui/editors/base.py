"""What an editor of a value is, whatever it looks like: load it, let it be changed, say what is wrong, give it back."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hitl_desktop.core.drafts import ValueDraft
from hitl_desktop.core.schema import JsonSchema, Problem, first_value
from hitl_desktop.core.schema import problems as find_problems
from hitl_desktop.core.values import Json, same


class EditorError(ValueError):
    """What stands in the editor is not a value yet: where, and what to do, in words for the reviewer."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


class ValueEditor(QWidget):
    """One value to read and edit. An editor does not scroll as a whole: put it into a scroll area.

    A new editor implements `fill`, `value`, `mark`, `focus_problem` and `set_read_only`, and `unreadable`
    if it lets something be typed that is not a value.

    Signals:
        changed(): a person changed the value, or it was reset. Not sent by `load` and `show_value`. An
            editor of a large text sends it after a pause in typing; `value` and `problems` never lag.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._start: Json = None
        self._schema: JsonSchema | None = None

    @property
    def start(self) -> Json:
        """The value that editing started from: what was proposed."""
        return self._start

    @property
    def schema(self) -> JsonSchema | None:
        """What the value must satisfy, if anything."""
        return self._schema

    def load(self, start: Json, schema: JsonSchema | None = None) -> None:
        """Begin to edit `start` against `schema`. Whatever stood here before is forgotten.

        A proposal that does not fit its schema is marked at once; an empty beginning only after a change.
        """
        self._start, self._schema = start, schema
        self.show_value(start)

    def show_value(self, value: Json) -> None:
        """Show another value of the same start, a draft or what was edited on another side, and mark its problems."""
        self.fill(value)
        self.mark(() if self._is_empty_beginning(value) else self.problems())

    def fill(self, value: Json) -> None:
        """Put the value into the widgets, without a word about what is wrong with it."""
        raise NotImplementedError

    def value(self) -> Json:
        """The value as it stands now; untouched, it is exactly what was loaded.

        Raises `JsonSyntaxError` or `EditorError` while what was typed is not a value.
        """
        raise NotImplementedError

    def unreadable(self) -> tuple[Problem, ...]:
        """The places where what was typed is not a value."""
        return ()

    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong now: what is not a value, or else what does not fit the schema."""
        return self.unreadable() or find_problems(self.value(), self._schema)

    def mark(self, problems: Iterable[Problem]) -> None:
        """Show these problems where they are, instead of those that were shown."""
        raise NotImplementedError

    def focus_problem(self, problem: Problem) -> None:
        """Put the cursor where this problem is, or as near as can be."""
        raise NotImplementedError

    def set_read_only(self, read_only: bool) -> None:
        """Let the value be read and copied, but not changed; or let it be changed again."""
        raise NotImplementedError

    def is_changed(self) -> bool:
        """Whether the value differs from the start, in a type or in anything; true while it is not a value."""
        return bool(self.unreadable()) or not same(self.value(), self._start)

    def draft(self) -> ValueDraft | None:
        """What stands here and was not there at the start, also what is not a value; None where nothing is."""
        typed = tuple((problem.path, problem.typed) for problem in self.unreadable() if problem.typed is not None)
        return ValueDraft(self._start if typed else self.value(), typed) if self.is_changed() else None

    def show_draft(self, draft: ValueDraft) -> None:
        """Put back what stood here once."""
        self.show_value(draft.value)

    def reset(self) -> None:
        """Go back to the start."""
        self.show_value(self._start)
        self.changed.emit()

    def _is_empty_beginning(self, value: Json) -> bool:
        if not self._schema:
            return True
        return same(value, self._start) and (value == {} or same(value, first_value(self._schema)))


def sentence(message: str) -> str:
    """A message of a problem as it stands beside its field: with a capital letter."""
    return message[:1].upper() + message[1:]
