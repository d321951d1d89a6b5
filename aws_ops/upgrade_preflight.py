"""What is in the way of an upgrade, and what is worth knowing before it: a sentence each. Pure."""

from collections.abc import Sequence

from aws_ops.bundles import AMAZON
from aws_ops.upgrade_items import Machine
from aws_ops.upgrade_look import Seen
from aws_ops.upgrade_request import TAG, Request

_NAMED = 5


def faults(seen: Seen, request: Request, none: str | None) -> tuple[str, ...]:
    """Why it cannot be begun, and what to do; `none`: what became of the machines where not one is left, else None."""
    found = (
        _standing(seen, request),
        _bundle(seen, request),
        _image(seen, request),
        _system(seen),
        _none(request, none) if none is not None else None,
        _report_key(seen, request),
    )
    return tuple(one for one in found if one is not None)


def remarks(seen: Seen, request: Request, machines: Sequence[Machine]) -> tuple[str, ...]:
    """What should be known before it is agreed to."""
    found = (
        _unused(seen, request),
        _same_image(seen, request),
        _no_way_back(seen, request),
        _unowned(machines),
        _not_healthy(machines),
    )
    return tuple(one for one in found if one is not None)


def _standing(seen: Seen, request: Request) -> str | None:
    standing = seen.standing
    if standing is None:
        return None
    return (
        f"The bundle {request.bundle} is in an upgrade that {standing.by} asked for: wait for its end, or stop it with "
        f"/upgrade stop {standing.run}."
    )


def _bundle(seen: Seen, request: Request) -> str | None:
    bundle = seen.bundle
    if bundle is None:
        return f"There is no bundle {request.bundle}: look for its id in the WorkSpaces console."
    if bundle.owner == AMAZON:
        return (
            f"The bundle {_called(bundle.name, bundle.id)} is Amazon's, and only the account's own get another image: "
            "make a bundle of your own and migrate the WorkSpaces to it."
        )
    if bundle.image is None:
        return (
            f"AWS does not say which image the bundle {_called(bundle.name, bundle.id)} has, so there would be no way "
            "back: try again in a minute."
        )
    return None


def _image(seen: Seen, request: Request) -> str | None:
    image = seen.image
    if image is None:
        return (
            f"There is no image {request.image} of this account, nor one that is shared with it: look for its id in "
            "the WorkSpaces console."
        )
    if image.state != "AVAILABLE":
        return f"The image {_called(image.name, image.id)} is {image.state}: wait until it is AVAILABLE."
    return None


def _system(seen: Seen) -> str | None:
    image, old = seen.image, seen.old_image
    if image is None or old is None or not image.system or not old.system or image.system == old.system:
        return None
    return (
        f"The image {_called(image.name, image.id)} is for {image.system}, and the bundle's is for {old.system}: "
        "choose an image of the same system, or migrate the WorkSpaces to another bundle."
    )


def _none(request: Request, none: str) -> str:
    what = f"the tag {request.tag}" if request.tag else "these ids" if request.ids else f"the bundle {request.bundle}"
    if not none:
        return f"No WorkSpace has {what}." if request.tag else f"There is no WorkSpace of {what}."
    return f"No WorkSpace of {what} is left to upgrade: {none}. Choose others, or look at them with /workspace list."


def _report_key(seen: Seen, request: Request) -> str | None:
    if request.kms is None or seen.keys.get(request.kms):
        return None
    why = "is not enabled" if seen.keys.get(request.kms) is False else "cannot be read"
    return f"The KMS key {request.kms} of the report {why}: ask whoever keeps your keys, or choose another one."


def _unused(seen: Seen, request: Request) -> str | None:
    unused = request.unused({one.id: seen.tags_of(one.id) for one in seen.workspaces})
    if not unused:
        return None
    said = ", ".join(one.removeprefix(TAG) for one in unused[:_NAMED]) + (" …" if len(unused) > _NAMED else "")
    return f"No WorkSpace that is meant has what is to be left out: {said}. Look whether it is written as it should be."


def _same_image(seen: Seen, request: Request) -> str | None:
    if seen.bundle is None or seen.bundle.image != request.image:
        return None
    return (
        "The bundle has this image already. Which image a WorkSpace has AWS does not tell, so that all are rebuilt but "
        "those that I have rebuilt since."
    )


def _no_way_back(seen: Seen, request: Request) -> str | None:
    bundle, old = seen.bundle, seen.old_image
    if bundle is None or bundle.image in {None, request.image} or bundle.owner == AMAZON:
        return None
    if old is not None and old.state == "AVAILABLE":
        return None
    why = f"is {old.state}" if old is not None else "is not there any more"
    return f"The image {bundle.image} that the bundle has now {why}: it cannot be rolled back."


def _unowned(machines: Sequence[Machine]) -> str | None:
    unowned = [machine.id for machine in machines if machine.owner is None]
    if not unowned:
        return None
    few = ", ".join(unowned[:_NAMED]) + (" …" if len(unowned) > _NAMED else "")
    return f"{len(unowned)} of them {_have(unowned)} nobody whom I know, so nobody is told before: {few}."


def _not_healthy(machines: Sequence[Machine]) -> str | None:
    broken = [f"{machine.id} is {machine.state}" for machine in machines if machine.state in {"ERROR", "UNHEALTHY"}]
    if not broken:
        return None
    few = ", ".join(broken[:_NAMED]) + (" …" if len(broken) > _NAMED else "")
    return f"{len(broken)} of them {_have(broken)} something wrong with {'it' if len(broken) == 1 else 'them'}: {few}."


def _have(some: Sequence[str]) -> str:
    return "has" if len(some) == 1 else "have"


def _called(name: str, id: str) -> str:
    return f"{name} ({id})" if name else id
