"""What every platform must do, the same for each: its test gives a Place and inherits the suite."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import pytest

from bot.chat import Button, Campaign, Message, Platform, Refused, Request, SendError, Sent
from bot.commands import commands
from bot.delivery.admins import Admins
from bot.delivery.courier import Courier
from bot.delivery.wording import Wording
from bot.router import Router
from storage import Storage
from storage.model import Address, Correcting, Event, Fate, Lane, RichText, Span, Style
from tests.fakes.releases import ARCHIVE, draft

SECONDS = 30.0  # only what never comes takes longer
LOOK_SECONDS = 0.02  # a screen tells nobody that it has changed
CAMPAIGN = Campaign(
    "The Test Campaign", {"email": "press@example.org"},
    (Event("death", date(2009, 11, 16), ("died",), {"en": "His death"}),), "Europe/London",
)  # fmt: skip
ASKED = {"search": "/search council", "release": "/release 1", "anniversary": "/anniversary 15"}


@dataclass(frozen=True, slots=True)
class Seen:
    """One message of Herald's as a person sees it now, with what there is to press."""

    text: str
    labels: tuple[str, ...] = ()


class Place(Protocol):
    """A platform at work, and a person there in a chat of two with Herald.

    `edits`: a message can be changed and taken back.
    """

    platform: Platform
    address: Address
    edits: bool

    async def says(self, words: str) -> None:
        """The person writes."""

    async def presses(self, label: str) -> None:
        """The person chooses what stands under the newest message that offers it."""

    async def sees(self) -> Sequence[Seen]:
        """All that Herald said here and is still there, oldest first."""


@dataclass
class Answers:
    """A router that is listened to: what was asked, and what it said."""

    answer: Callable[[Request], Awaitable[Message | None]]
    asked: list[Request] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)

    async def __call__(self, request: Request) -> Message | None:
        message = await self.answer(request)
        self.asked.append(request)
        if message is not None:
            self.said.append(message)
        return message


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def answers(storage: Storage) -> Answers:
    """A real router, with twelve releases to speak of."""
    texts = [(n, draft(n, f"The council met for the {n}th time")) for n in range(1, 13)]
    await storage.keep(ARCHIVE, [(one, Fate.QUIET) for _, one in texts], clock())
    return Answers(Router(storage, CAMPAIGN, clock, unlimited=["terminal"]).answer)


async def until(place: Place, condition: Callable[[Sequence[Seen]], object]) -> Sequence[Seen]:
    """What the person sees, once that is so."""
    seen: Sequence[Seen] = ()
    with suppress(TimeoutError):
        async with asyncio.timeout(SECONDS):
            while not condition(seen := await place.sees()):
                await asyncio.sleep(LOOK_SECONDS)
    assert condition(seen), f"the person sees {list(seen)[-3:]}"
    return seen


def shows(seen: Seen, message: Message) -> bool:
    """Whether all its words stand there, in order, and all that can be pressed."""
    shown = iter(seen.text.split())
    labels = [b.label for row in message.buttons for b in row if not b.share]
    words = all(any(word in other for other in shown) for word in message.text.text.split())
    return words and all(any(label in other for other in seen.labels) for label in labels)


def times(seen: Sequence[Seen], words: str) -> int:
    """How often these words stand there."""
    return sum(one.text.count(words) for one in seen)


async def ends_as(place: Place, address: Address, end: type[SendError]) -> SendError:
    """A send to this address ends like that; returns the error, whose text names nobody."""
    with pytest.raises(end) as raised:
        async with place.platform.budget.turn(Lane.ANSWER, address):
            await place.platform.send(address, Message(RichText("Secret words.")), key="9.0")
    assert address.chat not in str(raised.value)
    assert "Secret" not in str(raised.value)
    return raised.value


