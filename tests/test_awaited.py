"""A command that asked something gets what is typed next; and every command its words as styled."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.awaited import PEOPLE, Awaited
from bot.chat import Context, Message, Request
from bot.commands import Command, commands
from bot.router import Router
from storage import DatabaseError, Storage
from storage.model import Address, RichText, Span, Style
from tests.commands.house import CAMPAIGN, House, built

SECONDS = Message(RichText()).asks_seconds


class Clock:
    """Seconds that pass only when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Asker:
    """A command `/muse` that asks for words and keeps what it heard; `fault` is raised instead."""

    heard: list[Request] = field(default_factory=list)
    fault: Exception | None = None
    asks: str = "muse"
    seconds: float = SECONDS

    async def answer(self, request: Request, context: Context) -> Message:
        if self.fault is not None:
            raise self.fault
        self.heard.append(request)
        if request.words:
            return Message(RichText("Heard."))
        return Message(RichText("Well?"), asks=self.asks, asks_seconds=self.seconds)

    @property
    def words(self) -> list[str]:
        return [request.words for request in self.heard if request.words]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def muse(monkeypatch: pytest.MonkeyPatch) -> Asker:
    """Two commands more: /muse for everybody, /rule for admins."""
    asker = Asker()
    known = (*commands(), Command("muse", "x", "", (), False, asker.answer),
             Command("rule", "x", "", (), True, asker.answer))  # fmt: skip
    monkeypatch.setattr("bot.router.commands", lambda: known)
    return asker


@pytest.fixture
async def house(storage: Storage, now: datetime, muse: Asker, clock: Clock) -> House:
    house = await built(storage, now)
    house.router = Router(storage, CAMPAIGN, lambda: now, clock)
    return house


async def test_the_next_words_go_to_the_command_that_asked(house: House, muse: Asker) -> None:
    """Once, and what follows is a search again."""
    await house.ask("/muse")
    assert (await house.ask(" two\nlines ")).text.text == "Heard."
    assert (await house.ask("witness")).text.text.startswith("“witness”")

    assert ["two\nlines"] == muse.words


@pytest.mark.parametrize("typed", ["r12", "!", "/", "!hurry up", "a /latest in it", "12"])
async def test_whatever_is_no_command_of_ours_is_an_answer(
    house: House, muse: Asker, typed: str
) -> None:
    """Nobody who was asked has to know what else their words could mean."""
    await house.ask("/muse")
    await house.ask(typed)

    assert [typed] == muse.words


@pytest.mark.parametrize(
    ("typed", "pressed"),
    [("/latest", False), ("!latest", False), ("/nonsense", False), ("latest", True),
     ("no-such", True)],
)  # fmt: skip
async def test_any_command_or_press_ends_it(
    house: House, muse: Asker, typed: str, pressed: bool
) -> None:
    """Whoever does something else has turned to something else."""
    await house.ask("/muse")
    await house.ask(typed, pressed=pressed)
    await house.ask("witness")

    assert [] == muse.words


@pytest.mark.parametrize(("later", "expected"), [(SECONDS - 1, ["witness"]), (SECONDS, [])])
async def test_it_waits_ten_minutes(
    house: House, muse: Asker, clock: Clock, later: float, expected: list[str]
) -> None:
    """After that the words are taken for what they look like."""
    await house.ask("/muse")
    clock.now += later
    await house.ask("witness")

    assert expected == muse.words


@pytest.mark.parametrize(("later", "expected"), [(4, ["witness"]), (5, [])])
async def test_a_command_says_how_long_it_waits(
    house: House, muse: Asker, clock: Clock, later: float, expected: list[str]
) -> None:
    """A rest that follows at once is awaited for a moment only."""
    muse.seconds = 5
    await house.ask("/muse")
    clock.now += later
    await house.ask("witness")

    assert expected == muse.words


async def test_what_the_command_noted_comes_back_with_the_answer(house: House, muse: Asker) -> None:
    """With the words that answer, and with a press; not with a command that was typed anew."""
    muse.asks = "muse about 7"
    await house.ask("/muse")
    await house.ask("witness")
    await house.ask("/muse")
    await house.press("muse no")
    await house.ask("/muse")
    await house.ask("/muse again")

    assert ["", "muse about 7", "", "muse about 7", "", ""] == [r.asked for r in muse.heard]


@pytest.mark.parametrize("words", ["/help", "/muse under it"])
async def test_what_has_no_words_reaches_the_command_that_waits(
    house: House, muse: Asker, words: str
) -> None:
    """A picture is nothing to answer with: the command hears of it and can ask again."""
    await house.ask("/muse")
    await house.ask(words, wordless=True)
    await house.ask("witness")

    assert [(True, ""), (False, "witness")] == [(r.wordless, r.words) for r in muse.heard[1:]]


async def test_what_has_no_words_asks_for_help_where_nobody_waits(
    house: House, muse: Asker
) -> None:
    """As it always has, unless a command stands under the picture."""
    assert "/latest" in (await house.ask("/help", wordless=True)).text.text
    await house.ask("/muse under it", wordless=True)

    assert [(True, "under it")] == [(r.wordless, r.words) for r in muse.heard]


