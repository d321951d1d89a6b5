"""Before an upgrade's first machine: the plan is compared with what was agreed to, and the bundle gets its image."""

from aws_ops import upgrade_look, upgrade_plan, upgrade_request
from aws_ops.told import owes
from aws_ops.upgrade_items import opens
from aws_ops.workflows import upgrade_bundle
from aws_ops.workflows.upgrade_look import Look
from aws_ops.workflows.waits import AGAIN


def prepare(look: Look) -> str | None:
    """Compare, wait for the window, update the bundle; the phase to go on with. Raises Superseded, ClientError."""
    if look.meta["phase"] == "approval":
        look.decide({"phase": "preparing"})
    if "cancel" in look.meta:
        return look.end("cancelled")
    if "stop" in look.meta:
        return _go(look)
    if "paused" in look.meta:
        return None
    return _update(look) if "compared" in look.meta else _compare(look)


def _compare(look: Look) -> str | None:
    same = _is_same(look)
    if same is False:
        return look.end("void")
    return AGAIN if same and look.decide({"compared": look.now}) else None


def _update(look: Look) -> str | None:
    # Not before it is needed: from then on anyone's rebuild uses the new image.
    if opens(look.order.window, look.now) > look.now or look.see_brake():
        return None
    if "updating" not in look.meta and not look.decide({"updating": look.now}):
        return None
    return _go(look) if upgrade_bundle.update(look) or "stop" in look.meta else None


def _is_same(look: Look) -> bool | None:
    """Whether the plan is what was agreed to; None where that cannot be told now."""
    order = look.order
    request = upgrade_request.request_of(order.request)
    waves = {machine.id: machine.wave for machine in look.machines.values()}
    seen = look.asked(lambda: upgrade_look.look_again(look.run.desk, look.reading, request, waves))
    return None if seen is None else upgrade_plan.digest(seen, request, waves) == order.digest


def _go(look: Look) -> str | None:
    now = look.now
    going = {"phase": "running", "wave": 0, "began": now}
    if "stop" in look.meta:
        look.write(going)
        return "running"
    said = {**owes("UpgradePrepared", now), **owes("UpgradeWaveBegun", now)}
    return "running" if look.decide({**going, "bundle_updated": now, **said}) else None
