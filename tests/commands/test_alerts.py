"""`/alerts subscribe`, `unsubscribe`, `list` and `test` in the language of chat: who hears what, as whom."""

import pytest

from notifiers import subscription_items as items
from notifiers.message import Form
from notifiers.place import Place
from notifiers.subscriptions import Filter, Subscription
from tests.commands.conftest import IDS, NOT_A_MEMBER, ONE_ENDPOINT, SEEING, VPN, Chat

MIKAS, ODAS = Place.person("mika@example.com"), Place.person("oda@example.com")
MIKAS_DM = Place(scheme="slack", id="D0MIKA0001")
ADDRESS = "https://hooks.slack.com/services/T0DESKSIDE/B0OPS/very-secret"
WEBHOOK = Place(scheme="webhook", id="deskside/webhook/ops")


def subscribed(chat: Chat, place: Place) -> tuple[Subscription, ...]:
    return items.at_place(chat.desk.table, str(place))


def hear(chat: Chat, place: Place, *kinds: str, by: str = "ada") -> Subscription:
    """Somebody subscribed before."""
    key = f"{by}@example.com"
    one = items.subscription(str(place), Filter(kinds=kinds), severity="info", hours=None, by=key, scope="all")
    items.write(chat.desk.table, one)
    return one


async def test_an_operator_subscribes_the_channel(chat: Chat) -> None:
    await chat.says("oda", "alerts subscribe cpu disk --severity warning --tag Env=Prod --hours 8-18 mon-fri")

    (one,) = subscribed(chat, VPN)
    assert (one.kinds, one.severity, one.tag, one.scope, one.by) == (
        *(("cpu", "disk"), "warning", "Env=Prod", "all"),
        "oda@example.com",
    )
    assert one.hours is not None
    assert one.hours.typed() == "8-18 mon-fri Asia/Tokyo", "in their own zone"
    assert (
        "From now on the place where you asked hears cpu and disk tagged Env=Prod; warnings and what is critical; "
        "8-18 mon-fri Asia/Tokyo." in chat.answer("oda")
    )
    assert chat.audited("oda")[0] == (
        f'alerts subscribe cpu disk warning --tag "Env=Prod" --hours "8-18 mon-fri" --place {VPN}',
        "accepted",
    )


async def test_the_same_again_changes_nothing_and_says_who_it_was(chat: Chat) -> None:
    one = hear(chat, VPN, "cpu", "disk")

    await chat.says("oda", "alerts subscribe disk, cpu")

    assert subscribed(chat, VPN) == (one,)
    assert "The place where you asked hears cpu and disk already: ada asked for it at 18:00 JST." in chat.answer("oda")


async def test_what_differs_in_little_is_told_with_a_way_to_end_it(chat: Chat) -> None:
    one = hear(chat, VPN, "cpu")

    await chat.says("oda", "alerts subscribe cpu critical")
    assert f"It hears this too, and whatever any of them lets through: cpu ({one.id})." in chat.answer("oda")
    await chat.presses("oda", f"Unsubscribe {one.id}")

    assert [each.severity for each in subscribed(chat, VPN)] == ["critical"]


async def test_where_the_app_is_not_nothing_would_be_heard(chat: Chat) -> None:
    await chat.says("oda", "alerts subscribe cpu", NOT_A_MEMBER)

    assert (
        "I am not in the place where you asked, so nobody would hear anything there and nothing was done: add me"
        in chat.answer("oda")
    )
    assert not subscribed(chat, NOT_A_MEMBER)


async def test_a_misspelt_kind_gets_a_did_you_mean(chat: Chat) -> None:
    await chat.says("oda", "alerts subscribe budgets cpuu --severity warning")

    assert "There is no kind “cpuu”. Did you mean /alerts subscribe budgets cpu warning?" in chat.answer("oda")


@pytest.mark.parametrize("place", [MIKAS_DM, VPN], ids=["own chat", "channel"])
async def test_staff_hear_in_their_own_chat_what_is_theirs(chat: Chat, place: Place) -> None:
    await chat.says("mika", "alerts subscribe cpu --place me", place)

    (one,) = subscribed(chat, MIKAS)
    assert (one.scope, one.by) == ("own", "mika@example.com")
    assert "From now on your own chat with me hears cpu; what is yours." in chat.answer("mika")
    assert not subscribed(chat, place)


