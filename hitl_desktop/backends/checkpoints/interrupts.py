"""LangGraph's `Interrupt` as it is stored, and how its id is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from xxhash import xxh3_128_hexdigest

from hitl_desktop.backends.checkpoints.inert import UndecodableError
from hitl_desktop.core.schema import JsonSchema
from hitl_desktop.core.values import Foreign, to_json

_TYPE: Final = "langgraph.types.Interrupt"


@dataclass(frozen=True, slots=True)
class StoredInterrupt:
    """One question as a node asked it: LangGraph's id, the payload, and the schema of the answer, if it has one."""

    id: str
    value: Any
    response_schema: JsonSchema | None = None


def read_interrupts(value: Any) -> tuple[StoredInterrupt, ...]:
    """The interrupts in a decoded `__interrupt__` row, which holds one or a list of them.

    Raises `UndecodableError` for anything else.
    """
    return tuple(_read_interrupt(each) for each in (value if isinstance(value, list) else [value]))


def _read_interrupt(value: Any) -> StoredInterrupt:
    fields = value.value if isinstance(value, Foreign) and value.type_name == _TYPE else None
    if not isinstance(fields, Mapping):
        raise UndecodableError("it is no interrupt of LangGraph's")
    identity = fields.get("id")
    if not isinstance(identity, str):
        namespace = fields.get("ns")  # before LangGraph 0.6 the id was computed from this, not stored
        if not isinstance(namespace, list) or not all(isinstance(part, str) for part in namespace):
            raise UndecodableError("it has no id that an answer could be sent to")
        identity = xxh3_128_hexdigest("|".join(namespace).encode())
    schema = to_json(fields.get("response_schema"))  # a stranger's may hold what is no JSON
    return StoredInterrupt(identity, fields.get("value"), schema if isinstance(schema, dict) else None)


def interrupt_id(namespace: str, answered: int) -> str:
    """The id of the question that a task asks when it has so many answers.

    `namespace` is ``node:task id``, after those of the graphs above, joined by ``|``. LangGraph before 1.2.20
    gave all of a task's questions the first id (`langgraph.types._interrupt_id`).
    """
    return xxh3_128_hexdigest((f"{namespace}|{answered}" if answered else namespace).encode())