async def test_only_the_same_person_in_the_same_private_chat_answers(
    house: House, muse: Asker
) -> None:
    """Another person, another chat, a group: nobody's words are taken for another's."""
    await house.ask("/muse", sender="1")
    await house.ask("witness", sender="2")
    elsewhere = House(house.storage, house.router, house.now, Address("terminal", "2"))
    await elsewhere.ask("witness", sender="1")
    assert await house.hear("witness", sender="1", private=False) is None
    assert [] == muse.words
    await house.ask("witness", sender="1")

    assert ["witness"] == muse.words


async def test_a_group_is_asked_nothing(house: House, muse: Asker) -> None:
    """What a group talks about stays its own, whatever was said there before."""
    await house.ask("/muse", private=False)

    assert await house.hear("witness", private=False) is None
    await house.ask("witness")
    assert [] == muse.words


async def test_who_may_not_use_the_command_does_not_answer_it(house: House, muse: Asker) -> None:
    """An admin who is none any more has their words searched for, as everybody."""
    muse.asks = "rule"
    await house.ask("/rule", admin=True)
    assert (await house.ask("witness")).text.text.startswith("“witness”")
    await house.ask("/rule", admin=True)
    await house.ask("witness", admin=True)

    assert ["witness"] == muse.words


@pytest.mark.parametrize("fault", [DatabaseError("busy"), ValueError("broken")])
async def test_what_could_not_be_answered_can_be_said_again(
    house: House, muse: Asker, fault: Exception
) -> None:
    """A fault on our side, or a database that is busy, does not turn the answer into a search."""
    await house.ask("/muse")
    muse.fault = fault
    with suppress(DatabaseError):
        await house.ask("witness")
    muse.fault = None
    await house.ask("witness")

    assert ["witness"] == muse.words


async def test_who_is_too_fast_is_still_awaited(house: House, muse: Asker, clock: Clock) -> None:
    """Words that were not even read do not use the question up."""
    for _ in range(20):
        await house.ask("/muse")
    assert (await house.ask("witness")).text.text.startswith("One moment, please")
    clock.now += 60
    await house.ask("witness")

    assert ["witness"] == muse.words


def test_only_so_many_people_are_remembered(clock: Clock) -> None:
    """The oldest question is forgotten, and one asked again is not old."""
    awaited = Awaited(clock)
    for number in range(PEOPLE):
        awaited.expect(str(number), "muse", SECONDS)
    awaited.expect("0", "muse", SECONDS)
    awaited.expect("one more", "muse", SECONDS)

    assert PEOPLE == len(awaited)
    assert ["muse", "", "muse"] == [awaited.asks(who) for who in ("0", "1", "one more")]


def rich(text: str, *bold: str) -> RichText:
    return RichText(
        text, tuple(Span(text.index(b), text.index(b) + len(b), Style.BOLD) for b in bold)
    )


@pytest.mark.parametrize(
    ("typed", "given", "expected"),
    [
        ("/muse a bold word", rich("/muse a bold word", "bold"), rich("a bold word", "bold")),
        ("  /muse@Bot  x\n\ny ", rich("  /muse@Bot  x\n\ny ", "y "), rich("x\n\ny", "y")),
        ("/muse all of it", rich("/muse all of it", "/muse all of it"),
         rich("all of it", "all of it")),
        ("/muse word", rich("/muse word", "/muse"), rich("word")),
        ("/muse 🕯 word", rich("/muse 🕯 word", "word"), rich("🕯 word", "word")),
        ("/muse", rich("/muse", "/muse"), rich("")),
        ("/muse word", rich("something else", "else"), rich("word")),
        ("/muse word", RichText(), rich("word")),
    ],
)  # fmt: skip
async def test_formatting_goes_along_with_the_words(
    house: House, muse: Asker, typed: str, given: RichText, expected: RichText
) -> None:
    """What follows the command's name keeps its styles; a text that does not fit is dropped."""
    await house.ask(typed, rich=given)

    assert [expected] == [request.rich for request in muse.heard]


async def test_the_awaited_answer_keeps_its_formatting(house: House, muse: Asker) -> None:
    """There is no name before it that could be cut off."""
    await house.ask("/muse")
    await house.ask(" bold words ", rich=rich(" bold words ", "bold"))

    assert rich("bold words", "bold") == muse.heard[-1].rich


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=st.text(max_size=60),
    cut=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4),
)
async def test_words_and_formatting_are_always_in_step(
    house: House, muse: Asker, text: str, cut: list[tuple[int, int]]
) -> None:
    """Whatever is typed, the styled text is the words, and no span reaches past it or is empty."""
    whole = f"/muse {text}"
    spans = [Span(a, min(b, len(whole)), Style.BOLD) for a, b in cut if a < min(b, len(whole))]
    await house.ask(whole, rich=RichText(whole, tuple(spans)))
    request = muse.heard[-1]

    assert request.words == request.rich.text
    assert all(0 <= s.start < s.end <= len(request.words) for s in request.rich.spans)
    muse.heard.clear()
    house.router = Router(house.storage, CAMPAIGN, lambda: house.now)
