"""Every button that any golden file shows is a command of the registry."""

from commands import COMMANDS
from commands.parser import parse
from tests.commands.goldens import commands_of_buttons


def test_every_button_in_a_golden_is_a_command() -> None:
    for command in commands_of_buttons():
        assert parse(command, None, COMMANDS, None).command in COMMANDS
