"""Event patterns of EventBridge rules: moto's, corrected where they would take another event than AWS does.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from moto.events.models import EventPattern

OPERATORS = frozenset(
    {"prefix", "suffix", "equals-ignore-case", "anything-but", "numeric", "exists", "cidr", "wildcard"}
)
"""Those that AWS has; moto takes an operator that it does not know for one that always holds."""


class Pattern(EventPattern):
    """One pattern. Raises ValueError where AWS would refuse to make the rule."""

    def __init__(self, pattern: Mapping[str, Any]) -> None:
        if not pattern:
            raise ValueError("an event pattern must name at least one field")
        _check(pattern)
        super().__init__(None, dict(pattern))

    def takes(self, event: Mapping[str, Any]) -> bool:
        """Whether a rule with this pattern takes the event."""
        return self._does_event_match(self._flatten_dict(event), self.get_pattern())

    @staticmethod
    def _flatten_dict(node: Any, prefix: str = "", result: dict[str, Any] | None = None) -> dict[str, Any]:
        """Each leaf by its dotted path; what stands in several objects of a list is a list, which moto leaves out."""
        found: dict[str, list[Any]] = {}
        for path, value in _leaves(node, prefix):
            found.setdefault(path, []).append(value)
        return {path: values[0] if len(values) == 1 else values for path, values in found.items()}


def _leaves(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping) and node:
        for name, value in node.items():
            yield from _leaves(value, f"{path}.{name}" if path else name)
    elif isinstance(node, list) and node:
        for one in node:
            yield from _leaves(one, path)
    else:
        yield path, node


def _check(pattern: Mapping[str, Any]) -> None:
    for name, value in pattern.items():
        if isinstance(value, Mapping):
            _check(value)
        elif not isinstance(value, list) or not value:
            raise ValueError(f"{name} in an event pattern must be an object, or a list with something in it")
        elif name == "$or":
            for one in value:
                _check(one)
        else:
            _check_values(name, value)


def _check_values(name: str, values: list[Any]) -> None:
    for one in values:
        if isinstance(one, Mapping) and (len(one) != 1 or not OPERATORS.issuperset(one)):
            raise ValueError(f"{name} in an event pattern has {' and '.join(one)}, which is no operator")
