"""Texts that people and AWS could write to break a chat, and messages and forms made of them."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from hypothesis import strategies as st

from notifiers.message import (
    Audience,
    Block,
    Button,
    Chart,
    Choice,
    Code,
    Fact,
    Facts,
    File,
    Form,
    FormField,
    Image,
    Message,
    Progress,
    Span,
    Table,
    Text,
)

FRAGMENTS = (
    *("<!channel>", "<!here|here>", "<!subteam^S123|@team>", "<!date^1^{date}|x>", "<@U0MIKA>", "<#C0OPS|ops>"),
    *(
        "@here",
        "@hereabouts",
        "@channel",
        "@EVERYONE",
        "<https://evil.example|https://aws.amazon.com>",
        "<mailto:a@b|c>",
        "<",
    ),
    *(">", "&", "&lt;!channel&gt;", "&amp;", "*", "_", "~", "`", "```", "> quote", "\n", "\r\n", "\u2028", "\t", " "),
    *(":smile:", ":aws:", "arn:aws:iam::123456789012:role/x", "\\", '"', "|", "\u200b", "\u2060", "\u200d", "\u202e"),
    *(
        "\x00",
        "\x1b[31m",
        "<\x00!channel>",
        "@\x1b[0mhere",
        "e\u0301",
        "👩‍👩‍👧",
        "🇯🇵",
        "日本語",
        "ﷺ",
        "x" * 80,
        "\ufeff",
    ),
    *("https://evil.example/", "mika@here.example", "… 12 more rows", "-", "0", "1e999", "a b"),
)

Part = TypeVar("Part")

_PLENTY = 200_000
"""Characters; ten times what any chat shows. Many parts, and long ones, but not so many of so long ones: the file with
the whole text would have tens of megabytes, and each look at it takes a second."""


def _repeated(parts: Sequence[Part], times: int, size: Callable[[Part], int]) -> tuple[Part, ...]:
    """All of them so many times, or as often as _PLENTY allows, and once anyhow."""
    return tuple(parts) * max(1, min(times, _PLENTY // max(1, sum(map(size, parts)))))


def _characters(part: Span | Block) -> int:
    return len(part.model_dump_json())


texts = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.builds(
        lambda part, length: part * (length // len(part)),
        st.sampled_from(FRAGMENTS),
        st.sampled_from([200, 3_500, 7_000]),
    ),
)
short = st.one_of(st.lists(st.sampled_from(FRAGMENTS), max_size=4).map("".join), st.text(max_size=10))
tails = st.one_of(st.just("ok.example/a?b=c&d=e"), short, st.just("x" * 4_000), st.just("aws.example@evil.example"))
addresses = st.builds("https://{}".format, tails)
links = st.none() | addresses
numbers = st.floats() | st.integers(-10, 10).map(float)

spans = st.builds(Span, text=texts, bold=st.booleans(), code=st.booleans(), link=links)
tables = st.integers(0, 5).flatmap(
    lambda columns: st.builds(
        Table,
        columns=st.tuples(*[texts] * columns),
        rows=st.lists(st.tuples(*[short] * columns), max_size=6).flatmap(
            lambda rows: st.sampled_from([1, 1, 40, 300]).map(lambda times: tuple(rows) * times)
        ),
    )
)
blocks = st.one_of(
    st.builds(Text, spans=st.lists(spans, max_size=5).map(tuple), quiet=st.booleans()),
    st.builds(Text, spans=st.lists(spans, max_size=2).map(lambda some: _repeated(some, 400, _characters))),
    st.builds(Facts, items=st.lists(st.builds(Fact, label=texts, value=texts), max_size=14).map(tuple)),
    tables,
    st.builds(Code, text=texts),
    st.builds(Progress, label=texts, done=st.integers(0, 5), total=st.integers(5, 500)),
    st.builds(Chart, title=texts, values=st.lists(numbers, max_size=200).map(tuple), unit=texts),
    st.builds(Image, url=addresses, alt=texts),
)
commands = st.text("abc 123-", min_size=1, max_size=40) | st.just("x" * 2_000)
styles = st.sampled_from(["default", "primary", "danger"])
questions = st.none() | texts
buttons = st.one_of(
    st.builds(Button, label=texts, command=commands, style=styles, confirm=questions),
    st.builds(Button, label=texts, link=addresses, style=styles, confirm=questions),
)
audiences = st.builds(
    Audience,
    people=st.lists(short, max_size=3).map(tuple),
    buttons=st.lists(buttons, min_size=1, max_size=4).map(tuple),
    run=st.none() | st.just("workspace-01jexample"),
)
messages = st.builds(
    Message,
    title=st.just("") | texts,
    summary=texts,
    severity=st.sampled_from(["info", "progress", "ok", "warning", "critical"]),
    blocks=st.lists(blocks, max_size=5).flatmap(
        lambda some: st.sampled_from([1, 1, 1, 1, 1, 20]).map(lambda times: _repeated(some, times, _characters))
    ),
    buttons=st.lists(buttons, max_size=30).map(tuple),
    audience=st.none() | audiences,
    files=st.lists(st.builds(File, name=st.just("a.ovpn"), content=texts), max_size=1).map(tuple),
)

choices = st.lists(st.builds(Choice, value=texts, label=texts), min_size=1, max_size=4).flatmap(
    lambda some: st.sampled_from([1, 1, 60]).map(lambda times: tuple(some) * times)
)
_common = {"label": texts, "required": st.booleans(), "hint": st.none() | texts, "initial": st.none() | texts}


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """Forms whose names are ours and whose words are anybody's."""
    fields = []
    for index in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["text", "duration", "number", "choice"]))
        more = {"choices": choices} if kind == "choice" else {}
        number = st.none() | st.integers(-(10**9), 10**9).map(lambda hundredths: hundredths / 100)
        made = st.builds(
            FormField,
            name=st.just(f"field_{index}"),
            kind=st.just(kind),
            multiline=st.booleans(),
            max_length=st.none() | st.integers(1, 9_000),
            minimum=number,
            maximum=number,
            **_common,
            **more,
        )
        fields.append(draw(made))
    return Form(
        title=draw(texts),
        command="vpn on",
        submit=draw(texts),
        intro=draw(st.none() | texts),
        fields=tuple(fields),
    )
