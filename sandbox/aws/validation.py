"""What AWS checks before an operation begins: members that are missing, too long, too many or not of their pattern."""

import re
from collections.abc import Iterator
from typing import Any

from moto.core.model import OperationModel

from sandbox.aws.refused import Refused


def validate(model: OperationModel, params: dict[str, Any]) -> None:
    """Raise ValidationException, worded as AWS does, when `params` break the operation's model."""
    if model.input_shape is None:
        return
    broken = list(_faults(model.input_shape, params, ""))
    if broken:
        errors = "error" if len(broken) == 1 else "errors"
        raise Refused(
            "ValidationException",
            f"{len(broken)} validation {errors} detected: " + "; ".join(f"{one}" for one in broken),
        )


def _faults(shape: Any, value: Any, path: str) -> Iterator[str]:
    """What is wrong with `value`, one sentence each."""
    if shape.type_name == "structure":
        for name in shape.required_members:
            if value.get(name) is None:
                yield _said("null", _below(path, name), "Member must not be null")
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield from _faults(member, value[name], _below(path, name))
        return
    yield from _own_faults(shape, value, path)
    if shape.type_name == "list":
        for number, one in enumerate(value, 1):
            yield from _faults(shape.member, one, f"{path}.{number}.member")


def _own_faults(shape: Any, value: Any, path: str) -> Iterator[str]:
    limits = shape.metadata
    measured, what = (value, "value") if shape.type_name == "integer" else (len(str(value)), "length")
    if shape.type_name == "list":
        measured = len(value)
    if "min" in limits and measured < limits["min"]:
        yield _said(value, path, f"Member must have {what} greater than or equal to {limits['min']}")
    if "max" in limits and measured > limits["max"]:
        yield _said(value, path, f"Member must have {what} less than or equal to {limits['max']}")
    if "pattern" in limits and re.fullmatch(limits["pattern"], str(value)) is None:
        yield _said(value, path, f"Member must satisfy regular expression pattern: {limits['pattern']}")
    if "enum" in limits and value not in limits["enum"]:
        yield _said(value, path, f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]")


def _said(value: Any, path: str, constraint: str) -> str:
    shown = "null" if value == "null" else f"'{value}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"


def _below(path: str, name: str) -> str:
    return f"{path}.{name[0].lower()}{name[1:]}".lstrip(".")
