"""What a JSON schema says of a value: its errors, its defaults, and a schema inferred where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from hitl_desktop.core.values import Json, dump_json

JsonSchema: TypeAlias = Mapping[str, Any]
"""A JSON schema (draft 2020-12, as pydantic and LangGraph write it)."""

Path: TypeAlias = tuple[str | int, ...]
"""Where in a value: the keys and positions from its top."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a value: where, and what, in words for the reviewer."""

    path: Path
    message: str

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

    Whole and broken numbers count as one kind, and null says nothing about what else could stand there.
    """
    match value:
        case None:
            return {}
        case bool():
            return {"type": "boolean"}
        case int() | float():
            return {"type": "number"}
        case str():
            return {"type": "string"}
        case list():
            kinds = {dump_json(infer(item), indent=None) for item in value}
            return {"type": "array", **({"items": infer(value[0])} if len(kinds) == 1 else {})}
        case _:
            return {
                "type": "object",
                "properties": {name: infer(item) for name, item in value.items()},
                "required": list(value),
            }


def resolve(schema: JsonSchema, root: JsonSchema) -> JsonSchema:
    """The schema behind a local ``$ref`` (``#/$defs/...``), with what stands beside the reference; else itself."""
    seen: set[str] = set()
    while isinstance(reference := schema.get("$ref"), str) and reference.startswith("#/") and reference not in seen:
        seen.add(reference)
        target: Any = root
        for step in reference[2:].split("/"):
            target = target.get(step.replace("~1", "/").replace("~0", "~"), {}) if isinstance(target, Mapping) else {}
        schema = {**target, **{key: item for key, item in schema.items() if key != "$ref"}}
    return schema


def first_value(schema: JsonSchema | None, root: JsonSchema | None = None) -> Json:
    """A value to begin with: the default, the first example, the only choice, or an empty value of the type."""
    if not schema:
        return None
    root = root or schema
    schema = resolve(schema, root)
    if "default" in schema:
        return schema["default"]
    if isinstance(examples := schema.get("examples"), list) and examples:
        return examples[0]
    if "const" in schema:
        return schema["const"]
    if isinstance(choices := schema.get("enum"), list) and choices:
        return choices[0]
    for union in ("oneOf", "anyOf"):
        if isinstance(options := schema.get(union), list) and options:
            return first_value(options[0], root)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind == "object" or "properties" in schema:
        required = schema.get("required", ())
        properties = schema.get("properties", {})
        return {
            name: first_value(field, root)
            for name, field in properties.items()
            if name in required or {"default", "examples"} & set(resolve(field, root))
        }
    empty: dict[Any, Json] = {"string": "", "integer": 0, "number": 0, "boolean": False, "array": []}
    return empty.get(kind)
