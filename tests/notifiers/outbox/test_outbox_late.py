"""What comes late, after something newer of the same run, where nothing can be changed that was said."""

from collections.abc import Callable

from notifiers.message import line
from tests.notifiers.outbox.world import HOOK, MOTO, RUN, Replicas, entry


async def test_what_is_too_much_is_listed_as_it_is_now_whatever_comes_late(
    replicas: Replicas, later: Callable[[int], None]
) -> None:
    outbox = await replicas.started(flood=0)
    for seq in (2, 1):
        await outbox.card(HOOK, RUN, seq, line(f"seq {seq}"), entry=entry(seq))
        await replicas.quiet()
    with MOTO:
        later(20)
    await replicas.until(replicas.wall.everything)
    await replicas.quiet()
    (said,) = replicas.wall.everything()
    assert "alert 2" in said
    assert replicas.left(HOOK) == 0
