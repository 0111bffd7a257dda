"""What people write with its formatting: read as it was meant, whatever the entities are."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import MessageEntity, User

from bot import present
from bot.chat import Message
from bot.platforms.telegram.drawing import drawn
from bot.platforms.telegram.entities import entities
from bot.platforms.telegram.formatting import PERSON, rich
from bot.text.build import slice_of
from storage import Storage
from storage.model import RichText, Span, Style
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import Echo, running
from tests.platforms.telegram_stage import ANN, api, connected, read, storage
from tests.platforms.test_telegram_updates import private_message

__all__ = ["api", "storage"]  # fixtures

TEXTS = st.text(st.sampled_from("ab  \n.я😀👍🏽\u200d"), max_size=40)
# Every style that is read, and headings, which are bold on Telegram.
PLAIN = [style for style in Style if style not in (Style.LINK, Style.PRE)]
VALUES = [("https://example.org/a", Style.LINK), ("", Style.PRE), ("python", Style.PRE)]


@st.composite
def written(draw: st.DrawFn) -> RichText:
    """Any text under any styles."""
    text = draw(TEXTS)
    places = st.integers(0, len(text))
    spans = []
    for _ in range(draw(st.integers(0, 8))):
        start, end = sorted((draw(places), draw(places)))
        value, style = draw(st.one_of(st.sampled_from(VALUES),
                                      st.sampled_from(PLAIN).map(lambda s: ("", s))))  # fmt: skip
        if start < end:
            spans.append(Span(start, end, style, value))
    return RichText(text, tuple(spans))


def looks(found: RichText) -> list[set[tuple[Style, str]]]:
    """How each character looks, white space apart, which looks like nothing."""
    return [
        {(span.style, span.value) for span in found.spans if span.start <= at < span.end}
        for at, character in enumerate(found.text)
        if not character.isspace()
    ]


@settings(deadline=None)
@given(written())
def test_what_is_written_as_entities_is_read_as_it_was(given_text: RichText) -> None:
    """The same words under the same styles; written again they are the same entities."""
    sent = entities(given_text)

    found = rich(given_text.text, sent)

    assert found.text == given_text.text
    assert entities(found) == sent
    assert len(found.spans) == len(set(found.spans)) == len(sent)


@settings(deadline=None)
@given(TEXTS, st.sampled_from([*VALUES, *(("", style) for style in PLAIN)]), st.data())
def test_every_style_keeps_its_place(
    text: str, kind: tuple[str, Style], data: st.DataObject
) -> None:
    """One style over any stretch is found on the same characters, with its address or language."""
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    before = RichText(text, (Span(start, end, kind[1], kind[0]),) if start < end else ())
    shown = Style.BOLD if kind[1] is Style.HEADING else kind[1]
    seen = RichText(text, tuple(Span(s.start, s.end, shown, s.value) for s in before.spans))

    assert looks(seen) == looks(rich(text, entities(before)))


ODD = st.one_of(st.integers(-5, 60), st.sampled_from([2**70, -(2**70), None, "3", 1.5, True]))
KINDS = [*MessageEntity.ALL_TYPES, "unheard_of", 5, None, ["bold"]]


WILD = st.tuples(st.sampled_from(KINDS), ODD, ODD, st.sampled_from([None, "x", 5, "\ud800"]))


@settings(deadline=None)
@given(TEXTS, st.lists(WILD, max_size=20))
def test_wild_entities_do_no_harm(text: str, wild: list[tuple[Any, Any, Any, Any]]) -> None:
    """Overlapping, beyond the end, half a character, of no type: the words stay, spans fit them."""
    made = [
        MessageEntity(kind, offset, length, url=value, language=value)
        for kind, offset, length, value in wild
    ]

    found = rich(text, made)

    assert found.text == text
    assert all(0 <= span.start < span.end <= len(text) for span in found.spans)
    assert all(isinstance(span.value, str) for span in found.spans)
    entities(found)


def test_a_lone_surrogate_moves_nothing() -> None:
    """A half character is one sign before and after it was replaced."""
    assert rich("\ud800 ab", [MessageEntity("bold", 2, 2)]) == RichText(
        "\ufffd ab", (Span(2, 4, Style.BOLD),)
    )


def test_half_a_character_counts_whole() -> None:
    """An entity that begins or ends within an emoji has all of it."""
    assert rich("a😀b", [MessageEntity("bold", 2, 1)]).spans == (Span(1, 2, Style.BOLD),)
    assert rich("a😀b", [MessageEntity("bold", 0, 2)]).spans == (Span(0, 2, Style.BOLD),)


def test_a_spoiler_stays_one() -> None:
    """What its author hides is not shown openly."""
    read = rich("a secret", [MessageEntity("spoiler", 2, 6)])

    assert (Span(2, 8, Style.SPOILER),) == read.spans
    assert [("spoiler", 2, 6)] == [(e.type, e.offset, e.length) for e in entities(read)]


def test_a_person_is_a_link_that_leads_nowhere() -> None:
    """Who was meant is not kept, so their number is in nothing that is sent."""
    user = User(77, "Anna", is_bot=False)
    read = rich("to Anna", [MessageEntity("text_mention", 3, 4, user=user)])

    assert (Span(3, 7, Style.LINK, PERSON),) == read.spans
    assert ["Anna"] == present.left_out(read)
    assert () == drawn(Message(read)).entities


async def test_a_command_arrives_with_its_formatting(api: FakeBotAPI, storage: Storage) -> None:
    """All that was typed, so that what follows the command's name can be cut out of it."""
    echo = Echo()
    text = "/broadcast 😀 Come, see and mail a@b.org"
    marks = [
        {"type": "bot_command", "offset": 0, "length": 10},
        {"type": "bold", "offset": 14, "length": 5},
        {"type": "text_link", "offset": 20, "length": 3, "url": "https://example.org/"},
        {"type": "email", "offset": 33, "length": 7},
    ]
    api.add_user(ANN, started=True)
    async with running(connected(api, storage), echo):
        api.raw_update({"message": private_message() | {"text": text, "entities": marks}})
        await read(api, ANN)
    (asked,) = echo.asked
    assert (asked.rich.text, asked.words) == (text, text)
    assert slice_of(asked.rich, 11, len(text)).spans == (
        Span(2, 7, Style.BOLD),
        Span(8, 11, Style.LINK, "https://example.org/"),
    )
