"""Everything that people ask for: the table of contents."""

from commands import approvals, audit, deskside, deskside_runs, home, rebuild, vpn, workspace
from commands.command import Registry

COMMANDS: Registry = (
    *vpn.COMMANDS,
    *workspace.COMMANDS,
    *rebuild.COMMANDS,
    *approvals.COMMANDS,
    *deskside.COMMANDS,
    *home.COMMANDS,
    *deskside_runs.COMMANDS,
    *audit.COMMANDS,
)
