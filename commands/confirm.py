"""Confirmations: a token that lets one person do one thing, once, soon, where they asked or were asked.

`CONFIRM#token`/`CONFIRM` says what it is for; `CONFIRM#token`/`USED` that it is spent.
"""

import hashlib
import json
import re
import secrets
from dataclasses import asdict, dataclass

from aws_ops import clock
from aws_ops.table import Table
from commands.command import Plan, Refusal
from notifiers.message import Button, Message, Text
from notifiers.place import Place

SECONDS = 5 * 60

# Kept longer than they are good for, so that a late click is told what it is.
_KEPT_SECONDS = 24 * 3600
_ASKED = re.compile(r"\s*/?(?:deskside\s+)?confirm\s+([0-9a-f]{32})\s*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Confirmation:
    """What a token is good for; `places` as they are written, `until` in epoch seconds."""

    token: str
    person: str
    text: str
    digest: str
    places: tuple[str, ...]
    until: int


def token_in(text: str) -> str | None:
    """The token of "confirm <token>" (typed: "deskside confirm <token>"); None when `text` is something else."""
    match = _ASKED.fullmatch(text)
    return match[1].lower() if match else None


def digest(plan: Plan) -> str:
    """The same for two plans exactly when they would do the same."""
    facts = json.dumps(plan.facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(facts.encode()).hexdigest()


def make(table: Table, person: str, text: str, plan: Plan, places: tuple[Place, ...]) -> Confirmation:
    """Write a new one, good for 5 minutes in any of `places`.

    Raises RuntimeError where the token exists, which 128 bits rule out.
    """
    now = clock.epoch()
    where = tuple(dict.fromkeys(map(str, places)))
    made = Confirmation(secrets.token_hex(16), person, text, digest(plan), where, now + SECONDS)
    item = {"pk": f"CONFIRM#{made.token}", "sk": "CONFIRM", **asdict(made), "expires": now + _KEPT_SECONDS}
    if not table.create(item):
        raise RuntimeError("a confirmation has this new token already")
    return made


def find(table: Table, token: str, person: str, place: Place) -> Confirmation:
    """The confirmation, if this person may use it here and now. Raises Refusal with a sentence saying why not."""
    item = table.get(f"CONFIRM#{token}", "CONFIRM")
    if item is None:
        raise Refusal("This confirmation is not known, so nothing was done; ask for the command again.")
    fields = {name: item[name] for name in Confirmation.__dataclass_fields__}
    found = Confirmation(**{**fields, "places": tuple(item["places"])})
    if found.person != person:
        raise Refusal("Only the person who asked for this can confirm it, so nothing was done.")
    if str(place) not in found.places:
        raise Refusal(
            "This can only be confirmed in the place where it was asked for, or where the question was shown, "
            "so nothing was done."
        )
    if table.get(f"CONFIRM#{token}", "USED"):
        raise _used()
    if clock.epoch() >= found.until:
        raise Refusal(f"This confirmation was good for 5 minutes, so nothing was done; type /{found.text} again.")
    return found


def use(table: Table, confirmation: Confirmation) -> None:
    """Spend it. Raises Refusal when it is spent already."""
    now = clock.epoch()
    used = {"pk": f"CONFIRM#{confirmation.token}", "sk": "USED", "at": now, "expires": now + _KEPT_SECONDS}
    if not table.create(used):
        raise _used()


def stands(confirmation: Confirmation, plan: Plan | None, text: str) -> bool:
    """Whether it would do what was confirmed; `text` is the command as it reads now, with everything filled in."""
    if plan is None:
        # Nothing has to be asked any more. It may be about another thing all the same: of a tag only one may be left.
        return text == confirmation.text
    return digest(plan) == confirmation.digest


def changed(confirmation: Confirmation) -> Refusal:
    """What to say when the plan is another one by now."""
    again = f"type /{confirmation.text} to see it as it is now"
    return Refusal(f"What this would do has changed since you were asked, so nothing was done; {again}.")


def question(plan: Plan, confirmation: Confirmation) -> Message:
    """What is shown before: the plan, and the button that is the confirmation."""
    button = Button(label=plan.label, command=f"confirm {confirmation.token}", style="danger")
    note = Text.of("Nothing happens unless you confirm within 5 minutes.", quiet=True)
    return plan.message.model_copy(
        update={"blocks": (*plan.message.blocks, note), "buttons": (button, *plan.message.buttons)}
    )


def _used() -> Refusal:
    return Refusal("This was confirmed already, so nothing more was done.")
