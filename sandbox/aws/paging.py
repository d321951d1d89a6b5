"""EC2's lists: filters and pages (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html)."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from sandbox.aws.refused import Refused

MIN_RESULTS, MAX_RESULTS = 5, 1000

Item = dict[str, Any]
T = TypeVar("T")


def selected(items: Sequence[Item], params: Mapping[str, Any], names: Mapping[str, str]) -> list[Item]:
    """The items that every filter lets through; `names` says which member each filter name reads."""
    kept = list(items)
    for one in params.get("Filters", []):
        member = names.get(one.get("Name", ""))
        if member is None:
            raise Refused("InvalidParameterValue", f"The filter '{one.get('Name')}' is invalid")
        patterns = one.get("Values", [])
        kept = [item for item in kept if any(fnmatchcase(str(item.get(member)), pattern) for pattern in patterns)]
    return kept


def page(name: str, items: Sequence[Item], params: Mapping[str, Any], size: int) -> Item:
    """One page of `items` under `name`, with a NextToken when there are more."""
    asked = params.get("MaxResults")
    if asked is not None and not MIN_RESULTS <= asked <= MAX_RESULTS:
        raise Refused("InvalidParameterValue", f"Value ( {asked} ) for parameter maxResults is invalid. Use 5 to 1000.")
    shown, token = cut(items, params.get("NextToken"), asked or size)
    result: Item = {name: shown}
    if token is not None:
        result["NextToken"] = token
    return result


def cut(items: Sequence[T], token: str | None, size: int, code: str = "InvalidNextToken") -> tuple[list[T], str | None]:
    """`size` items from where `token` says, and the next ones' token; a token of nobody's is refused with `code`."""
    start = _start(token, code)
    end = start + size
    more = base64.urlsafe_b64encode(f"from {end}".encode()).decode() if end < len(items) else None
    return list(items[start:end]), more


def _start(token: str | None, code: str) -> int:
    if not token:
        return 0
    try:
        word, number = base64.urlsafe_b64decode(token).decode().split()
        if word == "from":
            return int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise Refused(code, "The specified NextToken is not valid")
