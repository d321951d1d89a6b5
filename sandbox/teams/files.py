"""Files from an app: a person consents, the app puts the bytes into their OneDrive.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
"""

import re
import secrets
from pathlib import PurePosixPath
from urllib.parse import quote

from aiohttp import web

from sandbox.teams.world import FILE_CONSENT, Json, Said, Upload, World

_RANGE = re.compile(r"^bytes (\d+)-(\d+)/(\d+)$")


def offered(said: Said) -> Json:
    """The consent card that still waits in a message. Raises LookupError."""
    consents = said.attached(FILE_CONSENT)
    if not consents or said.settled:
        raise LookupError("no file is offered there" if not consents else f"that file was already {said.settled}")
    return consents[0]


def settle(world: World, said: Said, consent: Json, user: str, base: str, *, accepted: bool) -> Json | None:
    """Note the decision; where to upload the file to, or None."""
    world.edit(said, settled="accepted" if accepted else "declined")
    if not accepted:
        return None
    name, id_ = str(consent["name"]), secrets.token_hex(16)
    world.uploads[id_] = Upload(id_, name, user, int(consent["content"]["sizeInBytes"]))
    return {
        "contentUrl": f"{base}/onedrive/{id_}/{quote(name, safe='')}",
        "name": name,
        "uploadUrl": f"{base}/upload/{id_}",
        "uniqueId": id_,
        "fileType": PurePosixPath(name).suffix.removeprefix("."),
    }


def put(world: World, id_: str, content_range: str, content: bytes) -> tuple[int, Json]:
    """One PUT of an upload session: HTTP status and body."""
    upload = world.uploads.get(id_)
    if upload is None or upload.complete:
        return 404, {"error": {"code": "itemNotFound", "message": "The upload session was not found"}}
    match = _RANGE.match(content_range)
    if match is None or not content:
        return 400, {
            "error": {"code": "invalidRequest", "message": "The Content-Range header is missing or malformed."}
        }
    first, last, total = (int(number) for number in match.groups())
    if first != len(upload.content) or last - first + 1 != len(content) or last >= total:
        return 416, {"error": {"code": "invalidRange", "message": "Optimistic concurrency failure or invalid range"}}
    upload.content += content
    if len(upload.content) < total:
        return 202, {"nextExpectedRanges": [f"{len(upload.content)}-"]}
    upload.complete = True
    return 201, {"id": upload.id, "name": upload.name, "size": total}


def download(world: World, id_: str) -> web.Response:
    """A file as its owner opens it."""
    upload = world.uploads.get(id_)
    if upload is None or not upload.complete:
        return web.Response(status=404)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(upload.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=upload.content, content_type="application/octet-stream", headers=headers)
