"""What a JSON schema says of a value: its errors, its defaults, and a schema inferred where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import ge, gt, le, lt
from typing import Any, TypeAlias

from hitl_desktop.core.values import Json

JsonSchema: TypeAlias = Mapping[str, Any]
"""A JSON schema (draft 2020-12, as pydantic and LangGraph write it)."""

Path: TypeAlias = tuple[str | int, ...]
"""Where in a value: the keys and positions from its top."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a value: where, and what, in words for the reviewer.

    `typed` is the text that stands there instead of a value, where that is what is wrong.
    """

    path: Path
    message: str
    typed: str | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{path_text(self.path)}: {self.message}" if self.path else self.message


def path_text(path: Iterable[str | int]) -> str:
    """The path as people write it: ``to[0].name``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def problems(value: Json, schema: JsonSchema | None) -> tuple[Problem, ...]:
    """All the ways in which the value does not fit the schema, in the order of the value; none without a schema.

    References outside the schema are never fetched: they count as a problem of their own.
    """
    if not schema:
        return ()
    # `jsonschema` takes 70 ms to import, which the first paint of the window does not wait for.
    from hitl_desktop.core.validation import find_problems

    return find_problems(value, schema)


def infer(value: Json) -> JsonSchema:
    """A schema that every edit of the value must keep: the same fields, each of the same kind.

    Whole and broken numbers count as one kind, null says nothing about what else could stand there, and nothing
    is said about what is nested deeper than 64 levels.
    """
    return _infer(value, 64)


def _infer(value: Json, levels: int) -> JsonSchema:
    match value:
        case bool():
            return {"type": "boolean"}
        case int() | float():
            return {"type": "number"}
        case str():
            return {"type": "string"}
        case list() if levels:
            items = [_infer(item, levels - 1) for item in value]
            same = items and all(item == items[0] for item in items)
            return {"type": "array", **({"items": items[0]} if same else {})}
        case dict() if levels:
            fields = {name: _infer(item, levels - 1) for name, item in value.items()}
            return {"type": "object", "properties": fields, "required": list(value)}
        case _:
            return {}


def resolve(schema: JsonSchema, root: JsonSchema) -> JsonSchema:
    """The schema behind a local ``$ref`` (``#/$defs/...``), with what stands beside the reference; else itself.

    What is no mapping says nothing: a schema may also be true, and one from a payload may be anything.
    """
    seen: set[str] = set()
    schema = mapping(schema)
    while isinstance(reference := schema.get("$ref"), str) and reference.startswith("#/") and reference not in seen:
        seen.add(reference)
        target: Any = root
        for step in reference[2:].split("/"):
            target = mapping(target).get(step.replace("~1", "/").replace("~0", "~"))
        schema = {**mapping(target), **{key: item for key, item in schema.items() if key != "$ref"}}
    return schema


def properties_of(fields: Mapping[str, JsonSchema]) -> JsonSchema:
    """The schemas of several fields as ``properties`` of one, with its ``$defs``.

    Each field's own definitions stand there under the field's name, and its local references lead there.
    """
    properties: dict[str, JsonSchema] = {}
    definitions: dict[str, JsonSchema] = {}
    for name, schema in fields.items():
        properties[name] = schema
        if inner := mapping(schema.get("$defs")):
            place = f"#/$defs/{name.replace('~', '~0').replace('/', '~1')}/"
            properties[name] = _moved({key: part for key, part in schema.items() if key != "$defs"}, place)
            definitions[name] = {"$defs": _moved(inner, place)}
    return {"properties": properties, **({"$defs": definitions} if definitions else {})}


