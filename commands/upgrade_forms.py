"""What `/upgrade start` is given, and the form for what was left out."""

import re

from aws_ops import bundles
from aws_ops.bundles import Bundle, Image
from aws_ops.workspaces_api import Api
from commands import targets, upgrade_values
from commands.command import Argument, Arguments, Context, Unclear
from commands.config import Config
from commands.durations import write_duration
from commands.targets import TAG
from commands.tokens import echo
from commands.upgrade_values import LONGEST_TIMEOUT, SHORTEST_TIMEOUT
from commands.values import LONGEST_TEXT
from notifiers.hours import parse_hours
from notifiers.message import Choice, Form, FormField
from notifiers.times import say_duration, say_time

_MOST_CHOICES = 100
_RULES = {
    "fresh": "A snapshot newer than the last connection: no work is lost",
    "next": "The next snapshot: work after it is lost",
}
_GATE = {"no": "Goes on by itself", "yes": "An approver has to say so"}


class Start(Arguments):
    """What is to be upgraded and how; what is None is as the configuration has it. `timeout` in seconds."""

    bundle: str | None = None
    image: str | None = None
    tag: str | None = None
    ids: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    canary: str | None = None
    waves: str | None = None
    window: str | None = None
    concurrent: str | None = None
    notice: str | None = None
    defers: str | None = None
    snapshot: str | None = None
    timeout: int | None = None
    failures: str | None = None
    gate: bool | None = None
    ssm: bool | None = None
    housekeeping: bool | None = None
    bucket: str | None = None
    prefix: str | None = None
    kms: str | None = None
    reason: str | None = None


async def complete(ctx: Context, args: Start) -> Start | Form:
    """Bundle, image and WorkSpaces by their ids; a form where it is not said which. Raises Unclear."""
    if args.tag and args.ids:
        raise Unclear("WorkSpaces are chosen by a tag or by name, not by both.", "/upgrade start --tag Env=Prod")
    if any(word.startswith(TAG) for word in args.ids):
        raise Unclear("WorkSpaces are chosen by a tag with --tag.", "/upgrade start --tag Env=Prod")
    if args.timeout is not None and not SHORTEST_TIMEOUT <= args.timeout <= LONGEST_TIMEOUT:
        sentence = (
            f"A WorkSpace is waited for from {say_duration(SHORTEST_TIMEOUT)} to {say_duration(LONGEST_TIMEOUT)}."
        )
        raise Unclear(sentence, "/upgrade start --timeout 12h")
    api = Api.of(ctx.desk, rate=ctx.config.workspaces.rate, people=True)
    if args.bundle is None or args.image is None:
        return _form(ctx, args, await ctx.aws(bundles.bundles, api), await ctx.aws(bundles.images, api))
    found: dict[str, object] = {
        "bundle": args.bundle
        if _is_id(args.bundle, "wsb-")
        else _bundle(args.bundle, await ctx.aws(bundles.bundles, api)),
        "image": args.image if _is_id(args.image, "wsi-") else _image(args.image, await ctx.aws(bundles.images, api)),
        "ids": await _ids(ctx, args.ids),
        "exclude": await _ids(ctx, args.exclude),
    }
    if args.window is not None:
        found["window"] = parse_hours(args.window, ctx.person.timezone).typed()
    return args.model_copy(update=found)


def _is_id(text: str, begins: str) -> bool:
    # AWS finds fault with anything else that it is asked about.
    return re.fullmatch(rf"{begins}[0-9a-z]{{8,63}}", text, re.ASCII) is not None


def _bundle(said: str, there: tuple[Bundle, ...]) -> str:
    return _only(said, [one.id for one in there if one.name.lower() == said.lower()], "bundle")


def _image(said: str, there: tuple[Image, ...]) -> str:
    return _only(said, [one.id for one in there if one.name.lower() == said.lower()], "image")


