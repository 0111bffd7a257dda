"""Updates whose effect cannot be committed yet, and updates too odd for anything."""

from __future__ import annotations

from bot.chat import Message, Request
from storage import DatabaseError, Storage
from storage.model import RichText
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import running, said
from tests.platforms.telegram_stage import ANN, BEN, api, connected, read, storage, texts

__all__ = ["api", "storage"]  # fixtures


async def test_an_update_waits_for_the_database(api: FakeBotAPI, storage: Storage) -> None:
    """While nothing can be written it is not confirmed; then it is done once, and answered."""
    tries: list[str] = []
    unconfirmed: list[int] = []

    async def answer(request: Request) -> Message:
        tries.append(request.words)
        if len(tries) < 4:
            unconfirmed.append(len(api.bot.updates.pending()))
            raise DatabaseError("It is locked.")
        return said("Done.")

    api.add_user(ANN, started=True)
    async with running(connected(api, storage), answer):
        api.user_sends(ANN, "/subscribe")
        await read(api, ANN)

    assert ["/subscribe"] * 4 == tries
    assert [1, 1, 1] == unconfirmed
    assert ["Done."] == texts(api, ANN)


async def test_one_chat_that_waits_does_not_hold_up_another(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Only what cannot be committed waits; somebody else is answered meanwhile."""

    async def answer(request: Request) -> Message:
        if request.address.chat == str(ANN):
            raise DatabaseError("It is locked.")
        return Message(RichText("Hello."))

    api.add_user(ANN, started=True)
    api.add_user(BEN, started=True)
    async with running(connected(api, storage), answer):
        api.user_sends(ANN, "/subscribe")
        api.user_sends(BEN, "/latest")
        await read(api, BEN)

    assert len(api.bot.updates.pending()) >= 1, "Ann's is there for the next start"


async def test_an_update_too_odd_to_be_handled_is_skipped(
    api: FakeBotAPI, storage: Storage
) -> None:
    """The library reads it, nothing can be done with it: those behind it are answered."""
    api.add_user(ANN, started=True)
    async with running(connected(api, storage), lambda request: _said(request)):
        chat = {"id": [1], "type": "private"}
        api.raw_update({"message": {"message_id": 1, "date": 1, "chat": chat, "text": "x"}})
        api.user_sends(ANN, "/latest")
        await read(api, ANN)


async def _said(request: Request) -> Message:
    return said(request.words)
