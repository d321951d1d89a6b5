"""More desktops at once than a card has room for."""

import csv
import io

from tests.scenarios.world import MINUTE, World


async def test_every_one_of_many_is_in_a_file(both: World) -> None:
    oda = both.person("oda", "slack")
    for number, workspace in both.aws.workspaces.workspaces.items():
        if "deskside:protect" not in workspace.tags:
            workspace.tags["Floor"] = "3"
            both.aws.put_workspace(number, "AVAILABLE")
    await oda.says("/workspace reboot tag:Floor=3", oda.dm)
    await both.confirms(oda)
    await both.pass_time(20 * MINUTE)

    files = await oda.files()
    (report,) = [content for name, content in files.items() if name == f"{both.run()}.csv"]
    rows = list(csv.DictReader(io.StringIO(report)))
    assert len(rows) > 50
    assert {row["WorkSpace"] for row in rows} >= {both.desktop("mika")}
    assert {row["Result"] for row in rows} <= {"done", "failed", "skipped"}
