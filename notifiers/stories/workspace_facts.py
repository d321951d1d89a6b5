"""What a WorkSpace run is about, as facts: what was agreed to, how it ended, and each of several desktops."""

from collections.abc import Iterator

from aws_ops.csv_files import csv_text
from notifiers.message import Block, Fact, Facts, File, Table
from notifiers.stories.workspace_words import DESTROYS, Snapshot, count, error_of, listed, lost, names, short
from notifiers.times import say_duration, say_time

_COLUMNS = ("User", "WorkSpace", "Computer", "Result", "Why", "Seconds")
_SHOWN = 50  # rows of a table; a longer one goes as a file
_VERDICTS = {"granted": "yes", "refused": "no"}


def agreed(data: Snapshot, timezone: str) -> Facts:
    """What whoever decides has to know: whose, who asks and why, what is lost, who is connected, until when."""
    return Facts(items=(*_about(data), *_plan(data, timezone), *approval(data, timezone)))


def outcome(data: Snapshot, timezone: str) -> Facts:
    """How a run that is over ended, and who had a part in it."""
    facts = [*_about(data), *approval(data, timezone)]
    if data["answer"]:
        facts.append(Fact(label="Answer", value=f"{short(data['answer']['by'])}, {_at(data['answer'], timezone)}"))
    if data["phase"] in ("done", "failed"):
        facts += _result(data)
    if data["finished"]:
        facts.append(Fact(label="Over since", value=say_time(data["finished"], timezone)))
    return Facts(items=tuple(facts))


def took(data: Snapshot) -> int | None:
    """Seconds from the first call to AWS to the end; None where there was none."""
    asked = [target["requested"] for target in data["targets"] if target["requested"]]
    return data["finished"] - min(asked) if asked and data["finished"] else None


def targets_table(data: Snapshot) -> tuple[Block, ...]:
    """A row for each desktop where there are several: what failed comes first."""
    if data["total"] < 2:
        return ()
    rows = tuple(_row(target) for target in data["targets"][:_SHOWN])
    return (Table(columns=("User", "WorkSpace", "Result", "Why"), rows=rows),)


def report(data: Snapshot) -> tuple[File, ...]:
    """The desktops as a file, where a table has no room for them."""
    if data["total"] <= _SHOWN:
        return ()
    rows = []
    for target in data["targets"]:
        user, workspace, result, why = _row(target)
        seconds = target["finished"] - target["requested"] if target["finished"] and target["requested"] else ""
        rows.append((user, workspace, target["computer"] or "", result, why, seconds))
    return (File(name=f"{data['run']}.csv", content=csv_text(_COLUMNS, rows)),)


def named(target: Snapshot) -> str:
    """The computer's name and the id, as far as there are any."""
    known, computer = target["id"], target["computer"]
    return f"{computer} ({known})" if computer and known else computer or known or ""


def _about(data: Snapshot) -> Iterator[Fact]:
    one = data["targets"][0] if data["total"] == 1 and data["targets"] else None
    if one is not None:
        yield Fact(label="Desktop", value=_named(one))
        if data["owner"] and short(data["owner"]).lower() != one["user"].lower():
            yield Fact(label="Whose", value=short(data["owner"]))
    else:
        users = [target["user"] for target in data["targets"]]
        yield Fact(label="Desktops", value=f"{data['total']}: {listed(users, ', ', data['total'])}")
    yield Fact(label="Asked by", value=short(data["requester"]))
    if data["reason"] or data["op"] in DESTROYS:
        yield Fact(label="Why", value=data["reason"] or "no reason given")


def _named(target: Snapshot) -> str:
    return ", ".join(filter(None, (named(target), f"user {target['user']}")))


def _plan(data: Snapshot, timezone: str) -> Iterator[Fact]:
    plan = data["plan"]
    looked_at = "connected" in plan or ("bundle" in plan and data["op"] != "create")
    if looked_at and data["phase"] not in ("acting", "following"):
        who = {True: "somebody was", False: "nobody was", None: "AWS did not say who was"}[plan.get("connected")]
        yield Fact(label="Connected", value=f"{who} when it was asked for")
    if gone := lost(data, timezone):
        yield Fact(label="Lost", value="\n".join(gone))
    if data["op"] in DESTROYS:
        yield Fact(label="Can be undone", value="no")
    if plan.get("bundle"):
        image = f", image {plan['image']}" if plan.get("image") else ""
        yield Fact(label="Bundle", value=f"{plan['bundle']}{image}")
    if data["phase"] == "following" and (state := _state(data)):
        yield Fact(label="State", value=state)
    if plan.get("expected_min"):
        yield Fact(label="Takes", value=f"about {count(plan['expected_min'], 'minute')}")


def _state(data: Snapshot) -> str | None:
    one = data["targets"][0] if data["total"] == 1 and data["targets"] else None
    return one["state"] if one else None


def approval(data: Snapshot, timezone: str) -> Iterator[Fact]:
    """Until when it can be decided, by whom, and what was decided."""
    approval = data["approval"]
    if approval is None:
        return
    said = [
        f"{short(each['person'])}: {_VERDICTS[each['verdict']]}, {say_time(each['at'], timezone)}"
        + (f", {each['reason']}" if each["reason"] else "")
        for each in approval["decisions"]
    ]
    if approval["state"] == "open":
        deadline = say_time(approval["deadline"], timezone)
        yield Fact(label="Decide until", value=f"{deadline}; after that nothing is done")
        yield Fact(label="Who decides", value=_deciders(approval))
        if data["plan"].get("ask_s") and data["owner"]:
            patience = say_duration(data["plan"]["ask_s"])
            yield Fact(label="After that", value=f"{short(data['owner'])} is asked when it suits them, for {patience}")
    if said:
        yield Fact(label="Decided", value="\n".join(said))


def _deciders(approval: Snapshot) -> str:
    who, quorum = names(approval["approvers"]), approval["quorum"]
    if len(approval["approvers"]) == quorum:
        return who
    return f"{'one' if quorum == 1 else quorum} of {who}"


def _result(data: Snapshot) -> Iterator[Fact]:
    seconds = took(data)
    if data["total"] == 1 and data["failed"]:
        yield Fact(label="What went wrong", value=error_of(data))
    if data["total"] == 1 and _state(data):
        yield Fact(label="State", value=str(_state(data)))
    if data["total"] != 1:
        skipped = f", {data['skipped']} left alone" if data["skipped"] else ""
        yield Fact(label="Result", value=f"{data['done']} done, {data['failed']} failed{skipped}")
    if seconds is not None:
        yield Fact(label="Took", value=say_duration(seconds))


def _row(target: Snapshot) -> tuple[str, str, str, str]:
    result = target["outcome"] or target["state"] or ("asked" if target["requested"] else "waits")
    return target["user"], target["id"], result, target["error"] or ""


def _at(answer: Snapshot, timezone: str) -> str:
    words = {"now": "now", "soon": "in 15 minutes", "tonight": "tonight", "no": "not me"}
    return f"{words[answer['choice']]}, {say_time(answer['at'], timezone)}"
