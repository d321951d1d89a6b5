"""The checkpoints of durable executions: what was recorded, and deaths at their boundaries.

A handler's progress exists only in what it has checkpointed, so a death between two checkpoints is one of two cases:
just before an outcome is recorded (its work was done and will be done again) or just after.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aws_durable_execution_sdk_python.lambda_service import (
    CheckpointOutput,
    OperationAction,
    OperationSubType,
    OperationType,
    OperationUpdate,
)
from aws_durable_execution_sdk_python_testing.checkpoint.processor import CheckpointProcessor
from aws_durable_execution_sdk_python_testing.client import InMemoryServiceClient
from aws_durable_execution_sdk_python_testing.stores.base import ExecutionStore
from aws_durable_execution_sdk_python_testing.worker.registry import ExecutionRegistry

OPERATIONS_ALLOWED = 3000
"""AWS's quota of operations per durable execution."""

_OUTCOMES = {OperationAction.SUCCEED, OperationAction.FAIL, OperationAction.RETRY}
_SUSPENDING = {OperationType.WAIT, OperationType.CALLBACK, OperationType.CHAINED_INVOKE}

When = Literal["before", "after"]


class HandlerDied(Exception):
    """The invocation ended as if its process had been killed."""


@dataclass
class Death:
    """One death to come: at a step's name, or at an index of the history; `execution` None is whichever comes first."""

    at: str | int
    when: When
    execution: str | None
    done: bool = False

    def meets(self, execution: str, index: int, name: str) -> bool:
        if self.done or self.execution not in {None, execution}:
            return False
        return self.at == (index if isinstance(self.at, int) else name)


class Checkpoints(InMemoryServiceClient):
    """The service that handlers checkpoint with; remembers each execution's history and kills at a boundary of it."""

    def __init__(self, processor: CheckpointProcessor, registry: ExecutionRegistry, store: ExecutionStore) -> None:
        super().__init__(processor, registry)
        self._store = store
        self.deaths: list[Death] = []
        self.operations_allowed = OPERATIONS_ALLOWED
        self._histories: dict[str, list[str]] = {}
        self._operations: dict[str, int] = {}
        self._begun: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def history(self, execution: str) -> list[str]:
        """The names of the operations whose outcomes were recorded, in order; a poll is recorded each time."""
        with self._lock:
            return list(self._histories.get(execution, []))

    def operations(self, execution: str) -> int:
        """How many operations AWS would count.

        A step is 1 and 1 a retry, a `wait_for_condition` 1 and 1 a poll, a callback 3, a wait or a context 1.
        """
        with self._lock:
            return self._operations.get(execution, 0)

    def checkpoint(
        self,
        durable_execution_arn: str,
        checkpoint_token: str,
        updates: list[OperationUpdate],
        client_token: str | None,
    ) -> CheckpointOutput:
        execution = self._store.load(durable_execution_arn).start_input.execution_name
        counted = self._within_quota(execution, updates)
        recorded = [update.name or str(update.sub_type) for update in updates if _is_boundary(update)]
        self._die_if_due(execution, recorded, "before")
        output = super().checkpoint(durable_execution_arn, checkpoint_token, updates, client_token)
        with self._lock:
            self._operations[execution] = counted
            self._begun.update((execution, update.operation_id) for update in updates)
        self._die_if_due(execution, recorded, "after", keep=True)
        return output

    def _within_quota(self, execution: str, updates: Sequence[OperationUpdate]) -> int:
        """The execution's operations with these; an invocation that would exceed the quota ends here."""
        counted = self.operations(execution) + sum(map(_counted, updates))
        with self._lock:
            polling = {
                update.operation_id
                for update in updates
                if update.sub_type == OperationSubType.WAIT_FOR_CONDITION
                and (execution, update.operation_id) not in self._begun
            }
        counted += len(polling)
        if counted > self.operations_allowed:
            raise HandlerDied(f"{execution} exceeds {self.operations_allowed} operations")
        return counted

    def _die_if_due(self, execution: str, recorded: Sequence[str], when: When, *, keep: bool = False) -> None:
        with self._lock:
            history = self._histories.setdefault(execution, [])
            first = len(history)
            if keep:
                history.extend(recorded)
            for index, name in enumerate(recorded, start=first):
                for death in self.deaths:
                    if death.when == when and death.meets(execution, index, name):
                        death.done = True
                        raise HandlerDied(f"{execution} dies {when} {name} ({index}) is recorded")


def _is_boundary(update: OperationUpdate) -> bool:
    if update.operation_type is OperationType.EXECUTION:
        return False
    if update.operation_type in _SUSPENDING:
        return update.action is OperationAction.START
    return update.action in _OUTCOMES


def _counted(update: OperationUpdate) -> int:
    if update.operation_type is OperationType.CALLBACK:
        return 3 if update.action is OperationAction.START else 0
    if update.operation_type is OperationType.STEP:
        return 1 if update.action in _OUTCOMES else 0
    return 1 if update.action is OperationAction.START else 0
