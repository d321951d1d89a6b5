"""How the Bot Connector of Teams refuses.

https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability (status codes)
"""

import json

from sandbox.teams.world import Json

_SENTENCES = {
    "ActivityNotFoundInConversation": (404, "Message does not exist in the thread."),
    "BotNotInConversationRoster": (403, "The bot is not part of the conversation roster."),
    "ConversationBlockedByUser": (403, "User blocked the conversation with the bot."),
    "ConversationNotFound": (404, "Conversation not found."),
    "ForbiddenOperationException": (403, "Bot is not installed in user's personal scope"),
    "MemberNotFoundInConversation": (404, "The member is not part of the conversation roster."),
    "MessageSizeTooBig": (413, "Message size too large."),
    "MessageWritesBlocked": (403, "Thread is blocked from message writes."),
    "NotEnoughPermissions": (403, "Bot does not have permission to edit or delete this activity."),
    "PreconditionFailed": (412, "Precondition failed, please try again."),
    "ServiceError": (500, "Unknown"),
    "Throttled": (429, "Too many requests."),
}
_USUAL = {
    400: "BadSyntax",
    403: "Forbidden",
    404: "NotFound",
    412: "PreconditionFailed",
    413: "MessageSizeTooBig",
    429: "Throttled",
}


class Refused(Exception):
    """A call that the connector does not do."""

    def __init__(self, code: str, message: str = "", *, status: int | None = None, retry_after: int = 0) -> None:
        usual_status, sentence = _SENTENCES.get(code, (400, code))
        super().__init__(code)
        self.code = code
        self.status = status or usual_status
        self.message = message or sentence
        self.retry_after = retry_after

    @property
    def body(self) -> Json:
        """The JSON body. A blocked chat has, alone among them, the shape of the service behind the connector."""
        if self.status == 401:
            return {"message": "Authorization has been denied for this request."}
        if self.code == "MessageWritesBlocked":
            inner = {"subCode": self.code, "details": self.message, "errorCode": None, "errorSubCode": None}
            return {"errorCode": 209, "message": json.dumps(inner, indent=2)}
        return {"error": {"code": self.code, "message": self.message}}


def usual_code(status: int) -> str:
    """The code that mostly comes with an HTTP status."""
    return _USUAL.get(status, "ServiceError")
