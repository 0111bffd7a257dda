"""What is pushed on Matrix: its words and looks, pictures, edits, recalls, and nothing twice."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import nio
import pytest
from nio.crypto import decrypt_attachment

from bot.chat import Limits, Message, Refused, Sent
from bot.platforms.matrix.drawing import LIMITS, length
from bot.platforms.matrix.platform import Matrix
from storage import Storage
from storage.model import Address, Attachment, Lane, RichText, Span, Style
from tests.fakes.botapi_stage import png
from tests.fakes.synapse import Heard, Person, Synapse, person
from tests.platforms.echo import Echo, said
from tests.platforms.matrix_stage import chat, connected, heard, herald, running, send, texts, us

NEWS = RichText(
    "News\n\nSee the court.",
    (Span(0, 4, Style.BOLD), Span(10, 19, Style.LINK, "https://example.org/")),
)
BOTH = pytest.mark.parametrize("encrypted", [False, True])


async def edit(matrix: Matrix, room: str, sent: str, message: Message) -> None:
    address = Address("matrix", room)
    async with matrix.budget.turn(Lane.RELEASE, address):
        await matrix.edit(address, Sent(sent), message)


async def delete(matrix: Matrix, room: str, sent: str) -> None:
    address = Address("matrix", room)
    async with matrix.budget.turn(Lane.RELEASE, address):
        await matrix.delete(address, Sent(sent))


def pushed(person: Person, room: str, us: str) -> list[Heard]:
    """All but the welcome."""
    theirs = [it for it in person.messages(room) if it.sender == us and not it.redacted]
    return [it for it in theirs if "/start" not in it.body]


@BOTH
async def test_a_push_has_words_and_looks(
    synapse: Synapse, storage: Storage, encrypted: bool
) -> None:
    """Telephones ring for it; who sees no HTML reads the same words."""
    async with (
        person(synapse, "anna", encrypted=encrypted) as anna,
        herald(synapse, storage) as matrix,
    ):
        room = await chat(anna, us(matrix), encrypted=encrypted)
        sent = await send(matrix, room, replace(said("x", "settings"), text=NEWS))
        news = await heard(anna, room, "News")

    assert (sent, "m.text", encrypted) == (news.id, news.kind, news.encrypted)
    assert "News\n\nSee the court.\n\n1\ufe0f\u20e3 Settings" == news.body
    assert news.html.startswith("<p><strong>News</strong></p><p>See <a href=")
    assert news.html.endswith("<p>1\ufe0f\u20e3&nbsp;Settings</p>")


@BOTH
async def test_the_same_delivery_arrives_once(
    synapse: Synapse, storage: Storage, encrypted: bool
) -> None:
    """Tried again with its key, also by another run: the homeserver knows the request."""
    account = await synapse.account("herald")
    async with person(synapse, "anna", encrypted=encrypted) as anna:
        room, ids = "", []
        for life in range(2):
            matrix = connected(account, storage)
            async with running(matrix, Echo()):
                room = room or await chat(anna, account.user, encrypted=encrypted)
                ids += [await send(matrix, room, said("Once")) for _ in range(2)]
                ids.append(await send(matrix, room, said(f"Life {life}"), key=f"2.{life}"))
        await heard(anna, room, "Life 1")

    assert 1 == len({*ids[:2], *ids[3:5]})
    assert ["Once", "Life 0", "Life 1"] == [it.body for it in pushed(anna, room, account.user)]


@BOTH
async def test_what_the_server_has_forgotten_is_looked_for(
    synapse: Synapse, storage: Storage, tmp_path: Path, encrypted: bool
) -> None:
    """A delivery left in doubt is found by its id; one that is not there is sent, the picture
    that is there not once more.
    """
    account = await synapse.account("herald")
    picture = Attachment(png(20, 10), "image/png", "lead.png")
    news = Message(RichText("News"), picture=picture)
    async with person(synapse, "anna", encrypted=encrypted) as anna:
        first = connected(account, storage)
        async with running(first, Echo()):
            room = await chat(anna, account.user, encrypted=encrypted)
            sent = await send(first, room, news, "1.0")
            other = await send(first, room, news, "2.0")
            await delete(first, room, other.partition(" ")[0])
            assert first.probe
            mark = first.probe.mark(Address("matrix", room))
        # A new device: the homeserver knows none of its requests.
        next(tmp_path.glob("*.vault")).unlink()
        second = connected(account, storage)
        async with running(second, Echo()):
            assert second.probe
            address, bound = Address("matrix", room), await second.probe.bound()
            ids = []
            for key in ("1.0", "2.0"):
                assert await second.probe.arrived(address, news, f"{mark}-{bound}") is None
                ids.append(await send(second, room, news, key))
            await send(second, room, said("The end"), "3.0")
        await heard(anna, room, "The end")

    assert sent == ids[0]
    assert other.partition(" ")[2] == ids[1].partition(" ")[2]
    assert ["lead.png", "News", "lead.png", "News", "The end"] == [
        it.body for it in pushed(anna, room, account.user)
    ]


@BOTH
async def test_a_message_is_changed_and_taken_back(
    synapse: Synapse, storage: Storage, encrypted: bool
) -> None:
    """There and back and there again; with the picture above it."""
    picture = Attachment(png(20, 10), "image/png", "lead.png")
    async with (
        person(synapse, "anna", encrypted=encrypted) as anna,
        herald(synapse, storage) as matrix,
    ):
        room = await chat(anna, us(matrix), encrypted=encrypted)
        sent = await send(matrix, room, Message(RichText("Before"), picture=picture))
        await heard(anna, room, "Before")
        for words in ("After", "Before", "After"):
            await edit(matrix, room, sent, said(words, "settings"))
        changed = await anna.hears(lambda it: it.room == room and it.edits == 3)
        await delete(matrix, room, sent)
        await delete(matrix, room, sent)
        await anna.hears(lambda it: it.id == changed.id and it.redacted)
        await anna.hears(lambda it: it.id == sent.split()[1] and it.redacted)

    assert "After\n\n1\ufe0f\u20e3 Settings" == changed.body
    assert [] == pushed(anna, room, us(matrix))


@BOTH
async def test_a_picture_stands_above_the_text(
    synapse: Synapse, storage: Storage, encrypted: bool
) -> None:
    """Uploaded once; encrypted where the room is, and it opens."""
    picture = Attachment(png(20, 10), "image/png", "lead.png")
    async with (
        person(synapse, "anna", encrypted=encrypted) as anna,
        herald(synapse, storage) as matrix,
    ):
        room = await chat(anna, us(matrix), encrypted=encrypted)
        for number in range(2):
            news = Message(RichText(f"News {number}"), picture=picture)
            await send(matrix, room, news, f"{number}.0")
        await heard(anna, room, "News 1")
        shown = [it for it in pushed(anna, room, us(matrix)) if it.kind == "m.image"]
        event = await anna.sees(lambda it: it.event_id == shown[0].id)
        found = await anna.client.download(shown[0].url)
        assert isinstance(found, nio.MemoryDownloadResponse)
        file = event.source["content"].get("file")
        data = found.body
        if file:
            data = decrypt_attachment(data, file["key"]["k"], file["hashes"]["sha256"], file["iv"])

    assert ["lead.png", "News 0", "lead.png", "News 1"] == [
        it.body for it in pushed(anna, room, us(matrix))
    ]
    assert 1 == len({it.url for it in shown})
    assert encrypted == bool(file)
    assert hashlib.sha256(picture.data).digest() == hashlib.sha256(data).digest()


async def test_without_its_picture_a_release_still_arrives(
    synapse: Synapse, storage: Storage
) -> None:
    """The homeserver takes no files of that size."""
    picture = Attachment(bytes(60_000_000), "image/png", "huge.png")
    async with person(synapse, "anna") as anna, herald(synapse, storage) as matrix:
        room = await chat(anna, us(matrix))
        await send(matrix, room, Message(RichText("News"), picture=picture))
        await heard(anna, room, "News")

    assert ["News"] == [it.body for it in pushed(anna, room, us(matrix))]


@BOTH
async def test_the_longest_text_fits_in_letters_of_any_alphabet(
    synapse: Synapse, storage: Storage, encrypted: bool
) -> None:
    """To the very limit, styles and choices included; an edit has no less room."""
    limits: Limits = LIMITS
    async with (
        person(synapse, "anna", encrypted=encrypted) as anna,
        herald(synapse, storage) as matrix,
    ):
        room = await chat(anna, us(matrix), encrypted=encrypted)
        for letter in "wд国\N{GRINNING FACE}&":
            text = letter * (limits.text // length(letter))
            rich = RichText(text, (Span(0, len(text), Style.BOLD),))
            sent = await send(matrix, room, Message(rich, said("x", "settings").buttons), letter)
            assert (await heard(anna, room, text)).html
            await edit(matrix, room, sent, Message(rich))
            await anna.hears(lambda it, text=text: it.body == text and it.edits == 1)  # type: ignore[misc]


async def test_longer_answers_come_in_parts(synapse: Synapse, storage: Storage) -> None:
    """In order, the choices under the last."""
    long = "\n\n".join(f"Paragraph {n}: " + "word " * 300 for n in range(30))
    echo = Echo({"long": said(long, "help")})
    async with person(synapse, "anna") as anna, herald(synapse, storage, echo) as matrix:
        room = await chat(anna, us(matrix))
        await anna.say(room, "long")
        await heard(anna, room, "Paragraph 29")
        await anna.say(room, "1")
        await heard(anna, room, "You said: help.")
        parts = texts(anna, room, us(matrix))[1:-1]

    assert len(parts) > 1
    assert [False] * (len(parts) - 1) + [True] == ["Help" in part for part in parts]
    assert "".join(long.split()) == "".join("".join(parts).split()).removesuffix(
        "1\ufe0f\u20e3Help"
    )


async def test_what_shows_nothing_or_is_too_long_is_refused(
    synapse: Synapse, storage: Storage
) -> None:
    """Before the homeserver is asked."""
    async with person(synapse, "anna") as anna, herald(synapse, storage) as matrix:
        room = await chat(anna, us(matrix))
        for text in (" \n", "w" * (LIMITS.text + 1)):
            with pytest.raises(Refused):
                await send(matrix, room, Message(RichText(text)))
