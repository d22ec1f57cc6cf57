"""What a form needs to know of a schema: the one that applies, its choices, its options, whether null will do."""

from __future__ import annotations

from collections.abc import Mapping
from json import JSONEncoder
from typing import Any

from hitl_desktop.core.formats import FORMATS
from hitl_desktop.core.schema import JsonSchema, infer, mapping, problems, resolve
from hitl_desktop.core.values import Json, dump_json, same
from hitl_desktop.ui.editors.fields.base import ABSENT, is_present
from hitl_desktop.ui.editors.json_values import in_words

_SAYS_KIND = {"type", "properties", "items", "prefixItems", "enum", "const", "oneOf", "anyOf"}
_MOST_ITEMS = 100
_COMBINERS = ("oneOf", "anyOf")


def applied(schema: JsonSchema, root: JsonSchema, value: Json) -> JsonSchema:
    """The schema to build a field from: references followed, one-of-one and all-of joined, types told apart.

    A schema that says nothing of the kind of value takes it from the value that is there.
    """
    schema = resolve(schema, root)
    for _level in range(20):  # a schema may refer to itself; nobody nests these deeper on purpose
        joined = _joined(schema, root)
        if joined is schema:
            break
        schema = joined
    if isinstance(kinds := schema.get("type"), list):
        rest = {key: part for key, part in schema.items() if key != "type"}
        if len(kinds) == 1:
            return {**rest, "type": kinds[0]}
        if not {"enum", "const"} & set(schema):
            about: dict[str, Any] = {
                key: rest.pop(key) for key in ("title", "description", "default", "examples") if key in rest
            }
            return {**about, "anyOf": [{**rest, "type": kind} for kind in kinds]}
    if not _SAYS_KIND & set(schema) and is_present(value) and value is not None:
        return {**_inferred_here(value), **schema}
    return schema


def _joined(schema: JsonSchema, root: JsonSchema) -> JsonSchema:
    rest = {key: part for key, part in schema.items() if key not in ("allOf", *_COMBINERS)}
    for combiner in _COMBINERS:
        options = schema.get(combiner)
        if isinstance(options, list) and len(options) == 1 and isinstance(options[0], Mapping):
            others = {key: part for key, part in schema.items() if key != combiner}
            return {**resolve(options[0], root), **others}
    parts = schema.get("allOf")
    if not isinstance(parts, list) or not all(isinstance(part, Mapping) for part in parts):
        return schema
    joined: dict[str, Any] = {}
    for part in (*(resolve(part, root) for part in parts), rest):
        merged_properties = {**joined.get("properties", {}), **part.get("properties", {})}
        merged_required = [*joined.get("required", ()), *part.get("required", ())]
        joined |= part
        if merged_properties:
            joined |= {"properties": merged_properties, "required": merged_required}
    return joined | {key: schema[key] for key in _COMBINERS if key in schema}


def options(schema: JsonSchema, root: JsonSchema) -> tuple[JsonSchema, ...]:
    """The schemas of a union, without the one that is only null; empty if it is no union."""
    return tuple(option for option in _all_options(schema, root) if not _is_null(option))


def allows_null(schema: JsonSchema, root: JsonSchema) -> bool:
    """Whether null is one of the options of a union, beside others."""
    return 0 < len(options(schema, root)) < len(_all_options(schema, root))


def without_null(schema: JsonSchema, root: JsonSchema) -> JsonSchema:
    """The schema of a nullable value when it is not null, with the title and description of the whole."""
    rest = {key: part for key, part in schema.items() if key not in (*_COMBINERS, "default", "examples")}
    left = options(schema, root)
    return {**left[0], **rest} if len(left) == 1 else {**rest, "anyOf": list(left)}


