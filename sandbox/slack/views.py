"""Forms (`views.open`, `views.push`, `views.update`), Homes (`views.publish`), and a view as Slack keeps it."""

import json
from collections.abc import Callable

from sandbox.slack.api import ApiError, Call, with_ids
from sandbox.slack.limits import check_home, check_view
from sandbox.slack.people import APP_ID, BOT_ID, TEAM
from sandbox.slack.world import Change, Json, Modal, World

MOST_BYTES = 250_000  # of a view: https://docs.slack.dev/reference/methods/views.publish (view_too_large)


def _checked_view(call: Call) -> Json:
    view = call.structure("view")
    details = check_view(view)
    if details:
        raise ApiError("invalid_arguments", details)
    return finished_view(call.world, view)


def finished_view(world: World, view: Json) -> Json:
    """A view as Slack keeps it: what the app gave, and ids, state, team."""
    id_ = world.new_id("V")
    made: Json = {
        "id": id_,
        "team_id": TEAM,
        "app_id": APP_ID,
        "app_installed_team_id": TEAM,
        "bot_id": BOT_ID,
        "hash": f"{int(world.now())}.{id_[-8:]}",
        "state": {"values": {}},
        "root_view_id": id_,
        "previous_view_id": None,
        "external_id": "",
        "callback_id": "",
        "private_metadata": "",
        "submit": None,
        "close": None,
        "clear_on_close": False,
        "notify_on_close": False,
    }
    return made | view | {"blocks": list(with_ids(world, view["blocks"]))}


def _exchange(call: Call) -> str:
    error, user = call.world.tickets.exchange(call.text("trigger_id"))
    if error:
        raise ApiError(error)
    return user


def _views_open(call: Call) -> Json:
    view = _checked_view(call)
    user = _exchange(call)
    call.world.modals.pop(user, None)
    call.world.open_modal(user, view)
    return {"view": view}


def _views_push(call: Call) -> Json:
    view = _checked_view(call)
    user = _exchange(call)
    below = call.world.modal(user)
    if below is None:
        raise ApiError("not_found")
    view |= {"previous_view_id": below.view["id"], "root_view_id": below.view["root_view_id"]}
    call.world.open_modal(user, view)
    return {"view": view}


def _views_update(call: Call) -> Json:
    found = call.world.modal_by_id(call.text("view_id"))
    if found is None:
        raise ApiError("not_found")
    user, modal = found
    if call.text("hash") not in ("", modal.view["hash"]):
        raise ApiError("hash_conflict")
    view = replace_view(call.world, user, modal, _checked_view(call))
    return {"view": view}


def replace_view(world: World, user: str, modal: Modal, view: Json) -> Json:
    """Put a new content into an open form, under the id it has."""
    modal.view = view | {"id": modal.view["id"], "root_view_id": modal.view["root_view_id"]}
    modal.errors = {}
    world.changed(Change("modal", user=user))
    return modal.view


def _views_publish(call: Call) -> Json:
    view, person = call.structure("view"), call.user("user_id")
    if person.is_bot or person.deleted or person.stranger:
        raise ApiError("user_not_found")
    details = check_home(view)
    if details:
        raise ApiError("invalid_arguments", details)
    if len(json.dumps(view).encode()) > MOST_BYTES:
        raise ApiError("view_too_large")
    before = call.world.homes.get(person.id)
    if call.text("hash") not in ("", (before or {}).get("hash", "")):
        raise ApiError("hash_conflict")
    made = finished_view(call.world, view)
    if before is not None:
        made |= {"id": before["id"], "root_view_id": before["id"]}
    call.world.publish(person.id, made)
    return {"view": made}


VIEW_METHODS: dict[str, Callable[[Call], Json]] = {
    "views.open": _views_open,
    "views.push": _views_push,
    "views.update": _views_update,
    "views.publish": _views_publish,
}
