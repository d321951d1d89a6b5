"""The Lambda functions of the simulated account, by name; their code is imported when they are first invoked."""

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.aws.refused import Refused

Handler = Callable[[Any, Any], Any]

ALIASES = frozenset({"live", "$LATEST"})

_NAMED = re.compile(
    r"(?:(?:arn:aws:lambda:[a-z0-9-]+:)?\d{12}:function:)?(?P<name>[A-Za-z0-9_-]{1,64})(?::(?P<qualifier>[\w$.-]+))?"
)


@dataclass(frozen=True)
class Function:
    """A function: durable or plain, its code a handler or a `module:attribute` to import."""

    name: str
    code: Handler | str
    durable: bool

    def handler(self) -> Handler:
        """The handler; raises ImportError or AttributeError when the code is not there."""
        if not isinstance(self.code, str):
            return self.code
        module, attribute = self.code.split(":")
        loaded: Handler = getattr(importlib.import_module(module), attribute)
        return loaded


class Functions:
    """Every function of the account."""

    def __init__(self, account: str, region: str, prefix: str) -> None:
        self._arn = f"arn:aws:lambda:{region}:{account}:function"
        self._functions: dict[str, Function] = {}
        self.register(f"{prefix}vpn", "aws_ops.workflows.vpn:handler")
        self.register(f"{prefix}workspace", "aws_ops.workflows.workspace:handler")
        self.register(f"{prefix}upgrade", "aws_ops.workflows.upgrade:handler")
        for name, module in (("sweep", "sweep"), ("forward", "forward_event"), ("watch", "watch")):
            self.register(f"{prefix}{name}", f"aws_ops.lambdas.{module}:handler", durable=False)

    def register(self, name: str, code: Handler | str, *, durable: bool = True) -> None:
        """Add a function, or give it other code."""
        self._functions[name] = Function(name, code, durable)

    def find(self, named: str, qualifier: str | None) -> tuple[Function, str | None]:
        """The function that a caller names by name or ARN, and its qualifier; raises `Refused` when there is none."""
        match = _NAMED.fullmatch(named)
        if match is None:
            raise Refused("InvalidParameterValueException", f"{named!r} is not a function's name or ARN")
        qualifier = qualifier or match["qualifier"]
        found = self._functions.get(match["name"])
        if found is None or (qualifier is not None and qualifier not in ALIASES):
            raise Refused("ResourceNotFoundException", f"Function not found: {self.arn(match['name'], qualifier)}")
        return found, qualifier

    def arn(self, name: str, qualifier: str | None = None) -> str:
        return f"{self._arn}:{name}" + (f":{qualifier}" if qualifier else "")
