"""DynamoDB's item operations as moto answers them, for who is in this process: no HTTP is written and read again."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb.responses import DynamoHandler
from werkzeug.exceptions import HTTPException

from sandbox.aws.items import ITEM_OPERATIONS
from sandbox.aws.world import ACCOUNT, REGION

_METHODS = {operation: camelcase_to_underscores(operation) for operation in ITEM_OPERATIONS}
_JSON = "application/x-amz-json-1.0"


def answer(operation: str, params: dict[str, Any]) -> tuple[int, Mapping[str, Any]]:
    """The status, and the answer as it would be on the wire; `params` are as they would be, too."""
    handler = DynamoHandler()
    handler.headers = {"x-amz-target": f"DynamoDB_20120810.{operation}", "Content-Type": _JSON}
    handler.querystring, handler.response_headers = {}, {}
    handler.region, handler.partition, handler.current_account = REGION, "aws", ACCOUNT
    handler.body = handler.params = params
    try:
        result: ActionResult = getattr(handler, _METHODS[operation])()
    except ServiceException as refused:
        result = ActionResult(refused)
    except HTTPException as refused:  # moto has both
        return refused.code or HTTPStatus.BAD_REQUEST, json.loads(str(refused.description))
    status, _, body = handler.serialized(result)
    return status, json.loads(body)
