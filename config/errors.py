"""Wrong settings in our words: which one, and what would be right. Values are never shown."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel, ValidationError

_MEANING = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "dict_type": "must be a table of names and values",
    "model_type": "must be a table of names and values",
    "model_attributes_type": "must be a table of names and values",
    "path_type": "must be a path",
    "date_from_datetime_parsing": "must be a date such as 2009-11-16",
    "date_parsing": "must be a date such as 2009-11-16",
    "date_type": "must be a date such as 2009-11-16",
    "missing": "is missing",
}
_BOUND = {
    "greater_than_equal": ("ge", "must be at least {}"),
    "greater_than": ("gt", "must be more than {}"),
    "less_than_equal": ("le", "must be at most {}"),
    "less_than": ("lt", "must be less than {}"),
}


class SettingsError(Exception):
    """One or more settings are wrong; `sentences` has a line for each."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def sentences(
    error: ValidationError, model: type[BaseModel], prefix: str, *, upper: bool = True
) -> list[str]:
    """A line for each fault, without any value (a token may be one)."""
    faults = error.errors(include_input=False, include_url=False)
    mistyped = {_near(f["loc"], model) for f in faults if f["type"] == "extra_forbidden"}
    return [
        _sentence(fault, model, prefix, upper)
        for fault in faults
        if fault["type"] != "missing" or fault["loc"] not in mistyped  # it is there, mistyped
    ]


def _near(location: tuple[int | str, ...], model: type[BaseModel]) -> tuple[int | str, ...]:
    """Where the unknown name at this place most likely belongs."""
    near = difflib.get_close_matches(str(location[-1]), _siblings(model, location), 1, 0.5)
    return (*location[:-1], near[0]) if near else ()


def _sentence(fault: Any, model: type[BaseModel], prefix: str, upper: bool) -> str:
    name = prefix + _place(fault["loc"], upper)
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_field(name, model, fault["loc"])
    if kind == "value_error":
        said = f"{context['error']}"
        return f"{name} {said}." if said.startswith("must") else f"{name}: {said}."
    if kind in {"list_type", "tuple_type"}:
        return f"{name} must be {list_in_json(name) if upper else 'a list'}."
    if kind in {"literal_error", "enum"}:
        return f"{name} must be one of {context['expected']}."
    if kind in _BOUND:
        key, words = _BOUND[kind]
        return f"{name} {words.format(context[key])}."
    return f"{name} {_MEANING.get(kind, 'has a value that cannot be used')}."


def list_in_json(name: str) -> str:
    """What a list looks like in the environment."""
    example = '["one", "two"]'
    if "ADMINS" in name:
        example = '["@you:example.org"]' if "MATRIX" in name else "[11111111]"
    return f"a list in JSON, such as {example}"


def _place(location: tuple[int | str, ...], upper: bool) -> str:
    """How the operator writes it: HERALD_TELEGRAM__TOKEN, HERALD_ARCHIVES (no. 2, url)."""
    at = next((n for n, part in enumerate(location) if isinstance(part, int)), len(location))
    outer = [str(part) for part in location[:at]]
    name = "__".join(outer).upper() if upper else ".".join(outer)
    if at == len(location):
        return name
    detail = [f"no. {int(location[at]) + 1}", *(str(part) for part in location[at + 1 :])]
    return f"{name} ({', '.join(detail)})"


def _siblings(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The names that would have been right where this one stands."""
    for part in location[:-1]:
        field = model.model_fields.get(part) if isinstance(part, str) else None
        if field is None:
            continue
        for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                model = inner
    return list(model.model_fields)


def _unknown_field(name: str, model: type[BaseModel], location: tuple[int | str, ...]) -> str:
    near = _near(location, model)
    if near:
        given, right = str(location[-1]), str(near[-1])
        right = name.replace(given, right).replace(given.upper(), right.upper())
        return f"{name} is not a setting: did you mean {right}?"
    return f"{name} is not a setting: there are {', '.join(_siblings(model, location))}."


def unknown(written: str, known: Iterable[str], given: str, prefix: str) -> str:
    """Nobody knows this name: offer the nearest of the known ones, or all of them.

    With a prefix they are variables, in capitals; without they are names in a file.
    """
    names = sorted(set(known))
    near = _nearest(given.lower(), names)
    offered = [prefix + name.upper() if prefix else name for name in near or names]
    if near:
        return f"{written} is not a setting: did you mean {offered[0]}?"
    return f"{written} is not a setting: there are {', '.join(offered)}."


def _nearest(given: str, names: list[str]) -> list[str]:
    """The one that is spelled the same but for its lines, or only lacks its section or its end;
    else the most alike, if any is.
    """
    bare = given.replace("_", "")
    ways: tuple[Callable[[str], bool], ...] = (
        lambda name: name.replace("_", "") == bare,
        lambda name: name.rpartition("__")[2] == given,
        lambda name: name.replace("_", "").startswith(bare),
    )
    for is_meant in ways:
        if len(meant := [name for name in names if is_meant(name)]) == 1:
            return meant
    return difflib.get_close_matches(given, names, n=1, cutoff=0.6)