def _moved(part: Any, place: str) -> Any:
    if isinstance(part, list):
        return [_moved(item, place) for item in part]
    if not isinstance(part, Mapping):
        return part
    moved = {key: _moved(item, place) for key, item in part.items()}
    if isinstance(reference := part.get("$ref"), str) and reference.startswith("#/"):
        moved["$ref"] = place + reference.removeprefix("#/")
    return moved


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is a mapping, else an empty one: for parts of schemas and payloads that may be anything."""
    return value if isinstance(value, Mapping) else {}


def first_value(schema: JsonSchema | None, root: JsonSchema | None = None) -> Json:
    """A value to begin with: the default, the first example, the only choice, or an empty value of the type.

    Null where a schema requires itself, and for what comes after the first 1,000 parts.
    """
    if not schema:
        return None
    return _first_value(schema, root if root is not None else mapping(schema), frozenset(), iter(range(1000)))


def _first_items(schema: JsonSchema) -> list[Any]:
    """The schemas of the items that a list must have at least. Where none may stand twice, they cannot be guessed."""
    least, by_position = schema.get("minItems"), schema.get("prefixItems")
    least = min(least, _MOST_FIRST_ITEMS) if isinstance(least, int) else 0
    first = by_position if isinstance(by_position, list) else []
    rest = [] if schema.get("uniqueItems") else [schema.get("items", {})] * (least - len(first))
    return [*first[:least], *rest]


def _is_choice(schema: JsonSchema) -> bool:
    """Whether one of several constants must be chosen: that is left to the person, as any would be an answer."""
    options = schema.get("oneOf") or schema.get("anyOf")
    constants = [mapping(option) for option in options] if isinstance(options, list) else []
    choices = schema.get("enum")
    return (isinstance(choices, list) and len(choices) > 1) or (
        len(constants) > 1 and all("const" in option for option in constants)
    )


_EMPTY: Mapping[Any, Json] = {"string": "", "boolean": False}
_MOST_FIRST_ITEMS = 20


def _first_number(schema: JsonSchema) -> int | float:
    """A number near nothing that the bounds allow, of those that are easily found; else 0."""
    bounds = {name: schema[name] for name in _BOUNDS if type(schema.get(name)) in (int, float)}
    step = schema.get("multipleOf") if type(schema.get("multipleOf")) in (int, float) else 0
    beyond = [bounds[name] + by for name, by in (("exclusiveMinimum", 1), ("exclusiveMaximum", -1)) if name in bounds]
    whole = schema.get("type") == "integer"
    for number in (0, *bounds.values(), 1, -1, step, *beyond):
        try:
            if whole and number != number // 1:
                continue
            if all(_BOUNDS[name](number, bound) for name, bound in bounds.items()) and not (step and number % step):
                return int(number) if whole else number
        except OverflowError:  # a whole number of more digits than a broken one can have
            continue
    return 0


_BOUNDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "minimum": ge,
    "maximum": le,
    "exclusiveMinimum": gt,
    "exclusiveMaximum": lt,
}


def _first_value(schema: Any, root: JsonSchema, around: frozenset[str], parts: Iterator[int]) -> Json:
    reference = mapping(schema).get("$ref")
    if isinstance(reference, str):
        if reference in around:
            return None
        around |= {reference}
    schema = resolve(schema, root)
    if "default" in schema:
        return schema["default"]
    if isinstance(examples := schema.get("examples"), list) and examples:
        return examples[0]
    if "const" in schema:
        return schema["const"]
    if isinstance(choices := schema.get("enum"), list) and choices:
        return choices[0]
    if next(parts, None) is None:
        return None
    for union in ("oneOf", "anyOf"):
        if isinstance(options := schema.get(union), list) and options:
            return _first_value(options[0], root, around, parts)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind == "object" or (kind is None and "properties" in schema):
        required = schema.get("required")
        names = {name for name in required if isinstance(name, str)} if isinstance(required, list) else ()
        return {
            name: _first_value(field, root, around, parts)
            for name, field in mapping(schema.get("properties")).items()
            if {"default", "examples"} & set(known := resolve(field, root)) or (name in names and not _is_choice(known))
        }
    if kind in ("integer", "number"):
        return _first_number(schema)
    if kind == "array" or (kind is None and "prefixItems" in schema):
        return [_first_value(items, root, around, parts) for items in _first_items(schema)]
    return _EMPTY.get(kind) if isinstance(kind, str) else None
