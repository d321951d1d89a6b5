"""AWS's own model of WorkSpaces, as botocore brings it."""

import re
from functools import cache

from botocore.model import ServiceModel, StringShape
from botocore.session import Session


@cache
def _model() -> ServiceModel:
    return Session().get_service_model("workspaces")


def documentation(operation: str) -> str:
    """What the model says of an operation, without markup."""
    return re.sub(r"<[^>]*>", "", _model().operation_model(operation).documentation)


def enum(shape: str) -> list[str]:
    """The values of an enumeration."""
    found = _model().shape_for(shape)
    assert isinstance(found, StringShape)
    return list(found.enum)
