"""Messages as the outbox keeps them: JSON, with files that fit into an item.

The same text is met again and again, by whoever accepts it, looks at what waits, and draws it: each is read once.
"""

from collections import OrderedDict

from notifiers.message import File, Message

# DynamoDB takes 400 KB an item.
_FILE_MOST = 200_000

_MOST_KNOWN = 1024
_known: OrderedDict[str, Message] = OrderedDict()  # frozen, so that they may be shared


def text(message: Message) -> str:
    """A message as it is kept."""
    kept = _fitting(message)
    written = kept.model_dump_json()
    if not kept.files:
        _remember(written, kept)
    return written


def message(written: str) -> Message:
    """What `text` wrote. Raises ValidationError for what this version cannot read."""
    found = _known.get(written)
    if found is None:
        found = Message.model_validate_json(written)
        if not found.files:
            _remember(written, found)
    return found


def _remember(written: str, read: Message) -> None:
    _known[written] = read
    while len(_known) > _MOST_KNOWN:
        try:
            _known.popitem(last=False)
        except KeyError:  # another thread was faster
            return


def _fitting(message: Message) -> Message:
    """The message with files that fit into an item; what is cut says so."""
    if sum(len(file.content.encode()) for file in message.files) <= _FILE_MOST:
        return message
    share = _FILE_MOST // len(message.files) // 4  # a character is at most four bytes
    files = tuple(
        file
        if len(file.content) <= share
        else File(name=file.name, content=file.content[:share] + "\n… cut here: the file is too long to be sent\n")
        for file in message.files
    )
    return message.model_copy(update={"files": files})
