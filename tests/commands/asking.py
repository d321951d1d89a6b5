"""Somebody who asks for a row of the table of authorisation, in either chat, and what comes of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from moto.dynamodb.models import dynamodb_backends

from aws_ops import approvals, runs, workspace_runs
from aws_ops.bucket import Rate
from aws_ops.fleet import fleet
from aws_ops.workspace_runs import Order, Target
from commands import COMMANDS
from commands.command import Arguments, Command, Context, Reply
from commands.request import Person, Request
from notifiers import alert_items, subscription_items
from notifiers.alerts.alert import Alert, fingerprint
from notifiers.message import line
from notifiers.place import Place, Platform, Recipient
from notifiers.subscriptions import Filter
from sandbox.aws import workspaces_seed as seed
from sandbox.aws.world import ACCOUNT, REGION, TABLE
from sandbox.teams.people import OBJECT_IDS
from tests.commands import upgrades
from tests.commands.authorisation import ADMIN, APPROVER, EVERYBODY, OPERATOR, STAFF, Row
from tests.commands.conftest import ELSEWHERE, IDS, ONE_ENDPOINT, TEAM, TENANT, VPN, Chat

Via = Literal["typed", "button", "form"]
VIAS: tuple[Via, ...] = ("typed", "button", "form")
PLACES = {"slack": VPN, "teams": Place(scheme="teams", id="19:vpn@thread.tacv2")}
USERS: Mapping[Platform, Mapping[str, str]] = {"slack": IDS, "teams": OBJECT_IDS}
ASKER, KEY = "mika", "mika@example.com"
RATE = Rate(per_s=1000, burst=1000)

_READING = re.compile(r"\.(Get|Describe|Query|List)")
_KEPT = re.compile(r"(AUDIT|SEEN|WHAT|BUCKET)#")  # what asking leaves in the table, whatever comes of it


def configuration(role: str) -> str:
    """Oda is an operator, Ada an approver and Alex an admin; and Mika has this role beside being staff."""
    holders = {OPERATOR: ["oda"], APPROVER: ["ada"], ADMIN: ["alex"]}
    if role != STAFF:
        holders[role].append(ASKER)
    lines = []
    for name, people in holders.items():
        slack, teams = (", ".join(USERS[platform][one] for one in people) for platform in USERS)
        emails = ", emails: [oda@example.com]" if name == OPERATOR else ""
        lines.append(f"  {name}: {{slack_users: [{slack}], teams_users: [{teams}]{emails}}}\n")
    return f"roles:\n{''.join(lines)}{ONE_ENDPOINT[ONE_ENDPOINT.index('admin_place') :]}"


@dataclass(frozen=True)
class Outcome:
    """What came of a request: what was said, asked for in a form and begun; AWS's `changes` (calls) have no reads."""

    said: tuple[str, ...]
    forms: int
    reached: tuple[str, ...]
    changes: Mapping[str, int]

    @property
    def answer(self) -> str:
        """The one thing that was said."""
        (answer,) = self.said
        return answer


