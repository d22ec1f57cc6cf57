"""Checks values against JSON schemas with `jsonschema`, and says what is wrong in words for the reviewer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import jsonschema
from jsonschema.protocols import Validator
from referencing import Registry

from hitl_desktop.core.schema import JsonSchema, Path, Problem
from hitl_desktop.core.values import Json


def find_problems(value: Json, schema: JsonSchema) -> tuple[Problem, ...]:
    """See `schema.problems`."""
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
