"""Everything that people ask for: the table of contents."""

from commands import audit, deskside, vpn
from commands.command import Registry

COMMANDS: Registry = (*vpn.COMMANDS, *deskside.COMMANDS, *audit.COMMANDS)
