"""Whom to ask: who has a role, for whoever has not."""

from commands.access import Role
from commands.config import Config
from commands.ports import Directory


async def who_has(role: Role, config: Config, directory: Directory) -> tuple[str, ...]:
    """The keys of those who have it, as far as they can be looked up now; operators' e-mails need no look."""
    operator = config.roles.operator
    if role is Role.OPERATOR and operator.emails:
        return tuple(sorted(operator.emails))
    roles = {Role.OPERATOR: operator, Role.APPROVER: config.roles.approver, Role.ADMIN: config.roles.admin}
    found = await directory.members(roles[role]) if role in roles else ()
    return tuple(person.key for person in found if person.key is not None)
