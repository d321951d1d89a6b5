"""What the VPN's commands answer. Pure: facts in, Message out."""

from collections.abc import Sequence

from aws_ops.client_vpn import Connection
from aws_ops.vpn_runs import Claim, Claimed, Ended, VpnEndpoint, VpnStatus
from notifiers.message import Block, Button, Fact, Facts, Message, Table, Text, bold, code, line
from notifiers.times import say_duration, say_time, say_usd

ON_PHASES = frozenset({"associating", "ready"})

_STATES = {
    "off": "off",
    "associating": "being switched on (usually 10 to 30 minutes)",
    "ready": "on",
    "cutting": "being switched off",
}


def claimed(endpoint: VpnEndpoint, done: Claimed, tz: str, card_is_here: bool | None) -> Message:
    """After `vpn on`: until when, whether it can be used yet, what it costs, and where to look.

    `card_is_here`: False where the app is not, None where that is not why the card is in direct messages.
    """
    until = say_time(done.claim.until, tz)
    if done.shortened:
        until += f" ({say_duration(endpoint.max_lease_s)} after your claim began, the longest that it can be)"
    ready = {
        "ready": f"The VPN {endpoint.name} is on, and yours until {until}: connect now.",
        "cutting": f"The VPN {endpoint.name} is just being switched off, and then on again for you until {until}.",
    }
    waiting = "is being switched on already, now for you too" if done.joined else "is being switched on for you"
    summary = ready.get(
        done.phase,
        f"The VPN {endpoint.name} {waiting}, until {until}; this usually takes 10 to 30 minutes.",
    )
    where = "is where you asked for it" if card_is_here else "is in your own chat with me"
    if card_is_here is False:
        where += ", because I am not a member of this place"
    return Message(
        title="",
        summary=summary,
        severity="ok" if done.phase == "ready" else "progress",
        blocks=(Text.of(summary), Text.of(f"The live card {where}."), Text.of(price(endpoint), quiet=True)),
        buttons=(_button("Get profile", "profile", endpoint.name),),
    )


def price(endpoint: VpnEndpoint) -> str:
    """What it costs, and when it stops costing."""
    networks = len(endpoint.subnets) * endpoint.association_usd_hour
    return (
        f"It costs {say_usd(networks)} an hour while it is on, and {say_usd(endpoint.connection_usd_hour)} an hour for "
        f"each connection; it goes off by itself after {say_duration(endpoint.idle_s)} without one."
    )


def extended(endpoint: VpnEndpoint, claim: Claim, tz: str) -> Message:
    """After `vpn extend`."""
    until = say_time(claim.until, tz)
    if claim.until - claim.since < endpoint.max_lease_s:
        return line(f"The VPN {endpoint.name} is now yours until {until}.", "ok")
    most = f"{say_duration(endpoint.max_lease_s)} after your claim began"
    return line(f"The VPN {endpoint.name} is yours until {until}, which is the longest that it can be: {most}.", "ok")


def ended(endpoint: VpnEndpoint, done: Ended, names: tuple[str, ...]) -> Message:
    """After `vpn off`; `names` of who is connected, for those who may see them."""
    if done.others:
        rest = f"It stays on for {_count(done.others, 'other claim', 'other claims')}"
    elif done.connections is None:
        rest = "Nobody else has a claim, so it is switched off as soon as AWS says who is connected"
        return line(f"Your claim on the VPN {endpoint.name} is over. {rest}.", "ok")
    else:
        rest = "Nobody else has a claim, so it is switched off now"
    return line(f"Your claim on the VPN {endpoint.name} is over. {rest}; {_open(done.connections, names)}.", "ok")


def ended_for_all(endpoint: VpnEndpoint, people: Sequence[str]) -> Message:
    """After `vpn off --all`, which ended the claims of `people`."""
    whose = f"the claims of {', '.join(people)} are over" if people else "nobody had a claim"
    return line(f"The VPN {endpoint.name} is being switched off for everybody: {whose}.", "ok")


def off_for_all(endpoint: VpnEndpoint, now: VpnStatus, tz: str) -> Message:
    """Before `vpn off --all`: who would lose what."""
    if now.connections:
        who: list[Block] = [
            Text.of("Everybody below is cut off, and every claim ends."),
            _connected(now.connections, tz),
        ]
    elif now.connections is None:
        who = [Text.of("Who is connected cannot be read just now. Whoever is, is cut off, and every claim ends.")]
    else:
        who = [Text.of("Nobody is connected; every claim ends.")]
    blocks = [*who, _claims(now.claims, tz) if now.claims else Text.of("Nobody has a claim.")]
    title = f"Switch the VPN {endpoint.name} off for everybody?"
    return Message(
        title=title, summary=f"{title} {_first_up(_open_now(now))}.", severity="warning", blocks=tuple(blocks)
    )


