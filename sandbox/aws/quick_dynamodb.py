"""Lets moto's DynamoDB give the same answers in a fraction of the time.

Most of what the tests wait for is moto reading the same few expressions again, walking their trees ten times an update,
and copying tables whole. What it checks and what it answers stay its own.
"""

import json
import random
from collections import deque
from collections.abc import Iterable
from functools import cache, lru_cache
from http import HTTPStatus
from typing import Any

from moto.core import responses as moto_responses
from moto.core.request import Request
from moto.core.utils import method_names_from_class
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.models.dynamo_type import DynamoType, LimitedSizeDict
from moto.dynamodb.models.utilities import bytesize
from moto.dynamodb.parsing.ast_nodes import (  # type: ignore[attr-defined]  # two files of moto's without types
    DepthFirstTraverser,
    Expression,
    Node,
    UpdateExpressionFunction,
)
from moto.dynamodb.parsing.expressions import UpdateExpressionParser  # type: ignore[attr-defined]
from moto.dynamodb.responses import DynamoHandler
from moto.moto_server.werkzeug_app import create_backend_app
from moto.utilities import aws_headers

from sandbox.aws import quick_tables
from sandbox.aws.httpd import StartResponse
from sandbox.aws.items import ITEM_OPERATIONS
from sandbox.aws.wire import Environ

_BINARY = (b'"B"', b'"BS"')

_LARGE = 300_000  # bytes, well below what an item may have

_set_measured = LimitedSizeDict.__setitem__
_read_once = lru_cache(maxsize=1024)(UpdateExpressionParser.make)  # moto copies a tree before it puts values into it
_parse_by_the_model = DynamoHandler.parse_parameters
_methods_of = method_names_from_class
_lex = ConditionExpressionParser._lex_condition_expression


def quicken_dynamodb() -> None:
    """From now on, in this process; said twice it is said once."""
    for owner, name, quick in (
        (UpdateExpressionParser, "make", staticmethod(_read_once)),
        (Node, "__deepcopy__", _copied_node),
        (Node, "find_clauses", _found_clauses),
        (DepthFirstTraverser, "traverse", _traversed),
        (LimitedSizeDict, "__setitem__", _set_within_limit),
        *quick_tables.QUICK,
        (ConditionExpressionParser, "_lex_condition_expression", _lexed),
        (DynamoHandler, "parse_parameters", _parsed),
        (moto_responses, "method_names_from_class", _methods_once),
        (moto_responses, "gen_amzn_requestid_long", _request_id),
        (aws_headers, "gen_amzn_requestid_long", _request_id),
    ):
        setattr(owner, name, quick)


def _lexed(parser: Any) -> Any:
    return deque(_words(parser.condition_expression))


@lru_cache(maxsize=1024)
def _words(expression: str) -> tuple[Any, ...]:
    """The words of a condition, which do not depend on what its names and values stand for."""
    return tuple(_lex(ConditionExpressionParser(expression, {}, {})))


@cache
def _methods_once(handler: Any) -> list[str]:
    return _methods_of(handler)


# -- walking trees


def _traversed(traverser: Any, root: Any) -> Any:
    """`DepthFirstTraverser.traverse`, asking once a walk what is processed, and once a class whether it is."""
    wanted = traverser._processing_map()
    prepares = type(traverser).pre_processing_of_child is not DepthFirstTraverser.pre_processing_of_child
    processes: dict[type, Any] = {}

    def walk(node: Any, child_id: int) -> Any:
        kind = type(node)
        if kind not in processes:
            processes[kind] = next((how for one, how in wanted.items() if issubclass(kind, one)), None)
        parent = node.parent
        for at, child in enumerate(node.children or ()):
            if prepares:
                traverser.pre_processing_of_child(node, at)
            if _is_node(child.__class__):
                walk(child, at)
        process = processes[kind]
        if process is not None:
            node = process(node)
            node.parent = parent
            if parent:
                parent.children[child_id] = node
        return node

    return walk(root, -1)


def _found_clauses(node: Any, kinds: Any) -> list[Any]:
    """`Node.find_clauses`, which asks two abstract classes of each child."""
    found: list[Any] = []
    for child in node.children or ():
        kind = child.__class__
        if kind in kinds:
            found.append(child)
        elif _has_clauses(kind):
            found += _found_clauses(child, kinds)
    return found


@cache
def _is_node(kind: Any) -> bool:
    return issubclass(kind, Node)


@cache
def _has_clauses(kind: Any) -> bool:
    return issubclass(kind, Expression | UpdateExpressionFunction)


# -- copying


def _copied_node(node: Any, memo: Any) -> Any:
    copied = object.__new__(type(node))
    copied.__dict__.update(node.__dict__)
    if node.children is not None:
        copied.children = [_copied_child(child, copied, memo) for child in node.children]
    return copied


def _copied_child(child: Any, parent: Any, memo: Any) -> Any:
    if not _is_node(child.__class__):
        return child  # a name or a number: trees are copied before values are put into them
    copied = _copied_node(child, memo)
    copied.parent = parent
    return copied


# -- measuring


def _set_within_limit(attributes: Any, name: str, value: Any) -> None:
    """`LimitedSizeDict.__setitem__`, which measures the whole item each time: only where it may be too large."""
    size = bytesize(name) + (value.size() if type(value) is DynamoType else bytesize(str(value)))
    most = attributes.__dict__.get("most", 0 if not attributes else _LARGE) + size
    if most >= _LARGE:
        _set_measured(attributes, name, value)
    else:
        attributes.most = most  # what is replaced or removed is not taken off: it is never less than the size
        dict.__setitem__(attributes, name, value)


# -- requests


def _parsed(handler: Any, request: Any) -> None:
    """The parameters of item operations are the body's JSON as it is, but for binary values."""
    body = request.data
    if handler._get_action() not in ITEM_OPERATIONS or any(mark in body for mark in _BINARY):
        _parse_by_the_model(handler, request)
    else:
        handler.params = json.loads(body)


def _request_id(headers: dict[str, Any] | None = None) -> str:
    """A new one; moto chooses each of its 52 characters by itself."""
    made = f"{random.getrandbits(208):052X}"
    if headers is not None:
        headers["x-amzn-requestid"] = made
    return made


class _Request(Request):
    from_wsgi_server = True


def backend_app(service: Any) -> Any:
    """moto's application of a service; DynamoDB's, which has one path, does without Flask."""
    return _dynamodb if service == "dynamodb" else create_backend_app(service)


def _dynamodb(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    request = _Request(environ)
    url = f"http://{environ['HTTP_HOST']}{environ['PATH_INFO']}"  # read for the region, which no host of ours names
    status, headers, body = DynamoHandler.dispatch(request, url, dict(request.headers))
    start_response(
        f"{status} {HTTPStatus(int(status)).phrase}", [(name, str(value)) for name, value in headers.items()]
    )
    return [body.encode() if isinstance(body, str) else body]
