"""Outboxes on an empty table, and a clock that stands, as for the outbox itself."""

from tests.notifiers.outbox.conftest import aws, later, replicas, table

__all__ = ["aws", "later", "replicas", "table"]
