"""A place that refuses one message after the other."""

from notifiers.delivery import Refused
from notifiers.message import line
from notifiers.place import Place
from tests.notifiers.outbox.world import VPN, Replicas


async def test_many_refusals_are_a_list_for_the_admins(replicas: Replicas) -> None:
    def refuse(place: Place, _text: str) -> None:
        if place == VPN:
            raise Refused("restricted_action")

    replicas.wall.before = refuse
    outbox = replicas.make(flood=2)
    for number in range(6):
        await outbox.post(VPN, f"{number}", line(f"message {number}"))
    await replicas.quiet()
    assert len(replicas.wall.shown) == 3
    for number in range(6):
        assert sum(f"It was: message {number}" in text for text in replicas.wall.everything()) == 1, number
