"""The simulated AWS as a WSGI application: what moto lacks is answered here, the rest by moto."""

import contextlib
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from sandbox.aws import client_vpn_api, item_calls, managed_nodes, workspaces_api, workspaces_metrics, workspaces_tags
from sandbox.aws.alarms import Alarms
from sandbox.aws.client_vpn import ClientVpn
from sandbox.aws.faults import Calls, Faults
from sandbox.aws.httpd import StartResponse
from sandbox.aws.identity import Identities
from sandbox.aws.items import serialise_items_as_they_are
from sandbox.aws.lambdas import Lambdas
from sandbox.aws.managed_nodes import ManagedNodes
from sandbox.aws.quick_dynamodb import backend_app, quicken_dynamodb
from sandbox.aws.refused import Refused
from sandbox.aws.trail import Trail
from sandbox.aws.validation import validate
from sandbox.aws.wire import Answer, Call, Environ, identify
from sandbox.aws.workspaces import WorkSpaces
from sandbox.aws.workspaces_throttle import Throttle
from sandbox.aws.world import ACCOUNT, BUILDER_KEY, REGION

Control = Callable[[str, str, bytes], Answer]

WORKSPACE_ARN = f"arn:aws:workspaces:{REGION}:{ACCOUNT}:workspace/"
TOLD_ELSEWHERE = frozenset(
    {
        "Resource Groups Tagging API.GetResources",
        "CloudWatch.GetMetricData",
        "KMS.DescribeKey",
        *(f"SSM.{operation}" for operation in managed_nodes.OPERATIONS),
    }
)
"""Calls of other services that may be about WorkSpaces."""


class Moto(DomainDispatcherApplication):
    """moto's server, remembering which service a host stands for (it lists a directory for every request)."""

    def __init__(self, create_app: Callable[..., Any]) -> None:
        super().__init__(create_app)
        self._backends: dict[str, Any] = {}
        self._one_at_a_time = threading.Lock()

    def get_backend_for_host(self, host: str | None) -> Any:
        if host is None:
            return None
        if host not in self._backends:
            self._backends[host] = super().get_backend_for_host(host)
        return self._backends[host]

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        # moto writes an item without a lock, so that two conditional writes at once would both succeed; and deleting a
        # message loses one that is sent meanwhile. A receive may take its 20 seconds beside them.
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        alone = target.startswith(("DynamoDB", "AmazonSQS.")) and target != "AmazonSQS.ReceiveMessage"
        with self._one_at_a_time if alone else contextlib.nullcontext():
            answer: Iterable[bytes] = super().__call__(environ, start_response)
            return answer

    def items(self, operation: str, params: dict[str, Any]) -> tuple[int, Mapping[str, Any]]:
        """DynamoDB's answer about items, without HTTP."""
        with self._one_at_a_time:
            return item_calls.answer(operation, params)


@dataclass(frozen=True)
class Services:
    """What the simulated AWS consists of besides moto."""

    vpn: ClientVpn
    workspaces: WorkSpaces
    nodes: ManagedNodes
    throttle: Throttle
    lambdas: Lambdas
    alarms: Alarms
    identities: Identities
    trail: Trail
    faults: Faults
    calls: Calls


