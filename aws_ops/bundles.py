"""Bundles and images: what a WorkSpace is made from, and made from anew when it is rebuilt.

Everything takes the API first and raises ClientError, BotoCoreError and Busy.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_ops.workspaces import BATCH, epoch
from aws_ops.workspaces_api import Api

if TYPE_CHECKING:
    from mypy_boto3_workspaces.type_defs import WorkspaceBundleTypeDef, WorkspaceImageTypeDef

AMAZON = "AMAZON"


@dataclass(frozen=True)
class Bundle:
    """A bundle; `owner` is an account's number or AMAZON, `image` the one that a rebuild would use now.

    `updated`: when it got another image or was made, seconds since 1970.
    """

    id: str
    name: str
    owner: str
    image: str | None
    compute: str
    root_gib: int | None
    user_gib: int | None
    updated: int | None = None


@dataclass(frozen=True)
class Image:
    """An image; `state` is AVAILABLE, PENDING or ERROR, `created` seconds since 1970, `system` WINDOWS or LINUX."""

    id: str
    name: str
    state: str
    created: int | None
    system: str = ""


def bundles(api: Api, ids: Iterable[str] = ()) -> tuple[Bundle, ...]:
    """Those of these ids that exist, Amazon's too; without ids, the account's own."""
    return tuple(_bundle(found) for page in _pages(api, list(ids)) for found in page.get("Bundles", ()))


def _pages(api: Api, ids: list[str]) -> Iterator[dict[str, Any]]:
    if not ids:
        yield from api.pages("describe_workspace_bundles")
    for first in range(0, len(ids), BATCH):
        yield from api.pages("describe_workspace_bundles", BundleIds=ids[first : first + BATCH])


def image(api: Api, id: str) -> Image | None:
    """The image; None when it is not the account's, nor shared with it: nobody sees into Amazon's."""
    answer = api.call("describe_workspace_images", ImageIds=[id])
    return next(map(_image, answer.get("Images", ())), None)


def images(api: Api) -> tuple[Image, ...]:
    """The account's own images, and those that are shared with it."""
    owned = (found for page in api.pages("describe_workspace_images") for found in page.get("Images", ()))
    shared = (
        found for page in api.pages("describe_workspace_images", ImageType="SHARED") for found in page.get("Images", ())
    )
    return tuple({one.id: one for one in map(_image, (*owned, *shared))}.values())


def update(api: Api, bundle: str, image: str) -> None:
    """Give a bundle of the account's another image; the same one again changes nothing.

    What exists is unchanged until it is rebuilt, by whomever, and then has the bundle's image.
    https://docs.aws.amazon.com/workspaces/latest/api/API_UpdateWorkspaceBundle.html
    """
    api.call("update_workspace_bundle", BundleId=bundle, ImageId=image)


def _bundle(found: "WorkspaceBundleTypeDef") -> Bundle:
    return Bundle(
        id=found.get("BundleId", ""),
        name=found.get("Name", ""),
        owner=found.get("Owner", ""),
        image=found.get("ImageId") or None,
        compute=found.get("ComputeType", {}).get("Name", ""),
        root_gib=_gib(found.get("RootStorage", {}).get("Capacity")),
        user_gib=_gib(found.get("UserStorage", {}).get("Capacity")),
        updated=epoch(found.get("LastUpdatedTime") or found.get("CreationTime")),
    )


def _gib(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _image(found: "WorkspaceImageTypeDef") -> Image:
    return Image(
        id=found.get("ImageId", ""),
        name=found.get("Name", ""),
        state=found.get("State", "UNKNOWN"),
        created=epoch(found.get("Created")),
        system=found.get("OperatingSystem", {}).get("Type", ""),
    )
