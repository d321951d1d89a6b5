"""The README's table of words, from the registry. Pure."""

from commands.access import Role
from commands.command import Registry

BEGIN = "<!-- commands:begin -->"
END = "<!-- commands:end -->"


def table(registry: Registry) -> str:
    """Every command in a Markdown table, with the least role that may run it."""
    rows = [("Type", "What it does", "Who"), ("---", "---", "---")]
    for command in registry:
        usage = command.usage(frozenset(Role)).replace("|", r"\|")
        more = [(f"`--{a.name}`" if a.kind == "flag" else "others'", a.role) for a in command.arguments if a.role]
        who = "; ".join([command.role.value, *(f"{what}: {role}" for what, role in more)])
        rows.append((f"`{usage}`", command.summary, who))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def with_table(text: str, registry: Registry) -> str:
    """`text` with the table between its two markers. Raises ValueError where they are missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the text has no {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{table(registry)}\n{END}{after}"