class SandboxApp:
    """Every request comes here: counted, checked for faults and identity, then answered by us or by moto."""

    def __init__(self, services: Services, control: Control) -> None:
        self._services, self._control = services, control
        serialise_items_as_they_are()
        quicken_dynamodb()
        self._moto = Moto(backend_app)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/_sandbox/"):
            answer: Answer | None = self._control(environ["REQUEST_METHOD"], path, environ["wsgi.input"].read())
        else:
            answer = self._answer(environ)
        if answer is None:
            return self._moto(environ, start_response)
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(answer.headers.items()))
        return [answer.body]

    def items(self, operation: str, params: dict[str, Any], access_key: str) -> tuple[int, Mapping[str, Any]] | None:
        """DynamoDB's answer about items, for who is in this process; None while something may go wrong on purpose.

        Counted as if it had come over the wire, which is where it goes with its faults.
        """
        if self._services.faults.any():
            return None
        if access_key != BUILDER_KEY:
            identity = self._services.identities.of(access_key)
            self._services.calls.coming(f"DynamoDB.{operation}")
            self._services.calls.count(f"DynamoDB.{operation}", identity.source if identity is not None else None)
        return self._moto.items(operation, params)

    def _answer(self, environ: Environ) -> Answer | None:
        """Our answer; None leaves it to moto."""
        call = identify(environ)
        if call is None or call.access_key == BUILDER_KEY:
            return None
        try:
            self._admit(call)
            answer = self._own(call)
        except Refused as refused:
            self._services.trail.refused(call, refused)
            return call.refusal(refused.code, refused.message, refused.status)

        if answer is None and self._services.trail.follows(call):
            answer = self._of_moto(environ)
            self._services.trail.answered(call, answer)
        return answer

    def _of_moto(self, environ: Environ) -> Answer:
        """moto's answer, whole."""
        told: list[Any] = []
        parts = self._moto(environ, lambda status, headers, _=None: told.extend((status, headers)))
        return Answer(int(told[0].split()[0]), b"".join(parts), dict(told[1]))

    def _admit(self, call: Call) -> None:
        identity = self._services.identities.of(call.access_key)
        source = identity.source if identity is not None else None
        self._services.calls.coming(call.name)
        try:
            self._services.faults.apply(call.service, call.operation)
            if call.service == "WorkSpaces":
                self._services.throttle.take()
            self._services.identities.check(call)
        except Refused as refused:
            self._services.calls.refuse(call.name, source, refused.code)
            raise
        self._services.calls.count(call.name, source)

    def _own(self, call: Call) -> Answer | None:
        if call.service == "EC2" and call.operation in client_vpn_api.OPERATIONS:
            return self._answer_vpn(call, call.params())
        if call.service == "WorkSpaces" and call.operation in workspaces_api.OPERATIONS:
            return self._answer_workspaces(call, call.params())
        about_workspaces = self._told_of_workspaces(call)
        if about_workspaces is not None:
            return call.result(about_workspaces)
        if call.name == "STS.AssumeRole":
            return call.result(self._services.identities.assume(call.params()))
        if call.name == "STS.GetCallerIdentity":
            return call.result(self._services.identities.caller(call.access_key))
        if call.name == "Lambda.Invoke":
            return self._services.lambdas.invoke(call)
        if call.name == "CloudWatch.SetAlarmState":
            return call.result(self._services.alarms.set_state(call.params()))
        return None

    def _answer_vpn(self, call: Call, params: Mapping[str, Any]) -> Answer:
        if params.get("DryRun"):
            raise Refused("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
        return self._told(call, params, client_vpn_api.answer(self._services.vpn, call.operation, params))

    def _answer_workspaces(self, call: Call, params: dict[str, Any]) -> Answer:
        if call.model is not None:
            validate(call.model, params)
        return self._told(call, params, workspaces_api.answer(self._services.workspaces, call.operation, params))

    def _told(self, call: Call, params: Mapping[str, Any], result: Mapping[str, Any]) -> Answer:
        self._services.trail.worked(call, params, result)
        return call.result(result)

    def _told_of_workspaces(self, call: Call) -> Mapping[str, Any] | None:
        """What another service tells about WorkSpaces; None for anything else."""
        if call.name not in TOLD_ELSEWHERE:
            return None
        params = call.params()
        call.unread()
        if call.service == "SSM":
            return self._services.nodes.answer(call.operation, params)
        if call.service == "KMS":
            return workspaces_metrics.describe_key(self._services.workspaces, str(params.get("KeyId")))
        if call.service == "CloudWatch" and workspaces_metrics.asks_for_workspaces(params):
            return workspaces_metrics.get_metric_data(self._services.workspaces, params)
        if workspaces_tags.asks_for_workspaces(params):
            return workspaces_tags.get_resources(self._services.workspaces, params, WORKSPACE_ARN)
        return None


def reset_moto() -> None:
    """Empty every service that moto simulates."""
    BackendDict.reset()
    reset_model_data()
