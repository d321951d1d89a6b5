"""Everything that people ask for: the table of contents."""

from commands import (
    alerts,
    approvals,
    audit,
    deskside,
    deskside_dead_letters,
    deskside_runs,
    home,
    rebuild,
    upgrade,
    vpn,
    workspace,
)
from commands.command import Registry

COMMANDS: Registry = (
    *vpn.COMMANDS,
    *workspace.COMMANDS,
    *rebuild.COMMANDS,
    *upgrade.COMMANDS,
    *approvals.COMMANDS,
    *alerts.COMMANDS,
    *deskside.COMMANDS,
    *home.COMMANDS,
    *deskside_runs.COMMANDS,
    *deskside_dead_letters.COMMANDS,
    *audit.COMMANDS,
)
