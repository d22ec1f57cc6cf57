"""Editors of a request's value. A new one is a `ValueEditor` in a module here, and a line in `EDITORS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hitl_desktop.core.requests import Shape
from hitl_desktop.ui.editors.base import EditorError, ValueEditor
from hitl_desktop.ui.editors.form_or_json import ValueEditorTabs

__all__ = ["EDITORS", "EditorEntry", "EditorError", "ValueEditor", "editor_for"]


@dataclass(frozen=True, slots=True)
class EditorEntry:
    """One kind of editor: for which shapes of an answer it is meant, and how to make it."""

    name: str
    suits: Callable[[Shape], bool]
    make: Callable[[Shape], ValueEditor]


def _any_shape(shape: Shape) -> bool:
    return True


def _form_or_json(shape: Shape) -> ValueEditor:
    return ValueEditorTabs(title=shape.label)


# The first that suits the shape is taken; the last one suits all.
EDITORS: Final[tuple[EditorEntry, ...]] = (EditorEntry("form or JSON", _any_shape, _form_or_json),)


def editor_for(shape: Shape) -> ValueEditor:
    """An editor for this shape of an answer, loaded with its start and schema."""
    entry = next(entry for entry in EDITORS if entry.suits(shape))
    editor = entry.make(shape)
    editor.load(shape.start, shape.schema)
    return editor