class Contract:
    """The suite. A test class of one platform inherits it and has a fixture `place`."""

    async def test_every_command_is_answered(self, place: Place, answers: Answers) -> None:
        """Each answer arrives whole, in words and buttons."""
        for command in commands():
            if command.admin or command.name == "forget":
                continue
            before = len(answers.said)
            await place.says(ASKED.get(command.name, f"/{command.name}"))
            await until(place, lambda seen, n=before: len(answers.said) > n)  # type: ignore[misc]
            said = answers.said[-1]
            await until(place, lambda seen, m=said: any(shows(s, m) for s in seen))  # type: ignore[misc]

    async def test_a_request_says_where_it_comes_from(self, place: Place, answers: Answers) -> None:
        """The address, a chat of two, and that its person may manage it; no admin."""
        await place.says("/help")
        await until(place, lambda _: answers.said)
        request = answers.asked[-1]

        assert (place.address, True, True, False) == (
            request.address, request.private, request.may_manage, request.admin,
        )  # fmt: skip

    async def test_a_button_asks_its_command(self, place: Place, answers: Answers) -> None:
        """What was pressed, and the text that it stood under."""
        await place.says("/latest")
        await until(
            place, lambda seen: any(answers.said and shows(s, answers.said[0]) for s in seen)
        )
        button = next(b for row in answers.said[0].buttons for b in row if b.command)
        await place.presses(button.label)
        await until(place, lambda _: len(answers.said) > 1)
        pressed = answers.asked[-1]

        assert (True, button.command) == (pressed.pressed, pressed.words)
        assert answers.said[0].text.text.split()[:5] == pressed.under.split()[:5]

    async def test_a_plain_word_is_looked_for(self, place: Place, answers: Answers) -> None:
        """In a chat of two nobody has to know a command."""
        await place.says("council")
        await until(
            place, lambda seen: any(answers.said and shows(s, answers.said[-1]) for s in seen)
        )

        assert "council" in answers.said[-1].text.text

    async def test_what_is_as_long_as_may_be_arrives_whole(self, place: Place) -> None:
        """Words and styles to the very limit, and nothing is cut."""
        limit = min(place.platform.limits.text, 20_000)
        words = ("word " * limit)[: limit - 4] + " end"
        text = RichText(words, (Span(0, 4, Style.BOLD), Span(limit - 3, limit, Style.ITALIC)))
        await _send(place, Message(text), "1.0")

        await until(place, lambda seen: any(shows(s, Message(text)) for s in seen))

    async def test_the_same_key_is_the_same_message(self, place: Place) -> None:
        """Where the platform can tell, what is sent again arrives once."""
        for _ in range(2):
            await _send(place, Message(RichText("Once only.")), "1.0")
        await _send(place, Message(RichText("Behind it.")), "2.0")
        seen = await until(place, lambda seen: times(seen, "Behind it."))

        assert (1 if place.platform.once else 2) == times(seen, "Once only.")

    async def test_a_message_is_changed_and_taken_back(self, place: Place) -> None:
        """In its place, where the platform can; a paper roll keeps both."""
        first = Message(RichText("Before."), ((Button("Old", "help"),),))
        sent = await _send(place, first, "1.0")
        await until(place, lambda seen: times(seen, "Before."))
        async with place.platform.budget.turn(Lane.ANSWER, place.address):
            await place.platform.edit(place.address, sent, Message(RichText("After.")))
        seen = await until(place, lambda seen: times(seen, "After."))
        assert (0 if place.edits else 1) == times(seen, "Before.")
        async with place.platform.budget.turn(Lane.ANSWER, place.address):
            await place.platform.delete(place.address, sent)
        if place.edits:
            await until(place, lambda seen: not times(seen, "After."))

    async def test_a_copy_is_corrected_where_it_stands(
        self, place: Place, answers: Answers, storage: Storage
    ) -> None:
        """An edited release reads anew in the message that is there; nobody is sent another, not
        even where nothing can be changed.
        """
        await place.says("/subscribe")
        await until(place, lambda _: answers.said)
        await _announced(storage, 41, "Release number 41 of today")
        await _delivered(place, storage)
        await until(place, lambda seen: times(seen, "Release number 41 of today"))
        for title in ("Corrected number 41", "Corrected number 41 twice"):
            await _edited(storage, 41, title)
            await _delivered(place, storage)
        await _send(place, Message(RichText("Behind it.")), "99.0")
        seen = await until(place, lambda seen: times(seen, "Behind it."))
        if place.edits:
            seen = await until(place, lambda seen: times(seen, "Corrected number 41 twice"))

        assert place.edits is place.platform.limits.edits
        assert (1, 0) == (times(seen, "umber 41"), times(seen, "41 of today") * place.edits)
        assert any("Settings" in label for one in seen for label in one.labels)

    async def test_a_copy_that_is_not_there_any_more_is_refused(self, place: Place) -> None:
        """Taken back, or never ours: an edit ends, as Refused where that can be told, and makes no
        new message.
        """
        if not place.edits:
            return
        sent = await _send(place, Message(RichText("Taken back.")), "1.0")
        await until(place, lambda seen: times(seen, "Taken back."))
        async with place.platform.budget.turn(Lane.ANSWER, place.address):
            await place.platform.delete(place.address, sent)
        await until(place, lambda seen: not times(seen, "Taken back."))
        with suppress(Refused):
            async with place.platform.budget.turn(Lane.LATER, place.address):
                await place.platform.edit(place.address, sent, Message(RichText("Changed.")))
        await _send(place, Message(RichText("Behind it.")), "2.0")
        seen = await until(place, lambda seen: times(seen, "Behind it."))

        assert 0 == times(seen, "Changed.")

    async def test_a_subscriber_is_told_once_through_a_restart(
        self, place: Place, answers: Answers, storage: Storage
    ) -> None:
        """From /subscribe to /unsubscribe: each release once, with a way out under it."""
        await place.says("/subscribe")
        await until(place, lambda _: answers.said)
        for number in (21, 22):  # each with a courier of its own
            title = f"Release number {number} of today"
            await _announced(storage, number, title)
            await _delivered(place, storage)
            await until(place, lambda seen, t=title: times(seen, t))  # type: ignore[misc]
        await place.says("/unsubscribe")
        await until(place, lambda _: len(answers.said) > 1)
        await _announced(storage, 23, "Release number 23 of today")
        await _delivered(place, storage)
        seen = await place.sees()

        assert [1, 1, 0] == [times(seen, f"Release number {n} of today") for n in (21, 22, 23)]
        assert any("Settings" in label for one in seen for label in one.labels)

    async def test_what_a_crash_left_in_doubt_arrives(
        self, place: Place, answers: Answers, storage: Storage
    ) -> None:
        """It was sent, and the run died before it was kept: sent again, and once where a key
        tells.
        """
        await place.says("/subscribe")
        await until(place, lambda _: answers.said)
        await _announced(storage, 31, "Release number 31 of today")
        epoch = await storage.facts.next_epoch()
        (claimed,) = await storage.outbox.claim(
            place.platform.name, epoch, [Lane.RELEASE], 1, clock()
        )
        message = await Wording(storage, place.platform.limits).message(claimed.announcement, "en")
        assert message is not None
        await _send(place, message, f"{claimed.id}.{claimed.part}")
        await _delivered(place, storage)
        await _send(place, Message(RichText("Behind it.")), "99.0")
        seen = await until(place, lambda seen: times(seen, "Behind it."))

        assert (1 if place.platform.once else 2) == times(seen, "Release number 31 of today")
        assert 1 == (await storage.outbox.totals()).sent

    async def test_rubbish_is_answered_like_anything_else(
        self, place: Place, answers: Answers
    ) -> None:
        """No stack trace, and the next question is answered."""
        for words in (
            "/",
            "/no_such_command",
            "‮\N{SNOWMAN}" * 50,
            "/release -1",
            "/latest 99999999999",
        ):
            before = len(answers.asked)
            await place.says(words)
            await until(place, lambda _, n=before: len(answers.asked) > n)  # type: ignore[misc]
        await place.says("/help")
        await until(place, lambda seen: any(shows(s, answers.said[-1]) for s in seen))