async def test_staff_subscribe_no_channel_not_even_by_a_form(chat: Chat) -> None:
    for words in ("alerts subscribe", "alerts subscribe cpu"):
        await chat.says("mika", words)

        assert "Only an operator may do /alerts subscribe" in chat.answer("mika")
    assert not chat.said.forms
    assert not subscribed(chat, VPN)


async def test_whoever_becomes_an_operator_says_it_again_and_hears_all(chat: Chat) -> None:
    await chat.says("mika", "alerts subscribe cpu", MIKAS_DM)
    chat.use(ONE_ENDPOINT.replace(f"[{IDS['oda']}]", f"[{IDS['oda']}, {IDS['mika']}]"))

    await chat.says("mika", "alerts subscribe cpu", MIKAS_DM)

    assert [one.scope for one in subscribed(chat, MIKAS)] == ["all"]


async def test_a_form_asks_for_what_was_left_out(chat: Chat) -> None:
    await chat.says("oda", "alerts subscribe --tag Env=Prod")
    form = chat.form
    assert isinstance(form, Form)
    assert [(field.name, field.required, field.initial) for field in form.fields] == [
        ("kinds", True, None),
        ("severity", True, "info"),
        ("resource", False, None),
        ("tag", False, "Env=Prod"),
        ("hours", False, None),
    ]
    assert form.intro == "They are heard in the place where you asked."

    await chat.submits("oda", kinds="alarms", severity="warning", resource="", tag="", hours="22-6")

    (one,) = subscribed(chat, VPN)
    assert (one.kinds, one.severity, one.tag, one.hours and one.hours.typed()) == (
        *(("alarms",), "warning", "Env=Prod"),
        "22-6 Asia/Tokyo",
    )


@pytest.mark.parametrize("written", ["{}", "webhook:{}", "slack:{}", "teams:{}"])
@pytest.mark.parametrize("address", [ADDRESS, ADDRESS.removeprefix("https://"), ADDRESS.replace(".com/", ".com:443/")])
async def test_the_address_of_a_webhook_is_neither_told_back_nor_kept(chat: Chat, address: str, written: str) -> None:
    place = written.format(address)
    await chat.says("alex", f"alerts subscribe cpu --place {place}")
    assert "The address of a webhook is a secret" in chat.answer("alex")
    assert "secret under" not in chat.answer("alex")
    for words in ("subscribe cpu", "unsubscribe", "unmute"):
        await chat.says("alex", f"alerts {words} {place}")
        assert "A web address is no " in chat.answer("alex")

    assert "very-secret" not in "".join(map(str, chat.said.private))
    assert chat.audited("alex") == []


async def test_an_admin_subscribes_a_webhook_by_the_name_of_its_secret(chat: Chat) -> None:
    await chat.says("alex", f"alerts subscribe budgets --place {WEBHOOK}")
    assert "There is no secret deskside/webhook/ops here, so nothing was done" in chat.answer("alex")
    assert not subscribed(chat, WEBHOOK)

    secrets = chat.desk.sessions.client("secretsmanager")
    secrets.create_secret(Name=WEBHOOK.id, SecretString=ADDRESS)
    await chat.says("alex", f"alerts subscribe budgets --place {WEBHOOK}")
    assert f"From now on {WEBHOOK} hears budgets." in chat.answer("alex")
    await chat.presses("alex", "Try it")

    assert chat.alerts.tried == [(WEBHOOK, "alex@example.com")]
    assert [one.scope for one in subscribed(chat, WEBHOOK)] == ["all"]


async def test_a_channel_that_somebody_is_not_in_takes_an_admin(chat: Chat) -> None:
    await chat.says("oda", f"alerts subscribe cpu --place {SEEING}")
    assert "Only an admin may do /alerts subscribe" in chat.answer("oda")
    await chat.says("alex", f"alerts subscribe cpu --place {SEEING}")
    assert f"From now on {SEEING} hears cpu." in chat.answer("alex")


@pytest.mark.parametrize(
    ("said", "ended"),
    [
        ("{cpu}", ["cpu"]),
        ("cpu", ["cpu"]),
        ("cpu memory disk", ["cpu", "disk"]),
        ("all", ["cpu", "disk"]),
        ("memory", []),
    ],
)
async def test_an_operator_ends_what_others_subscribed(chat: Chat, said: str, ended: list[str]) -> None:
    cpu, _ = hear(chat, VPN, "cpu"), hear(chat, VPN, "disk")

    await chat.says("oda", f"alerts unsubscribe {said.format(cpu=cpu.id)}")

    assert sorted(one.kinds[0] for one in subscribed(chat, VPN)) == [
        kind for kind in ("cpu", "disk") if kind not in ended
    ]
    sentence = (
        "No more in the place where you asked: "
        if ended
        else "No subscription of the place where you asked is just “memory”"
    )
    assert sentence in chat.answer("oda")


