"""Stored values come back as they were, and nothing that they name is imported or called."""

from __future__ import annotations

import gc
import json
import math
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

import ormsgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from hitl_desktop.backends.checkpoints import inert
from hitl_desktop.backends.checkpoints.inert import UndecodableError, decode
from hitl_desktop.core.messages import read_messages
from hitl_desktop.core.values import Foreign, to_json, without_foreign
from tests.backends.checkpoints.raw_rows import extension, pack
from tests.backends.zoo.payloads import PAYLOADS

ZOO = "tests.backends.zoo"
CHANGED = {
    "zoned": datetime(2026, 11, 21, 7, 30, tzinfo=timezone(timedelta(hours=1))),
    "path": PurePosixPath("/tmp/report.txt"),
    "deque": [1, 2],
    "tuple": [1, 2],
    "ordered": {"a": 1},
    "ip": Foreign("ipaddress.IPv4Address", "10.0.0.1"),
    "zone": Foreign("zoneinfo.ZoneInfo", "Europe/Berlin"),
    "item": Foreign(f"{ZOO}.payloads.Item", {"name": "pen", "price": Decimal("1.20")}),
    "model": Foreign(f"{ZOO}.asking_graphs.Amount", {"amount": 3}),
    "colour": Foreign(f"{ZOO}.payloads.Colour", "red"),
    "point": Foreign(f"{ZOO}.payloads.Point", {"x": 1, "y": 2}),
    "secret": Foreign("pydantic.types.SecretStr", "hidden"),
    "error": "ValueError('no')",
    "send": Foreign("langgraph.types.Send", ["worker", {"n": 1}]),
}


@pytest.mark.parametrize("name", sorted(PAYLOADS))
def test_every_type_that_langgraph_stores_is_read(name: str) -> None:
    value = decode("msgpack", pack({"it": PAYLOADS[name]}))["it"]
    if name == "message":
        assert value.type_name == "langchain_core.messages.human.HumanMessage"
        assert value.value["content"] == "hello"
    elif name == "nan":
        assert math.isnan(value)
    else:
        expected = CHANGED.get(name, PAYLOADS[name])
        assert value == expected
        assert type(value) is type(expected)


def test_without_foreign_values_it_is_what_langgraph_reads_strictly() -> None:
    names = ("colour", "point", "model", "item", "secret", "decimal", "aware", "set", "keys")
    stored = pack({name: PAYLOADS[name] for name in names})
    strict = JsonPlusSerializer(allowed_msgpack_modules=None).loads_typed(("msgpack", stored))
    assert without_foreign(decode("msgpack", stored)) == strict


def test_messages_are_read_with_their_tool_calls() -> None:
    call = {"name": "send", "args": {"to": "ana"}, "id": "1"}
    stored = pack([HumanMessage("hi", id="h"), AIMessage("", tool_calls=[call], id="a")])
    human, ai = read_messages(decode("msgpack", stored))
    assert (human.role, human.text, human.id) == ("human", "hi", "h")
    assert (ai.role, ai.tool_calls[0].name, ai.tool_calls[0].args) == ("ai", "send", {"to": "ana"})


def test_the_other_types_of_rows() -> None:
    assert decode("null", b"") is None
    assert decode("empty", b"") is None
    assert decode("bytes", b"\x00") == b"\x00"
    assert decode("bytearray", b"\x00") == b"\x00"
    assert decode("json", '{"a": [1, null]}') == {"a": [1, None]}
    assert decode("json", b'{"a": "text"}') == {"a": "text"}


def test_constructors_of_old_json_rows_stay_what_they_name() -> None:
    def old(lc: int, *identity: str, **content: Any) -> dict[str, Any]:
        return {"lc": lc, "type": "constructor", "id": list(identity), **content}

    row = {
        "human": old(1, "langchain", "schema", "messages", "HumanMessage", kwargs={"content": "hi", "type": "human"}),
        "id": old(2, "uuid", "UUID", args=["00000000-0000-0000-0000-000000000007"]),
        "when": old(2, "datetime", "datetime", method="fromisoformat", args=["2026-11-21T07:30:00"]),
        "set": old(2, "builtins", "set", args=[[1, 2]]),
        "call": old(2, "os", "system", args=["true"]),
        "plain": {"lc": 1, "type": "other"},
    }
    value = decode("json", json.dumps(row).encode())
    assert read_messages(value["human"])[0].text == "hi"
    assert value["id"] == UUID(int=7)
    assert value["when"] == datetime(2026, 11, 21, 7, 30)
    assert value["set"] == {1, 2}
    assert value["call"] == Foreign("os.system", "true")
    assert value["plain"] == {"lc": 1, "type": "other"}


