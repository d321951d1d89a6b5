"""A desktop is rebuilt: one's own, a colleague's who is asked, and one that needs an approval."""

import re

from tests.scenarios.world import MINUTE, REBUILT, World

HOUR = 60 * MINUTE


async def test_staff_rebuild_their_own_after_confirming(world: World) -> None:
    mika = world.person("mika")

    await mika.says("/rebuild", mika.dm)

    question = mika.answer
    assert "Rebuild your desktop?" in question
    assert "No work that AWS knows of is lost" in question
    assert "3 h old" in question
    assert "Programs installed by hand" in question
    assert world.calls_of("RebuildWorkspaces") == 0, "nothing happens before it is confirmed"

    await mika.presses("Rebuild")
    await world.pass_time(2 * MINUTE)
    assert world.state("mika") == "REBUILDING"
    assert len(world.run_cards(mika)) == 1

    await world.pass_time(REBUILT)
    assert world.state("mika") == "AVAILABLE"
    (card,) = world.run_cards(mika)
    assert re.search(r"rebuilt|is done", card, re.IGNORECASE)
    assert re.search(r"\d+ min", card), "it says how long it took"
    assert world.asked_by("RebuildWorkspaces") == ["mika@example.com"]


async def test_who_is_connected_is_warned_and_cut_off_only_by_their_own_word(world: World) -> None:
    mika = world.person("mika")
    world.sits_down("mika")

    await mika.says("/rebuild me", mika.dm)

    assert "Somebody is, now" in mika.answer
    assert "save your work" in mika.answer

    await mika.presses("Rebuild")
    await world.pass_time(REBUILT)
    assert world.calls_of("RebuildWorkspaces") == 1


async def test_a_colleague_is_asked_and_says_now(world: World) -> None:
    oda, mika = world.person("oda"), world.person("mika")

    await oda.says("/rebuild mika@example.com the browser hangs", oda.dm)
    assert "is asked in a direct message" in oda.answer
    await world.confirms(oda)

    (asked,) = mika.told("the browser hangs")
    assert "oda" in asked
    assert world.calls_of("RebuildWorkspaces") == 0

    await mika.presses("Now", mika.dm)
    await world.pass_time(REBUILT)

    assert world.state("mika") == "AVAILABLE"
    assert world.asked_by("RebuildWorkspaces") == ["oda@example.com"], "who asked for it, not who agreed"
    assert re.search("done|rebuilt", world.run_cards(oda)[-1], re.IGNORECASE)
    assert mika.told("rebuilt|done|ready"), "whoever works there is told that it is theirs again"


async def test_a_colleague_says_in_15_minutes(world: World) -> None:
    oda, mika = world.person("oda"), world.person("mika")
    await oda.says("/rebuild mika", oda.dm)
    await world.confirms(oda)

    await mika.presses("In 15 min", mika.dm)
    await world.pass_time(14 * MINUTE)
    assert world.calls_of("RebuildWorkspaces") == 0

    await world.pass_time(3 * MINUTE)
    assert world.calls_of("RebuildWorkspaces") == 1


async def test_a_colleague_says_tonight_in_their_zone(world: World) -> None:
    oda, ren = world.person("oda"), world.person("ren")
    await world.pass_time(world.until_clock("Asia/Tokyo", 19, 50))
    await oda.says("/rebuild ren@example.com", oda.dm)
    await world.confirms(oda)

    await ren.presses("Tonight 20:00", ren.dm)

    begins = world.begins_at()
    assert world.at_home("Asia/Tokyo", begins) == (20, 0), "20:00 where Ren is"
    await world.pass_time(begins - world.now() - MINUTE)
    assert world.calls_of("RebuildWorkspaces") == 0
    await world.pass_time(3 * MINUTE)
    assert world.calls_of("RebuildWorkspaces") == 1


async def test_a_colleague_says_not_me(world: World) -> None:
    oda, mika = world.person("oda"), world.person("mika")
    await oda.says("/rebuild mika", oda.dm)
    await world.confirms(oda)

    await mika.presses("Not me", mika.dm)
    await world.pass_time(HOUR)

    assert world.calls_of("RebuildWorkspaces") == 0
    assert oda.told("said|declined|Not me|not")
    assert "Not me" not in world.run_cards(oda)[-1] or "mika" in world.run_cards(oda)[-1]


