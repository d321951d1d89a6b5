"""What runs say of themselves: a fact with their newest snapshot, at once or as something owed.

A fact that belongs to a write is owed by it (`owes#<fact>` in the run's `META`), so that whoever looks next says it.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from boto3.dynamodb.conditions import Attr

from aws_ops.announce import announce
from aws_ops.desk import Desk
from aws_ops.runs import run_key
from aws_ops.table import Item

_OWES = "owes#"


def owes(fact: str, now: int) -> Item:
    """The attribute of a run that says that this is to be announced."""
    return {f"{_OWES}{fact}": now}


def owed(meta: Item, facts: Sequence[str]) -> list[str]:
    """What is to be announced, in the order in which it came, else in that of `facts`."""
    found = {name.removeprefix(_OWES): at for name, at in meta.items() if name.startswith(_OWES)}
    return sorted(found, key=lambda fact: (found[fact], facts.index(fact)))


def pay(desk: Desk, meta: Item, facts: Sequence[str], tell: Callable[[str], None]) -> bool:
    """Announce what the run owes; whether that was anything. Raises ClientError, BotoCoreError."""
    due = owed(meta, facts)
    for fact in due:
        tell(fact)
        # Only after it was said; and not what is owed anew since.
        name = f"{_OWES}{fact}"
        desk.table.update(*run_key(meta["run"]), remove=(name,), when=Attr(name).eq(meta[name]))
    return bool(due)


def tell(
    desk: Desk, run: str, fact: str, snapshot: Callable[[], Mapping[str, Any]], mark: Callable[[Any], str]
) -> None:
    """Announce a fact with the newest snapshot, and remember in the run, by its `mark`, what was shown last.

    Raises LookupError when there is no such run, ClientError.
    """
    kept: dict[str, str] = {}

    def data() -> Mapping[str, Any]:
        newest = snapshot()
        kept["shown"] = mark(newest)
        return newest

    seq = announce(desk, run, fact, data)
    newest = Attr("shown_seq").not_exists() | Attr("shown_seq").lt(seq)
    desk.table.update(*run_key(run), set={**kept, "shown_seq": seq}, when=newest)


def digest(snapshot: Mapping[str, Any]) -> str:
    """A short text that is another whenever something in it has changed."""
    return hashlib.sha256(json.dumps(snapshot, sort_keys=True).encode()).hexdigest()[:16]
