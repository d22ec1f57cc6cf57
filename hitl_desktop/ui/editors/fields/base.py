"""What a field of a form is: the widget for one value of a schema, and its place in the form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, TypeGuard

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget

from hitl_desktop.core.schema import JsonSchema, Path, Problem
from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.undo_keys import leave_undo
from hitl_desktop.ui.scroll_manners import StillComboBox


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()
"""No value at all: the field is left out of its object. Not the same as null."""


ANY_JSON: Final[JsonSchema] = {"x-editor": "json"}
"""A schema that allows everything and is always edited as JSON text."""


def is_present(value: Any) -> TypeGuard[Json]:
    """Whether there is a value, and be it null."""
    return value is not ABSENT


@dataclass(frozen=True, slots=True)
class FieldEntry:
    """One kind of field. `fits` is asked with the place, the schema that applies, and the value to show.

    `may_be_blank` says whether it can show that there is no value yet, and be typed into nevertheless.
    """

    name: str
    fits: Callable[[Place, JsonSchema, Json], bool]
    make: Callable[[Place, JsonSchema], Field]
    may_be_blank: Callable[[Place, JsonSchema], bool] = lambda place, schema: False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands: its path, what people call it, the whole schema, and how the fields below are chosen.

    `choose` takes a place, a schema as it is written, and a value; it gives the kind of field and the
    schema that applies. `describe` takes a schema and the whole one; it gives what stands below the field.
    """

    path: Path
    title: str
    root: JsonSchema
    choose: Callable[[Place, JsonSchema, Json], tuple[FieldEntry, JsonSchema]]
    describe: Callable[[JsonSchema, JsonSchema], str]

    @property
    def name(self) -> str:
        """The dotted path, as object names have it: ``to.0.name``."""
        return ".".join(str(step) for step in self.path)

    def below(self, step: str | int, title: str) -> Place:
        """The place of a value inside of this one."""
        return replace(self, path=(*self.path, step), title=title)


class Field(QWidget):
    """The widget for one value. It knows nothing of what was proposed or whether it may be absent: its slot does.

    A field that holds others shows their problems in them.

    Signals:
        changed(): a person changed the value. Not sent by `show_value`.
    """

    changed = Signal()

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place, self.schema = place, schema

    @property
    def has_parts(self) -> bool:
        """Whether it holds fields of its own, and so needs all the width there is."""
        return False

    def show_value(self, value: Json, start: Json) -> None:
        """Show the value; `start` is what was proposed here, `ABSENT` if nothing was."""
        raise NotImplementedError

    def show_blank(self, hint: str) -> None:
        """Show that there is no value yet, with this hint. Only for kinds that `may_be_blank`."""
        raise NotImplementedError

    def is_blank(self) -> bool:
        """Whether what stands here means that there is no value. Only for kinds that `may_be_blank`."""
        return False

    def value(self) -> Json:
        """The value; exactly the one shown, if nobody touched it. Undefined while `unreadable`."""
        raise NotImplementedError

    def unreadable(self) -> tuple[Problem, ...]:
        """Where what was typed is not a value, with paths from this field on."""
        return ()

    def retype(self, path: Path, text: str) -> None:
        """Put a text that is no value back where it was typed, at this path from this field on."""

    def notes(self) -> tuple[str, ...]:
        """What the reviewer should know of the value though it is not wrong, such as hidden characters."""
        return ()

    def mark(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Show the problems that belong to fields inside of this one, and return the others."""
        return tuple(problems)

    def focus_path(self, path: Path) -> None:
        """Put the cursor into the field at this path, from this field on."""
        self.setFocus()

    def set_read_only(self, read_only: bool) -> None:
        """Let the value be read and copied only."""
        raise NotImplementedError

    def set_place(self, place: Place) -> None:
        """Move to another place, as when a list is reordered: object names and accessible names follow."""
        self.place = place

    def name_input(self, widget: QWidget) -> None:
        """Name the widget that takes the input, after the place and for screen readers."""
        widget.setObjectName(f"field:{self.place.name}")
        widget.setAccessibleName(self.place.title)
        leave_undo(widget)
        widget.setAccessibleDescription(self.place.describe(self.schema, self.place.root))


class QuietComboBox(StillComboBox):
    """A list of choices of a field, as wide as a few words; the page can be scrolled over it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)


def line_height() -> int:
    """How high a line to type into is, so that what stands beside it is level with its text."""
    application = QGuiApplication.instance()
    styled = isinstance(application, QApplication) and bool(application.styleSheet())
    return _line_height(QGuiApplication.font().key(), styled)


@lru_cache
def _line_height(font: str, styled: bool) -> int:
    line = QLineEdit()
    line.ensurePolished()
    return line.sizeHint().height()


def split_problems(problems: Iterable[Problem]) -> tuple[dict[str | int, list[Problem]], tuple[Problem, ...]]:
    """The problems by the first step of their path, without that step; and those of the value itself."""
    below: dict[str | int, list[Problem]] = {}
    own: list[Problem] = []
    for problem in problems:
        if problem.path:
            below.setdefault(problem.path[0], []).append(Problem(problem.path[1:], problem.message))
        else:
            own.append(problem)
    return below, tuple(own)


def prefixed(step: str | int, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems of a value inside, with paths from the outer value on."""
    return tuple(replace(problem, path=(step, *problem.path)) for problem in problems)
