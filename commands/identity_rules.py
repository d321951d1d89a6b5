"""Whose a WorkSpace is: from its user name in the directory, or a tag, to a person's key, and back. Pure.

The exceptions under `identity.people` win on both sides: a user name that is written there is that person's alone, and
that person has no other. What no rule makes somebody's is nobody's.
"""

from collections.abc import Mapping

from commands.config_people import Identity, KnownPerson
from notifiers.member import key_of

_TAG = "tag:"


def owner_key(identity: Identity, user: str, tags: Mapping[str, str] | None) -> str | None:
    """The key of whoever the WorkSpace of `user` is for; None: nobody's, or `tags` (None: unreadable) do not say."""
    named = next((known for known in identity.people if _is_user(known, user)), None)
    if named is not None:
        return named.email
    key = _by_rule(identity, user, tags)
    if key is None or _exception(identity, key) is not None:
        return None
    return key


def directory_user_of(identity: Identity, key: str) -> str | None:
    """The user name of a person in the directory.

    None where only a tag says whose a WorkSpace is, and where the name that the rule gives is somebody else's.
    """
    known = _exception(identity, key)
    if known is not None:
        return known.directory_user
    match identity.directory_user:
        case "local-part":
            user = key.partition("@")[0]
        case "address":
            user = key
        case _:
            return None
    return user if owner_key(identity, user, None) == key else None


def same_user(one: str, other: str) -> bool:
    """Whether two user names are one: directories do not tell capitals from small letters."""
    # Some letters of other scripts become ASCII ones in lower case, and so somebody else's name.
    return one.isascii() == other.isascii() and one.lower() == other.lower()


def _by_rule(identity: Identity, user: str, tags: Mapping[str, str] | None) -> str | None:
    match identity.directory_user:
        case "local-part":
            (domain,) = identity.domains
            return key_of(f"{user}@{domain}")
        case "address":
            key = key_of(user)
        case rule:
            key = key_of((tags or {}).get(rule.removeprefix(_TAG), ""))
    return key if key is not None and key.partition("@")[2] in identity.domains else None


def _is_user(known: KnownPerson, user: str) -> bool:
    return known.directory_user is not None and same_user(known.directory_user, user)


def _exception(identity: Identity, key: str) -> KnownPerson | None:
    """What is written of a person's user name, if anything is."""
    return next((known for known in identity.people if known.email == key and known.directory_user), None)
