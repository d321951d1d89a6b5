"""What an upgrade's plan is made from: the machines that are meant, their bundle and its images, as they are now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from aws_ops import bundles, errors, fleet, upgrade_items, workspaces
from aws_ops.bundles import AMAZON, Bundle, Image
from aws_ops.desk import Desk
from aws_ops.runs import is_over, run_key
from aws_ops.upgrade_items import Standing
from aws_ops.upgrade_request import CANARY_TAG, Request
from aws_ops.workspace_items import rebuilt_key
from aws_ops.workspaces import WorkSpace
from aws_ops.workspaces_api import Api

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

ASKED = 1_000
"""Of how many machines it is asked when they were used last."""


@dataclass(frozen=True)
class Seen:
    """What AWS and the table say.

    `bundle` and the images are None where AWS knows none by that id, `old_image` also where it is Amazon's. `missing`
    are ids that were asked for and are of no WorkSpace. `last`: when somebody was connected last, by id, to ASKED of
    them at most. `keys`: whether each KMS key is enabled, None where that cannot be read. `rebuilt`: when we rebuilt a
    machine last, by id; only looked up where the bundle has the image already. `standing`: the upgrade that it is in.
    """

    workspaces: tuple[WorkSpace, ...]
    bundle: Bundle | None
    image: Image | None
    old_image: Image | None
    missing: tuple[str, ...] = ()
    tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    last: Mapping[str, int | None] = field(default_factory=dict)
    keys: Mapping[str, bool | None] = field(default_factory=dict)
    rebuilt: Mapping[str, int] = field(default_factory=dict)
    standing: Standing | None = None

    def tags_of(self, id: str) -> Mapping[str, str]:
        """Its tags, none where it has none."""
        return self.tags.get(id, {})


def look(desk: Desk, request: Request) -> Seen:
    """Look at everything that a plan for `request` depends on.

    Two calls of WorkSpaces for every 25 machines (of more than ASKED, one), three for bundle and images, one of the
    tagging API for every 100, one of KMS for each key. Raises ClientError, BotoCoreError and Busy: half a fleet, or one
    without its tags, would be taken for the whole.
    """
    api = Api.of(desk, rate=request.rate, people=True)
    found, tags = _machines(desk, api, request)
    bundle = next(iter(bundles.bundles(api, [request.bundle])), None)
    return Seen(
        workspaces=found,
        bundle=bundle,
        image=bundles.image(api, request.image),
        old_image=_old_image(api, bundle, request),
        missing=tuple(sorted(set(request.ids) - {one.id for one in found})),
        tags=tags,
        last=_last(api, request, found, tags),
        keys=_keys(desk, {one.key for one in found} | {request.kms}),
        rebuilt=_rebuilt(desk, found) if bundle is not None and bundle.image == request.image else {},
        standing=standing(desk, request.bundle),
    )


def standing(desk: Desk, bundle: str) -> Standing | None:
    """The upgrade that a bundle is in; what one that is over has left behind is none. Raises ClientError."""
    found = upgrade_items.standing(desk, bundle)
    meta = desk.table.get(*run_key(found.run)) if found is not None else None
    return found if meta is not None and not is_over(meta) else None


def look_again(desk: Desk, api: Api, request: Request, ids: Iterable[str]) -> Seen:
    """Look at what must not have changed of these machines, see `upgrade_plan.digest`: a call for every 25, and two.

    Raises as `look` does.
    """
    pair = request.tag_pair
    return Seen(
        workspaces=tuple(workspaces.describe(api, ids).values()),
        bundle=next(iter(bundles.bundles(api, [request.bundle])), None),
        image=bundles.image(api, request.image),
        old_image=None,
        tags=fleet.tags(desk) if pair is None else fleet.tagged(desk, *pair),
    )


def _machines(desk: Desk, api: Api, request: Request) -> tuple[tuple[WorkSpace, ...], Mapping[str, Mapping[str, str]]]:
    """Those that are meant, whichever bundle they are of, by id; and tags."""
    pair = request.tag_pair
    tags = fleet.tags(desk) if pair is None else fleet.tagged(desk, *pair)
    if pair is not None:
        found: Iterable[WorkSpace] = workspaces.describe(api, tags).values()
    elif request.ids:
        found = workspaces.describe(api, request.ids).values()
    else:
        found = workspaces.of_bundle(api, request.bundle)
    return tuple(sorted(found, key=lambda one: one.id)), tags


def _last(
    api: Api, request: Request, found: Iterable[WorkSpace], tags: Mapping[str, Mapping[str, str]]
) -> dict[str, int | None]:
    """When somebody was connected last to those that the canary is chosen among: for thousands it takes minutes."""
    of_it = [one.id for one in found if one.bundle == request.bundle]
    asked = sorted(of_it, key=lambda id_: (CANARY_TAG not in tags.get(id_, {}), id_))[:ASKED]
    return {id_: row.last for id_, row in workspaces.connections(api, asked).items()}


def _old_image(api: Api, bundle: Bundle | None, request: Request) -> Image | None:
    if bundle is None or bundle.image in {None, request.image} or bundle.owner == AMAZON:
        return None
    return bundles.image(api, bundle.image or "")


def _keys(desk: Desk, keys: Iterable[str | None]) -> dict[str, bool | None]:
    kms: KMSClient = desk.sessions.client("kms")
    return {key: _is_enabled(kms, key) for key in keys if key is not None}


def _is_enabled(kms: "KMSClient", key: str) -> bool | None:
    try:
        described: Mapping[str, Any] = kms.describe_key(KeyId=key)
    except (ClientError, BotoCoreError) as error:
        return False if errors.code(error) == "NotFoundException" else None
    enabled: bool | None = described.get("KeyMetadata", {}).get("Enabled")
    return enabled


def _rebuilt(desk: Desk, found: Iterable[WorkSpace]) -> dict[str, int]:
    rows = ((one.id, desk.table.get(*rebuilt_key(one.id))) for one in found)
    return {id_: row["at"] for id_, row in rows if row is not None}