def _only(said: str, found: list[str], what: str) -> str:
    if len(found) == 1:
        return found[0]
    among = "" if found else " among the account's own"
    why = f"There is no {what}" if not found else f"Several {what}s are called"
    raise Unclear(f"{why} {echo(said)}{among}.", "/upgrade start")


async def _ids(ctx: Context, said: tuple[str, ...]) -> tuple[str, ...]:
    """The ids of those that are named, by id, user or computer; tags as they are. Raises Unclear."""
    if all(map(_as_it_is, said)):
        return said
    there, found = await targets.everything(ctx), list[str]()
    for word in said:
        named = [word] if _as_it_is(word) else [one.workspace.id for one in targets.named(word, there)]
        if not named:
            raise Unclear(f"There is no WorkSpace {echo(word)}.", "/workspace list")
        found += named
    return tuple(dict.fromkeys(found))


def _as_it_is(word: str) -> bool:
    return word.startswith(TAG) or _is_id(word, "ws-")


# ---- the form


def _form(ctx: Context, args: Start, own: tuple[Bundle, ...], images: tuple[Image, ...]) -> Form:
    if not own:
        raise Unclear("This account has no bundle of its own, and only those get another image.", "/workspace list")
    usable = sorted((one for one in images if one.state == "AVAILABLE"), key=lambda one: -(one.created or 0))
    if not usable:
        raise Unclear(
            "This account has no image that is AVAILABLE, so there is nothing to upgrade to.", "/workspace list"
        )
    tz = ctx.person.timezone
    of_bundles = tuple(Choice(value=one.id, label=_bundle_label(one, images)) for one in own[:_MOST_CHOICES])
    of_images = tuple(Choice(value=one.id, label=_image_label(one, tz)) for one in usable[:_MOST_CHOICES])
    fields = (
        FormField(
            name="bundle", label="Bundle", kind="choice", choices=of_bundles, initial=_known(args.bundle, of_bundles)
        ),
        FormField(
            name="image", label="New image", kind="choice", choices=of_images, initial=_known(args.image, of_images)
        ),
        *_which(args),
        *_how(ctx, args),
        FormField(name="reason", label="Reason", required=False, initial=args.reason, max_length=LONGEST_TEXT),
    )
    intro = "Nothing begins before you have seen the plan and an approver has agreed to it."
    return Form(title="Upgrade a fleet", command=ctx.text, submit="Show the plan", intro=intro, fields=fields)


def _which(args: Start) -> tuple[FormField, ...]:
    asked = {
        "tag": ("Only with this tag", "A key, or key=value: Env=Prod. Empty: all of the bundle.", args.tag),
        "ids": ("Only these", "Ids, users or computers, with commas between them.", " ".join(args.ids)),
        "exclude": ("Without these", "The same, or tags: mika, tag:Env=Test", " ".join(args.exclude)),
    }
    return tuple(_text(name, label, hint, said or None) for name, (label, hint, said) in asked.items())


def _how(ctx: Context, args: Start) -> tuple[FormField, ...]:
    usual, tz = ctx.config.upgrade, ctx.person.timezone
    zone = f"Like 20-6 mon-fri; in {tz}, unless a zone follows. Empty: at any time."
    return (
        _text("canary", "Canary", "So many go first: 5, or 5%", args.canary or usual.canary),
        _text("waves", "Then waves of", "Sizes, the last repeats: 25,100 or 20%", args.waves or ",".join(usual.waves)),
        _pick("gate", "After the canary", _GATE, "yes" if _either(args.gate, usual.gate) else "no"),
        _text("window", "Only at these hours", zone, args.window or usual.window),
        _text(
            "concurrent",
            "At most at once",
            "0: as many as AWS takes calls for",
            args.concurrent or str(usual.concurrent),
        ),
        _text("notice", "Owners are told before", "Like 10m, or none", args.notice or usual.notice),
        _text("defers", "They may put it off", "So many times", args.defers or str(usual.defers)),
        _pick("snapshot", "Waits for", _RULES, args.snapshot or usual.snapshot),
        FormField(
            name="timeout",
            label="Waits for at most",
            kind="duration",
            required=False,
            initial=write_duration(args.timeout or usual.timeout),
            hint="Of open hours, for each WorkSpace",
            minimum=SHORTEST_TIMEOUT,
            maximum=LONGEST_TIMEOUT,
        ),
        _text(
            "failures", "Stops when more fail than", "Of those that are through: 10%", args.failures or usual.failures
        ),
        _text(
            "bucket",
            "Bucket of the report",
            "Empty: the report is told in chat alone",
            args.bucket or usual.report.bucket,
        ),
    )


