"""Schemas get an end, and arguments are narrowed to what a request says."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from hitl_desktop.models.embedded.arguments import allowed, question
from hitl_desktop.models.embedded.protocol import Tool
from hitl_desktop.models.embedded.schema import LONGEST_LIST, LONGEST_STRING, bounded

REQUEST = "Transfer 1,250.50 euros and 3 more to ana@example.com for Maria's new laptop (order A-17)."


def properties(schema: dict[str, Any], request: str = REQUEST, *, copy: bool = True) -> dict[str, Any]:
    parameters = {"type": "object", "properties": schema, "required": list(schema)}
    narrowed: dict[str, Any] = allowed(parameters, request, copy=copy)["properties"]
    return narrowed


def test_what_has_no_end_gets_one() -> None:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "code": {"type": "string", "maxLength": 5},
            "kind": {"type": "string", "enum": ["a", "b"]},
            "day": {"type": "string", "format": "date"},
            "people": {"type": "array", "items": {"$ref": "#/$defs/Person"}},
            "either": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "$defs": {"Person": {"type": "object", "properties": {"name": {"type": "string"}}}},
    }
    result = bounded(schema)
    parts = result["properties"]
    assert parts["title"] == {"type": "string", "maxLength": LONGEST_STRING}
    assert parts["people"]["maxItems"] == LONGEST_LIST
    assert parts["either"]["anyOf"][0]["maxLength"] == LONGEST_STRING
    assert result["$defs"]["Person"]["properties"]["name"]["maxLength"] == LONGEST_STRING
    assert result["additionalProperties"] is False
    for name in ("code", "kind", "day"):
        assert parts[name] == schema["properties"][name]


def test_bounds_leave_room_for_what_is_required() -> None:
    assert bounded({"type": "array", "minItems": 50})["maxItems"] == 50
    assert bounded({"type": "string", "minLength": 900})["maxLength"] == 900


def test_schema_of_the_caller_is_not_changed() -> None:
    schema: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}}
    bounded(schema)
    assert schema == {"type": "object", "properties": {"a": {"type": "string"}}}


def test_property_that_is_called_items_is_a_property() -> None:
    schema = {"type": "object", "properties": {"items": {"type": "string"}, "type": {"type": "string"}}}
    assert bounded(schema)["properties"]["items"] == {"type": "string", "maxLength": LONGEST_STRING}


@pytest.mark.parametrize("name", ["to", "recipient", "email", "cc", "mail_address"])
@pytest.mark.parametrize("copy", [True, False])
def test_mail_address_is_never_made_up(name: str, copy: bool) -> None:
    assert properties({name: {"type": "string"}}, copy=copy)[name] == {"type": "string", "enum": ["ana@example.com"]}


def test_numbers_are_those_of_the_request() -> None:
    assert properties({"amount": {"type": "number"}})["amount"]["enum"] == [1250.5, 3]
    assert properties({"count": {"type": "integer"}})["count"]["enum"] == [3]
    assert properties({"amount": {"type": "number"}}, copy=False)["amount"] == {"type": "number"}


def test_short_texts_are_runs_of_words_of_the_request() -> None:
    spans = properties({"name": {"type": "string"}})["name"]["enum"]
    assert {"Maria", "laptop", "new laptop", "A-17", "order A-17", "1,250.50 euros"} <= set(spans)
    assert all(span in REQUEST for span in spans)
    assert not any("@" in span or span.startswith(("for ", "to ")) or span.endswith(" for") for span in spans)
    assert "enum" not in properties({"name": {"type": "string"}}, copy=False)["name"]


def test_query_is_what_a_clause_ends_with() -> None:
    queries = properties({"query": {"type": "string"}}, "Search the documents: how much is paid for a hotel?")
    assert queries["query"]["enum"] == ["documents", "paid for a hotel", "hotel"]
    queries = properties({"query": {"type": "string"}}, "How many days of holiday do I have?")
    assert "days of holiday" in queries["query"]["enum"]


@pytest.mark.parametrize("name", ["body", "message", "content", "reason"])
def test_free_text_stays_free(name: str) -> None:
    assert properties({name: {"type": "string"}})[name] == {"type": "string", "maxLength": LONGEST_STRING}


def test_what_the_schema_narrows_stays_as_it_is() -> None:
    schema = {
        "unit": {"type": "string", "enum": ["C", "F"]},
        "day": {"type": "string", "format": "date"},
        "code": {"type": "string", "pattern": "^[A-Z]$"},
    }
    assert properties(schema) == schema


@pytest.mark.parametrize("request_text", ["", "?", "word " * 200])
def test_without_words_to_copy_the_schema_stays_open(request_text: str) -> None:
    assert properties({"city": {"type": "string"}}, request_text)["city"] == {
        "type": "string",
        "maxLength": LONGEST_STRING,
    }


def test_narrowed_schema_is_a_schema() -> None:
    parameters = {"type": "object", "properties": {"to": {"type": "string"}, "n": {"type": "integer"}}}
    schema = allowed(parameters, REQUEST, copy=True)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"to": "ana@example.com", "n": 3}, schema)


def test_question_holds_the_call_and_what_its_parameters_mean() -> None:
    parameters = {"properties": {"to": {"type": "string", "description": "Mail address"}, "body": {"type": "string"}}}
    tool = Tool("send_mail", "Send a mail.", parameters)
    last = question(tool, "Write to Bo", explain=True)[-1]
    assert last == {"role": "user", "content": "Request: Write to Bo\nCall: send_mail(to, body)\nto: Mail address"}
    last = question(tool, "Write to Bo", explain=False)[-1]
    assert last == {"role": "user", "content": "Request: Write to Bo\nCall: send_mail(to, body)"}