async def test_a_colleague_says_nothing_and_nothing_is_done(world: World) -> None:
    oda, mika = world.person("oda"), world.person("mika")
    await oda.says("/rebuild mika", oda.dm)
    await world.confirms(oda)

    await world.pass_time(7 * MINUTE)

    assert world.calls_of("RebuildWorkspaces") == 0
    assert re.search("no answer|did not answer|without an answer|nobody answered", oda_reads(world), re.IGNORECASE)
    await mika.says("/rebuild answer " + world.run_id() + " now", mika.dm)
    await world.pass_time(5 * MINUTE)
    assert world.calls_of("RebuildWorkspaces") == 0, "the answer came too late"


async def test_a_colleague_says_nothing_and_the_config_says_go_when_they_have_gone(world: World) -> None:
    await world.configures(workspaces="silence: go")
    oda = world.person("oda")
    world.sits_down("mika")
    await oda.says("/rebuild mika", oda.dm)
    await world.confirms(oda)

    await world.pass_time(12 * MINUTE)
    assert world.calls_of("RebuildWorkspaces") == 0, "somebody works there"

    world.leaves("mika")
    await world.pass_time(3 * MINUTE)
    assert world.calls_of("RebuildWorkspaces") == 1


async def test_silence_and_an_unreadable_connection_rebuild_nothing(world: World) -> None:
    await world.configures(workspaces="silence: go, patience: 10m")
    oda = world.person("oda")
    await oda.says("/rebuild mika", oda.dm)
    await world.confirms(oda)
    world.goes_wrong("connection-unknown", times=10_000)

    await world.pass_time(20 * MINUTE)

    assert world.calls_of("RebuildWorkspaces") == 0, "unknown never destroys"
    assert re.search("gave up|given up", oda_reads(world), re.IGNORECASE)


async def test_an_approver_grants_it_and_reads_one_card(world: World) -> None:
    await world.configures(workspaces="approval: [rebuild]")
    oda, ada, mika = world.person("oda"), world.person("ada"), world.person("mika")

    await oda.says("/rebuild mika stuck", oda.dm)
    assert "ada@example.com" in oda.answer
    await oda.presses("Ask for approval")

    (card,) = world.run_cards(ada)
    for what in ("mika", "oda", "stuck", world.desktop("mika")):
        assert what in card
    await ada.presses("Approve", ada.dm)
    assert mika.told("stuck"), "then Mika is asked"
    await mika.presses("Now", mika.dm)
    await world.pass_time(REBUILT)

    assert world.state("mika") == "AVAILABLE"
    assert world.asked_by("RebuildWorkspaces") == ["oda@example.com"]
    assert len(world.run_cards(ada)) == 1, "the same card, edited"


async def test_an_approver_refuses_with_a_reason(world: World) -> None:
    await world.configures(workspaces="approval: [rebuild]")
    oda, ada = world.person("oda"), world.person("ada")
    await oda.says("/rebuild mika", oda.dm)
    await oda.presses("Ask for approval")

    await ada.presses("Refuse", ada.dm)
    await ada.submits(reason="Wait until the release is out")
    await world.pass_time(5 * MINUTE)

    assert "Wait until the release is out" in oda_reads(world)
    assert world.calls_of("RebuildWorkspaces") == 0


async def test_a_reminder_then_it_expires_and_is_too_late(world: World) -> None:
    await world.configures(workspaces="approval: [rebuild]", approvals="deadline: 4h, remind: 1h")
    oda, ada = world.person("oda"), world.person("ada")
    await oda.says("/rebuild mika", oda.dm)
    await oda.presses("Ask for approval")
    before = len(ada.dms())

    await world.pass_time(61 * MINUTE)
    await world.sweep()
    assert len(ada.dms()) == before + 1, "one reminder"

    await world.pass_time(3 * HOUR)
    await ada.says(f"/approve {world.approval()}", ada.dm)
    assert re.search("nobody did|too late|could be decided until", ada.answer)
    await world.sweep()
    await ada.says(f"/approve {world.approval()}", ada.dm)
    assert re.search("nobody did|could be decided until", ada.answer)
    await world.pass_time(5 * MINUTE)
    assert world.calls_of("RebuildWorkspaces") == 0
    assert re.search("nobody|expired|no decision", oda_reads(world), re.IGNORECASE)


def oda_reads(world: World) -> str:
    oda = world.person("oda")
    return "\n".join(seen.text for seen in oda.dms())
