"""A run's facts become its Message: one file a workflow, pure. STORIES is the table of contents."""

from notifiers.stories import upgrade, vpn, workspace
from notifiers.stories.story import ADMIN, Note, Story

STORIES: dict[str, Story] = {"upgrade": upgrade, "vpn": vpn, "workspace": workspace}
"""The story of a run, by the first word of the run's id (`vpn-01j…`)."""

__all__ = ["ADMIN", "STORIES", "Note", "Story"]
