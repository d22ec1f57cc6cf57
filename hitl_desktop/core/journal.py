"""The journal: what was decided and what became of it, each entry chained to the one before by its hash.

An entry is kept as a line of JSON, its body. The body holds the number of the entry and the hash of the entry before,
and the hash of an entry is the SHA-256 of its body in UTF-8. So whoever changes, removes, inserts or reorders entries
would have to write all later ones anew, and the newest hash is kept elsewhere as well: in the anchor, and in exports.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, TypeAlias

from hitl_desktop.core.values import Json

BEFORE_THE_FIRST = "0" * 64
"""What stands in the first entry for the hash of the entry before."""

SEALED_FIELDS: Final = (
    *("payload", "decision", "changes", "reason", "answer", "outcome", "payload_hash", "answer_hash"),
)
"""What is sealed in the journal of an encrypted database. The hashes too: short answers could be guessed from them."""

Seal: TypeAlias = Callable[[str, str], str]
"""Makes a sealed text of a text, or the other way round; the second argument is what it belongs to."""


class EntryKind(StrEnum):
    """What an entry tells of."""

    DECISION = "decision"
    DELIVERY = "delivery"
    FAILURE = "failure"
    DISCARD = "discard"
    RETRY = "retry"
    ASK_AGAIN = "ask again"
    CONTINUE = "continue"
    STATE_EDIT = "state edit"
    END = "end"
    TAKEOVER = "takeover"
    TRUST = "trust"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """What one entry says. Fields that do not apply are empty.

    `payload` is what was shown, `decision` the list of decisions in JSON, `changes` what was changed in the proposal,
    `reason` the words that went with it, `answer` exactly what is sent. `delivery` is the key of the delivery that a
    decision belongs to, which the graph gets too. `about` are the numbers of the decisions that an outcome is of.
    """

    kind: EntryKind
    thread_id: str = ""
    graph: str = ""
    node: str = ""
    checkpoint_id: str = ""
    request_id: str = ""
    payload: Json = None
    decision: Json = None
    changes: Json = None
    reason: str = ""
    answer: Json = None
    outcome: str = ""
    delivery: str = ""
    about: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who sits at the program: the user of the system, and the name from the settings."""

    user: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class WrittenEntry:
    """An entry as it stands in the file: its number from 1, its body, its hash, and the thread it is listed under."""

    number: int
    body: str
    hash: str
    listed_under: str | None = None
    opened: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What its sealed part says, for whom has the key."""
    fields: Mapping[str, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", {**_parsed(self.body), **self.opened})

    @property
    def is_sealed(self) -> bool:
        """Whether a part of it can be read with the key alone."""
        return isinstance(self.fields.get("sealed"), str)


@dataclass(frozen=True, slots=True)
class Anchor:
    """The number and the hash of an entry that was there once."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with the journal at this entry, in words."""

    number: int
    words: str


def write_entry(
    entry: JournalEntry, number: int, previous: str, time: str, reviewer: Reviewer, seal: Seal | None = None
) -> WrittenEntry:
    """Chain an entry to the one before; `previous` is that one's hash, `time` in UTC as ISO 8601 has it.

    With `seal`, `SEALED_FIELDS` are sealed into one field that is bound to all others. The hash is over that, so that
    the chain can be checked without the key.
    """
    fields = {
        **{name: getattr(entry, name) for name in entry.__slots__},
        "kind": entry.kind.value,
        "number": number,
        "previous": previous,
        "time": time,
        "user": reviewer.user,
        "reviewer": reviewer.name,
        "payload_hash": hash_of(entry.payload) if entry.payload is not None else "",
        "answer_hash": hash_of(entry.answer) if entry.answer is not None else "",
    }
    if seal is not None:
        secret = {name: fields.pop(name) for name in SEALED_FIELDS}
        fields["sealed"] = seal(_canonical(secret), _canonical(fields))
    body = _canonical(fields)
    return WrittenEntry(number, body, _sha256(body))


def open_entry(entry: WrittenEntry, unseal: Seal) -> WrittenEntry:
    """The entry with what was sealed in it; a plain one as it is. Raises what `unseal` does, and `ValueError`."""
    if not entry.is_sealed:
        return entry
    others = {name: value for name, value in entry.fields.items() if name != "sealed"}
    opened = json.loads(unseal(entry.fields["sealed"], _canonical(others)))
    return replace(entry, opened={name: opened.get(name) for name in SEALED_FIELDS})


def closed_entry(entry: WrittenEntry, why: str) -> WrittenEntry:
    """The entry whose sealed part cannot be opened, with the reason in the place of all that it would say."""
    if not entry.is_sealed:
        return entry
    nothing: dict[str, Any] = {name: "" for name in SEALED_FIELDS}
    nothing |= {"payload": None, "decision": [], "changes": None, "answer": None}
    return replace(entry, opened=nothing | {"reason": why})


def hash_of(value: Json) -> str:
    """The SHA-256 of a value's JSON with sorted keys and no spaces, as hexadecimal digits."""
    return _sha256(_canonical(value))


def findings(entries: Iterable[WrittenEntry], anchors: Iterable[Anchor] = ()) -> Iterator[Finding]:
    """What is wrong with entries that were read in the order of their numbers; nothing for a whole chain.

    Each anchor must be found in the chain: one that is not shows an end that was cut off, or entries written anew.
    """
    expected = {anchor.number: anchor.hash for anchor in sorted(anchors, key=lambda each: each.number)}
    number, previous = 0, BEFORE_THE_FIRST
    for entry in entries:
        yield from _gap(number, entry.number)
        yield from _broken(entry, number, previous)
        kept = expected.pop(entry.number, entry.hash)
        if kept != entry.hash:
            yield Finding(entry.number, f"Entry {entry.number} is another one than was written: its hash was {kept}.")
        number, previous = entry.number, entry.hash
    if lost := [each for each in expected if each > number]:
        last = max(lost)
        gone = f"entry {last} is" if last == number + 1 else f"entries {number + 1} to {last} are"
        yield Finding(number + 1, f"The end is cut off: {gone} missing.")


def _gap(before: int, number: int) -> Iterator[Finding]:
    if number == before + 2:
        yield Finding(before + 1, f"Entry {before + 1} is missing.")
    elif number > before + 2:
        yield Finding(before + 1, f"Entries {before + 1} to {number - 1} are missing.")


def _broken(entry: WrittenEntry, before: int, previous: str) -> Iterator[Finding]:
    number = entry.number
    if _sha256(entry.body) != entry.hash:
        yield Finding(number, f"Entry {number} was changed: its text has another hash than was written with it.")
    elif not entry.fields:
        yield Finding(number, f"Entry {number} cannot be read: its text is no entry.")
    elif entry.fields.get("number") != number:
        claimed = entry.fields.get("number")
        yield Finding(number, f"Entry {number} was put there: it was written as entry {claimed}.")
    elif entry.listed_under not in (None, entry.fields.get("thread_id")):
        yield Finding(number, f"Entry {number} is listed under another thread than it was written for.")
    elif entry.fields.get("previous") != previous and number == before + 1:
        yield Finding(
            number,
            f"Entry {number} does not follow on entry {before}: one of the two was changed, inserted or exchanged."
            if before
            else f"Entry {number} is not the first one that was written.",
        )


def _canonical(value: Json) -> str:
    # Escaped, so that every value has one text in UTF-8, lone surrogates too.
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _parsed(body: str) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
