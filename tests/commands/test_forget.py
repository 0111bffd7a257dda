"""Being forgotten."""

from __future__ import annotations

import pytest

from storage import Storage
from storage.model import Address, Content, RichText
from tests.commands.house import House, commands_of
from tests.commands.pushes import subscribed


async def test_it_asks_once_then_erases(house: House) -> None:
    """One question, one press, and nothing is kept any more; it says what was erased."""
    await house.ask("/subscribe")
    asked = await house.ask("/forget")
    assert commands_of(asked) == ["forget yes", "forget no"]
    assert await house.storage.subscribers.any() is True

    done = await house.press("forget yes")
    assert done.text.text.startswith("Done: I have forgotten you.\nErased for good: the sealed")
    assert done.replaces
    assert await house.storage.subscribers.any() is False


async def test_all_topics_of_the_chat_go(house: House) -> None:
    """What was kept of another topic of the same chat is erased as well."""
    topic = Address(house.address.platform, house.address.chat, "7")
    await house.storage.subscribers.subscribe(topic)
    await house.press("forget yes")

    assert await house.storage.subscribers.any() is False


async def test_keeping_it(house: House) -> None:
    """The other button changes nothing."""
    await house.ask("/subscribe")
    message = await house.press("forget no")

    assert message.text.text.startswith("Nothing was erased")
    assert await house.storage.subscribers.counts() == {"terminal": 1}


async def test_nothing_to_erase(house: House) -> None:
    """Pressed a second time it says that nothing is left."""
    message = await house.press("forget yes")

    assert message.text.text.startswith("There is nothing to erase")


async def test_a_log_that_is_held(
    house: House, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It never says done before the disk is clean, and says what to do."""

    async def held(address: Address) -> bool:
        raise TimeoutError

    monkeypatch.setattr(storage.subscribers, "forget", held)
    message = await house.press("forget yes")

    assert "could not yet overwrite" in message.text.text
    assert commands_of(message) == ["forget yes"]


async def test_only_managers_may(house: House) -> None:
    """In a group somebody without rights erases nothing."""
    await house.ask("/subscribe", private=False)
    await house.ask("/forget yes", private=False, may_manage=False)

    assert await house.storage.subscribers.any() is True


async def test_in_russian(house: House) -> None:
    """The last message speaks the language of the person, though it is forgotten by then."""
    await house.ask("/settings language ru")

    assert (await house.press("forget yes")).text.text.startswith("Готово: я вас забыл.")


WAITS = "The draft of your statement is erased as well."
GOES_ON = "Your statement goes out all the same, but I cannot tell you how it goes."


@pytest.mark.parametrize(("confirmed", "said"), [(False, WAITS), (True, GOES_ON)])
async def test_an_admin_who_never_subscribed_is_kept_as_an_author(
    house: House, confirmed: bool, said: str
) -> None:
    """A draft, or a statement under way, is something; it is said what becomes of it."""
    await subscribed(house.storage, 1)
    preview = await house.ask("/broadcast Come at ten.", rich=typed("Come at ten."), admin=True)
    if confirmed:
        await house.press(commands_of(preview)[0], admin=True)
    asked = await house.ask("/forget", admin=True)
    done = await house.press("forget yes", admin=True)

    assert ["forget yes", "forget no"] == commands_of(asked)
    assert said in asked.text.text
    assert done.text.text.startswith("Done: I have forgotten you.")
    assert said in done.text.text
    assert await house.storage.statements.unfinished(house.address) is None
    assert int(confirmed) == len(await house.storage.outbox.running())
    assert (await house.press("forget yes", admin=True)).text.text.startswith("There is nothing")


def typed(text: str) -> RichText:
    return RichText(f"/broadcast {text}")


async def test_a_mailbox_is_something(house: House) -> None:
    """Whoever has letters waiting, and nothing else, can have them erased."""
    await house.storage.mailboxes.put([(house.address, "1", Content("Hello."))], house.now)

    assert ["forget yes", "forget no"] == commands_of(await house.ask("/forget"))
    assert (await house.press("forget yes")).text.text.startswith("Done: I have forgotten you.")
