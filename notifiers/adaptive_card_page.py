"""The card itself, and the row on top of it."""

from collections.abc import Sequence

from notifiers import adaptive_card_limits as limits
from notifiers.adaptive_card_limits import Json
from notifiers.adaptive_card_text import rich, run, unmarked
from notifiers.characters import cut


def page(body: Sequence[Json], fallback: str, *, wide: bool = False) -> Json:
    """A card; `fallback` is all that a client too old for it shows."""
    card: Json = {"type": "AdaptiveCard", "$schema": limits.SCHEMA, "version": limits.VERSION, "body": list(body)}
    if text := cut(unmarked(fallback), limits.FALLBACK):
        card["fallbackText"] = text
    return {**card, "msteams": {"width": "Full"}} if wide else card


def headline(title: str, *, mark: str = "", colour: str | None = None) -> Json:
    """The title row; the severity's word is in its colour too, and never in colour alone."""
    style = {"size": "Medium", "weight": "Bolder"}
    runs = [run(f"{mark}: ", **style, **({"color": colour} if colour else {}))] if mark else []
    return rich(*runs, run(title, **style))
