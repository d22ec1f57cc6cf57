"""What a JSON schema says of a value: its errors, its defaults, and a schema inferred where there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import jsonschema
from jsonschema.protocols import Validator
from referencing import Registry

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
    try:
        validator = _validator(schema)
        errors = sorted(validator.iter_errors(value), key=lambda error: [str(step) for step in error.absolute_path])
        return tuple(_problem(error) for error in errors)
    except (jsonschema.SchemaError, re.error) as error:
        return (Problem((), f"The request's own schema is not valid, so nothing can be checked against it ({error})"),)
    except Exception as error:
        # `referencing` raises one of several private wrappers for a reference that leads nowhere.
        if type(error).__module__.startswith(("referencing", "jsonschema")):
            return (Problem((), f"The request's schema refers to something that is not in it ({error})"),)
        raise


def _validator(schema: JsonSchema) -> Validator:
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(
        schema, registry=Registry(), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def _problem(error: jsonschema.ValidationError) -> Problem:
    path: Path = tuple(error.absolute_path)
    constraint: Any = error.validator_value
    instance: Any = error.instance
    if error.validator == "required":
        missing = [name for name in constraint if name not in instance]
        return Problem((*path, missing[0]), "is required") if len(missing) == 1 else Problem(path, error.message)
    if error.validator == "type":
        names = " or ".join(_type_name(name) for name in ([constraint] if isinstance(constraint, str) else constraint))
        return Problem(path, f"must be {names}, not {_type_name(_json_type(instance))}")
    if error.validator == "additionalProperties" and isinstance(instance, Mapping):
        return Problem(path, f"has a field that is not known here: {error.message}")
    if error.validator in ("oneOf", "anyOf") and error.context:
        best = jsonschema.exceptions.best_match(error.context)
        if best is not None and best.absolute_path:
            return _problem(best)
    return Problem(path, error.message if len(error.message) < 300 else f"does not fit ({error.validator})")


def _json_type(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _type_name(name: str) -> str:
    return {
        "null": "empty (null)",
        "boolean": "yes or no (true or false)",
        "integer": "a whole number",
        "number": "a number",
        "string": "text",
        "array": "a list",
        "object": "an object",
    }.get(name, name)


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
