"""Saying the answer: what was done stays done, whether or not the chat takes the answer."""

import logging

from commands import sentences
from commands.command import Registry, Unclear
from commands.config import Config
from commands.parser import parse
from commands.ports import Voice
from commands.request import Request
from notifiers.message import Choice, Form, Message
from notifiers.place import Place

log = logging.getLogger(__name__)


async def give(
    voice: Voice, request: Request, message: Message, key: str | None, instead: Message | None = None
) -> None:
    """Answer privately, else by direct message to the person `key`; never raises.

    `instead` is what the direct message says where `message` is of use only where it was asked for.
    """
    try:
        await voice.answer(request.recipient, message)
    except Exception:
        log.exception("answer not delivered", extra={"correlation": request.correlation})
        if key is not None:
            await _directly(voice, request, instead or message, key)


async def ask(voice: Voice, request: Request, form: Form, key: str, registry: Registry, config: Config) -> None:
    """Show the form, else say what to type instead of filling it in; never raises."""
    try:
        await voice.ask(request, form)
    except Exception:
        log.exception("form not shown", extra={"correlation": request.correlation})
        late = Unclear("The form could not be shown in time, so nothing was done.", _whole(form, registry, config))
        await give(voice, request, sentences.unclear(late), key)


async def _directly(voice: Voice, request: Request, message: Message, key: str) -> None:
    try:
        await voice.post(Place.person(key), f"answer-{request.id}", message)
    except Exception:
        log.exception("answer not delivered by direct message either", extra={"correlation": request.correlation})


def _whole(form: Form, registry: Registry, config: Config) -> str:
    """The command that the form, with what it suggests, would have made: "/vpn extend 1h"; it chooses for nobody."""
    suggested = {field.name: field.initial or _only(field.choices) for field in form.fields}
    return f"/{parse(form.command, suggested, registry, config).text()}"


def _only(choices: tuple[Choice, ...]) -> str:
    return choices[0].value if len(choices) == 1 else ""
