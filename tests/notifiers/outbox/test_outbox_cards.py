"""Cards: one message of a run in a place, changed in place, and never an older picture after a newer one."""

from notifiers import outbox_cards as cards
from notifiers import outbox_items as items
from notifiers.message import line
from notifiers.outbox_cards import Card
from notifiers.place import Place
from tests.notifiers.outbox.world import RUN, VPN, Replicas


async def test_a_card_is_posted_once_and_then_changed(replicas: Replicas) -> None:
    outbox = replicas.make()
    for seq in (1, 2, 3):
        assert await outbox.card(VPN, RUN, seq, line(f"fact {seq}"))
        await replicas.quiet()
    assert replicas.wall.heard() == ["post: fact 1", "update: fact 2", "update: fact 3"]
    assert list(replicas.wall.shown.values()) == ["fact 3"]
    card = cards.read_card(replicas.table, str(VPN), RUN)
    assert card is not None
    assert card.seq == 3


async def test_older_and_equal_facts_are_never_shown_after_newer_ones(replicas: Replicas) -> None:
    outbox = replicas.make()
    assert await outbox.card(VPN, RUN, 7, line("fact 7"))
    await replicas.quiet()
    for seq in (3, 7):
        assert not await outbox.card(VPN, RUN, seq, line(f"old fact {seq}"))
    await replicas.quiet()
    assert replicas.wall.heard() == ["post: fact 7"]


async def test_of_what_waits_only_the_newest_card_is_drawn(replicas: Replicas) -> None:
    for seq in (4, 2, 5, 1, 3):
        items.write_card(replicas.table, str(VPN), RUN, seq, line(f"fact {seq}"))
    items.write_card(replicas.table, str(VPN), "vpn-2", 1, line("another run"))
    await replicas.started()
    await replicas.until(lambda: len(replicas.wall.heard()) == 2)
    await replicas.quiet()
    assert replicas.wall.heard() == ["post: fact 5", "post: another run"]
    assert replicas.counted.count("coalesced") == 4
    assert replicas.left() == 0


async def test_a_card_comes_before_the_note_about_it(replicas: Replicas) -> None:
    items.write_card(replicas.table, str(VPN), RUN, 1, line("associating"))
    items.write_post(replicas.table, str(VPN), "ready", line("It is ready"))
    items.write_card(replicas.table, str(VPN), RUN, 2, line("ready"))
    await replicas.started()
    await replicas.until(lambda: len(replicas.wall.heard()) == 2)
    assert replicas.wall.heard() == ["post: ready", "post: It is ready"]


async def test_a_picture_that_is_the_same_is_not_drawn_again(replicas: Replicas) -> None:
    outbox = replicas.make()
    for seq, text in enumerate(("associating", "associating", "ready"), start=1):
        assert await outbox.card(VPN, RUN, seq, line(text))
        await replicas.quiet()
    assert replicas.wall.heard() == ["post: associating", "update: ready"]
    card = cards.read_card(replicas.table, str(VPN), RUN)
    assert card is not None
    assert card.seq == 3


async def test_a_card_that_somebody_deleted_is_posted_anew(replicas: Replicas) -> None:
    outbox = replicas.make()
    await outbox.card(VPN, RUN, 1, line("fact 1"))
    await replicas.quiet()
    replicas.wall.shown.clear()
    await outbox.card(VPN, RUN, 2, line("fact 2"))
    await replicas.quiet()
    await outbox.card(VPN, RUN, 3, line("fact 3"))
    await replicas.quiet()
    assert replicas.wall.heard() == ["post: fact 1", "update: fact 2", "post: fact 2", "update: fact 3"]


async def test_killed_after_saying_it_a_card_is_the_same_message_again(replicas: Replicas) -> None:
    """The worst moment: said, and not yet forgotten."""
    outbox = replicas.make()
    await outbox.card(VPN, RUN, 1, line("fact 1"))
    await replicas.quiet()
    items.write_card(replicas.table, str(VPN), RUN, 2, line("fact 2"))
    card = cards.read_card(replicas.table, str(VPN), RUN)
    assert card is not None
    assert cards.record_card(replicas.table, str(VPN), RUN, Card(card.message_id, 2, line("fact 2")))
    await replicas.started()
    await replicas.until(lambda: replicas.left() == 0)
    assert replicas.wall.heard() == ["post: fact 1"]


async def test_one_who_was_too_slow_has_the_newer_card_drawn_again(replicas: Replicas) -> None:
    def overtaken(_place: Place, text: str) -> None:
        if text == "fact 2":  # while this is on its way, a replica with the next lease draws fact 3
            card = cards.read_card(replicas.table, str(VPN), RUN)
            assert card is not None
            cards.record_card(replicas.table, str(VPN), RUN, Card(card.message_id, 3, line("fact 3")))

    replicas.wall.before = overtaken
    outbox = replicas.make()
    await outbox.card(VPN, RUN, 1, line("fact 1"))
    await replicas.quiet()
    await outbox.card(VPN, RUN, 2, line("fact 2"))
    await replicas.quiet()
    assert list(replicas.wall.shown.values()) == ["fact 3"]
    assert replicas.left() == 0
