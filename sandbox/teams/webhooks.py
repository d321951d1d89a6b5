"""Incoming webhooks: addresses of workflows ("Post to a channel when a webhook request is received").

https://support.microsoft.com/office/create-incoming-webhooks-with-workflows-for-microsoft-teams and
https://learn.microsoft.com/connectors/teams/ (known limitations). The address only starts a run of the workflow: it
answers 202 whatever becomes of that, so that a message that is too large, or no message, is lost without a word.
"""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from sandbox.teams.cards import card_faults
from sandbox.teams.people import WORKFLOWS
from sandbox.teams.world import CARD, Json, Said, World

MAX_BYTES = 28 * 1024


@dataclass(frozen=True)
class Workflow:
    """One workflow: the conversation that it posts into, and the signature in its address."""

    conversation: str
    signature: str


@dataclass
class Webhooks:
    """The workflows of one organisation, by id."""

    world: World
    _workflows: dict[str, Workflow] = field(default_factory=dict)

    def add(self, conversation: str) -> str:
        """A new one for a conversation, by id: its path and query."""
        id_, signature = secrets.token_hex(16), secrets.token_urlsafe(32)
        self._workflows[id_] = Workflow(conversation, signature)
        query = {"api-version": "2016-06-01", "sp": "/triggers/manual/run", "sv": "1.0", "sig": signature}
        return f"/workflows/{id_}/triggers/manual/paths/invoke?{urlencode(query)}"

    def remove(self, id_: str) -> None:
        """Somebody deletes it."""
        self._workflows.pop(id_, None)

    def invoke(self, id_: str, query: Json, body: Any) -> tuple[web.Response, str]:
        """The answer to a request, and what went wrong with it or with the run that it started."""
        status, refused = self._refusal(id_, query)
        if refused:
            answer = {"error": {"code": refused, "message": "The workflow could not be run."}}
            return web.json_response(answer, status=status), refused
        return web.Response(status=status), self._run(id_, body)

    def _refusal(self, id_: str, query: Json) -> tuple[int, str]:
        if "api-version" not in query:
            return 400, "MissingApiVersionParameter"
        workflow = self._workflows.get(id_)
        if workflow is None:
            return 404, "WorkflowNotFound"
        signed = secrets.compare_digest(str(query.get("sig", "")).encode(), workflow.signature.encode())
        return (202, "") if signed else (401, "DirectApiInvalidAuthorizationScheme")

    def _run(self, id_: str, body: Any) -> str:
        """Post every card of the body; what the workflow's history says went wrong, empty when nothing did."""
        workflow = self._workflows[id_]
        if self.world.conversations[workflow.conversation].archived:
            return "Forbidden"
        attachments = body.get("attachments") if isinstance(body, dict) else None
        if not isinstance(attachments, list):
            return "InvalidTemplate"
        if len(json.dumps(attachments, ensure_ascii=False).encode()) > MAX_BYTES:
            return "RequestEntityTooLarge"
        for attachment in attachments:
            content = attachment.get("content") if isinstance(attachment, dict) else None
            if content is None or attachment["contentType"] != CARD or card_faults(content):
                return "BadRequest"
            self._post(workflow.conversation, attachment)
        return ""

    def _post(self, conversation: str, attachment: Json) -> None:
        id_, place = self.world.new_id(), self.world.conversations[conversation]
        root = id_ if place.kind == "channel" else None
        self.world.post(Said(id_, place.id, WORKFLOWS, self.world.now(), attachments=(attachment,), thread=root))