async def _send(place: Place, message: Message, key: str) -> Sent:
    async with place.platform.budget.turn(Lane.RELEASE, place.address):
        return await place.platform.send(place.address, message, key=key)


async def _announced(storage: Storage, number: int, title: str) -> None:
    today = clock().date()
    await storage.keep(ARCHIVE, [(draft(number, title, day=today), Fate.ANNOUNCE)], clock())
    while await storage.outbox.fan_out():
        pass


async def _edited(storage: Storage, number: int, title: str) -> None:
    """The site shows this release with another title; its copies are due at once."""
    words = [(draft(number, title, day=clock().date()), Fate.QUIET)]
    correcting, then = Correcting(timedelta(days=7), 20), clock() - timedelta(minutes=1)
    await storage.keep(ARCHIVE, words, then, listed=True, correcting=correcting)
    while await storage.outbox.fan_out():
        pass


async def _delivered(place: Place, storage: Storage) -> None:
    """A courier of its own delivers what is owed, and ends."""
    stopping = asyncio.Event()
    courier = Courier(
        place.platform, storage, Admins([place.platform], storage, "en"), clock=clock,
        stopping=stopping,
    )  # fmt: skip
    work = asyncio.create_task(courier.run())
    async with asyncio.timeout(SECONDS):
        while (await storage.outbox.totals()).waiting:
            await asyncio.sleep(LOOK_SECONDS)
    stopping.set()
    courier.wake.set()
    await work
