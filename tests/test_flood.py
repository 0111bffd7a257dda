"""A flood of questions: whoever sends it is told so once, and may always leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.chat import Message, Request
from bot.router import Router
from storage import DatabaseError, Storage
from storage.model import Address
from tests.commands.house import CAMPAIGN, SOMEBODY, House, built

TOO_FAST = {
    "en": "One moment, please: that is more than I can answer at once."
    " Ask me again in a few seconds.",
    "ru": "Минутку, пожалуйста: так быстро я не успеваю отвечать."
    " Спросите ещё раз через несколько секунд.",
}


class Clock:
    """Seconds that pass only when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def house(storage: Storage, now: datetime, clock: Clock) -> House:
    """A router over thirty releases whose seconds stand still."""
    house = await built(storage, now)
    house.router = Router(storage, CAMPAIGN, lambda: now, clock, unlimited=("console",))
    return house


def text(message: Message | None) -> str:
    return message.text.text if message is not None else ""


async def flood(house: House, count: int = 22, **more: object) -> list[str]:
    return [text(await house.hear("/contact", **more)) for _ in range(count)]


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_a_flood_is_told_so_once(house: House, language: str) -> None:
    """Twenty answers, one friendly sentence in the flooder's language, then silence."""
    heard = await flood(house, 30, language=language)

    assert all("Lind" in answer for answer in heard[:20])
    assert heard[20:] == [TOO_FAST[language]] + [""] * 9


async def test_the_sentence_is_in_the_language_chosen(house: House) -> None:
    """The choice counts here as well."""
    await house.storage.subscribers.choose(house.address, language="ru")

    assert (await flood(house))[20] == TOO_FAST["ru"]


async def test_after_a_few_seconds_it_answers_again(house: House, clock: Clock) -> None:
    """Silence ends where the flood does."""
    await flood(house)
    clock.now += 5

    assert "Lind" in text(await house.hear("/contact"))


async def test_presses_count_as_well(house: House) -> None:
    """A button can be hammered as fast as a keyboard; forged and old buttons count, too."""
    heard = [
        await house.hear(words, pressed=True) for words in ("contact", "follow lind") * 11
    ]  # fmt: skip

    assert [text(answer) for answer in heard[20:]] == [TOO_FAST["en"], ""]


async def test_nobody_else_is_limited(house: House, now: datetime) -> None:
    """Other people of the same group, and the same people's other chats, have their own."""
    await flood(house, sender="7", private=False)
    elsewhere = Request(Address("terminal", "2"), "/contact", now, sender="7")

    assert await house.hear("/contact", sender="8", private=False)
    assert await house.router.answer(elsewhere)
    for thread in ("", "1", "2"):
        address = replace(SOMEBODY, thread=thread)
        asked = Request(address, "/contact", now, sender="7", private=False)
        assert await house.router.answer(asked) is None, "another topic is no way around it"


async def test_a_groups_own_talk_uses_nothing_up(house: House) -> None:
    """What is not for us is neither counted nor answered, however much it is."""
    for words in ("hello", "/othersbot", "/status", "r12") * 20:
        assert await house.hear(words, private=False, admin=False) is None

    assert await house.hear("/contact", private=False)


@pytest.mark.parametrize("words", ["/unsubscribe", "/stop", "/forget", "/forget yes"])
async def test_leaving_is_always_heard(house: House, words: str) -> None:
    """In the middle of one's own flood one tap is enough to go."""
    await house.storage.subscribers.subscribe(house.address)
    await flood(house, 100)
    assert await house.hear(words)
    known = await house.storage.subscribers.find(house.address)

    gone = known is None or not known.active
    assert gone == (words != "/forget")


async def test_leaving_step_by_step(house: House, clock: Clock) -> None:
    """No step of leaving shuts out the next; the same step is taken once a second."""
    await house.storage.subscribers.subscribe(house.address)
    await flood(house)
    steps = ["unsubscribe", "stop", "forget", "forget no", "forget yes", "forget yes"]
    heard = [await house.hear(step, pressed=True) is not None for step in steps]
    clock.now += 1

    assert heard == [True, False, True, False, True, False]
    assert await house.hear("/unsubscribe")


async def test_leaving_hides_no_flood(house: House) -> None:
    """Who floods with the ways out is told so as well, and once."""
    heard = [text(await house.hear("/unsubscribe")) for _ in range(40)]

    assert heard.count(TOO_FAST["en"]) == 1
    assert heard[22:] == [""] * 18


async def test_admins_are_not_limited(house: House) -> None:
    """The bot's own admins may ask as fast as they like."""
    assert "" not in await flood(house, 100, admin=True)
    assert TOO_FAST["en"] not in await flood(house, 100, admin=True)


async def test_a_platform_without_limit(house: House) -> None:
    """A terminal of one's own may be fed a file of commands."""
    house.address = Address("console", "1")

    assert all("Lind" in answer for answer in await flood(house, 100))


async def test_a_question_to_be_put_again_counts_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the database is away, what is asked again and again is not a flood."""
    await flood(house, 100)

    async def away(address: Address) -> None:
        raise DatabaseError("The database is locked.")

    with monkeypatch.context() as patched:
        patched.setattr(type(house.storage.subscribers), "find", lambda _, address: away(address))
        for words, person in [("/unsubscribe", ""), ("/subscribe", "1")] * 50:
            with pytest.raises(DatabaseError):
                await house.hear(words, sender=person)

    assert await house.hear("/unsubscribe")
    assert "subscribed" in text(await house.hear("/subscribe", sender="1"))


async def test_a_question_that_was_not_answered_gives_no_room_back(
    house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is one too many was never counted: a database in trouble makes no flood shorter."""
    await flood(house, 20)

    async def away(address: Address) -> None:
        raise DatabaseError("The database is locked.")

    with monkeypatch.context() as patched:
        patched.setattr(type(house.storage.subscribers), "find", lambda _, address: away(address))
        with pytest.raises(DatabaseError):
            await house.hear("/contact")
    clock.now += 4

    assert await house.hear("/contact") is None


async def test_in_a_group_one_person_may_ask_less(house: House, clock: Clock) -> None:
    """Six at once, and two more after a while: the others read along."""
    heard = await flood(house, 8, sender="7", private=False)

    assert all("Lind" in answer for answer in heard[:6])
    assert heard[6:] == [TOO_FAST["en"], ""]
    assert await house.hear("/contact", sender="7"), "their own chat is another"
    clock.now += 15
    assert await house.hear("/contact", sender="7", private=False)


async def test_suggestions_have_their_own_limit(house: House, now: datetime, clock: Clock) -> None:
    """Typing gets three times as much, then nothing; questions are not touched by it."""
    asked = Request(house.address, "inquiry", now)
    found = [bool(await house.router.suggest(asked, 0)) for _ in range(100)]

    assert found == [True] * 60 + [False] * 40
    assert await house.router.suggest(asked, 0) is None, "nothing was looked for"
    assert [] == await house.router.suggest(replace(asked, words="zebra", sender="8"), 0)
    assert await house.hear("/contact")
    assert await house.router.suggest(replace(asked, admin=True), 0)
    clock.now += 2
    assert await house.router.suggest(asked, 0)
