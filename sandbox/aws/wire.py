"""How AWS requests and answers look on the wire: which operation a request calls, and its answers and errors.

The shapes come from botocore's service models, read with moto's parsers and serializers, so that boto3 on the other
side understands them; errors are written here, because any code of AWS's may be answered (docs: "Common errors" of
each service, https://smithy.io/2.0/aws/protocols/).
"""

import io
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

SIGNING_NAMES = {
    "monitoring": "cloudwatch",
    "tagging": "resourcegroupstaggingapi",
    "email": "ses",
    "states": "stepfunctions",
    "elasticloadbalancing": "elbv2",
}
"""Names that requests are signed for, where botocore calls the service otherwise."""

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
_FORM = "application/x-www-form-urlencoded"
_FORBIDDEN = re.compile(r"AccessDenied|Unauthorized|AuthFailure|ExpiredToken|SignatureDoesNotMatch|OptInRequired")
_UNAVAILABLE = re.compile(r"RequestLimitExceeded|SlowDown|Unavailable")
_BROKEN = re.compile(r"^Internal|^ServiceException|ServerException|InternalFailure")

Environ = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One request for one AWS operation.

    `service` is botocore's serviceId (`EC2`), `signed_for` the lower-cased name that the request is signed for.
    """

    service: str
    operation: str
    protocol: str
    access_key: str
    region: str
    signed_for: str
    request: Request
    model: OperationModel | None
    url_params: Mapping[str, str]

    @property
    def name(self) -> str:
        """How calls are counted: `EC2.AssociateClientVpnTargetNetwork`."""
        return f"{self.service}.{self.operation}"

    def params(self) -> dict[str, Any]:
        """The operation's parameters, by the model's names."""
        if self.model is None:
            return {}
        parser = PROTOCOL_PARSERS[self.protocol](self.model)
        parsed: dict[str, Any] = parser.parse(
            {
                "method": self.request.method,
                "values": self.request.values,
                "headers": self.request.headers,
                "body": self.request.get_data(),
                "url_path": self.request.path,
                "url_params": dict(self.url_params),
            }
        )
        return parsed

    def unread(self) -> None:
        """Give the body back to whoever reads this request after us."""
        self.request.environ["wsgi.input"] = io.BytesIO(self.request.get_data())

    def result(self, result: Mapping[str, Any]) -> Answer:
        """The answer of a call that worked; `result` has the output shape's members."""
        if self.model is None:
            raise ValueError(f"{self.name} has no model to answer by")
        request_id = str(uuid.uuid4())
        written_by = get_serializer_class(self.model.service_model.service_name, self.protocol)
        written = written_by(self.model, SerializationContext(request_id)).serialize(result)
        body = written["body"]
        return Answer(
            status=written["status_code"],
            body=body.encode() if isinstance(body, str) else body,
            headers={**written["headers"], "x-amzn-requestid": request_id},
        )

    def refusal(self, code: str, message: str, status: int | None = None) -> Answer:
        """AWS's error `code`, as this call's protocol writes it; `status` only where the model does not say."""
        request_id = str(uuid.uuid4())
        status = status or self._status_of(code)
        if self.protocol in {"ec2", "query", "rest-xml"}:
            body, kind = _xml_error(self, code, message, status, request_id), "text/xml"
        else:
            kind = "application/x-amz-json-1.0" if self.protocol == "json" else "application/json"
            body = json.dumps({"__type": code, "message": message, "Message": message})
        headers = {"Content-Type": kind, "x-amzn-requestid": request_id, "x-amzn-errortype": code}
        return Answer(status, body.encode(), headers)

    def _status_of(self, code: str) -> int:
        if self.model is not None:
            service = self.model.service_model
            if code in service.shape_names:
                modelled = service.shape_for(code).metadata.get("error", {}).get("httpStatusCode")
                if isinstance(modelled, int):
                    return modelled
        for pattern, status in ((_FORBIDDEN, 403), (_UNAVAILABLE, 503), (_BROKEN, 500)):
            if pattern.search(code):
                return status
        return 400


def _xml_error(call: Call, code: str, message: str, status: int, request_id: str) -> str:
    said = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if call.protocol == "ec2":
        errors = f"<Errors><Error>{said}</Error></Errors>"
        return f"<Response>{errors}<RequestID>{request_id}</RequestID></Response>"
    if call.service == "S3":
        return f"<Error>{said}<RequestId>{request_id}</RequestId></Error>"
    fault = "Receiver" if status >= 500 else "Sender"
    return (
        f"<ErrorResponse><Error><Type>{fault}</Type>{said}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )


def identify(environ: Environ) -> Call | None:
    """The AWS call of a WSGI request; None when it is not signed, or for a service that nobody knows."""
    signed = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if signed is None:
        return None
    access_key, region, signed_for = signed[1], signed[2], signed[3].lower()
    model = _service(SIGNING_NAMES.get(signed_for, signed_for))
    if model is None:
        return None
    request = _request(environ)
    operation, url_params = _operation(model, request)
    known = operation in model.operation_names
    return Call(
        service=str(model.service_id),
        operation=operation,
        protocol=determine_request_protocol(model, environ.get("CONTENT_TYPE", "")),
        access_key=access_key,
        region=region,
        signed_for=signed_for,
        request=request,
        model=model.operation_model(operation) if known else None,
        url_params=url_params,
    )


@cache
def _service(name: str) -> ServiceModel | None:
    try:
        return get_service_model(name)
    except UnknownServiceError:
        return None


def _request(environ: Environ) -> Request:
    """The request, with a form's body kept for whoever reads it after us."""
    if environ.get("CONTENT_TYPE", "").startswith(_FORM):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        return Request({**environ, "wsgi.input": io.BytesIO(body)}, populate_request=False)
    return Request(environ, populate_request=False)


def _operation(model: ServiceModel, request: Request) -> tuple[str, Mapping[str, str]]:
    target = request.headers.get("X-Amz-Target")
    if target:
        return target.rsplit(".", 1)[-1], {}
    if request.content_type and request.content_type.startswith(_FORM):
        return request.values.get("Action", "Unknown"), {}
    if "Action" in request.args:
        return request.args["Action"], {}
    try:
        operation, url_params = get_service_router(model.service_name).match(request)
    except (NotFound, NotImplementedError):
        return "Unknown", {}
    return operation.name, url_params