async def test_what_was_ended_by_mistake_is_a_press_away(chat: Chat) -> None:
    await chat.says("oda", "alerts subscribe cpu critical --resource ws-* --hours 22-6")
    before = subscribed(chat, VPN)
    await chat.says("oda", "alerts unsubscribe cpu")
    assert not subscribed(chat, VPN)

    await chat.presses("oda", "Subscribe again")

    assert subscribed(chat, VPN) == before


async def test_a_form_asks_which_to_end(chat: Chat) -> None:
    await chat.says("oda", "alerts unsubscribe")
    assert "Nothing is subscribed there, so there is nothing to end." in chat.answer("oda")
    one, _ = hear(chat, VPN, "cpu"), hear(chat, VPN, "disk")
    await chat.says("oda", "alerts unsubscribe")
    assert [choice.label for choice in chat.form.fields[0].choices][-1] == "All of them"

    await chat.submits("oda", which=one.id)

    assert [each.kinds for each in subscribed(chat, VPN)] == [("disk",)]


async def test_ones_own_is_ended_from_anywhere(chat: Chat) -> None:
    hear(chat, MIKAS, "idle", by="mika")

    await chat.says("mika", "alerts unsubscribe idle")

    assert "No more in your own chat with me: idle (subscribed by you). Nothing is left there." in chat.answer("mika")
    assert not subscribed(chat, MIKAS)


async def test_a_place_that_was_gone_says_why_and_hears_again(chat: Chat) -> None:
    one = hear(chat, VPN, "cpu")
    items.disable(chat.desk.table, str(VPN), "the channel is archived")

    await chat.says("oda", "alerts list")
    assert f"{one.id} hears nothing: " in chat.answer("oda")
    assert "is gone since 18:00 JST (the channel is archived). Once it is back, subscribe there" in chat.answer("oda")
    await chat.says("oda", "alerts subscribe cpu")

    assert "From now on the place where you asked hears cpu again." in chat.answer("oda")
    assert [each.disabled for each in subscribed(chat, VPN)] == [None]


async def test_a_list_has_what_is_here_and_ones_own_and_nothing_else(chat: Chat) -> None:
    hear(chat, VPN, "cpu")
    hear(chat, MIKAS, "idle", by="mika")
    hear(chat, ODAS, "budgets", by="oda")
    hear(chat, SEEING, "disk")

    await chat.says("mika", "alerts list")
    answer = chat.answer("mika")
    assert "2 subscriptions, no mutes." in answer
    assert "cpu" in answer
    assert "idle" in answer
    assert "budgets" not in answer
    assert "disk" not in answer

    await chat.says("mika", "alerts")
    assert "/alerts subscribe" in chat.answer("mika")
    assert "2 subscriptions, no mutes." in chat.answer("mika")


async def test_what_somebody_else_hears_is_theirs(chat: Chat) -> None:
    await chat.says("mika", "alerts subscribe cpu --place me")

    await chat.says("alex", "alerts list --all")

    assert "cpu; what is theirs: in mika@example.com's own chat" in chat.answer("alex")


async def test_an_admin_sees_every_place(chat: Chat) -> None:
    for number in range(30):
        hear(chat, Place(scheme="slack", id=f"C0{number:08}"), "disk")

    await chat.says("alex", "alerts list --all")

    assert "30 subscriptions, no mutes." in chat.answer("alex")
    assert "And 18 more, in the file." in chat.answer("alex")
    (file,) = chat.answers("alex")[-1].files
    assert file.content.count("slack:C0") == 30


async def test_a_place_is_not_filled_without_end(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commands.alerts_subscribe._MOST", 1)
    hear(chat, VPN, "cpu")

    await chat.says("oda", "alerts subscribe disk")

    assert "A place has at most 1 subscriptions, so nothing was done" in chat.answer("oda")


async def test_a_try_says_where_nothing_is_subscribed(chat: Chat) -> None:
    await chat.says("mika", "alerts test", MIKAS_DM)

    assert chat.alerts.tried == [(MIKAS, "mika@example.com")]
    assert "A test alert is on its way to your own chat with me. Nothing is subscribed there yet." in chat.answer(
        "mika"
    )
