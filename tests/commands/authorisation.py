"""Who may do what, written by hand from the design's table of roles; nothing here comes from the code.

Words in braces stand for what whoever reads the table has: `{own_id}` is the id of the asker's own WorkSpace,
`{about_mine}` a run that would change it and that somebody else asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass

STAFF, OPERATOR, APPROVER, ADMIN = "staff", "operator", "approver", "admin"
ROLES = (STAFF, OPERATOR, APPROVER, ADMIN)
EVERYBODY = frozenset(ROLES)  # whoever has a role is staff too
OPERATORS, APPROVERS, ADMINS = frozenset({OPERATOR}), frozenset({APPROVER}), frozenset({ADMIN})

NAMED_OWN = ("me", "{own_id}", "{own_computer}", "{own_user}", "{own_email}", "{own_mention}")
NAMED_OTHERS = (
    *("{others_id}", "{others_computer}", "{others_user}", "{others_email}", "{others_mention}"),
    *("{own_tag}", "{others_tag}", "{missing_id}", "{missing_user}", "{missing_tag}", "{twins_user}"),
)


@dataclass(frozen=True)
class Row:
    """A command with what is said after it, which a form has as `fields`; and the roles that may.

    `but`: who has the role is told this nonetheless, for nobody may.
    """

    command: str
    said: str
    fields: Mapping[str, str]
    may: frozenset[str]
    but: str = ""

    @property
    def text(self) -> str:
        """As it is typed."""
        return f"{self.command} {self.said}".strip()


def row(command: str, said: str, may: frozenset[str], but: str = "", /, **fields: str) -> Row:
    return Row(command, said, fields, may, but)


def on_targets(
    command: str, own: frozenset[str], others: frozenset[str], before: Mapping[str, str], reason: str
) -> tuple[Row, ...]:
    """A command on one's own WorkSpace and on others', each named in every way there is."""
    why = {"reason": reason} if reason else {}
    found = []
    for may, names in ((own, NAMED_OWN), (others, NAMED_OTHERS)):
        for name in names:
            said = " ".join((*before.values(), name, *why.values()))
            found.append(Row(command, said, {**before, "target": name, **why}, may))
    return tuple(found)


# A protected tag refuses everybody: who has no role is not even told that.
PROTECTED = "protected by the tag"

# ---- WorkSpaces: staff act on what is theirs, operators for others

_WHY = "it is slow"
_ON, _OFF = {"switch": "on"}, {"switch": "off"}

WORKSPACE_ROWS = (
    row("workspace", "", EVERYBODY),
    *on_targets("workspace", EVERYBODY, OPERATORS, {}, ""),
    row("workspace", "{protected_id}", OPERATORS, target="{protected_id}"),
    row("workspace list", "", EVERYBODY),
    row("workspace list", "state=STOPPED", EVERYBODY, filters="state=STOPPED"),
    row("workspace list", "{others_user} page=2", EVERYBODY, filters="{others_user} page=2"),
    row("workspace list", "{own_tag} connected", EVERYBODY, filters="{own_tag} connected"),
    row("workspace start", "", EVERYBODY),
    *on_targets("workspace start", EVERYBODY, OPERATORS, {}, ""),
    row("workspace start", "{protected_id}", OPERATORS, PROTECTED, target="{protected_id}"),
    row("workspace stop", "", EVERYBODY),
    *on_targets("workspace stop", EVERYBODY, OPERATORS, {}, ""),
    row("workspace stop", "{protected_id}", OPERATORS, PROTECTED, target="{protected_id}"),
    row("workspace reboot", "", EVERYBODY),
    *on_targets("workspace reboot", EVERYBODY, OPERATORS, {}, ""),
    row("workspace reboot", "{protected_id}", OPERATORS, PROTECTED, target="{protected_id}"),
    row("workspace restore", "", EVERYBODY),
    row("workspace restore", "reason=slow", EVERYBODY, reason="slow"),
    *on_targets("workspace restore", EVERYBODY, OPERATORS, {}, _WHY),
    row("workspace restore", "{protected_id}", OPERATORS, PROTECTED, target="{protected_id}"),
    row("rebuild", "", EVERYBODY),
    row("rebuild", "reason=slow", EVERYBODY, reason="slow"),
    *on_targets("rebuild", EVERYBODY, OPERATORS, {}, _WHY),
    row("rebuild", "{protected_id} slow", OPERATORS, PROTECTED, target="{protected_id}", reason="slow"),
    # What only operators do, to their own too.
    row("workspace maintenance", "", OPERATORS),
    row("workspace maintenance", "on", OPERATORS, switch="on"),
    *on_targets("workspace maintenance", OPERATORS, OPERATORS, _ON, ""),
    *on_targets("workspace maintenance", OPERATORS, OPERATORS, _OFF, ""),
    row("workspace maintenance", "on {protected_id}", OPERATORS, PROTECTED, switch="on", target="{protected_id}"),
    row("workspace terminate", "", OPERATORS),
    *on_targets("workspace terminate", OPERATORS, OPERATORS, {}, _WHY),
    row("workspace terminate", "{protected_id}", OPERATORS, PROTECTED, target="{protected_id}"),
    row("workspace create", "", OPERATORS),
    row("workspace create", "{own_user}", OPERATORS, user="{own_user}"),
    row("workspace create", "{newcomer}", OPERATORS, user="{newcomer}"),
    row(
        *("workspace create", "{newcomer} {bundle} {directory} auto-stop", OPERATORS),
        user="{newcomer}",
        bundle="{bundle}",
        directory="{directory}",
        mode="auto-stop",
    ),
)

# ---- runs of WorkSpaces: who asked for it, whose desktop it is, and who decides

_ASKED_NOTHING = "You were asked nothing under"

RUN_ROWS = (
    row("rebuild answer", "", EVERYBODY),
    row("rebuild answer", "{about_mine}", EVERYBODY, run="{about_mine}"),
    row("rebuild answer", "{about_mine} now", EVERYBODY, run="{about_mine}", choice="now"),
    row("rebuild answer", "{about_mine} tonight", EVERYBODY, run="{about_mine}", choice="tonight"),
    row("rebuild answer", "{about_mine} no", EVERYBODY, run="{about_mine}", choice="no"),
    # Whose desktop it is is asked, and nobody else: also no operator answers for them.
    row("rebuild answer", "{about_others} now", EVERYBODY, _ASKED_NOTHING, run="{about_others}", choice="now"),
    row("rebuild answer", "{about_others} no", EVERYBODY, _ASKED_NOTHING, run="{about_others}", choice="no"),
    row("rebuild answer", "{own_run} soon", EVERYBODY, _ASKED_NOTHING, run="{own_run}", choice="soon"),
    row("rebuild answer", "{missing_run} soon", EVERYBODY, _ASKED_NOTHING, run="{missing_run}", choice="soon"),
    row("workspace cancel", "", EVERYBODY),
    row("workspace cancel", "{own_run}", EVERYBODY, run="{own_run}"),
    row("workspace cancel", "{own_request}", EVERYBODY, run="{own_request}"),
    row("workspace cancel", "{about_mine}", EVERYBODY, run="{about_mine}"),
    row("workspace cancel", "{about_others}", OPERATORS, run="{about_others}"),
    row("workspace cancel", "{others_request}", OPERATORS, run="{others_request}"),
    row("workspace cancel", "{missing_run}", OPERATORS, run="{missing_run}"),
    row("approvals", "", EVERYBODY),
    row("approve", "", APPROVERS),
    row("approve", "{others_request}", APPROVERS, run="{others_request}"),
    row("approve", "{others_ending} as discussed", APPROVERS, run="{others_ending}", reason="as discussed"),
    row("approve", "{missing_run}", APPROVERS, run="{missing_run}"),
    # Nobody decides what they asked for themselves.
    row("approve", "{own_request}", APPROVERS, "You asked for this yourself", run="{own_request}"),
    row("refuse", "", APPROVERS),
    row("refuse", "{others_request}", APPROVERS, run="{others_request}"),
    row("refuse", "{others_ending} not today", APPROVERS, run="{others_ending}", reason="not today"),
    row("refuse", "{missing_run} not today", APPROVERS, run="{missing_run}", reason="not today"),
    row("refuse", "{own_request} no", APPROVERS, "You asked for this yourself", run="{own_request}", reason="no"),
)

# ---- upgrades of a fleet: operators propose and hold them, approvers say that they go on; owners are asked

_ASKED_OF_NONE = "You were asked nothing about"
_CHOSEN = {"exclude": "{others_user} tag:Team=Design", "canary": "2", "waves": "5,20%", "window": "20-6 mon-fri"}
_CAREFUL = {"concurrent": "0", "notice": "10m", "defers": "1", "snapshot": "next", "timeout": "2h", "failures": "5%"}
_KEPT = {"bucket": "deskside-reports", "prefix": "upgrades/", "kms": "arn:aws:kms:eu-central-1:123456789012:key/0a1b"}
_OPTIONS = {**_CHOSEN, **_CAREFUL, **_KEPT, "reason": "security"}
_TYPED = " ".join((*(f'--{name} "{value}"' for name, value in _OPTIONS.items()), "--gate --ssm --housekeeping"))
_BOTH = {"bundle": "{bundle}", "image": "{new_image}"}


def on_upgrades(command: str, may: frozenset[str], *names: str) -> tuple[Row, ...]:
    """A command on one of several upgrades, and on some by their ids."""
    return (row(command, "", may), *(row(command, f"{{{name}}}", may, run=f"{{{name}}}") for name in names))


UPGRADE_ROWS = (
    row("upgrade help", "", EVERYBODY),
    row("upgrade start", "", OPERATORS),
    row("upgrade start", "{bundle} {new_image}", OPERATORS, **_BOTH),
    row("upgrade start", "{bundle} {new_image} --ids {own_id}", OPERATORS, **_BOTH, ids="{own_id}"),
    row(
        *("upgrade start", f"{{bundle}} {{new_image}} --tag Env=Prod {_TYPED}", OPERATORS),
        **_BOTH,
        tag="Env=Prod",
        **_OPTIONS,
        **dict.fromkeys(("gate", "ssm", "housekeeping"), "yes"),
    ),
    row("upgrade list", "", OPERATORS),
    *on_upgrades("upgrade status", OPERATORS, "own_upgrade", "others_upgrade", "missing_upgrade"),
    *on_upgrades("upgrade report", OPERATORS, "own_upgrade", "others_upgrade", "missing_upgrade"),
    *on_upgrades("upgrade pause", OPERATORS, "own_upgrade", "others_upgrade", "missing_upgrade"),
    *on_upgrades("upgrade resume", OPERATORS, "own_upgrade", "others_upgrade", "missing_upgrade"),
    *on_upgrades("upgrade stop", OPERATORS, "own_upgrade", "others_upgrade", "missing_upgrade"),
    *on_upgrades("upgrade retry", OPERATORS, "own_upgrade", "over_upgrade", "missing_upgrade"),
    *on_upgrades("upgrade rollback", OPERATORS, "own_upgrade", "over_upgrade", "missing_upgrade"),
    *on_upgrades("upgrade continue", APPROVERS, "others_upgrade", "missing_upgrade"),
    # Nobody says that what they asked for themselves goes on.
    row("upgrade continue", "{own_gate}", APPROVERS, "You asked for this upgrade yourself", run="{own_gate}"),
    *on_upgrades("upgrade keep", APPROVERS, "own_upgrade", "others_upgrade", "missing_upgrade"),
    row("upgrade answer", "", EVERYBODY),
    row(
        *("upgrade answer", "{others_upgrade} {own_id} tonight", EVERYBODY),
        run="{others_upgrade}",
        desktop="{own_id}",
        choice="tonight",
    ),
    # Whose desktop it is is asked, and nobody else: also no operator answers for them.
    row(
        *("upgrade answer", "{others_upgrade} {others_id} now", EVERYBODY, _ASKED_OF_NONE),
        run="{others_upgrade}",
        desktop="{others_id}",
        choice="now",
    ),
    row(
        *("upgrade answer", "{missing_upgrade} {own_id} now", EVERYBODY, _ASKED_OF_NONE),
        run="{missing_upgrade}",
        desktop="{own_id}",
        choice="now",
    ),
)

# ---- the VPN: on and off for oneself, its state and counts; off for all is an operator's

VPN_ROWS = (
    row("vpn help", "", EVERYBODY),
    row("vpn on", "", EVERYBODY),
    row("vpn on", "tokyo for 2h", EVERYBODY, endpoint="tokyo", duration="2h"),
    row("vpn extend", "1h", EVERYBODY, duration="1h"),
    row("vpn extend", "1h tokyo", EVERYBODY, duration="1h", endpoint="tokyo"),
    row("vpn off", "", EVERYBODY),
    row("vpn off", "tokyo", EVERYBODY, endpoint="tokyo"),
    row("vpn off", "--all", OPERATORS, all="yes"),
    row("vpn off", "tokyo --all", OPERATORS, endpoint="tokyo", all="yes"),
    row("vpn status", "", EVERYBODY),
    row("vpn status", "tokyo", EVERYBODY, endpoint="tokyo"),
    row("vpn profile", "", EVERYBODY),
    row("vpn profile", "tokyo", EVERYBODY, endpoint="tokyo"),
)

# ---- alerts: staff hear in their own chats what is theirs; operators where they are; admins choose any place

_ONLY_OWN = "What people hear in their own chats they choose themselves"
_NO_MAIL = "Deskside sends no alerts by e-mail yet"
_NO_SECRET = "Webhooks are named by their secret under deskside/webhook/"
_WEBHOOK, _ODD_WEBHOOK = "webhook:deskside/webhook/ops", "webhook:prod/database/password"


def at_places(command: str, said: str, **fields: str) -> tuple[Row, ...]:
    """A command on where it is asked, on one's own chat, and on a place that only an admin may name."""
    places = {"me": EVERYBODY, _WEBHOOK: ADMINS}
    named = (
        row(command, f"{said} --place {place}".strip(), may, place=place, **fields) for place, may in places.items()
    )
    return (row(command, said, OPERATORS, **fields), *named)


