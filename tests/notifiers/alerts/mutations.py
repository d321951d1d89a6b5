"""Events as they should never come: keys missing, values of other types, too long, or written to break a chat."""

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.notifiers.nasty import FRAGMENTS

_LONG = "<!channel> & *x* " * 12_000  # 200 KB
_OTHER_TYPES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**70, 1e308, float("nan"), float("inf"), "", " ", "text", "[]", '{"a": 1}'),
    *([], {}, [None], [[[]]], {"": {}}, [{"a": [1, None, {"b": "c"}]}]),
)
_HOSTILE = (
    *FRAGMENTS,
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "[your bank](https://evil.example) **bold** <at>everybody</at>",
    "\ud800 half a character",
    "ws-1 --all\nvpn off tokyo",
    "https://evil.example/@aws.amazon.com",
    "e" * 3_000,
)


@dataclass
class _Json:
    """A text that is JSON, opened so that what is in it can be changed."""

    value: Any


def mutated(event: Any, rng: random.Random) -> Any:
    """`event` with one to three changes."""
    whole = _Json(_opened(copy.deepcopy(event)))
    for _ in range(rng.randint(1, 3)):
        places = list(_places(whole))
        if not places:
            break
        holder, key = rng.choice(places[:12] if rng.random() < 0.2 else places)
        _change(holder, key, rng)
    return _closed(whole.value)


def wrapped(event: Any, rng: random.Random) -> Any:
    """`event` among records, or as a topic carries it where it is one of EventBridge's."""
    by_topic = {"EventSource": "aws:sns", "Sns": {"MessageId": "m1", "Message": json.dumps(event)}}
    ways: list[Any] = [{"Records": [event]}]
    if isinstance(event, dict) and "detail-type" in event:
        ways += [by_topic, {"Records": [by_topic]}]
    return rng.choice(ways)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each value that has none inside, and where it is: `detail.state.value`, also in texts that are JSON."""
    value = _opened(value)
    value = value.value if isinstance(value, _Json) else value
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, value.strip() if isinstance(value, str) else value


def _change(holder: Any, key: Any, rng: random.Random) -> None:
    match rng.choice(["missing", "other", "other", "long", "hostile", "hostile"]):
        case "missing":
            del holder[key]
        case "other":
            holder[key] = copy.deepcopy(rng.choice(_OTHER_TYPES))
        case "long":
            holder[key] = _LONG
        case _:
            holder[key] = "".join(rng.choices(_HOSTILE, k=rng.randint(1, 4)))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Everything that can be changed: in what, and under which key."""
    if isinstance(value, _Json):
        yield from _places(value.value)
    elif isinstance(value, dict | list):
        for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
            yield value, key
            yield from _places(inner)


def _opened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _opened(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_opened(inner) for inner in value]
    if isinstance(value, str) and value[:1] == "{":
        try:
            return _Json(_opened(json.loads(value)))
        except ValueError:
            return value
    return value


def _closed(value: Any) -> Any:
    if isinstance(value, _Json):
        return json.dumps(_closed(value.value))
    if isinstance(value, dict):
        return {key: _closed(inner) for key, inner in value.items()}
    return [_closed(inner) for inner in value] if isinstance(value, list) else value
