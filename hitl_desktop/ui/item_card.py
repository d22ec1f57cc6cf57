"""One item of a request: what is proposed or asked, its editor, and the decision made on it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from hitl_desktop.core.decisions import (
    AnswerProblem,
    Approve,
    Continue,
    Decision,
    DecisionKind,
    Edit,
    Ignore,
    InvalidAnswerError,
    Reject,
    Respond,
    Submit,
)
from hitl_desktop.core.drafts import CardDraft, ValueDraft
from hitl_desktop.core.requests import Item, Request, Shape
from hitl_desktop.core.schema import Problem, problems
from hitl_desktop.core.state_form import for_form
from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors import editor_for
from hitl_desktop.ui.editors.base import ValueEditor
from hitl_desktop.ui.editors.payload_view import PayloadView
from hitl_desktop.ui.layouts import chain_as_laid_out, leave_out_of_tab_order
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.scroll_manners import StillComboBox
from hitl_desktop.ui.theme import scaled_font, set_kind
from hitl_desktop.ui.value_reading import ValueReading
from hitl_desktop.ui.wording import decision_text

_BADGE_WIDTH = 200
"""Pixels that a badge takes on one line; the words of a longer one are wrapped."""


class ItemCard(QFrame):
    """Shows one item and builds decisions on it.

    Signals:
        changed(): the value in the editor, or its shape, changed.
        picked(): the person clicked the card.
    """

    changed = Signal()
    picked = Signal()

    def __init__(self, request: Request, position: int, number: int, total: int) -> None:
        super().__init__()
        self.request = request
        self.position = position
        self.item: Item = request.items[position]
        self.decision: Decision | None = None
        self.editor: ValueEditor | None = None
        self.words: tuple[DecisionKind, str, int] | None = None
        """The decision that was taken up with the composer and not made yet, its words, and the form of a rejection."""
        self.setObjectName(f"item:{number}")
        set_kind(self, "card")
        if total > 1:  # a card without an editor is reached with the keyboard, too
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{number} of {total}: {self.item.title}" if total > 1 else self.item.title)
        self._shape: Shape | None = None
        self._shapes: StillComboBox | None = None
        self._change: QPushButton | None = None
        self._reading: ValueReading | None = None
        self._readings: tuple[QWidget, ...] = ()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 12, 16, 16)
        self._layout.setSpacing(8)
        self._add_heading(number, total)
        if self.item.description:
            self._layout.addWidget(PlainLabel(self.item.description))
        leave_out_of_tab_order(*self.findChildren(PlainLabel))
        if (not self._is_action or self._is_state) and not self.item.is_form:
            payload = PayloadView()
            payload.setObjectName("payload")
            payload.show_value(self.item.payload)
            self._layout.addWidget(payload)
        self._add_shapes()
        self._use_shape(self.item.shapes[0] if self.item.shapes else None)

    @property
    def _is_action(self) -> bool:
        """Whether the payload is what is edited: then the editor shows it, and nothing else needs to."""
        return DecisionKind.APPROVE in self.item.allowed or DecisionKind.EDIT in self.item.allowed

    @property
    def _is_state(self) -> bool:
        """Whether it is a state, which is read first and seldom changed."""
        return DecisionKind.CONTINUE in self.item.allowed

    @property
    def is_changed(self) -> bool:
        """Whether the editor holds something other than what it began with, or nothing that can be read."""
        return self.editor is not None and self._shape is not None and self.editor.is_changed()

    def decide(self, kind: DecisionKind, text: str, form: int = 0) -> Decision:
        """The decision of this kind with the editor's value or this text, a rejection in this form.

        Raises `InvalidAnswerError` for a value that does not fit. Changes nothing on the card.
        """
        match kind:
            case DecisionKind.APPROVE:
                return Approve()
            case DecisionKind.CONTINUE:
                return Continue()
            case DecisionKind.REJECT:
                return Reject(text.strip(), form)
            case DecisionKind.RESPOND:
                return Respond(text)
            case DecisionKind.IGNORE:
                return Ignore()
            case DecisionKind.EDIT:
                return Edit(self._value())
            case DecisionKind.SUBMIT:
                return Submit(self._value(), self._shape.label if self._shape is not None else "")

    def restore(self, decision: Decision, *, as_decided: bool) -> None:
        """Put back what was taken back or could not be sent: its value, and the decision itself or its words."""
        if isinstance(decision, Edit | Submit) and (index := self._shape_of(decision.value)) is not None:
            self._show_draft(index, ValueDraft(decision.value))
        if as_decided:
            self.show_decision(decision)
        elif isinstance(decision, Reject | Respond):
            self.words = (decision.kind, decision.message, decision.form if isinstance(decision, Reject) else 0)

    def draft(self) -> CardDraft:
        """What stands here now, but for words in the composer."""
        shape, value = self._shape, None
        if self.editor is not None and shape is not None:
            value = self.editor.draft()
        chosen = shape is not None and (value is not None or shape is not self.item.shapes[0])
        return CardDraft(self.decision, shape.label if shape is not None and chosen else "", value, self.words)

    def restore_draft(self, draft: CardDraft) -> None:
        """Put a draft back."""
        labels = [shape.label for shape in self.item.shapes]
        self._show_draft(labels.index(draft.shape) if draft.shape in labels else 0, draft.value)
        self.show_decision(draft.decision)
        self.words = draft.words

    def show_decision(self, decision: Decision | None) -> None:
        """Show on the card what was decided, or nothing."""
        self.decision = decision
        self._badge.setVisible(decision is not None)
        self._badge.setText(decision_text(decision) if decision is not None else "")
        words = self._badge.fontMetrics().horizontalAdvance(self._badge.text()) + 4
        self._badge.setMinimumWidth(min(words, _BADGE_WIDTH))

    def show_current(self, current: bool) -> None:
        """Show that the decision bar acts on this card."""
        set_kind(self, "current" if current else "card")

    def mark_value(self) -> None:
        """Show what is wrong with the editor's value, and go to the first place."""
        if self.editor is not None:
            self.mark(self.editor.problems())

    def mark(self, found: tuple[Problem, ...]) -> None:
        """Show problems at their places, and go to the first."""
        if self.editor is not None:
            self.editor.mark(found)
            if found:
                self.editor.focus_problem(found[0])

    def focus_editor(self) -> None:
        """Put the keyboard into the editor."""
        if self._change is not None:
            self._change.setChecked(True)
        if self.editor is not None:
            self.editor.setFocus()

    def _shape_of(self, value: Json) -> int | None:
        """The shape that a value was most likely entered in: of those that it fits, one that begins with its kind."""
        fitting = [i for i, shape in enumerate(self.item.shapes) if not problems(value, shape.schema)]
        alike = [i for i in fitting if _kind_of(self.item.shapes[i].start) == _kind_of(value)]
        return next(iter([*alike, *fitting]), None)

    def _show_draft(self, shape: int, value: ValueDraft | None) -> None:
        if self._shapes is not None and 0 <= shape < self._shapes.count():
            self._shapes.setCurrentIndex(shape)
        if self._change is not None:
            self._change.setChecked(value is not None)
        if self.editor is not None and self._shape is not None and value is not None:
            self.editor.show_draft(value)  # the start stays what was proposed, so that it is known as changed
            if self._reading is not None:
                self._reading.follow_now()

    def _value(self) -> object:
        assert self.editor is not None
        if found := self.editor.problems():
            raise InvalidAnswerError(*(AnswerProblem(self.position, each.path, str(each)) for each in found))
        return self.editor.value()

    def _add_heading(self, number: int, total: int) -> None:
        title = PlainLabel(f"{number}. {self.item.title}" if total > 1 else self.item.title)
        title.setFont(scaled_font(title.font(), 1.1, bold=True))
        self._badge = PlainLabel("")
        self._badge.setObjectName("decision_badge")
        set_kind(self._badge, "muted")
        self._badge.hide()
        row = QHBoxLayout()
        row.addWidget(title, 1)
        row.addWidget(self._badge)
        self._layout.addLayout(row)

    def _add_shapes(self) -> None:
        if self._is_state and self.item.shapes:
            change = self._change = QPushButton("Change the state…")
            change.setObjectName("change_state")
            change.setCheckable(True)
            change.toggled.connect(self._show_editor)
            self._layout.addWidget(change, 0, Qt.AlignmentFlag.AlignLeft)
        if len(self.item.shapes) < 2:
            return
        label = PlainLabel("Answer with", selectable=False)
        set_kind(label, "muted")
        shapes = self._shapes = StillComboBox()
        shapes.setObjectName("answer_shape")
        shapes.setAccessibleName("Shape of the answer")
        shapes.addItems([shape.label for shape in self.item.shapes])
        shapes.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        shapes.currentIndexChanged.connect(lambda index: self._use_shape(self.item.shapes[index]))
        self._layout.addWidget(label)
        self._layout.addWidget(shapes)

    def _use_shape(self, shape: Shape | None) -> None:
        for widget in (self.editor, *self._readings):
            if widget is not None:
                self._layout.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        self._reading, self._readings = None, ()
        self._shape = shape
        if shape is None and self._is_action:  # nothing can be edited, but what is approved is shown whole
            shape = Shape("Arguments", self.item.payload, is_proposal=True)
        if shape is None:
            self.editor = None
            return
        self.editor = editor_for(for_form(shape, self.request.graph) if self._is_state else shape)
        self.editor.set_read_only(self._shape is None)
        self.editor.changed.connect(self.changed)
        if shape.is_proposal:
            self._reading = ValueReading(self.editor)
            self._readings = (self._reading.above, self._reading.below)
            self._layout.addWidget(self._reading.above)
        self._layout.addWidget(self.editor)
        if self._readings:
            self._layout.addWidget(self._readings[1])
        self._show_editor()
        if self._shapes is not None:
            chain_as_laid_out((self._shapes, self.editor))
        self.changed.emit()

    def _show_editor(self) -> None:
        if self.editor is not None and self._change is not None:
            self.editor.setVisible(self._change.isChecked())

    # Qt overrides

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click makes the card the current one."""
        self.picked.emit()
        super().mousePressEvent(event)


def _kind_of(value: Json) -> object:
    """What tells the shapes of answers apart: the names of an object's fields, else the type."""
    return frozenset(value) if isinstance(value, dict) else type(value)
