"""How what `/alerts` answers looks in both chats."""

from pathlib import Path

from notifiers import adaptive_card, block_kit, subscription_items
from notifiers.message import Form, Message
from notifiers.place import Place
from sandbox.aws import workspaces_seed as seed
from tests.commands.conftest import VPN, Chat
from tests.commands.test_alerts import hear
from tests.commands.test_alerts_mute import told
from tests.commands.test_alerts_open import raised
from tests.notifiers import adaptive_card_checks, block_kit_checks

GOLDEN = Path(__file__).parents[1] / "golden" / "commands"


def compare(name: str, said: Message) -> None:
    """In both chats; without the button that confirms, which is another one each time."""
    message = said.model_copy(
        update={"buttons": tuple(one for one in said.buttons if "confirm " not in (one.command or ""))}
    )
    slack, teams = block_kit.render(message), adaptive_card.render(message)
    block_kit_checks.check_message(slack)
    adaptive_card_checks.check_message(teams)
    block_kit_checks.compare_golden(f"{name}.block_kit", {"text": slack.text, "blocks": slack.blocks}, GOLDEN)
    adaptive_card_checks.compare_golden(f"{name}.adaptive_card", {"summary": teams.summary, "card": teams.card}, GOLDEN)


async def test_what_alerts_answers(chat: Chat) -> None:
    hear(chat, VPN, "cpu", "disk")
    hear(chat, Place.person("oda@example.com"), "budgets", by="oda")
    subscription_items.disable(chat.desk.table, "person:oda@example.com", "no chat that is set up knows this person")
    raised(chat, "ws-0a1b2c3d1", seed.MIKAS)
    told(chat, "one", severity="critical")
    told(chat, "<!channel> *two*")

    for name, words in {
        "alerts_subscribed": "alerts subscribe alarms --severity warning --tag Env=Prod --hours 8-18 mon-fri",
        "alerts_already": "alerts subscribe cpu disk",
        "alerts_list": "alerts list",
        "alerts_open": "alerts open",
        "alerts_mute": "alerts mute 2h cpu",
        "alerts_unsubscribed": "alerts unsubscribe cpu disk",
    }.items():
        await chat.says("oda", words)
        compare(name, chat.answers("oda")[-1])


async def test_the_form(chat: Chat) -> None:
    await chat.says("oda", "alerts subscribe --tag Env=Prod")
    form: Form = chat.form

    view = block_kit.render_form(form)
    card = adaptive_card.render_form(form, nonce="n0nce")

    block_kit_checks.compare_golden("alerts_form.block_kit", view, GOLDEN)
    adaptive_card_checks.compare_golden("alerts_form.adaptive_card", card, GOLDEN)
