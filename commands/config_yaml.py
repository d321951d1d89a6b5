"""Reading the configuration file: YAML without surprises, and a sentence for everything that is wrong with it."""

from collections.abc import Mapping
from typing import Any

import yaml


class ConfigFaults(ValueError):
    """Everything that is wrong with a configuration, one line a fault: "vpn.idle: 'soon' is not a duration …"."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def read_yaml(text: str) -> dict[Any, Any]:
    """The keys and values of the file. Raises ConfigFaults where it has none."""
    try:
        raw = yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise ConfigFaults([f"the file is not YAML: {_one_line(error)}"]) from None
    except RecursionError:
        raise ConfigFaults(["the file is not YAML: it is nested too deeply"]) from None
    if not isinstance(raw, dict):
        raise ConfigFaults(["the file has no keys: write admin_place, identity and so on"])
    return raw


def fault(detail: Mapping[str, Any]) -> str:
    """One of pydantic's errors as a line: the path of the key, and what is wrong there."""
    path = ".".join(str(part) for part in detail["loc"] if part != "[key]")
    match detail["type"]:
        case "extra_forbidden":
            return f"{path}: there is no such key"
        case "missing":
            return f"{path}: is missing"
        case "value_error":
            return f"{path}: {detail['ctx']['error']}"
        case "too_short":
            return f"{path}: at least {detail['ctx']['min_length']} is needed"
        case "model_type" | "dict_type" | "mapping_type":
            return f"{path}: is no mapping of keys to values"
        case "tuple_type" | "frozen_set_type":
            return f"{path}: is no list"
        case _:
            return f"{path}: {detail['msg'][:1].lower()}{detail['msg'][1:]}"


class _UniqueKeys(yaml.SafeLoader):
    """YAML where a key twice is a fault: the second would silently replace the first."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            # PyYAML lets through whatever Python says to a date, a number or a truth value that is none.
            what = f"{str(node.value)[:40]!r} is no {node.tag.rpartition(':')[2]}"
            raise yaml.constructor.ConstructorError(problem=what, problem_mark=node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.constructor.ConstructorError(problem=f"{name} is there twice", problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


def _one_line(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return " ".join(str(error).split())
