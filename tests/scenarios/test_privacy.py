"""Whose WorkSpace is whose business: no message that staff get says anything about somebody else's."""

import functools

from sandbox.aws.workspaces_seed import TWIN
from tests.chats import Human
from tests.scenarios.world import MINUTE, World

PLACES = ("vpn", "it-help")


def identifiers(world: World, of: str) -> set[str]:
    """What tells one WorkSpace from another: of everybody's but this user's."""
    others = [one for one in world.aws.state()["workspaces"] if one["UserName"] != of]
    names = {one[key] for one in others for key in ("WorkspaceId", "ComputerName", "IpAddress") if one.get(key)}
    return names | {one["UserName"] for one in others if "." in one["UserName"]}


def everything(person: Human) -> list[str]:
    """Every message that somebody gets, anywhere."""
    return [seen.text + str(dict(seen.buttons)) for place in PLACES for seen in person.reads(place) if seen.by_app] + [
        seen.text + str(dict(seen.buttons)) for seen in person.dms()
    ]


def leaks(world: World, person: Human, typed: list[str]) -> list[str]:
    """What somebody was told of others' WorkSpaces, but for what they typed themselves."""
    found = []
    for text in everything(person):
        said = functools.reduce(lambda left, words: left.replace(words.removeprefix("/"), ""), typed, text)
        found += [name for name in identifiers(world, person.name) if name in said]
    return found


async def test_whatever_staff_ask_they_learn_nothing_of_others(world: World) -> None:
    ren = world.person("ren")
    targets = [
        world.desktop("mika"),
        world.computer("mika"),
        "mika@example.com",
        "mika",
        "aiko.tanaka",
        TWIN,
        "nobody.here",
        "ws-000000000",
        "tag:Env=Prod",
        ren.mention(world.person("mika")),
    ]
    words = [f"/{word} {target}" for word in ("workspace", "workspace reboot", "rebuild") for target in targets]
    words += ["/workspace list", "/workspace list user=mika", "/deskside home", "/approvals", "/deskside runs"]
    for one in words:
        await ren.says(one, "it-help")

    assert not leaks(world, ren, words)
    assert {event.call for event in world.aws.trail() if "WorkSpaces.Re" in event.call} == set()


async def test_the_same_refusal_whether_it_exists_or_not(world: World) -> None:
    ren = world.person("ren")
    answers = []
    for target in (world.desktop("mika"), "ws-000000000", world.computer("mika"), "nobody.here"):
        await ren.says(f"/workspace {target}", ren.dm)
        answers.append(ren.answer.replace(target, "it"))

    assert len(set(answers)) == 1


async def test_what_operators_do_in_a_channel_is_told_there_without_whose_it_is(world: World) -> None:
    await world.configures(workspaces="approval: [rebuild]")
    ren, oda, ada, mika = (world.person(name) for name in ("ren", "oda", "ada", "mika"))

    await oda.says("/rebuild mika the fan is loud", "it-help")
    await oda.presses("Ask for approval")
    await ada.presses("Approve", ada.dm)
    await mika.presses("Now", mika.dm)
    await world.pass_time(10 * MINUTE)
    await oda.says("/workspace reboot aiko.tanaka", "it-help")
    await oda.presses("Restart")
    await world.pass_time(10 * MINUTE)
    await oda.says("/workspace terminate elena.rossi", "it-help")
    await world.pass_time(MINUTE)

    assert world.calls_of("RebuildWorkspaces") == 1
    assert any(seen.by_app and not seen.private for seen in ren.reads("it-help")), "there is a card"
    assert not leaks(world, ren, [])
    assert not any("fan is loud" in text for text in everything(ren))
    assert not leaks(world, mika, []), "nor does Mika hear of others'"
