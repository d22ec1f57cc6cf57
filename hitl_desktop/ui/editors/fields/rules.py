"""What a schema asks of a value, in a few words that stand below its field before anything is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hitl_desktop.core.formats import FORMATS
from hitl_desktop.core.schema import JsonSchema
from hitl_desktop.ui.editors.base import sentence
from hitl_desktop.ui.editors.fields.base import ABSENT
from hitl_desktop.ui.editors.fields.schema_parts import (
    allows_null,
    applied,
    choices,
    item_schema,
    kind_of,
    plainly,
    without_null,
)

_LONGEST_PATTERN = 120


def about(schema: JsonSchema, root: JsonSchema) -> JsonSchema:
    """The schema that says what the value is like when it is not null."""
    schema = applied(schema, root, ABSENT)
    return applied(without_null(schema, root), root, ABSENT) if allows_null(schema, root) else schema


def help_text(schema: JsonSchema, root: JsonSchema, *, with_rules: bool = True) -> str:
    """The description of a value, and what is asked of it; empty where there is neither."""
    schema = about(schema, root)
    described = schema.get("description")
    parts = [described.strip()] if isinstance(described, str) and described.strip() else []
    if with_rules and (asked := " · ".join(rules(schema, root))):
        parts.append(sentence(asked))
    return "\n".join(parts) if len("".join(parts)) > 60 else " · ".join(parts)


def rules(schema: JsonSchema, root: JsonSchema) -> list[str]:
    """What is asked, each in a few words: bounds, lengths, formats, patterns."""
    match kind_of(schema):
        case "integer" | "number":
            return list(_of_number(schema))
        case "string" if not choices(schema, root):
            return list(_of_text(schema))
        case "array":
            return list(_of_list(schema, root))
    return []


def _of_number(schema: JsonSchema) -> Iterator[str]:
    low, high = _number(schema, "minimum"), _number(schema, "maximum")
    if low is not None and high is not None:
        yield f"from {plainly(low)} to {plainly(high)}"
    elif low is not None:
        yield f"at least {plainly(low)}"
    elif high is not None:
        yield f"at most {plainly(high)}"
    if (above := _number(schema, "exclusiveMinimum")) is not None:
        yield f"more than {plainly(above)}"
    if (below := _number(schema, "exclusiveMaximum")) is not None:
        yield f"less than {plainly(below)}"
    if (step := _number(schema, "multipleOf")) is not None and step != 1:
        yield f"a multiple of {plainly(step)}"


def _of_text(schema: JsonSchema) -> Iterator[str]:
    if known := FORMATS.get(str(schema.get("format"))):
        yield known.words
    yield from _count(schema, "minLength", "maxLength", "character")
    if isinstance(pattern := schema.get("pattern"), str):
        yield f"pattern: {pattern if len(pattern) <= _LONGEST_PATTERN else pattern[:_LONGEST_PATTERN] + '… (longer)'}"


def _of_list(schema: JsonSchema, root: JsonSchema) -> Iterator[str]:
    if not isinstance(schema.get("prefixItems"), list):
        yield from _count(schema, "minItems", "maxItems", "item")
    items = item_schema(schema, root)
    if schema.get("uniqueItems") is True and not choices(items, root):
        yield "no item twice"
    if of_each := rules(about(items, root), root) if items else []:
        yield f"each {' · '.join(of_each)}"


def _count(schema: JsonSchema, least: str, most: str, noun: str) -> Iterator[str]:
    low, high = _number(schema, least), _number(schema, most)
    low = low or None
    last = high if high is not None else low
    nouns = f"{noun}{'s' * (last != 1)}"
    if low is not None and low == high:
        yield f"exactly {plainly(low)} {nouns}"
    elif low is not None and high is not None:
        yield f"{plainly(low)} to {plainly(high)} {nouns}"
    elif low is not None:
        yield f"at least {plainly(low)} {nouns}"
    elif high is not None:
        yield f"at most {plainly(high)} {nouns}"


def _number(schema: JsonSchema, key: str) -> Any:
    value = schema.get(key)
    return value if type(value) in (int, float) else None
