"""What was typed or decided on a request and not sent, and how it is written down until it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from hitl_desktop.core.decision_records import decision_from_json, decision_to_json
from hitl_desktop.core.decisions import Decision, DecisionKind, Reject, Respond
from hitl_desktop.core.requests import Question
from hitl_desktop.core.schema import Path
from hitl_desktop.core.values import TYPE_TAG, VALUE_TAG, Json, to_json

MAX_CHARACTERS: Final = 50_000_000
"""Characters of JSON above which a draft is not written down."""


@dataclass(frozen=True, slots=True)
class ValueDraft:
    """What stands in an editor: its value, and by place the texts that are no value.

    `is_json` says that it stands in the editor's JSON text; a text that is typed at () is then all of it.
    """

    value: Json = None
    typed: tuple[tuple[Path, str], ...] = ()
    is_json: bool = False


@dataclass(frozen=True, slots=True)
class CardDraft:
    """What stands on one card: the decision, the label of the chosen shape, the editor's value, the words begun.

    `shape` is empty for the first one, `value` None where it is as proposed. `words` are the decision that was taken
    up, its text, and the form of a rejection.
    """

    decision: Decision | None = None
    shape: str = ""
    value: ValueDraft | None = None
    words: tuple[DecisionKind, str, int] | None = None

    def __bool__(self) -> bool:
        """Whether anything stands there that was not proposed."""
        return bool(self.decision or self.shape or self.value or self.words)


Cards: TypeAlias = Mapping[tuple[str, int], CardDraft]
"""By the view of the request, and the item's position."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands on the cards of one request, and in which view it was left (empty for the first one).

    `asks` says what was asked. `question` is there while it is open; `asked` stands for it on the disk.
    """

    thread_id: str
    request_id: str
    checkpoint_id: str
    asks: str
    at: datetime
    view: str = ""
    cards: Cards = field(default_factory=dict)
    question: Question | None = field(default=None, compare=False)
    asked: str = ""

    def __bool__(self) -> bool:
        """Whether there is anything to be kept."""
        return bool(self.view or self.cards)


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft as the review file has it; `content` is JSON. One is kept for each thread, request and `asked`."""

    thread_id: str
    request_id: str
    asked: str
    checkpoint_id: str = ""
    at: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class KeptDrafts:
    """The drafts of one thread: by request id those of what it asks, and those of what it asks no longer."""

    open: Mapping[str, Draft] = field(default_factory=dict)
    left: tuple[Draft, ...] = ()


NO_DRAFTS: Final = KeptDrafts()


def stored(draft: Draft) -> StoredDraft:
    """The draft as it is written down; one of nothing has no content.

    Takes a while for a large one. Raises `ValueError` for one that is too large, or that Python cannot write.
    """
    asked = draft.asked or (fingerprint(draft.question) if draft.question is not None else "")
    content = _written(content_of(draft)) if draft else ""
    if len(content) > MAX_CHARACTERS:
        raise ValueError(f"it has more than {MAX_CHARACTERS // 1_000_000} million characters")
    at = draft.at.isoformat(timespec="milliseconds")
    return StoredDraft(draft.thread_id, draft.request_id, asked, draft.checkpoint_id, at, content)


def read_draft(kept: StoredDraft) -> Draft:
    """The draft that was written down. Raises `ValueError` for what is none."""
    try:
        content = json.loads(kept.content)
        cards = {(each["view"], each["position"]): _card(each) for each in content["cards"]}
        at = datetime.fromisoformat(kept.at)
        return Draft(
            kept.thread_id,
            kept.request_id,
            kept.checkpoint_id,
            content["asks"],
            at,
            content["view"],
            cards,
            asked=kept.asked,
        )
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"a draft cannot be read: {error!r}") from error


def content_of(draft: Draft) -> Json:
    """What is written down of a draft beside the names of its question."""
    cards = [{"view": view, "position": position, **_card_json(card)} for (view, position), card in draft.cards.items()]
    return {"asks": draft.asks, "view": draft.view, "cards": cards}


def fingerprint(question: Question) -> str:
    """What tells a question from any other, also in another process.

    LangGraph gives all questions that one node asks the same id, and a node that runs again may ask for something else
    under it. A breakpoint's id says enough.
    """
    if question.breakpoint is not None:
        return hashlib.sha256(question.id.encode("utf-8", "backslashreplace")).hexdigest()
    try:
        payload = _written(to_json(question.value))
        if '"set"' in payload or '"frozenset"' in payload:
            payload = _written(_in_order(to_json(question.value)))
    except ValueError:
        payload = "too deep or too long to be written"
    told = f"{question.id} {question.answered} {payload}"
    return hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest()


def words_of(draft: Draft) -> str:
    """What was typed, to read and to copy, where it cannot be put back."""
    parts = []
    for card in draft.cards.values():
        if card.words is not None:
            parts.append(f"{_WORDS[card.words[0]]}:\n{card.words[1]}")
        if isinstance(card.decision, Reject | Respond):
            parts.append(f"{_WORDS[card.decision.kind]}:\n{card.decision.message}")
        elif card.decision is not None and card.value is None:
            parts.append(f"Decided: {card.decision.kind.value}")
        if card.value is not None:
            parts += [_text_of(card.value)]
    return "\n\n".join([*([draft.asks] if draft.asks else []), *parts])


_WORDS: Final = {DecisionKind.REJECT: "Reason of a rejection", DecisionKind.RESPOND: "Answer"}


def _text_of(value: ValueDraft) -> str:
    if value.is_json and value.typed:
        return value.typed[0][1]
    whole = value.value if isinstance(value.value, str) else _shown(value.value)
    return "\n".join([whole, *(text for _path, text in value.typed)])


def _shown(value: Json) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return "(too deep or too long to be written as text)"


def _written(value: Json) -> str:
    """The value as JSON of plain ASCII, so that half characters live through it. In small steps: another thread waits
    for Python's lock no longer than for one of them, where the quick way holds it for all of a large value.
    """
    try:
        return "".join(json.JSONEncoder().iterencode(value))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _in_order(value: Json) -> Json:
    """The value with its sets in order: they come in another one in each process."""
    if isinstance(value, list):
        return [_in_order(part) for part in value]
    if isinstance(value, dict):
        ordered = {name: _in_order(part) for name, part in value.items()}
        if ordered.get(TYPE_TAG) in ("set", "frozenset") and isinstance(ordered.get(VALUE_TAG), list):
            ordered[VALUE_TAG] = sorted(ordered[VALUE_TAG], key=json.dumps)
        return ordered
    return value


def _card_json(card: CardDraft) -> dict[str, Json]:
    return {
        "decision": None if card.decision is None else decision_to_json(card.decision),
        "shape": card.shape,
        "value": None if card.value is None else _value_json(card.value),
        "words": None if card.words is None else [card.words[0].value, *card.words[1:]],
    }


def _card(content: dict[str, Json]) -> CardDraft:
    decision, value, words = content["decision"], content["value"], content["words"]
    return CardDraft(
        None if decision is None else decision_from_json(decision),
        content["shape"],
        None if value is None else _value(value),
        None if words is None else (DecisionKind(words[0]), words[1], words[2]),
    )


def _value_json(value: ValueDraft) -> Json:
    typed = [[list(path), text] for path, text in value.typed]
    return {"value": value.value, "typed": typed, "is_json": value.is_json}


def _value(content: Json) -> ValueDraft:
    typed = tuple((tuple(path), text) for path, text in content["typed"])
    return ValueDraft(content["value"], typed, content["is_json"])