class Asker:
    """Mika, with one role, in one chat; what they may is only seen to begin, unless it is done `really`."""

    def __init__(self, chat: Chat, platform: Platform, role: str, *, really: bool = False) -> None:
        self.chat, self.platform, self._really = chat, platform, really
        chat.use(configuration(role))
        for name, user in USERS["teams"].items():
            if name in IDS:
                key = f"{name}@example.com"
                chat.known.people[user] = Person(platform="teams", user=user, key=key, name=name, timezone="Asia/Tokyo")
        self._reached: list[str] = []
        self._watched = self.chat.dispatcher_of(tuple(map(self._watch, COMMANDS)))
        self._real = self.chat.dispatcher_of(COMMANDS)
        self._runs: dict[str, str] = {}
        self._make_alerts()
        # Who is whose is read now, so that afterwards every call is what was asked for.
        fleet(chat.desk, RATE)

    async def asks(self, row: Row, via: Via, **more: Any) -> Outcome:
        """Ask for it, typed, by a button or by a form."""
        self._forget_what_was_asked()
        request = self.request(row, via, **more)
        said, forms, reached = len(self.chat.said.private), len(self.chat.said.forms), len(self._reached)
        before = self._changes()
        # What nobody may is refused by what does it.
        real = self._really or row.but
        await (self._real if real else self._watched).handle(request)
        after = self._changes()
        return Outcome(
            said=tuple(message.summary for _, message in self.chat.said.private[said:]),
            forms=len(self.chat.said.forms) - forms,
            reached=tuple(self._reached[reached:]),
            changes={call: count - before.get(call, 0) for call, count in after.items() if count != before.get(call)},
        )

    def request(self, row: Row, via: Via, **more: Any) -> Request:
        """The row as it arrives from the chat."""
        user = USERS[self.platform][ASKER]
        form = via == "form"
        if self._really:
            self._runs.clear()
        words: dict[str, Any] = {
            "platform": self.platform,
            "team": TEAM if self.platform == "slack" else TENANT,
            "recipient": Recipient(platform=self.platform, user=user, reply_to="https://hooks.example.com/1"),
            "via": via,
            "arguments": {name: self.fill(value) for name, value in row.fields.items()} if form else None,
        }
        text = row.command if form else self.fill(row.text)
        return self.chat.request(user, text, PLACES[self.platform], **(words | more))

    def fill(self, text: str) -> str:
        """The text with what the words in braces stand for."""
        return re.sub(r"{(\w+)}", lambda found: self._name(found[1]), text)

    def kept(self) -> dict[tuple[str, str], Any]:
        """Every item of the table that is not there merely because somebody asked."""
        client = self.chat.desk.sessions.client("dynamodb")
        pages = client.get_paginator("scan").paginate(TableName=self.chat.desk.table.name)
        items = [item for page in pages for item in page["Items"]]
        keyed = {(item["pk"], item["sk"]): item for item in items}
        return {key: item for key, item in keyed.items() if not _KEPT.match(key[0])}

    def _forget_what_was_asked(self) -> None:
        """The audit is empty again: moto copies the whole table for whatever is written."""
        items = dynamodb_backends[ACCOUNT][REGION].tables[TABLE].items
        for key in [key for key in items if _KEPT.match(key.value)]:
            del items[key]

    def make_no_runs(self) -> None:
        """Whatever run a row names, there is none."""
        self._runs = dict.fromkeys(_ORDERS, NAMES["missing_run"]) | dict.fromkeys(_UPGRADES, NAMES["missing_upgrade"])

    async def make_runs(self) -> None:
        """Everything that a row may name is there."""
        for name in _ORDERS:
            self._run(name)
        for name in _UPGRADES:
            self._upgrade(name)
        await self._real.handle(self.request(Row("vpn on", "", {}, EVERYBODY), "typed"))

    def _make_alerts(self) -> None:
        """One about Mika's desktop, one about Ren's; and a subscription wherever Mika may end one."""
        table = self.chat.desk.table
        for about, workspace in _ALERTS.items():
            alert_items.accept(table, _ALERT.model_copy(update={"about": about, "resources": (workspace,)}))
        for place in (f"person:{KEY}", str(PLACES[self.platform]), *(self._place(name) for name in _PLACES)):
            what = Filter(kinds=("disk",))
            wanted = subscription_items.subscription(place, what, severity="info", hours=None, by=KEY, scope="all")
            subscription_items.write(table, wanted)

    def _place(self, name: str) -> str:
        """A place of this chat where everybody is, or one of the other chat."""
        return _PLACES[name][self.platform]

    def _name(self, name: str) -> str:
        if name in _PLACES:
            return self._place(name)
        if name in _ORDERS:
            return self._run(name)
        if name in _UPGRADES:
            return self._upgrade(name)
        if name == "others_ending":
            return self._run("others_request")[-6:]
        users = USERS[self.platform]
        return {"own_mention": f"@{users[ASKER]}", "others_mention": f"@{users['ren']}"}.get(name) or NAMES[name]

    def _run(self, name: str) -> str:
        """A run like this, that is there already or begins now. Of a WorkSpace of its own, so that none is in a way."""
        if name not in self._runs:
            requester, owner, approval = _ORDERS[name]
            target = Target(f"ws-0f{next(self.chat._ids):07}", owner.partition("@")[0], None)
            order = replace(_ORDER, targets=(target,), requester=requester, owner=owner, approval=approval)
            run = workspace_runs.begin(self.chat.desk, order, ()).run
            assert run is not None
            self._runs[name] = run
            # Its card is posted: what nobody was shown nobody decides.
            self.chat.desk.table.put({"pk": f"CARD#{run}", "sk": "person:ada@example.com", "seq": 1})
        return self._runs[name]

    def _upgrade(self, name: str) -> str:
        """An upgrade like this, that is there already or begins now, of a bundle of its own."""
        if name not in self._runs:
            requester, phase, gate = _UPGRADES[name]
            now, bundle = int(self.chat.aws.workspaces.now()), f"wsb-0f{next(self.chat._ids):07}"
            order = upgrades.order(requester=requester, bundle=bundle)
            more: dict[str, Any] = {"gate": {"wave": 1, "state": "open", "by": None, "at": now}} if gate else {}
            run = upgrades.begun(self.chat.desk, now, order, phase, **more)
            if phase == "failed":
                self.chat.desk.table.update(*runs.run_key(run), set=runs.closed(run, now))
            self._runs[name] = run
        return self._runs[name]

    def _changes(self) -> dict[str, int]:
        calls = self.chat.aws.calls()
        return {name: count for name, count in calls.items() if isinstance(count, int) and not _READING.search(name)}

    def _watch(self, command: Command[Any]) -> Command[Any]:
        """The same command, of which only is noted that it begins."""

        async def begins(_: Context, __: Arguments) -> Reply:
            self._reached.append(command.words)
            return line("It begins.")

        return replace(command, run=begins, confirm=None)