def state(endpoint: VpnEndpoint, now: VpnStatus, key: str, tz: str, *, names: bool) -> Message:
    """One endpoint; `names` for those who may see who is connected and who claims."""
    mine = next((claim for claim in now.claims if claim.person == key), None)
    blocks: list[Block] = [Facts(items=_facts(endpoint, now, mine, tz))]
    if names and now.connections:
        blocks.append(_connected(now.connections, tz))
    if names and now.claims:
        blocks.append(_claims(now.claims, tz))
    if now.paused:
        blocks.append(Text.of("Deskside is paused: nothing is switched until an admin resumes it."))
    if now.problem:
        blocks.append(Text.of(f"Something does not work: {now.problem}."))
    return Message(
        title=f"VPN {endpoint.name}",
        summary=f"The VPN {endpoint.name} is {said(now)}; {_open_now(now)}.",
        severity="warning" if now.problem or now.paused else "info",
        blocks=tuple(blocks),
        buttons=_buttons(endpoint.name, now, mine),
    )


def states(found: tuple[tuple[VpnEndpoint, VpnStatus], ...], key: str, tz: str) -> Message:
    """Several endpoints, one row each."""
    rows = tuple((endpoint.name, said(now), _open_now(now), _claims_count(now, key, tz)) for endpoint, now in found)
    on = [endpoint.name for endpoint, now in found if now.phase in ON_PHASES]
    return Message(
        title="VPN",
        summary=f"On: {', '.join(on)}." if on else "No VPN is on.",
        blocks=(
            Table(columns=("VPN", "State", "Connections", "Claims"), rows=rows),
            Text.of("More about one of them: ", code(f"/vpn status {found[0][0].name}"), quiet=True),
        ),
        buttons=tuple(_button(f"About {endpoint.name}", "status", endpoint.name) for endpoint, _ in found[:5]),
    )


def said(now: VpnStatus) -> str:
    """The state in words."""
    if now.subnets is None:
        return "in a state that AWS does not tell just now"
    if now.phase == "off" and any(state == "associated" for _, state in now.subnets):
        return "on, though not by Deskside, which will switch it off when nobody is connected"
    return _STATES.get(now.phase, now.phase)


def _facts(endpoint: VpnEndpoint, now: VpnStatus, mine: Claim | None, tz: str) -> tuple[Fact, ...]:
    facts = [
        Fact(label="State", value=_first_up(said(now))),
        Fact(label="Subnets", value=_subnets(now)),
        Fact(label="Connections", value=_first_up(_open_now(now))),
        Fact(label="Claims", value=_claims_count(now, mine.person if mine else "", tz)),
        *((Fact(label="Cost so far", value=say_usd(now.cost_usd)),) if now.run is not None else ()),
        Fact(label="Always on would have cost", value=f"{say_usd(now.month_usd)} this calendar month so far"),
    ]
    if now.idle_since is not None and not now.connections and not now.paused:
        off = say_time(now.idle_since + endpoint.idle_s, tz)
        facts.append(Fact(label="Goes off", value=f"at {off}, if nobody connects"))
    return tuple(facts)


def _subnets(now: VpnStatus) -> str:
    if now.subnets is None:
        return "AWS does not tell just now"
    states = [f"{subnet}: {state}" for subnet, state in now.subnets]
    return "\n".join([*states, *(f"{subnet}: {state}, not managed here" for subnet, state in now.others)])


def _claims_count(now: VpnStatus, key: str, tz: str) -> str:
    mine = next((claim for claim in now.claims if claim.person == key), None)
    if not now.claims:
        return "none"
    return f"{len(now.claims)}" + (f", yours until {say_time(mine.until, tz)}" if mine else "")


def _buttons(name: str, now: VpnStatus, mine: Claim | None) -> tuple[Button, ...]:
    if now.paused:
        return (_button("Get profile", "profile", name),)
    if mine is None:
        on = Button(label="Switch on for me", command=f"vpn on {name}", style="primary")
        return (on, _button("Get profile", "profile", name))
    return (
        _button("Extend", "extend", name),
        _button("End mine", "off", name),
        _button("Get profile", "profile", name),
    )


def _button(label: str, word: str, name: str) -> Button:
    return Button(label=label, command=f"vpn {word} {name}")


def _connected(connections: tuple[Connection, ...], tz: str) -> Table:
    rows = ((one.name, say_time(one.since, tz) if one.since is not None else "unknown") for one in connections)
    return Table(columns=("Connected", "Since"), rows=tuple(sorted(rows)))


def _claims(claims: tuple[Claim, ...], tz: str) -> Table:
    return Table(columns=("Claim of", "Until"), rows=tuple((one.person, say_time(one.until, tz)) for one in claims))


def _open_now(now: VpnStatus) -> str:
    return _open(None if now.connections is None else len(now.connections), ())


def _open(connections: int | None, names: tuple[str, ...]) -> str:
    """How many connections are open, and whose."""
    if connections is None:
        return "who is connected cannot be read just now"
    whose = f" ({', '.join(names)})" if names else ""
    return f"{_count(connections, 'connection is', 'connections are')} open{whose}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number or 'no'} {one if number == 1 else many}"


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def words_and_state(words: tuple[Block, ...], now: Message | None) -> Message:
    """`/vpn` alone: what can be typed, and how the VPN is; None where that cannot be read."""
    unread = "How the VPN is cannot be read just now."
    title = "VPN"
    heading = now.title if now and now.title not in {"", title} else "State"
    about: tuple[Block, ...] = now.blocks if now else (Text.of(unread),)
    return Message(
        title=title,
        summary=now.summary if now else unread,
        blocks=(*words, Text.of(bold(heading)), *about),
        buttons=now.buttons if now else (),
    )