def on_alerts(command: str) -> tuple[Row, ...]:
    """A command on an alert: about what is theirs, about what is somebody else's, or none."""
    return (
        row(command, "", EVERYBODY),
        row(command, "{own_alert}", EVERYBODY, alert="{own_alert}"),
        row(command, "{others_alert}", OPERATORS, alert="{others_alert}"),
        row(command, "{missing_alert}", OPERATORS, alert="{missing_alert}"),
    )


_NARROWED = {"severity": "warning", "tag": "Env=Prod", "resource": "ws-*"}
_SAID = "--severity warning --tag Env=Prod --resource ws-*"

ALERT_ROWS = (
    row("alerts help", "", EVERYBODY),
    row("alerts subscribe", "", OPERATORS),
    row("alerts subscribe", "--place me", EVERYBODY, place="me"),
    *at_places("alerts subscribe", "cpu disk", kinds="cpu disk"),
    # Which place is meant is told for all of them by the same.
    row("alerts test", "--place person:{own_email}", EVERYBODY, place="person:{own_email}"),
    row("alerts test", "--place person:{others_email}", EVERYBODY, _ONLY_OWN, place="person:{others_email}"),
    row("alerts test", "--place here", OPERATORS, place="here"),
    row("alerts test", "--place {joined_place}", OPERATORS, place="{joined_place}"),
    row("alerts test", "--place {other_chats_place}", ADMINS, place="{other_chats_place}"),
    row("alerts test", "--place mailto:{own_email}", ADMINS, _NO_MAIL, place="mailto:{own_email}"),
    row("alerts test", f"--place {_ODD_WEBHOOK}", ADMINS, _NO_SECRET, place=_ODD_WEBHOOK),
    row(
        *("alerts subscribe", f"budgets {_SAID} --hours 8-18 --place me", EVERYBODY),
        kinds="budgets",
        hours="8-18",
        place="me",
        **_NARROWED,
    ),
    row("alerts unsubscribe", "", OPERATORS),
    *at_places("alerts unsubscribe", "all", which="all"),
    row("alerts list", "", EVERYBODY),
    row("alerts list", "--all", ADMINS, all="yes"),
    *at_places("alerts test", ""),
    row("alerts open", "", EVERYBODY),
    *on_alerts("alerts show"),
    *on_alerts("alerts acknowledge"),
    *on_alerts("alerts close"),
    row("alerts mute", "", OPERATORS),
    *at_places("alerts mute", "2h", duration="2h"),
    row(
        *("alerts mute", f"2h cpu {_SAID} --alert {{others_alert}} --place me", EVERYBODY),
        duration="2h",
        kinds="cpu",
        alert="{others_alert}",
        place="me",
        **_NARROWED,
    ),
    row("alerts unmute", "", OPERATORS),
    *at_places("alerts unmute", "all", which="all"),
)

