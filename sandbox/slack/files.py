"""Files: the three steps of an upload (get a URL, put the bytes, complete).

https://docs.slack.dev/messaging/working-with-files#upload
"""

from collections.abc import Callable
from dataclasses import replace

from sandbox.slack.api import ApiError, Call
from sandbox.slack.people import BOT_USER
from sandbox.slack.world import Json, Said, SharedFile


def _get_upload_url(call: Call) -> Json:
    name = call.text("filename")
    if not name or not call.text("length").isdigit() or int(call.text("length")) < 1:
        raise ApiError("invalid_arguments")
    file = SharedFile(call.world.new_id("F"), name, name)
    call.world.files[file.id] = file
    return {"upload_url": f"{call.base}/upload/{file.id}", "file_id": file.id}


def _complete(call: Call) -> Json:
    wanted = call.structure("files")
    if not isinstance(wanted, list) or not wanted:
        raise ApiError("invalid_arguments")
    files = []
    for item in wanted:
        file = call.world.files.get(item.get("id", ""))
        if file is None or not file.content:
            raise ApiError("file_not_found")
        files.append(replace(file, title=item.get("title") or file.name))
    if call.text("channel_id"):
        channel = call.channel(posting=True)
        thread = call.thread(channel)
        text = call.text("initial_comment")
        said = Said(call.world.new_ts(), channel.id, BOT_USER, text, files=tuple(files), thread_ts=thread)
        call.world.post(said)
    return {"files": [file.file_object(call.base) for file in files]}


FILE_METHODS: dict[str, Callable[[Call], Json]] = {
    "files.getUploadURLExternal": _get_upload_url,
    "files.completeUploadExternal": _complete,
}
