"""An upgrade that is asked for in a channel: its card there, what each wave ended with under it, and the report."""

from tests.scenarios.world import MINUTE, World


async def test_the_channel_reads_each_wave_and_the_end_under_the_card_and_no_names(world: World) -> None:
    oda, ada = world.person("oda"), world.person("ada")
    await oda.says("/upgrade start Office office-2026-2 --ids mika,ada --canary 1 --waves 1")
    await oda.presses("Ask for approval")
    await ada.presses("Approve", ada.dm)
    for _ in range(60):
        ((card, replies),) = world.threads()
        if "have been upgraded" in card:
            break
        await world.pass_time(2 * MINUTE)

    assert "2 desktops of Office have been upgraded" in card
    assert "The canary is through: 1 done so far. Now wave 2 of 2." in replies[0]
    assert "2 desktops of Office have been upgraded" in replies[-1]
    assert not any(secret in text for text in (card, *replies) for secret in ("ws-0a1b", "mika", "WSAMZN"))

    files = await oda.files()
    (table,) = (content for name, content in files.items() if name.endswith(".csv"))
    (summary,) = (content for name, content in files.items() if name.endswith(".txt"))
    assert table.startswith("WorkspaceId,ComputerName,BaselineSnapshotIso")
    assert table.count(",done,") == 2
    assert "Upgraded: bundle Office" in summary