ATTACKS: dict[str, Callable[[str], Any]] = {
    "one argument": lambda file: extension(0, "os", "system", f"touch {file}"),
    "exec": lambda file: extension(0, "builtins", "exec", f"open({file!r}, 'w').close()"),
    "arguments": lambda file: extension(1, "subprocess", "Popen", [["touch", file]]),
    "fields": lambda file: extension(2, "subprocess", "Popen", {"args": ["touch", file]}),
    "method": lambda file: extension(3, "pathlib", "Path", file, "touch"),
    "pydantic 1": lambda file: extension(4, "subprocess", "Popen", {"args": ["touch", file]}),
    "pydantic 2": lambda file: extension(5, "subprocess", "Popen", {"args": ["touch", file]}, "model_validate_json"),
    "import": lambda file: extension(0, "antigravity", "nothing", 1),
    "nested": lambda file: extension(0, "builtins", "set", [extension(0, "os", "system", f"touch {file}")]),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_shown_and_not_run(attack: str, tmp_path: Path) -> None:
    file = tmp_path / "touched"
    row = ormsgpack.packb({"it": ATTACKS[attack](str(file))}, default=lambda value: value)
    value = decode("msgpack", row)["it"]
    (value,) = value if attack == "nested" else [value]
    assert isinstance(value, Foreign)
    assert to_json(value)["__type__"] == value.type_name
    assert not file.exists()


def test_such_an_attack_would_work_on_langgraph_itself(tmp_path: Path) -> None:
    file = tmp_path / "touched"
    row = ormsgpack.packb({"it": ATTACKS["one argument"](str(file))}, default=lambda value: value)
    JsonPlusSerializer(allowed_msgpack_modules=True).loads_typed(("msgpack", row))
    assert file.exists()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (extension(6, "<f8", [2], "C", b"\x00" * 16), "numpy.ndarray"),
        (ormsgpack.Ext(99, b"\x01"), "msgpack extension 99"),
        (extension(0, "builtins"), "msgpack extension 0"),
        (extension(0, 1, 2, 3), "1.2"),
        (extension(0, "decimal", "Decimal", "no number"), "decimal.Decimal"),
        (extension(1, "datetime", "date", [2026, 13, 40]), "datetime.date"),
        (extension(1, "datetime", "timedelta", [10**12]), "datetime.timedelta"),
        (extension(2, "datetime", "time", {"hour": "seven"}), "datetime.time"),
        (extension(0, "builtins", "set", [[1], [2]]), "builtins.set"),
    ],
)
def test_what_fits_no_known_type_stays_foreign(content: Any, expected: str) -> None:
    value = decode("msgpack", ormsgpack.packb([content], default=lambda value: value))[0]
    assert isinstance(value, Foreign)
    assert value.type_name == expected


def test_a_snapshot_of_a_delta_channel_is_its_value() -> None:
    content = ormsgpack.Ext(7, ormsgpack.packb(["a", "b"]))
    assert decode("msgpack", ormsgpack.packb([content])) == [["a", "b"]]


@pytest.mark.parametrize(
    ("kind", "data", "why"),
    [
        ("msgpack+aes", b"\x00", "encrypted"),
        ("null+aes", b"", "encrypted"),
        ("pickle", b"\x80\x04N.", "run code"),
        ("yaml", b"a: 1", "no such type"),
        (None, b"\x01", "nothing is stored"),
        ("msgpack", None, "nothing is stored"),
        ("msgpack", b"", "damaged"),
        ("msgpack", b"\x92\x01", "damaged"),
        ("msgpack", b"\xc1", "damaged"),
        ("msgpack", b"\xdd\xff\xff\xff\xff", "damaged"),
        ("msgpack", b"\x91" * 5000 + b"\x01", "damaged"),
        ("msgpack", b"\x91" * 300 + b"\x01", "nested"),
        ("json", b"{", "damaged"),
        ("json", b"[" * 100_000, "damaged"),
        ("json", b"[" * 300 + b"]" * 300, "nested"),
        ("json", b"\xff", "damaged"),
    ],
)
def test_what_cannot_be_decoded_says_why(kind: str | None, data: bytes | None, why: str) -> None:
    with pytest.raises(UndecodableError, match=why):
        decode(kind, data)


@pytest.mark.parametrize("levels", [300, 2000])
def test_extensions_within_extensions_without_end(levels: int) -> None:
    row = ormsgpack.packb(1)
    for _ in range(levels):
        row = ormsgpack.packb(ormsgpack.Ext(0, row))
    with pytest.raises(UndecodableError, match="damaged"):
        decode("msgpack", row)


def test_as_deep_as_langgraph_can_write_is_read() -> None:
    value: Any = "bottom"
    for _ in range(250):
        value = [value]
    assert to_json(decode("msgpack", pack(value))) == value


def test_a_value_that_is_too_large_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inert, "MAX_BYTES", 10)
    assert decode("msgpack", b"\x01") == 1
    with pytest.raises(UndecodableError, match="larger"):
        decode("bytes", b"x" * 11)


def test_the_garbage_collector_runs_again_after_a_large_value(monkeypatch: pytest.MonkeyPatch) -> None:
    during: list[bool] = []
    monkeypatch.setitem(inert._HARMLESS, "uuid.UUID", lambda _: during.append(gc.isenabled()))
    assert decode("msgpack", pack([UUID(int=1), "x" * 2_000_000]))[1] == "x" * 2_000_000
    assert during == [False]
    assert gc.isenabled()
    with pytest.raises(UndecodableError):
        decode("msgpack", b"\xc1" * 2_000_000)
    assert gc.isenabled()


@given(st.binary(max_size=200))
def test_garbage_is_decoded_or_refused(data: bytes) -> None:
    for kind in ("msgpack", "json"):
        with suppress(UndecodableError):
            to_json(decode(kind, data))


@given(st.data())
def test_a_damaged_row_is_decoded_or_refused(data: st.DataObject) -> None:
    row = bytearray(pack([datetime.now(UTC), date.today(), time(7), Decimal(1), {"a": {1, 2}}, HumanMessage("hi")]))
    for _ in range(data.draw(st.integers(1, 4))):
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(st.integers(0, 255))
    with suppress(UndecodableError):
        to_json(decode("msgpack", bytes(row)))
