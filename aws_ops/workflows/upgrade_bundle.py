"""The bundle of an upgrade: it gets the image, keeps it while machines are rebuilt, and gets the old one back.

From the moment that it has an image, anyone's rebuild uses it.
https://docs.aws.amazon.com/workspaces/latest/api/API_UpdateWorkspaceBundle.html
"""

from aws_ops import bundles, errors
from aws_ops.bundles import Bundle
from aws_ops.told import owes
from aws_ops.workflows.upgrade_look import Look
from aws_ops.workspaces_api import refused

SEEN_S = 3600
ACTOR = "deskside.upgrade"
"""In whose name the old image goes back where nobody stopped it."""


def of(look: Look) -> Bundle | None:
    """The bundle as it is now; None where that cannot be read. One that is not there has no image."""
    found = look.asked(lambda: bundles.bundles(look.reading, [look.order.bundle]))
    return None if found is None else next(iter(found), _gone(look.order.bundle))


def _gone(id_: str) -> Bundle:
    return Bundle(id=id_, name="", owner="", image=None, compute="", root_gib=None, user_gib=None)


def update(look: Look) -> bool:
    """Give it the image, whose being asked for is written already; whether it has it. Raises ClientError."""
    found = of(look)
    if found is None:
        return False
    order = look.order
    if found.image == order.image:
        return True
    if found.image != order.old_image:
        return _give_up(look, f"the bundle has another image by now: {found.image or 'none'}")
    try:
        bundles.update(look.changing, order.bundle, order.image)
    except Exception as error:  # noqa: BLE001 - an answer that cannot be parsed raises what is neither of botocore's
        look.note(error)
        return refused(error, "UpdateWorkspaceBundle") and _give_up(look, errors.say_answer(error))
    found = of(look)
    return found is not None and found.image == order.image


def is_ours(look: Look) -> bool:
    """Whether the bundle still has the image and it can be used; where not, the run stops. Two calls."""
    found, order = of(look), look.order
    if found is None:
        return False
    if found.image != order.image:
        return _give_up(look, f"the bundle has another image by now: {found.image or 'none'}")
    image = look.asked(lambda: (bundles.image(look.reading, order.image),))
    if image is None:
        return False
    if image[0] is None or image[0].state != "AVAILABLE":
        return _give_up(look, f"the image is {image[0].state if image[0] else 'not there any more'}")
    return True


def was_ours(look: Look) -> bool:
    """The same, asked once an hour while a wave is on."""
    if look.now - int(look.meta.get("image_seen") or look.meta["began"]) < SEEN_S:
        return True
    if not is_ours(look):
        return False
    look.write({"image_seen": look.now})
    return True


def restore(look: Look) -> bool:
    """Give the bundle its old image back where the canary is not known to be healthy; whether nothing is left to do.

    A rollback's old image is the one that was rolled back: it stays away; and which one there was before, a run whose
    image the bundle had already does not know. Raises Superseded, ClientError.
    """
    meta, order = look.meta, look.order
    settled = {"healthy", "keep_image", "bundle_restored", "unrestored"} & meta.keys()
    if "updating" not in meta or settled or order.op == "rollback" or order.image == order.old_image:
        return True
    found = of(look)
    if found is None or (found.image == order.image and look.see_brake()):
        return False
    if found.image == order.image:
        return _give_back(look)
    if found.image == order.old_image:
        return look.decide({"bundle_restored": look.now, **owes("UpgradeImageRestored", look.now)})
    # Somebody has given it yet another one: that is not ours to undo.
    return True


def _give_back(look: Look) -> bool:
    """Whether that is settled: it is looked whether it was done, and what AWS would not do is given up."""
    order, by = look.order, look.meta["stop"]["by"] or ACTOR
    try:
        bundles.update(look.run.api(by), order.bundle, order.old_image)
    except Exception as error:  # noqa: BLE001 - an answer that cannot be parsed raises what is neither of botocore's
        look.note(error)
        if refused(error, "UpdateWorkspaceBundle"):
            why = errors.say_answer(error)
            return look.decide({"unrestored": look.now, "trouble": {"text": why, "since": 0}})
        return False
    found = of(look)
    restored = found is not None and found.image == order.old_image
    return restored and look.decide({"bundle_restored": look.now, **owes("UpgradeImageRestored", look.now)})


def _give_up(look: Look, why: str) -> bool:
    look.troubles.append(why)
    stop = {"why": "image", "by": None, "at": look.now}
    trouble = {"text": why, "since": 0}
    look.decide({"stop": stop, "trouble": trouble, **owes("UpgradeStopped", look.now)}, ("paused",))
    return False
