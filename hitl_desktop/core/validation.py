"""Checks values against JSON schemas with `jsonschema`, and says what is wrong in words for the reviewer."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

import jsonschema
import jsonschema.validators
from jsonschema.protocols import Validator
from referencing import Registry

from hitl_desktop.core.formats import FORMATS, Format
from hitl_desktop.core.patterns import PatternSearches
from hitl_desktop.core.schema import JsonSchema, Path, Problem
from hitl_desktop.core.values import Json, dump_json


def find_problems(value: Json, schema: JsonSchema) -> tuple[Problem, ...]:
    """See `schema.problems`."""
    searches = PatternSearches()
    _searches.set(searches)
    try:
        validator = _validator(schema)
        errors = sorted(validator.iter_errors(value), key=lambda error: _place(value, error.absolute_path))
        found = tuple(_problem(error) for error in errors)
        said = {each.message for each in found}
        # Under a `not` or in one of several options a search that was given up is no error of the whole.
        unsaid = dict.fromkeys(text for text in map(_given_up, searches.given_up) if text not in said)
        return (*found, *(Problem((), text) for text in unsaid))
    except RecursionError:
        return (Problem((), "is nested too deeply to be checked against its schema; nothing else was found"),)
    except (jsonschema.SchemaError, re.error, OverflowError) as error:
        return (Problem((), f"The request's own schema is not valid, so nothing can be checked against it ({error})"),)
    except Exception as error:
        # `referencing` raises one of several private wrappers for a reference that leads nowhere.
        if type(error).__module__.startswith(("referencing", "jsonschema")):
            return (Problem((), f"The request's schema refers to something that is not in it ({error})"),)
        raise


_searches: ContextVar[PatternSearches] = ContextVar("hitl_desktop_searches")
_GIVEN_UP = "takes too long to be checked against the pattern"


def _given_up(pattern: str) -> str:
    shown = pattern if len(pattern) <= 100 else f"{pattern[:100]}…"
    return f"{_GIVEN_UP} {shown} of its schema, and is not sent unchecked. Try a shorter text"


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[jsonschema.ValidationError]:
    """The keyword `pattern`, as `jsonschema` has it, within the time for a search."""
    if isinstance(instance, str):
        found = _searches.get().found(pattern, instance)
        if found is None:
            yield jsonschema.ValidationError(_given_up(pattern))
        elif not found:
            yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


def _multiple_of(validator: Any, step: Any, instance: Any, schema: Any) -> Iterator[jsonschema.ValidationError]:
    """The keyword `multipleOf`, also for a number that cannot be divided."""
    try:
        yield from _keywords["multipleOf"](validator, step, instance, schema)
    except (OverflowError, ValueError):
        yield jsonschema.ValidationError(f"{instance} is not a multiple of {step}")


def _search_names_first(keyword: Any) -> Any:
    """A keyword that searches the names of fields, for a value in which no pattern takes too long for that.

    The keywords look for their patterns where they stand, which may be behind a reference, and search for several in
    one. So all that the value may meet are tried first, on every name.
    """

    def check(validator: Any, constraint: Any, instance: Any, schema: Any) -> Iterator[jsonschema.ValidationError]:
        if isinstance(instance, dict):
            searches = _searches.get()
            for pattern in searches.for_names:
                if any(searches.found(pattern, name) is None for name in instance):
                    yield jsonschema.ValidationError(_given_up(pattern))
                    return
        yield from keyword(validator, constraint, instance, schema)

    return check


def _name_patterns(schema: Any) -> Iterator[str]:
    """The patterns for names of fields, anywhere in a schema."""
    if isinstance(schema, Mapping):
        if isinstance(patterns := schema.get("patternProperties"), Mapping):
            yield from patterns
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from _name_patterns(part)


_keywords: Any = jsonschema.Draft202012Validator.VALIDATORS
_extend: Any = jsonschema.validators.extend
_Validator = _extend(
    jsonschema.Draft202012Validator,
    {
        "pattern": _pattern,
        "multipleOf": _multiple_of,
        **{
            name: _search_names_first(_keywords[name])
            for name in ("patternProperties", "additionalProperties", "unevaluatedProperties")
        },
    },
)


def _checker() -> jsonschema.FormatChecker:
    checker = jsonschema.FormatChecker(formats=())
    known = {name: (_format_check(each), ()) for name, each in FORMATS.items()}
    checker.checkers = {**jsonschema.Draft202012Validator.FORMAT_CHECKER.checkers, **known}
    return checker


def _format_check(known: Format) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or known.fits(value)


_KEPT = 32
_validators: OrderedDict[int, tuple[JsonSchema, Validator, tuple[str, ...]]] = OrderedDict()


_NAMED, _LISTED = ("properties", "$defs", "definitions"), ("anyOf", "oneOf", "allOf", "prefixItems")


def _without_repeats(schema: Any) -> Any:
    """The schema with each of its parts once, which is valid if and only if the whole is.

    The check takes half a millisecond a part, and of thousands of fields most are alike.
    """
    if not isinstance(schema, Mapping):
        return schema
    once = dict(schema)
    for key in _NAMED:
        if isinstance(parts := schema.get(key), Mapping) and all(isinstance(name, str) for name in parts):
            made = [(name, _without_repeats(part)) for name, part in parts.items()]
            once[key] = {name: part for name, part in {repr(part): (name, part) for name, part in made}.values()}
    for key in _LISTED:
        if isinstance(parts := schema.get(key), list):
            once[key] = [_without_repeats(part) for part in parts]
    if "items" in schema:
        once["items"] = _without_repeats(schema["items"])
    return once


def _validator(schema: JsonSchema) -> Validator:
    """A validator for this very schema object, checked once: for 2,000 objects that alone takes seconds."""
    known = _validators.get(id(schema))
    if known is None:
        _check(schema)
        # The schema is kept beside it, so that its id cannot become another one's.
        validator = _Validator(schema, registry=Registry(), format_checker=_checker())
        known = _validators[id(schema)] = schema, validator, tuple(dict.fromkeys(_name_patterns(schema)))
        if len(_validators) > _KEPT:
            _validators.popitem(last=False)
    _searches.get().for_names = known[2]
    return known[1]


_checked: OrderedDict[int, object] = OrderedDict()
"""Definitions that are valid, by id; each is kept, so that its id cannot become another one's."""


