"""The configuration file that scenarios and processes start their bots with."""

from pathlib import Path

from sandbox.aws.world import TOKYO_SUBNETS
from sandbox.teams.people import OBJECT_IDS

_TEXT = (Path(__file__).parent / "config.yaml").read_text(encoding="utf-8")


def config_text(admin_place: str) -> str:
    """The file; the same people have their roles in either chat."""
    text = _TEXT.replace("TOKYO_SUBNETS", f"[{', '.join(TOKYO_SUBNETS)}]").replace("ADMIN_PLACE", admin_place)
    for name, user in OBJECT_IDS.items():
        text = text.replace(f"{name.upper()}_IN_TEAMS", user)
    return text
