"""Python values and conditions in DynamoDB's words.

boto3's resource client would build conditions too, but with one builder shared by all threads, and not inside
transactions: so every call builds its own here. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from boto3.dynamodb.conditions import ConditionBase, ConditionExpressionBuilder


def to_dynamodb(value: Any) -> Any:
    """`value` with floats as Decimals and tuples as lists, at any depth (DynamoDB takes neither)."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {key: to_dynamodb(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [to_dynamodb(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return {to_dynamodb(inner) for inner in value}
    return value


def from_dynamodb(value: Any) -> Any:
    """`value` with Decimals as int where whole, else float, at any depth: 2.0 comes back as 2."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {key: from_dynamodb(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [from_dynamodb(inner) for inner in value]
    if isinstance(value, set):
        return {from_dynamodb(inner) for inner in value}
    return value


def _placeholders(names: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    # DynamoDB refuses both as empty mappings.
    parameters: dict[str, Any] = {}
    if names:
        parameters["ExpressionAttributeNames"] = dict(names)
    if values:
        parameters["ExpressionAttributeValues"] = to_dynamodb(values)
    return parameters


def condition(when: ConditionBase | None, *, parameter: str = "ConditionExpression") -> dict[str, Any]:
    """The request parameters that say `when`; none when it is None."""
    if when is None:
        return {}
    built = ConditionExpressionBuilder().build_expression(when, is_key_condition=parameter == "KeyConditionExpression")
    names, values = built.attribute_name_placeholders, built.attribute_value_placeholders
    return {parameter: built.condition_expression, **_placeholders(names, values)}


def update(
    put: Mapping[str, Any], add: Mapping[str, int | float], remove: Sequence[str], when: ConditionBase | None
) -> dict[str, Any]:
    """The request parameters of an UpdateItem, which changes something.

    An attribute's name is taken whole: a dot in it is no path (in `when`, which is boto3's, it is).
    """
    if not (put or add or remove):
        raise ValueError("an update that changes nothing: read, or check in a transaction")
    names: dict[str, str] = {}
    values: dict[str, Any] = {}

    def name(attribute: str) -> str:
        placeholder = f"#u{len(names)}"
        names[placeholder] = attribute
        return placeholder

    def value(content: Any) -> str:
        placeholder = f":u{len(values)}"
        values[placeholder] = content
        return placeholder

    clauses = {
        "SET": [f"{name(key)} = {value(content)}" for key, content in put.items()],
        "ADD": [f"{name(key)} {value(content)}" for key, content in add.items()],
        "REMOVE": [name(key) for key in remove],
    }
    words = [f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts]
    only_if = condition(when)
    names |= only_if.pop("ExpressionAttributeNames", {})
    values |= only_if.pop("ExpressionAttributeValues", {})
    return {"UpdateExpression": " ".join(words), **only_if, **_placeholders(names, values)}
