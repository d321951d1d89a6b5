"""What the CloudFormation template of `infra/` sets up for events: its rules, its topics, and who hears them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sandbox.aws.patterns import Pattern
from sandbox.aws.world import ACCOUNT, PREFIX, REGION

TEMPLATE = Path(__file__).parents[2] / "infra" / "alerts.yaml"

_PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": PREFIX.rstrip("-"),
    "AWS::URLSuffix": "amazonaws.com",
}
_NAMED_BY = {
    "AWS::Events::Rule": "Name",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
}
_ARNS = {
    "AWS::Events::Rule": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/",
    "AWS::Lambda::Function": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:",
    "AWS::SNS::Topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:",
    "AWS::SQS::Queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:",
}
_VARIABLE = re.compile(r"\$\{([^!][^}]*)\}")


@dataclass(frozen=True)
class Rule:
    """An EventBridge rule that is enabled; `functions` are the names of the Lambda functions that it invokes."""

    name: str
    pattern: Pattern
    functions: tuple[str, ...]


@dataclass(frozen=True)
class Topic:
    """An SNS topic; `functions` are the names of the Lambda functions that are subscribed."""

    arn: str
    functions: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    """The part of the template that the simulated bus and topics go by."""

    rules: tuple[Rule, ...]
    topics: tuple[Topic, ...]

    def topic(self, arn: str) -> Topic | None:
        return next((one for one in self.topics if one.arn == arn), None)


@cache
def template(path: Path = TEMPLATE) -> Template:
    """The template, read once. Raises OSError, and ValueError for a rule that AWS would refuse."""
    return parsed(path.read_text(encoding="utf-8"))


def parsed(text: str) -> Template:
    """The template that `text` is. Raises ValueError for a rule that AWS would refuse."""
    stack = _Stack(yaml.load(text, Loader=_Loader))  # noqa: S506 - a SafeLoader that also takes CloudFormation's tags
    return Template(tuple(stack.rules()), tuple(stack.topics()))


class _Stack:
    """A template's resources, with what they say of each other resolved."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._resources: Mapping[str, Any] = document["Resources"]
        defaults = {name: one.get("Default", "") for name, one in document.get("Parameters", {}).items()}
        self._values = defaults | _PSEUDO

    def rules(self) -> Iterator[Rule]:
        for logical, properties in self._of("AWS::Events::Rule"):
            if "EventPattern" in properties and properties.get("State", "ENABLED") == "ENABLED":
                arns = [self._resolved(target["Arn"]) for target in properties["Targets"]]
                pattern = Pattern(self._resolved(properties["EventPattern"]))
                yield Rule(self._name(logical), pattern, _functions(arns))

    def topics(self) -> Iterator[Topic]:
        endpoints: dict[str, list[str]] = {self._arn(logical): [] for logical, _ in self._of("AWS::SNS::Topic")}
        for logical, properties in self._of("AWS::SNS::Topic"):
            endpoints[self._arn(logical)] += [self._resolved(one) for one in _lambdas(properties.get("Subscription"))]
        for _, properties in self._of("AWS::SNS::Subscription"):
            for endpoint in _lambdas([properties]):
                endpoints.setdefault(self._resolved(properties["TopicArn"]), []).append(self._resolved(endpoint))
        for arn, subscribed in endpoints.items():
            yield Topic(arn, _functions(subscribed))

    def _of(self, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for logical, resource in self._resources.items():
            if resource["Type"] == kind:
                yield logical, resource.get("Properties", {})

    def _name(self, logical: str) -> str:
        resource = self._resources[logical]
        own = resource.get("Properties", {}).get(_NAMED_BY.get(resource["Type"], ""))
        return str(self._resolved(own)) if own else f"{_PSEUDO['AWS::StackName']}-{logical}"

    def _arn(self, logical: str) -> str:
        return _ARNS.get(self._resources[logical]["Type"], "arn:aws:") + self._name(logical)

    def _resolved(self, node: Any) -> Any:
        """`node` with references, attributes and substitutions in place of CloudFormation's functions."""
        if isinstance(node, list):
            return [self._resolved(one) for one in node]
        if not isinstance(node, Mapping):
            return node
        if len(node) == 1:
            ((name, value),) = node.items()
            if name == "Ref":
                return self._named(value)
            if name == "Fn::GetAtt":
                return self._named(value if isinstance(value, str) else ".".join(value))
            if name == "Fn::Sub":
                return self._substituted(value)
        return {name: self._resolved(value) for name, value in node.items()}

    def _substituted(self, value: Any) -> str:
        text, own = (value, {}) if isinstance(value, str) else value
        return _VARIABLE.sub(lambda found: str(self._resolved(own.get(found[1], {"Ref": found[1]}))), text)

    def _named(self, name: str) -> Any:
        """What a reference (`Topic`) or an attribute (`Topic.TopicArn`) stands for."""
        if name in self._values:
            return self._values[name]
        logical, _, attribute = name.partition(".")
        if attribute.endswith("Arn") or self._resources[logical]["Type"] == "AWS::SNS::Topic":
            return self._arn(logical)
        return self._name(logical)


def _lambdas(subscriptions: Any) -> list[Any]:
    return [one["Endpoint"] for one in subscriptions or () if one["Protocol"] == "lambda"]


def _functions(arns: list[Any]) -> tuple[str, ...]:
    """The names of those that are functions' ARNs, with an alias or without."""
    return tuple(str(arn).split(":")[6] for arn in arns if ":function:" in str(arn))


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms: `!Ref X` is `{"Ref": "X"}`, `!Sub` and the others `{"Fn::Sub": …}`."""


def _tagged(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]  # the third kind of node
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _tagged)
