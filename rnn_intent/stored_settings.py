"""Settings read back from a model file: as strict as an experiment file, without pydantic's start-up."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from rnn_intent.errors import ModelError, printable
from rnn_intent.settings import Bounds, Settings, VocabularySettings

_BOUNDS: dict[str, Callable[[Any, Any], bool]] = {
    "ge": lambda value, bound: value >= bound,
    "gt": lambda value, bound: value > bound,
    "le": lambda value, bound: value <= bound,
    "lt": lambda value, bound: value < bound,
}

# How models were read that do not say so: keys that are younger than they are, and change answers.
_ONCE: Mapping[type, Mapping[str, object]] = {VocabularySettings: {"respelling": False}}


def settings_from(values: object) -> Settings:
    """The settings that `dataclasses.asdict` wrote; keys that were not known then get what was done then.

    Raises ModelError for an unknown key, a wrong type or a size out of bounds.
    """
    settings = _dataclass(Settings, values, "settings")
    assert isinstance(settings, Settings)
    return settings


def _dataclass(kind: type, values: object, place: str) -> object:
    if not isinstance(values, Mapping):
        raise ModelError(f"{place}: is no mapping")
    hints = get_type_hints(kind, include_extras=True)
    unknown = next((key for key in values if key not in hints), None)
    if unknown is not None:
        raise ModelError(f"{place}.{printable(str(unknown))}: unknown setting; written by a newer version?")
    names = [field.name for field in fields(kind) if field.name in values]
    given = {name: _value(hints[name], values[name], f"{place}.{name}") for name in names}
    return kind(**{**_ONCE.get(kind, {}), **given})


def _value(kind: Any, value: object, place: str) -> object:
    """The value as its annotation wants it. Raises ModelError."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        checked = _value(arguments[0], value, place)
        if all(_holds(bound, checked) for bound in arguments[1:]):
            return checked
    elif origin in (Union, types.UnionType):
        return _any_of(arguments, value, place)
    elif origin is tuple and isinstance(value, (list, tuple)):
        return tuple(_value(arguments[0], item, place) for item in value)
    elif is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind, value, place)
    elif origin is Literal and isinstance(value, str) and value in arguments:
        return value
    elif kind is float and type(value) is int and abs(value) < 2**53:
        return float(value)
    elif type(value) is kind:
        return value
    raise ModelError(f"{place}: {printable(repr(value))} is not possible")


def _any_of(kinds: tuple[Any, ...], value: object, place: str) -> object:
    for kind in kinds[:-1]:
        try:
            return _value(kind, value, place)
        except ModelError:
            continue
    return _value(kinds[-1], value, place)


def _holds(bound: object, value: Any) -> bool:
    assert isinstance(bound, Bounds)
    return all(_BOUNDS[name](value, limit) for name, limit in bound.limits.items())
