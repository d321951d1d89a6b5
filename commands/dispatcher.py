"""From a request to its answer: parse, authorise, accept, confirm, run, answer.

Accepting is writing the audit item on condition that the request is new; nothing is done or promised before it, and
the same request again is silence. A refusal is audited too, with its reason. What cannot be understood is neither
accepted nor audited: it is answered, and no more.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from aws_ops import audit, brake
from aws_ops.audit import AuditEntry
from aws_ops.desk import Desk
from commands import answers, confirm, sentences
from commands.access import Role, roles_of
from commands.command import Arguments, Context, Plan, Refusal, Registry, Reply, Unclear
from commands.config import Config
from commands.confirm import Confirmation
from commands.parsed import Parsed
from commands.parser import faults, parse
from commands.ports import Alerts, Directory, Voice
from commands.request import Person, Request
from commands.tokens import echo
from commands.who_has import who_has
from notifiers.delivery import InThread
from notifiers.message import Form, Message
from notifiers.place import Place

log = logging.getLogger(__name__)

_ASKED = "asked to confirm"


class Dispatcher:
    """Handles requests; any number at once, each in a task of the caller's.

    `config` gives the configuration of now, `tick_s` is the seconds between a workflow's looks.
    """

    def __init__(
        self,
        registry: Registry,
        voice: Voice,
        directory: Directory,
        config: Callable[[], Config],
        desk: Desk,
        in_thread: InThread,
        *,
        alerts: Alerts,
        tick_s: int = 30,
    ) -> None:
        self._registry = registry
        self._voice = voice
        self._directory = directory
        self._config = config
        self._desk = desk
        self._in_thread = in_thread
        self._alerts = alerts
        self._tick_s = tick_s

    def knows(self, command: str) -> bool:
        """Whether this text, a button's, is a command (of whatever endpoint or run)."""
        if confirm.token_in(command) is not None:
            return True
        try:
            parse(command, None, self._registry, None)
        except Unclear:
            return False
        return True

    def check_form(self, command: str, values: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with the fields of a form for `command`: a sentence by field, nothing when all are good."""
        try:
            return faults(command, values, self._registry, self._config())
        except Unclear as unclear:
            return dict.fromkeys(list(values)[:1], unclear.sentence)

    async def handle(self, request: Request) -> None:
        """Do what is asked and answer; never raises: what goes wrong is one sentence to the person, and the log."""
        known = _Known(request)
        try:
            await self._handle(known)
        except Exception as error:
            log.exception("request failed", extra={"correlation": request.correlation})
            await self._say(known, sentences.failed(error, request.correlation))

    async def context_of(self, request: Request) -> Context:
        """What is shown without a command is made of this, for any colleague. Raises Refusal for whoever is none."""
        person, key = await self._colleague(request)
        config = self._config()
        roles = roles_of(person, await self._directory.groups(person.platform, person.user), config)
        return self._context(request, person, key, roles, config, request.text)

    async def _handle(self, known: "_Known") -> None:
        try:
            case = await self._hear(known)
        except Unclear as unclear:
            await self._say(known, sentences.unclear(unclear))
        except Refusal as refusal:
            if await self._accept(known.entry("refused", str(refusal))):
                await self._say(known, sentences.refused(refusal))
        else:
            await self._answer(case, known)

    async def _hear(self, known: "_Known") -> "_Case":
        """Everything before acceptance; reads only. Raises Unclear or Refusal."""
        request, config = known.request, self._config()
        person, key = await self._colleague(request)
        known.person = key
        await self._voice.heard(key, request.platform)
        confirmation, parsed = await self._understand(request, person, key, config)
        if confirmation is not None:
            # Asked for in a channel, it is done there, also where its question was shown elsewhere.
            known.request = request.model_copy(update={"place": Place.parse(confirmation.places[0])})
        known.learn(parsed)
        command, needed = parsed.command, parsed.command.role_for(parsed.arguments, person)
        context = await self._authorise(known, person, parsed, needed, config)
        if command.changes and command.braked:
            await self._stop_at_the_brake(person)
        completed = await command.complete(context, parsed.arguments) if command.complete else parsed.arguments
        if not isinstance(completed, Arguments):
            return _Case(context, parsed, confirmation, completed)
        # Only with everything filled in it is known whose it is, and so what it takes.
        again = command.role_for(completed, person)
        if again is not needed:
            context = await self._authorise(known, person, parsed, again, config)
        parsed = replace(parsed, arguments=completed)
        known.learn(parsed)
        return _Case(context, parsed, confirmation)

    async def _authorise(
        self, known: "_Known", person: Person, parsed: Parsed, needed: Role, config: Config
    ) -> Context:
        """What the handler works with, for whoever has the role `needed`. Raises Refusal."""
        request, key = known.request, person.key
        # What more than staff may change is a decision: whoever lost the role a minute ago has lost it.
        fresh = parsed.command.changes and needed is not Role.STAFF
        if fresh or key is None:
            person, key = await self._colleague(request, fresh=fresh)
            known.person = key
        groups = await self._directory.groups(person.platform, person.user, fresh=fresh)
        roles = roles_of(person, groups, config)
        if needed not in roles:
            raise sentences.needs_role(needed, parsed.text(), roles, await who_has(needed, config, self._directory))
        return self._context(request, person, key, roles, config, parsed.text())

    async def _colleague(self, request: Request, *, fresh: bool = False) -> tuple[Person, str]:
        """The person and their key. Raises Refusal for whoever has none."""
        person = await self._directory.asker(request, fresh=fresh)
        if person.key is None:
            raise Refusal(person.stranger or "Deskside is for full members of this organisation only.")
        return person, person.key

    async def _understand(
        self, request: Request, person: Person, key: str, config: Config
    ) -> tuple[Confirmation | None, Parsed]:
        token = confirm.token_in(request.text)
        if token is None:
            groups = await self._directory.groups(person.platform, person.user)
            roles = roles_of(person, groups, config)
            return None, parse(request.text, request.arguments, self._registry, config, roles)
        found = await self._in_thread(confirm.find, self._desk.table, token, key, request.place)
        return found, parse(found.text, None, self._registry, config)

    async def _stop_at_the_brake(self, person: Person) -> None:
        pulled = await self._in_thread(brake.is_pulled, self._desk)
        if pulled is not None:
            raise sentences.paused(pulled, person.timezone)

    async def _answer(self, case: "_Case", known: "_Known") -> None:
        """Accept, do it, and say what came of it; a duplicate is silence."""
        if case.reply is not None:
            if await self._accept(known.entry("asked" if isinstance(case.reply, Form) else "answered")):
                await self._reply(known, case, case.reply)
            return
        if not await self._accept(known.entry("accepted")):
            return
        try:
            reply, outcome = await self._perform(case)
        except Refusal as refusal:
            await self._record(known.entry("refused", str(refusal)))
            await self._say(known, sentences.refused(refusal))
            return
        except Exception as error:
            await self._record(known.entry("failed", sentences.problem(error)))
            raise
        if case.parsed.command.changes:
            await self._record(known.entry(outcome))
        unshown = sentences.unshown(case.parsed.text()) if outcome == _ASKED else None
        await self._reply(known, case, reply, unshown)

    async def _perform(self, case: "_Case") -> tuple[Reply, str]:
        """The command's answer and its outcome, or the question that must be answered first. Raises Refusal."""
        command, arguments, context = case.parsed.command, case.parsed.arguments, case.context
        plan: Plan | None = await command.confirm(context, arguments) if command.confirm else None
        if case.confirmation is not None:
            if not confirm.stands(case.confirmation, plan, case.parsed.text()):
                raise confirm.changed(case.confirmation)
            await self._in_thread(confirm.use, self._desk.table, case.confirmation)
            # By now it may be nothing that has to be confirmed: whoever was connected is not any more.
            if plan is not None:
                context = replace(context, confirmed=plan.facts, seen=plan.seen)
        elif plan is not None:
            return await self._question(case, plan), _ASKED
        return await command.run(context, arguments), "done"

    async def _question(self, case: "_Case", plan: Plan) -> Message:
        """The plan with a button, which is good where it was asked for and wherever it may be shown."""
        request, text = case.context.request, case.parsed.text()
        places = (request.place, await self._voice.private_place(request))
        made = await self._in_thread(confirm.make, self._desk.table, case.context.key, text, plan, places)
        return confirm.question(plan, made)

    def _context(
        self, request: Request, person: Person, key: str, roles: frozenset[Role], config: Config, text: str
    ) -> Context:
        return Context(
            request=request,
            person=person,
            key=key,
            roles=roles,
            config=config,
            desk=self._desk,
            voice=self._voice,
            directory=self._directory,
            alerts=self._alerts,
            in_thread=self._in_thread,
            registry=self._registry,
            tick_s=self._tick_s,
            text=text,
        )

    async def _accept(self, entry: AuditEntry) -> bool:
        return await self._in_thread(audit.accept, self._desk.table, entry)

    async def _record(self, entry: AuditEntry) -> None:
        """Write what came of it; where that fails the person still gets the answer, for it is done."""
        try:
            await self._in_thread(audit.record, self._desk.table, entry)
        except Exception:
            log.exception("outcome not audited: %s", entry.outcome, extra={"correlation": entry.correlation})

    async def _reply(self, known: "_Known", case: "_Case", reply: Reply, instead: Message | None = None) -> None:
        request, key = known.request, case.context.key
        if isinstance(reply, Form):
            await answers.ask(self._voice, request, reply, key, self._registry, case.context.config)
        elif reply is not None:
            await answers.give(self._voice, request, reply, key, instead)

    async def _say(self, known: "_Known", message: Message) -> None:
        await answers.give(self._voice, known.request, message, known.person)


@dataclass(frozen=True)
class _Case:
    """A request that may be done; `reply` where there is nothing to do but to say or to ask something."""

    context: Context
    parsed: Parsed
    confirmation: Confirmation | None
    reply: Message | Form | None = None


class _Known:
    """What is known of a request so far, as the audit wants it."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.person: str | None = None
        # A token is a key: whoever reads the audit shall not be able to use it.
        self.text = "confirm" if confirm.token_in(request.text) else echo(request.text)
        self.resources: tuple[str, ...] = ()

    def learn(self, parsed: Parsed) -> None:
        self.text = parsed.text()
        resource = parsed.command.resource(parsed.arguments) if parsed.command.resource else None
        self.resources = (resource,) if resource else ()

    def entry(self, outcome: str, detail: str = "") -> AuditEntry:
        request = self.request
        return AuditEntry(
            request=request.id,
            person=self.person or f"{request.platform}:{request.user}",
            command=self.text,
            outcome=outcome,
            resources=self.resources,
            place=str(request.place),
            correlation=request.correlation,
            detail=detail,
        )