def _check(schema: JsonSchema) -> None:
    """Raise `SchemaError` for a schema that is none. Those of LangChain's messages share what takes 0.2 seconds."""
    shared = {key: id(schema[key]) for key in ("$defs", "definitions") if isinstance(schema, Mapping) and key in schema}
    unchecked = {key: part for key, part in schema.items() if shared.get(key) not in _checked} if shared else schema
    jsonschema.Draft202012Validator.check_schema(_without_repeats(unchecked))
    _checked.update({place: schema[key] for key, place in shared.items()})
    while len(_checked) > _KEPT:
        _checked.popitem(last=False)


def _place(value: Json, path: Iterable[str | int]) -> tuple[int, ...]:
    """Where a path leads to, as positions from the top of the value."""
    places = []
    for step in path:
        places.append(step if isinstance(step, int) else list(value).index(step))
        value = value[step]
    return tuple(places)


def _problem(error: jsonschema.ValidationError) -> Problem:
    path: Path = tuple(error.absolute_path)
    if error.message.startswith(_GIVEN_UP):
        return Problem(path, error.message)
    constraint: Any = error.validator_value
    instance: Any = error.instance
    if error.validator == "required":
        # One error for each field that is missing; which one, only its message says.
        named = (name for name in constraint if name not in instance and error.message.startswith(repr(name)))
        return Problem((*path, next(named)), "is required")
    if error.validator == "type":
        return Problem(path, _other_type([constraint] if isinstance(constraint, str) else constraint, instance))
    if (words := _IN_WORDS.get(str(error.validator))) is not None:
        return Problem(path, words(constraint, instance))
    if error.validator == "additionalProperties" and isinstance(instance, Mapping):
        return Problem(path, f"has a field that is not known here: {error.message}")
    if error.validator in ("oneOf", "anyOf") and error.context:
        closest = _closest_option(error.context)
        if all(each.path for each in closest):
            return _problem(closest[0])
        if all(each.validator == "type" and not each.path for each in error.context):
            return Problem(path, _other_type([each.validator_value for each in error.context], instance))
    if error.validator in ("oneOf", "anyOf"):
        return Problem(path, _no_kind(error))
    return Problem(path, error.message if len(error.message) < 300 else f"does not fit ({error.validator})")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def _format(constraint: Any, instance: Any) -> str:
    known = FORMATS.get(str(constraint))
    return f"must be {known.words}, such as {known.sample}" if known else f"must be of the format {constraint}"


def _one_of(constraint: Any, instance: Any) -> str:
    listed = ", ".join(_plainly(each) for each in constraint)
    return f"must be one of: {listed if len(listed) <= 200 else listed[:200] + '…'}"


def _plainly(value: Json) -> str:
    text = value if isinstance(value, str) and value.strip() else dump_json(value, indent=None)
    return text if len(text) <= 100 else f"{text[:100]}…"


_IN_WORDS: Mapping[str, Callable[[Any, Any], str]] = {
    "format": _format,
    "pattern": lambda pattern, _: f"does not match the pattern {_plainly(pattern)}",
    "enum": _one_of,
    "const": lambda only, _: f"must be {_plainly(only)}",
    "minLength": lambda least, text: f"must have at least {_count(least, 'character')}; this has {len(text):,}",
    "maxLength": lambda most, text: f"must have at most {_count(most, 'character')}; this has {len(text):,}",
    "minItems": lambda least, items: f"must have at least {_count(least, 'item')}; this has {len(items):,}",
    "maxItems": lambda most, items: f"must have at most {_count(most, 'item')}; this has {len(items):,}",
    "uniqueItems": lambda _unique, _items: "must not hold the same item twice",
}


def _no_kind(error: jsonschema.ValidationError) -> str:
    """Why a value is none of several kinds, where no single one of them is meant."""
    if not error.context:
        return "fits more than one of the kinds that it may be, and must fit only one"
    if all(each.validator == "const" and not each.path for each in error.context):
        return _one_of([each.validator_value for each in error.context], error.instance)
    return "is none of the kinds that it may be"


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
