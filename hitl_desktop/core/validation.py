"""Checks values against JSON schemas with `jsonschema`, and says what is wrong in words for the reviewer."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
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
        errors = sorted(validator.iter_errors(value), key=lambda error: _place(value, error.absolute_path))
        return tuple(_problem(error) for error in errors)
    except RecursionError:
        return (Problem((), "is nested too deeply to be checked against its schema; nothing else was found"),)
    except (jsonschema.SchemaError, re.error) as error:
        return (Problem((), f"The request's own schema is not valid, so nothing can be checked against it ({error})"),)
    except Exception as error:
        # `referencing` raises one of several private wrappers for a reference that leads nowhere.
        if type(error).__module__.startswith(("referencing", "jsonschema")):
            return (Problem((), f"The request's schema refers to something that is not in it ({error})"),)
        raise


_KEPT = 32
_validators: OrderedDict[int, tuple[JsonSchema, Validator]] = OrderedDict()


def _validator(schema: JsonSchema) -> Validator:
    """A validator for this very schema object, checked once: for 2,000 objects that alone takes seconds."""
    known = _validators.get(id(schema))
    if known is None:
        jsonschema.Draft202012Validator.check_schema(schema)
        checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
        # The schema is kept beside it, so that its id cannot become another one's.
        known = schema, jsonschema.Draft202012Validator(schema, registry=Registry(), format_checker=checker)
        _validators[id(schema)] = known
        if len(_validators) > _KEPT:
            _validators.popitem(last=False)
    return known[1]


def _place(value: Json, path: Iterable[str | int]) -> tuple[int, ...]:
    """Where a path leads to, as positions from the top of the value."""
    places = []
    for step in path:
        places.append(step if isinstance(step, int) else list(value).index(step))
        value = value[step]
    return tuple(places)


def _problem(error: jsonschema.ValidationError) -> Problem:
    path: Path = tuple(error.absolute_path)
    constraint: Any = error.validator_value
    instance: Any = error.instance
    if error.validator == "required":
        # One error for each field that is missing; which one, only its message says.
        named = (name for name in constraint if name not in instance and error.message.startswith(repr(name)))
        return Problem((*path, next(named)), "is required")
    if error.validator == "type":
        return Problem(path, _other_type([constraint] if isinstance(constraint, str) else constraint, instance))
    if error.validator == "additionalProperties" and isinstance(instance, Mapping):
        return Problem(path, f"has a field that is not known here: {error.message}")
    if error.validator in ("oneOf", "anyOf") and error.context:
        closest = _closest_option(error.context)
        if all(each.path for each in closest):
            return _problem(closest[0])
        if all(each.validator == "type" and not each.path for each in error.context):
            return Problem(path, _other_type([each.validator_value for each in error.context], instance))
    return Problem(path, error.message if len(error.message) < 300 else f"does not fit ({error.validator})")


def _closest_option(errors: Iterable[jsonschema.ValidationError]) -> list[jsonschema.ValidationError]:
    """The errors of that option of a union which goes wrong deepest in the value: the one that is meant."""
    options: dict[str | int, list[jsonschema.ValidationError]] = {}
    for error in errors:  # one about an option that is just `false` does not say which
        options.setdefault(error.schema_path[0] if error.schema_path else -1, []).append(error)
    return max(options.values(), key=lambda found: min(len(error.path) for error in found))


def _other_type(names: Iterable[Any], instance: Json) -> str:
    wanted = " or ".join(_type_name(str(name)) for name in names)
    return f"must be {wanted}, not {_type_name(_json_type(instance))}"


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