NAMES = {
    "missing_upgrade": "upgrade-01jd2x3y4z5a6b7c8d9e0f1g2h",
    "new_image": seed.NEW_IMAGE,
    "own_id": seed.MIKAS,
    "own_computer": "WSAMZN-A1B2C3D1",
    "own_user": ASKER,
    "own_email": KEY,
    "own_tag": "tag:Env=Prod",
    "others_id": seed.RENS,
    "others_computer": "WSAMZN-A1B2C3D2",
    "others_user": "ren",
    "others_email": "ren@example.com",
    "others_tag": "tag:Team=Finance",
    "protected_id": seed.PROTECTED,
    "twins_user": seed.TWIN,
    "missing_id": "ws-0a1b2c3d9",
    "missing_user": "nobody.at.all",
    "missing_tag": "tag:Env=Prob",
    "own_alert": fingerprint("alarm mika"),
    "others_alert": fingerprint("alarm ren"),
    "missing_alert": "0123456789",
    "missing_run": "workspace-01jd2x3y4z5a6b7c8d9e0f1g2h",
    "newcomer": seed.NEWCOMERS[0],
    "bundle": seed.STANDARD,
    "directory": seed.CORP,
}
_PLACES: Mapping[str, Mapping[Platform, str]] = {
    "joined_place": {"slack": str(ELSEWHERE), "teams": "teams:19:help@thread.tacv2"},
    "other_chats_place": {"slack": "teams:19:help@thread.tacv2", "teams": str(ELSEWHERE)},
}
_ALERTS = {"alarm mika": seed.MIKAS, "alarm ren": seed.RENS}
_ALERT = Alert(
    kind="cpu",
    about="",
    state="open",
    at=1.0,
    key="1",
    severity="warning",
    title="CPU is high",
    summary="It is.",
    lasting=True,
)
_TERMS = approvals.Terms(quorum=1, deadline_s=8 * 3600, remind_s=3600, approvers=("ada@example.com", KEY))
_REN, _ODA = "ren@example.com", "oda@example.com"
# Who asked, whose desktop it is, and what has to approve it.
_ORDERS = {
    "own_run": (KEY, _REN, None),
    "own_request": (KEY, _REN, _TERMS),
    "about_mine": (_ODA, KEY, None),
    "about_others": (_ODA, _REN, None),
    "others_request": (_ODA, _REN, _TERMS),
}
# Who asked, how far it has come, and whether it waits for its go-on.
_UPGRADES = {
    "own_upgrade": (KEY, "running", False),
    "others_upgrade": (_ODA, "gate", True),
    "own_gate": (KEY, "gate", True),
    "over_upgrade": (_ODA, "failed", False),
}
_ORDER = Order(
    op="rebuild",
    targets=(),
    requester=KEY,
    owner=None,
    owner_consents=False,
    reason=None,
    ask_s=1800,
    silence="stop",
    patience_s=43_200,
    approval=None,
    digest=None,
    new=None,
    rate=RATE,
    role=None,
    tick_s=30,
    plan={"expected_min": 40},
)
