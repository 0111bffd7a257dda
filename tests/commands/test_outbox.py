"""What is on its way, and giving it up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat import Message
from storage.model import Archive, Correcting, Fate, Lane, RichText
from storage.outbox import State
from tests.commands.house import House, commands_of, draft, labels_of
from tests.commands.pushes import settled, subscribed

ADMIN = {"admin": True}
EMPTY = "Nothing is on its way at the moment: all is done."


async def shown(house: House, words: str = "", **more: object) -> Message:
    return await house.ask(f"/outbox {words}", **{**ADMIN, **more})


@pytest.fixture
async def busy(house: House) -> House:
    """Four people; a release on its way, arrived at one of them, and a statement behind it."""
    await subscribed(house.storage, 4)
    news = draft(99, "2026-11-25", "The Inquiry Opens its Files", "Today.")
    archive = Archive("lind", "https://lind.example/")
    await house.storage.keep(archive, [(news, Fate.ANNOUNCE)], house.now)
    await settled(house.storage, house.now, [State.SENT, State.FAILED])
    preview = await house.ask("/broadcast Come at ten.\n\nBring a candle.", **ADMIN)
    await house.press(commands_of(preview)[0], **ADMIN)
    while await house.storage.outbox.fan_out():
        pass
    return house


async def test_nothing_on_its_way(house: House) -> None:
    """One sentence, and nothing to press."""
    message = await shown(house)

    assert (EMPTY, ()) == (message.text.text, message.buttons)


async def test_what_is_on_its_way(busy: House) -> None:
    """Each lane with what waits and since when; each announcement by its own number and name."""
    message = await shown(busy)

    assert message.text.text == (
        "Outbox\n\n"
        "Statements: 4 waiting since 25 November 2026, 12:00 GMT\n"
        "Releases: 2 waiting since 25 November 2026, 12:00 GMT\n\n"
        "№ 2 Come at ten. Bring a candle.\nsent 0, failed 0, left 4\n\n"
        "№ 1 The Inquiry Opens its Files\nsent 1, failed 1, left 2"
    )
    assert ["Cancel № 2", "Cancel № 1"] == labels_of(message)


async def test_a_correction_is_told_from_its_release(busy: House) -> None:
    """It has the same title; its button asks about the correction."""
    news = draft(99, "2026-11-25", "The Inquiry Opens its File", "Today.")
    await busy.storage.keep(
        Archive("lind", "https://lind.example/"), [(news, Fate.QUIET)], busy.now, listed=True,
        correcting=Correcting(timedelta(days=7), 20),
    )  # fmt: skip
    while await busy.storage.outbox.fan_out():
        pass
    message = await shown(busy)
    asked = await shown(busy, "cancel 3")

    assert "№ 3 Correction: The Inquiry Opens its File\nsent 0, failed 0, left 2" in (
        message.text.text
    )
    assert "Shall I cancel “Correction: The Inquiry Opens its File”?" in asked.text.text


async def test_before_it_is_known_how_many_get_it(house: House) -> None:
    """There are no figures of what is still being written down."""
    await subscribed(house.storage, 4)
    preview = await house.ask("/broadcast Come.", rich=RichText("/broadcast Come."), **ADMIN)
    await house.press(commands_of(preview)[0], **ADMIN)
    message = await shown(house)

    assert "Outbox\n\n№ 1 Come.\nit is being written down who gets it" == message.text.text


async def test_a_number_stays_what_it_is(busy: House) -> None:
    """What was announced since does not push another one to its place."""
    before = await shown(busy)
    preview = await busy.ask("/broadcast Come.", rich=RichText("/broadcast Come."), **ADMIN)
    await busy.press(commands_of(preview)[0], **ADMIN)
    after = await shown(busy)

    assert ["Cancel № 2", "Cancel № 1"] == labels_of(before)
    assert ["Cancel № 3", "Cancel № 2", "Cancel № 1"] == labels_of(after)
    assert "Shall I cancel “Come at ten" in (await shown(busy, "cancel 2")).text.text


async def test_status_shows_the_queue(busy: House) -> None:
    """The numbers of the outbox are followed by what waits in each lane."""
    text = (await busy.ask("/status", **ADMIN)).text.text

    assert text.endswith(
        "Outbox: 6 waiting, 1 sent, 1 failed, 0 in doubt\n\n"
        "Statements: 4 waiting since 25 November 2026, 12:00 GMT\n"
        "Releases: 2 waiting since 25 November 2026, 12:00 GMT"
    )


async def test_cancelling_asks_first(busy: House) -> None:
    """It names the thing and says how many have it; only yes cancels, and only that one."""
    overview = await shown(busy)
    release = commands_of(overview)[1]
    asked = await busy.press(release, **ADMIN)
    yes, no = commands_of(asked)

    assert asked.text.text == ("Shall I cancel “The Inquiry Opens its Files”? 1 subscriber has it.")
    assert overview.text == (await busy.press(no, **ADMIN)).text
    done = await busy.press(yes, **ADMIN)
    assert "Cancelled: nothing more of it is sent. 1 subscriber has it." == done.text.text
    assert done.replaces
    assert ["Cancel № 2"] == labels_of(await shown(busy))
    assert "№ 2 Come at ten." in (await shown(busy)).text.text


async def test_cancelling_twice(busy: House) -> None:
    """Both the question and the answer say that it is done already."""
    _, release = commands_of(await shown(busy))
    await busy.press(f"{release} yes", **ADMIN)
    said = "It is cancelled already. 1 subscriber has it."

    assert said == (await busy.press(release, **ADMIN)).text.text
    assert said == (await busy.press(f"{release} yes", **ADMIN)).text.text


async def test_vouching(busy: House) -> None:
    """An admin's word that the refusals are true is kept with the announcement."""
    _, release = commands_of(await shown(busy))
    message = await busy.press(release.replace("cancel", "vouch"), **ADMIN)
    later = busy.now.replace(minute=5)
    claimed = await busy.storage.outbox.claim("web", 1, [Lane.RELEASE], 1, later)

    assert (
        "I go on with it within half a minute, and take its refusals for true." == message.text.text
    )
    assert [True] == [delivery.announcement.vouched for delivery in claimed]


@pytest.mark.parametrize(
    "words", ["cancel 99", "vouch 99", "cancel", "cancel x", "vouch x", "cancel 99 yes"]
)
async def test_what_is_not_there(busy: House, words: str) -> None:
    """A number of nothing is answered, and changes nothing."""
    message = await shown(busy, words)

    assert "There is no such entry. /outbox shows what is on its way." == message.text.text
    assert 2 == len(await busy.storage.outbox.running())


async def test_it_is_for_admins_alone(busy: House) -> None:
    """For others there is no such command and no such button."""
    unknown = await busy.ask("/outbox")

    assert unknown.text.text.startswith("I do not know this command.")
    assert "too old" in (await busy.press("outbox cancel 1 yes")).text.text
    assert 2 == len(await busy.storage.outbox.running())


async def test_in_russian(busy: House) -> None:
    """Admins read Russian as well."""
    text = (await shown(busy, language="ru")).text.text

    assert "Заявления: ждут 4, с 25 ноября 2026 г., 12:00 GMT\n" in text
    assert text.endswith("отправлено 1, не дошло 1, осталось 2")