def choices(schema: JsonSchema, root: JsonSchema) -> tuple[tuple[str, Json], ...]:
    """The values to choose from, each with its label: an enum, or a union of constants with titles; else none."""
    if isinstance(values := schema.get("enum"), list) and values:
        names = schema.get("enumNames")
        labels = names if isinstance(names, list) and len(names) == len(values) else [plainly(each) for each in values]
        return tuple((str(label), each) for label, each in zip(labels, values, strict=True))
    found = _all_options(schema, root)
    if not all("const" in option for option in found):
        return ()
    return tuple((str(option.get("title") or plainly(option["const"])), option["const"]) for option in found)


def kind_of(schema: JsonSchema) -> str:
    """The JSON type of the value, also where only its properties or items say so; else an empty text."""
    if isinstance(kind := schema.get("type"), str):
        return kind
    if "properties" in schema:
        return "object"
    return "array" if "items" in schema or "prefixItems" in schema else ""


def item_schema(schema: JsonSchema, root: JsonSchema, position: int | None = None) -> JsonSchema:
    """The schema of the item at a position of a list, or of every item; empty where there is none."""
    first = schema.get("prefixItems")
    if position is not None and isinstance(first, list) and position < len(first):
        items = first[position]
    else:
        items = schema.get("items")
    return resolve(items, root)


def plainly(value: Json, most: int | None = None) -> str:
    """A value in words: a text as it is, null as "none", anything else as JSON; shortened to `most` characters.

    Of a value that is shortened no more is written than is shown. One that cannot be written is described.
    """
    if isinstance(value, str) or value is None:
        text = "none" if value is None else value
    else:
        try:
            text = dump_json(value, indent=None) if most is None else _beginning(value, most)
        except (ValueError, RecursionError):
            text = in_words(value)
    return text if most is None or len(text) <= most else text[: most - 1] + "…"


def _beginning(value: Json, most: int) -> str:
    text = ""
    for piece in JSONEncoder(ensure_ascii=False).iterencode(value):
        text += piece
        if len(text) > most:
            break
    return text


def hint(schema: JsonSchema) -> str:
    """The default or an example of a schema, in words for a placeholder; empty if there is none."""
    if "default" in schema and schema["default"] not in ("", None):
        return f"Default: {plainly(schema['default'], 80)}"
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        return f"For example: {plainly(examples[0], 80)}"
    known = FORMATS.get(str(schema.get("format"))) if kind_of(schema) == "string" else None
    return f"For example: {known.sample}" if known else ""


def fits(value: Json, option: JsonSchema, root: JsonSchema) -> bool:
    """Whether the value satisfies one option of the whole schema."""
    definitions = {key: root[key] for key in ("$defs", "definitions") if key in root}
    try:
        return not problems(value, {**definitions, **option})
    except RecursionError:
        return False


def could_be(value: Json, option: JsonSchema, root: JsonSchema) -> bool:
    """Whether an option is meant by a value that does not fit it: of its kind, and not told apart by a constant."""
    option = applied(option, root, ABSENT)
    match kind_of(option):
        case "object":
            fields = mapping(option.get("properties"))
            tags = {name: each["const"] for name, part in fields.items() if "const" in (each := resolve(part, root))}
            if not isinstance(value, dict) or not set(fields) & set(value):
                return False
            return all(same(value[name], tag) for name, tag in tags.items() if name in value)
        case "string":
            return isinstance(value, str)
        case "integer" | "number":
            return type(value) in (int, float)
        case "array":
            return isinstance(value, list)
    return False


def _inferred_here(value: Json) -> JsonSchema:
    """What the value says of its own kind; its parts say it when they get their fields. A list says it of new items."""
    if isinstance(value, dict):
        return {"type": "object", "properties": {name: {} for name in value}, "required": list(value)}
    return {"type": "array"} if isinstance(value, list) and len(value) > _MOST_ITEMS else infer(value)


def _all_options(schema: JsonSchema, root: JsonSchema) -> list[JsonSchema]:
    for combiner in _COMBINERS:
        if isinstance(found := schema.get(combiner), list):
            return [resolve(option, root) for option in found]
    return []


def _is_null(schema: JsonSchema) -> bool:
    return schema.get("type") in ("null", ["null"]) or ("const" in schema and schema["const"] is None)
