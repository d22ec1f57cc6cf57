"""What an editor of a value is, whatever it looks like: load it, let it be changed, say what is wrong, give it back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hitl_desktop.core import schema as schemas
from hitl_desktop.core.schema import JsonSchema, Problem
from hitl_desktop.core.values import TYPE_TAG, VALUE_TAG, Json, dump_json


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
        return self.unreadable() or check(self.value(), self._schema)

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

    def reset(self) -> None:
        """Go back to the start."""
        self.show_value(self._start)
        self.changed.emit()

    def _is_empty_beginning(self, value: Json) -> bool:
        return not self._schema or (same(value, self._start) and same(value, beginning(self._schema)))


def check(value: Json, schema: JsonSchema | None) -> tuple[Problem, ...]:
    """The problems of the value; a value nested too deeply for the validator has one that says so."""
    try:
        return schemas.problems(value, schema)
    except RecursionError:
        return (Problem((), "is nested too deeply to be checked against its schema; nothing else was found"),)


def inferred(value: Json) -> JsonSchema:
    """A schema inferred from the value, or the empty one where it is nested too deeply."""
    try:
        return schemas.infer(value)
    except RecursionError:
        return {}


def beginning(schema: JsonSchema, root: JsonSchema | None = None) -> Json:
    """A value to begin with, as `core.schema.first_value`; null where the schema requires itself without end."""
    try:
        return schemas.first_value(schema, root)
    except RecursionError:
        return None


def same(first: Json, second: Json) -> bool:
    """Whether two values are the same JSON: `5`, `5.0` and `true` differ, NaN equals itself, the order of keys counts.

    Iterative, because a payload may be nested deeper than Python recurses.
    """
    pairs: list[tuple[Any, Any]] = [(first, second)]
    while pairs:
        one, other = pairs.pop()
        if one is other:
            continue
        if type(one) is not type(other):
            return False
        if isinstance(one, dict):
            if len(one) != len(other) or any(a != b for a, b in zip(one, other, strict=True)):
                return False
            pairs.extend(zip(one.values(), other.values(), strict=True))
        elif isinstance(one, list):
            if len(one) != len(other):
                return False
            pairs.extend(zip(one, other, strict=True))
        elif isinstance(one, float):
            if repr(one) != repr(other):  # tells 0.0 from -0.0 and finds NaN equal to NaN
                return False
        elif one != other:
            return False
    return True


def is_tagged(value: Json) -> bool:
    """Whether this is a Python value that JSON cannot carry, as `core.values.to_json` writes it."""
    return isinstance(value, dict) and set(value) == {TYPE_TAG, VALUE_TAG} and isinstance(value[TYPE_TAG], str)


def discard(widget: QWidget) -> None:
    """Take a widget out of sight and delete it when the event loop is reached; `findChild` no longer finds it by name.

    It may be the one whose signal is being handled, so it cannot go at once. It keeps its parent: without
    one PySide deletes it with its last Python reference.
    """
    widget.hide()
    for each in (widget, *widget.findChildren(QWidget)):
        each.setObjectName("")
    widget.deleteLater()


def show_added(widget: QWidget) -> None:
    """Show a widget that was just added to a layout, so that it can have the focus; a layout does so only later.

    Not while what is around it is hidden, because everything would be laid out anew for each widget.
    """
    around = widget.parentWidget()
    if around is not None and around.isVisible():
        widget.show()


def in_words(value: Json) -> str:
    """A value as a reviewer reads it: text as it is, yes, no, none, numbers exactly, the sizes of objects and lists."""
    match value:
        case str():
            return value if value else "Empty text"
        case None:
            return "None"
        case bool():
            return "Yes" if value else "No"
        case int() | float():
            try:
                return dump_json(value)
            except ValueError:
                return "A number of more digits than can be shown"
        case list():
            return f"{len(value):,} item{'s' * (len(value) != 1)}" if value else "Empty list"
        case _:
            return f"{len(value):,} field{'s' * (len(value) != 1)}" if value else "Empty object"


def sentence(message: str) -> str:
    """A message of a problem as it stands beside its field: with a capital letter."""
    return message[:1].upper() + message[1:]