def _either(said: bool | None, usual: bool) -> bool:
    return usual if said is None else said


def _text(name: str, label: str, hint: str, initial: str | None) -> FormField:
    return FormField(name=name, label=label, hint=hint, required=False, initial=initial, max_length=3_000)


def _pick(name: str, label: str, choices: dict[str, str], initial: str) -> FormField:
    options = tuple(Choice(value=value, label=said) for value, said in choices.items())
    return FormField(name=name, label=label, kind="choice", choices=options, initial=initial)


def _known(value: str | None, choices: tuple[Choice, ...]) -> str:
    return value if value is not None and value in {choice.value for choice in choices} else choices[0].value


def _bundle_label(bundle: Bundle, images: tuple[Image, ...]) -> str:
    has = next((one.name for one in images if one.id == bundle.image), bundle.image or "an image of Amazon's")
    return f"{bundle.name or bundle.id}, now {has}"


def _image_label(image: Image, tz: str) -> str:
    made = f", made {say_time(image.created, tz)}" if image.created is not None else ""
    return f"{image.name or image.id}{made}"


# ---- the arguments


def _rules(_: Config) -> tuple[str, ...]:
    return tuple(_RULES)


ARGUMENTS = (
    Argument("bundle", "text", "[bundle]", "wsb-0a1b2c3d4"),
    Argument("image", "text", "[image]", "wsi-0a1b2c3d4"),
    Argument("tag", "tag", "[--tag Env=Prod]", "Env=Prod", named=True),
    Argument("ids", "list", "[--ids ws-…,mika]", "mika", named=True),
    Argument("exclude", "list", "[--exclude mika,tag:Env=Test]", "mika", named=True),
    Argument("canary", "text", "[--canary 5]", "5", named=True, reads=upgrade_values.size),
    Argument("waves", "text", "[--waves 25,100]", "25,100", named=True, reads=upgrade_values.sizes),
    Argument("window", "hours", '[--window "20-6 mon-fri Europe/Berlin"]', "20-6", named=True),
    Argument("concurrent", "text", "[--concurrent 10]", "10", named=True, reads=upgrade_values.at_once),
    Argument("notice", "text", "[--notice 10m]", "10m", named=True, reads=upgrade_values.notice),
    Argument("defers", "text", "[--defers 2]", "2", named=True, reads=upgrade_values.defers),
    Argument("snapshot", "choice", "[--snapshot fresh|next]", "fresh", named=True, choices=_rules),
    Argument("timeout", "duration", "[--timeout 12h]", "12h", named=True),
    Argument("failures", "text", "[--failures 10%]", "10%", named=True, reads=upgrade_values.failures),
    Argument("gate", "flag", "[--gate]", "--gate"),
    Argument("ssm", "flag", "[--ssm]", "--ssm"),
    Argument("housekeeping", "flag", "[--housekeeping]", "--housekeeping"),
    Argument("bucket", "text", "[--bucket …]", "deskside-reports", named=True, reads=upgrade_values.bucket),
    Argument("prefix", "text", "[--prefix …]", "workspaces-upgrades/", named=True, reads=upgrade_values.prefix),
    Argument(
        "kms",
        "text",
        "[--kms arn:…]",
        "arn:aws:kms:eu-central-1:123456789012:key/0a1b",
        named=True,
        reads=upgrade_values.key,
    ),
    Argument("reason", "text", '[--reason "…"]', "security", named=True),
)
