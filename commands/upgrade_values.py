"""How the numbers of an upgrade are written, by people and in the configuration file. Pure.

Each raises ValueError, saying what a text is: "no size: write …".
"""

import re

from commands.durations import parse_duration, write_duration

LONGEST_NOTICE = 24 * 3600
SHORTEST_TIMEOUT, LONGEST_TIMEOUT = 10 * 60, 14 * 24 * 3600
MOST_AT_ONCE = 1_000
MOST_DEFERS = 10
_NONE = frozenset({"0", "none", "no"})


def size(text: str) -> str:
    """A number of WorkSpaces, or a share of them: "5" or "5%"."""
    match = re.fullmatch(r"(\d{1,5})\s?(%?)", text.strip(), re.ASCII)
    number = int(match[1]) if match else 0
    if match is None or number < 1 or (match[2] and number > 100):
        raise ValueError("no size: write a number like 5, or a share like 5%")
    return f"{number}{match[2]}"


def sizes(text: str) -> str:
    """The sizes of waves, the last of which repeats: "25,100" or "20%"."""
    found = [size(part) for part in re.split(r"[ ,]+", text.strip(" ,"))]
    if len(found) > 20:
        raise ValueError("too many sizes: at most 20, and the last repeats")
    return ",".join(found)


def at_once(text: str) -> str:
    """How many are rebuilt at once; 0: as many as AWS takes calls for."""
    return _number(text, MOST_AT_ONCE)


def defers(text: str) -> str:
    """How often somebody may put it off."""
    return _number(text, MOST_DEFERS)


def failures(text: str) -> str:
    """The share that may fail, in percent: "10%"."""
    match = re.fullmatch(r"(\d{1,3})\s?%?", text.strip(), re.ASCII)
    if match is None or int(match[1]) > 100:
        raise ValueError("no share: write it like 10%")
    return f"{int(match[1])}%"


def share(text: str) -> float:
    """What `failures` wrote, from 0 to 1."""
    return int(text.removesuffix("%")) / 100


def notice(text: str) -> str:
    """How long before somebody is told: "10m", or "none"."""
    return write_duration(seconds) if (seconds := notice_s(text)) else "none"


def notice_s(text: str) -> int:
    """The same in seconds, from 0 to a day."""
    if text.strip().lower() in _NONE:
        return 0
    seconds = parse_duration(text)
    if seconds > LONGEST_NOTICE:
        raise ValueError("too long a notice: at most 24h")
    return seconds


def bucket(text: str) -> str:
    """The name of an S3 bucket."""
    return _like(text, r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "not the name of an S3 bucket")


def prefix(text: str) -> str:
    """What the keys of reports begin with. S3 takes nearly anything; these need no escaping anywhere."""
    return _like(text, r"(?!/)[\w!.*'()/-]{0,500}", "not a prefix of keys in a bucket, like workspaces-upgrades/")


def key(text: str) -> str:
    """The ARN of a KMS key, or of its alias."""
    return _like(text, r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)/[\w/-]+", "not the ARN of a KMS key")


def _like(text: str, pattern: str, what: str) -> str:
    if not re.fullmatch(pattern, text, re.ASCII):
        raise ValueError(what)
    return text


def _number(text: str, most: int) -> str:
    if not re.fullmatch(r"\d{1,5}", text.strip(), re.ASCII) or int(text) > most:
        raise ValueError(f"no number from 0 to {most:,}")
    return str(int(text))
