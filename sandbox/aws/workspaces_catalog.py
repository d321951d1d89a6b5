"""The operations of WorkSpaces on what WorkSpaces are made of: directories, bundles, images."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.aws.paging import cut
from sandbox.aws.refused import Refused
from sandbox.aws.workspaces import WorkSpaces
from sandbox.aws.workspaces_state import Bundle, Directory, Image

Params = Mapping[str, Any]
Result = dict[str, Any]

PAGE = 25
INVALID = "InvalidParameterValuesException"


def _paged(name: str, found: list[Result], params: Params, size: int = PAGE) -> Result:
    shown, token = cut(found, params.get("NextToken"), size, INVALID)
    return {name: shown} if token is None else {name: shown, "NextToken": token}


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _describe_directories(spaces: WorkSpaces, params: Params) -> Result:
    ids = params.get("DirectoryIds")
    found = [_directory(one) for one in spaces.directories.values() if not ids or one.id in ids]
    return _paged("Directories", found, params, params.get("Limit") or PAGE)


def _directory(one: Directory) -> Result:
    return {
        "DirectoryId": one.id,
        "Alias": one.alias,
        "DirectoryName": one.name,
        "RegistrationCode": one.registration,
        "SubnetIds": list(one.subnets),
        "DnsIpAddresses": ["10.40.0.2", "10.40.1.2"],
        "CustomerUserName": "Administrator",
        "DirectoryType": "SIMPLE_AD",
        "State": "REGISTERED",
        "Tenancy": "SHARED",
        "WorkspaceType": "PERSONAL",
        "WorkspaceCreationProperties": {"EnableInternetAccess": True, "UserEnabledAsLocalAdministrator": True},
    }


def _describe_bundles(spaces: WorkSpaces, params: Params) -> Result:
    ids, owner = params.get("BundleIds"), params.get("Owner")
    if ids and owner:
        raise Refused(INVALID, "BundleIds and Owner cannot be combined.")

    def wanted(one: Bundle) -> bool:
        if ids:
            return one.id in ids
        return one.owner == owner if owner else one.owner != "AMAZON"

    return _paged("Bundles", [_bundle(one) for one in spaces.bundles.values() if wanted(one)], params)


def _bundle(one: Bundle) -> Result:
    return {
        "BundleId": one.id,
        "Name": one.name,
        "Owner": one.owner,
        "Description": one.description,
        "ImageId": one.image,
        "RootStorage": {"Capacity": str(one.root_gib)},
        "UserStorage": {"Capacity": str(one.user_gib)},
        "ComputeType": {"Name": one.compute},
        "LastUpdatedTime": _moment(one.updated),
        "CreationTime": _moment(one.created),
        "State": "AVAILABLE",
        "BundleType": "REGULAR",
    }


def _describe_images(spaces: WorkSpaces, params: Params) -> Result:
    ids = params.get("ImageIds")
    shared = params.get("ImageType") == "SHARED"
    found = [_image(one) for one in spaces.images.values() if not shared and (not ids or one.id in ids)]
    return _paged("Images", found, params, params.get("MaxResults") or PAGE)


def _image(one: Image) -> Result:
    return {
        "ImageId": one.id,
        "Name": one.name,
        "Description": one.description,
        "OperatingSystem": {"Type": one.system},
        "State": one.state,
        "RequiredTenancy": "DEFAULT",
        "Created": _moment(one.created),
    }


def _update_bundle(spaces: WorkSpaces, params: Params) -> Result:
    bundle, image = params.get("BundleId") or "", params.get("ImageId") or ""
    found, wanted = spaces.bundles.get(bundle), spaces.images.get(image)
    has = spaces.images.get(found.image) if found is not None else None
    if has is not None and wanted is not None and has.system != wanted.system:
        raise Refused(INVALID, f"The image is for {wanted.system}, and the bundle for {has.system}.")
    spaces.update_bundle(bundle, image)
    return {}


OPERATIONS: dict[str, Callable[[WorkSpaces, Params], Result]] = {
    "DescribeWorkspaceBundles": _describe_bundles,
    "DescribeWorkspaceDirectories": _describe_directories,
    "DescribeWorkspaceImages": _describe_images,
    "UpdateWorkspaceBundle": _update_bundle,
}
