"""The bar under a review: the decisions that the current item allows, and sending them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLayout, QPushButton, QVBoxLayout, QWidget

from hitl_desktop.core.decisions import DecisionKind
from hitl_desktop.ui.button_row import ButtonRow
from hitl_desktop.ui.composer import Composer
from hitl_desktop.ui.icons import set_icon
from hitl_desktop.ui.layouts import clear, leave_out_of_tab_order
from hitl_desktop.ui.meant_button import MeantButton
from hitl_desktop.ui.plain_text import PlainLabel, ReadOnlyText, plain_tooltip
from hitl_desktop.ui.theme import Kind, set_kind
from hitl_desktop.ui.wording import button_text, explanation

if TYPE_CHECKING:
    from hitl_desktop.ui.item_card import ItemCard

# What refuses comes first, so that the Tab key reaches it first, and stands apart from what lets things happen.
_REFUSING = (DecisionKind.REJECT, DecisionKind.RESPOND, DecisionKind.IGNORE)
_WITH_WORDS = (DecisionKind.REJECT, DecisionKind.RESPOND)
_LETTING = (DecisionKind.EDIT, DecisionKind.APPROVE, DecisionKind.SUBMIT, DecisionKind.CONTINUE)
_AS_PROPOSED = (DecisionKind.APPROVE, DecisionKind.CONTINUE)
_AGREEING = (DecisionKind.APPROVE, DecisionKind.SUBMIT, DecisionKind.CONTINUE)
_ICONS = {
    DecisionKind.APPROVE: "approve",
    DecisionKind.EDIT: "edit",
    DecisionKind.REJECT: "reject",
    DecisionKind.RESPOND: "respond",
    DecisionKind.IGNORE: "ignore",
    DecisionKind.SUBMIT: "submit",
    DecisionKind.CONTINUE: "continue",
}
_NOT_ALLOWED = {
    DecisionKind.APPROVE: "There is nothing to approve here.",
    DecisionKind.EDIT: "This cannot be edited.",
    DecisionKind.REJECT: "This cannot be rejected.",
    DecisionKind.RESPOND: "This cannot be answered in words instead.",
    DecisionKind.IGNORE: "This cannot be ignored.",
}


class DecisionBar(QFrame):
    """Buttons for the current card, the composer for the words that go with some, and Send for several cards.

    Signals:
        chosen(DecisionKind, str): the person decided the current card, with these words.
        send_requested(): send everything that was decided.
        composing(): the composer appeared, changed or went.
    """

    chosen = Signal(object, str)
    send_requested = Signal()
    composing = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("decision_bar")
        set_kind(self, "bar")
        self._card: ItemCard | None = None
        self._is_complete = False
        self._is_one_of_several = False
        self._buttons: dict[DecisionKind, QPushButton] = {}
        self.composer = Composer()
        self.composer.changed.connect(self.composing)
        self.composer.cancelled.connect(self._on_cancelled)
        self._message = PlainLabel("")
        self._message.setObjectName("decision_message")
        set_kind(self._message, "danger")
        self._message.hide()
        self._position = PlainLabel("")
        self._position.setObjectName("decision_position")
        set_kind(self._position, "muted")
        leave_out_of_tab_order(self._message, self._position)
        self._summary = ReadOnlyText(most=5)
        self._summary.setObjectName("decision_summary")
        self._summary.setAccessibleName("What will be sent")
        self._summary.hide()
        self._send = self._button("decision_send", "Send", "submit", "primary")
        self._send.meant.connect(self.send_requested)
        self._confirm = self._button("decision_confirm", "Reject", "reject", "danger")
        self._confirm.meant.connect(self._on_confirm)
        self._cancel = self._button("decision_cancel", "Cancel", "undo", "plain")
        self._cancel.meant.connect(self._on_cancelled)
        self._row = ButtonRow(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 12)
        layout.setSpacing(8)
        for widget in (self._message, self._position, self._summary, self.composer, self._row):
            layout.addWidget(widget)

    def show_card(
        self, card: ItemCard | None, position: str, *, sending: str = "", summary: str = "", complete: bool = False
    ) -> None:
        """Offer what this card allows; with `sending`, offer to send what was decided, under that label.

        `summary` has a line for each decision that would be sent.

        `complete` says that nothing is left to decide: then sending is what Ctrl+Enter does. The words of
        another card stay with it until it is the current one again.
        """
        if card is not self._card:
            self.put_words_down()
        self._card = card
        self._is_complete = complete
        self._is_one_of_several = bool(position)
        self.show_message("")
        self._position.setText(position)
        self._position.setVisible(bool(position))
        self._summary.setPlainText(summary)
        self._summary.setVisible(bool(summary))
        for group in (self._row.left, self._row.right):
            clear(group, keep=(self._cancel, self._confirm, self._send))
        self._buttons = {}
        if card is not None:
            self._add(card, _REFUSING, self._row.left)
            self._add(card, _LETTING, self._row.right)
        self._row.left.addWidget(self._cancel)
        self._row.right.addWidget(self._confirm)
        self._row.right.addWidget(self._send)
        self._send.setText(sending)
        self._send.setVisible(bool(sending))
        set_kind(self._send, "primary" if complete else "plain")
        if card is not None and card.words is not None and self.composer.kind is None:
            self.composer.ask(card.words[0], card.item, *card.words[1:])
        self.refresh()

    def put_words_down(self) -> None:
        """Leave what the composer holds with its card, and close it."""
        if self._card is not None:
            self._card.words = self.words
        self.composer.close_up()

    @property
    def words(self) -> tuple[DecisionKind, str, int] | None:
        """What the composer holds for the current card: the decision, its text, and the form of a rejection."""
        kind, text = self.composer.kind, self.composer.text
        return (kind, text, self.composer.form) if kind is not None and text else None

    def value_changed(self) -> None:
        """What was said of the value is said no more, as it is another one now."""
        self.show_message("")
        self.refresh()

    def refresh(self) -> None:
        """Make the buttons fit the card's value: what was edited cannot be approved as proposed, nor the reverse."""
        composing = self.composer.kind
        changed = self._card is not None and self._card.is_changed
        for kind, button in self._buttons.items():
            button.setVisible(composing is None and not (changed and kind in _AS_PROPOSED))
        if self._card is not None and (edit := self._buttons.get(DecisionKind.EDIT)) is not None:
            edit.setVisible(composing is None and (changed or self._only_edit))
            kind = DecisionKind.APPROVE if self._only_edit and not changed else DecisionKind.EDIT
            edit.setText(self._words(kind, self._card).replace("&", "&&"))
        self._confirm.setVisible(composing is not None)
        self._cancel.setVisible(composing is not None)
        if composing is not None:
            rejecting = composing is DecisionKind.REJECT
            self._confirm.setText("Reject" if rejecting else "Send answer")
            set_kind(self._confirm, "danger" if rejecting else "primary")
            set_icon(self._confirm, "reject" if rejecting else "submit")

    def likely_kind(self) -> DecisionKind | None:
        """The decision that the composer or the main button would make now."""
        if self._card is None or self.composer.kind is not None:
            return self.composer.kind
        edited = (self._card.is_changed or self._only_edit) and DecisionKind.EDIT in self._card.item.allowed
        order = (DecisionKind.EDIT, *_AGREEING) if edited else _AGREEING
        return next((kind for kind in order if kind in self._card.item.allowed), None)

    def ask(self, kind: DecisionKind) -> None:
        """Take up a decision, as its button does: some need words first, the others are chosen at once."""
        if self._card is None:
            return
        if kind not in self._card.item.allowed:
            self.show_message(f"{_NOT_ALLOWED[kind]} The buttons below are what this question allows.")
        elif kind in _WITH_WORDS:
            self.show_message("")
            self.begin(kind)
            self.composer.take_focus()
        else:
            self.chosen.emit(kind, "")

    def begin(self, kind: DecisionKind) -> None:
        """Ask for the words of a decision, where it is allowed."""
        if self._card is not None and kind in self._card.item.allowed:
            self.composer.ask(kind, self._card.item)
            self.refresh()

    def agree(self) -> None:
        """What Ctrl+Enter does: confirm the words, send what was decided, or let the proposal happen unedited."""
        if self.composer.kind is not None:
            self._on_confirm()
        elif self._is_complete and self._send.isVisible():
            self.send_requested.emit()
        elif self._card is not None:
            kind = self.likely_kind()
            if kind is DecisionKind.EDIT and self._card.is_changed:
                self.show_message("You changed it: Ctrl+Shift+Enter goes on with what you made of it.")
            else:
                self.ask(kind or DecisionKind.APPROVE)

    def agree_as_edited(self) -> None:
        """What Ctrl+Shift+Enter does: let it happen with the edited arguments."""
        if self._card is None or self.composer.kind is not None:
            return
        if self._card.is_changed or self._only_edit or DecisionKind.EDIT not in self._card.item.allowed:
            self.ask(DecisionKind.EDIT)
        else:
            self.show_message("Nothing was edited. Ctrl+Enter goes on with it as it is.")

    def show_message(self, message: str) -> None:
        """Say why a decision was not taken."""
        self._message.setText(message)
        self._message.setVisible(bool(message))

    @property
    def _only_edit(self) -> bool:
        """Whether the proposal can be let through only as an edit, also where nothing is changed in it."""
        allowed = self._card.item.allowed if self._card is not None else _AS_PROPOSED
        return not set(_AS_PROPOSED) & set(allowed)

    def _words(self, kind: DecisionKind, card: ItemCard) -> str:
        return button_text(kind, card.request, card.item, is_one_of_several=self._is_one_of_several)

    def _add(self, card: ItemCard, kinds: Iterable[DecisionKind], group: QLayout) -> None:
        for kind in kinds:
            if kind in card.item.allowed:
                is_main = kind in _LETTING and not self._is_complete  # else sending is
                style: Kind = "danger" if kind is DecisionKind.REJECT else "primary" if is_main else "plain"
                text = self._words(kind, card)
                button = self._button(f"decision_{kind.value}", text, _ICONS[kind], style)
                button.setToolTip(plain_tooltip(explanation(kind, card.item)))
                button.meant.connect(lambda kind=kind: self.ask(kind))
                self._buttons[kind] = button
                group.addWidget(button)

    def _button(self, name: str, text: str, picture: str, kind: Kind) -> MeantButton:
        button = MeantButton(text.replace("&", "&&"))
        button.refused.connect(self.show_message)
        button.setObjectName(name)
        set_kind(button, kind)
        set_icon(button, picture)
        button.setAutoDefault(False)
        return button

    def _on_confirm(self) -> None:
        if self.composer.kind is not None:
            self.chosen.emit(self.composer.kind, self.composer.text)

    def _on_cancelled(self) -> None:
        button = self._buttons.get(self.composer.kind) if self.composer.kind is not None else None
        if button is not None:
            button.show()
            button.setFocus()  # where it came from, and before the field with the keyboard is hidden
        self.composer.close_up(clear=False)
        self.refresh()