# ---- Deskside itself: runs are operators', the brake and everyone's audit are admins'

DESKSIDE_ROWS = (
    row("deskside help", "", EVERYBODY),
    row("deskside help", "vpn", EVERYBODY, about="vpn"),
    row("deskside whoami", "", EVERYBODY),
    row("deskside home", "", EVERYBODY),
    row("deskside runs", "", OPERATORS),
    row("deskside cancel", "", OPERATORS),
    row("deskside cancel", "{own_run}", OPERATORS, run="{own_run}"),
    row("deskside cancel", "{about_others}", OPERATORS, run="{about_others}"),
    row("deskside cancel", "vpn-01jd2", OPERATORS, run="vpn-01jd2"),
    row("deskside resend", "", ADMINS),
    row("deskside resend", "0a1b2c3d-0001", ADMINS, letter="0a1b2c3d-0001"),
    row("deskside pause", "", ADMINS),
    row("deskside pause", "because of the network", ADMINS, reason="because of the network"),
    row("deskside resume", "", ADMINS),
    row("audit", "", EVERYBODY),
    row("audit", "me", EVERYBODY, who="me"),
    row("audit", "me since 7d", EVERYBODY, who="me", since="7d"),
    row("audit", "{own_email}", EVERYBODY, who="{own_email}"),
    row("audit", "{own_mention}", EVERYBODY, who="{own_mention}"),
    row("audit", "{others_email}", ADMINS, who="{others_email}"),
    row("audit", "{others_mention}", ADMINS, who="{others_mention}"),
    row("audit", "{others_email} since 2d", ADMINS, who="{others_email}", since="2d"),
    row("audit", "slack:U0GUEST001", ADMINS, who="slack:U0GUEST001"),
    row("audit", "tokyo", ADMINS, who="tokyo"),
    row("audit", "vpn:tokyo since 2d", ADMINS, who="vpn:tokyo", since="2d"),
    row("audit", "{own_id}", ADMINS, who="{own_id}"),
    row("audit", "{others_id}", ADMINS, who="{others_id}"),
)

TABLE = (*WORKSPACE_ROWS, *RUN_ROWS, *UPGRADE_ROWS, *VPN_ROWS, *ALERT_ROWS, *DESKSIDE_ROWS)
