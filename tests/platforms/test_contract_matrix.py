"""Matrix keeps the contract, against a real Synapse, in plain and in encrypted chats."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest

from bot.chat import Gone, NoRights, Platform, SendError
from bot.platforms.matrix.platform import Matrix
from storage import Storage
from storage.model import Address
from tests.fakes.synapse import Person, Synapse, person
from tests.platforms.contract import Answers, Contract, Seen, answers, ends_as, until
from tests.platforms.matrix_stage import connected, running, us

__all__ = ["answers"]  # a fixture

# A number as it stands in the list of what can be chosen, and its words; or a link and its words.
CHOICE = re.compile(
    r"(\d\ufe0f\u20e3|🔟|\[\d+\])(?: (?! )(.*?))?(?= {3}|$)|(?:^| {3})(.*?): https?://\S+",
    re.MULTILINE,
)


@dataclass
class Client:
    """Anna's client, in her direct chat with Herald."""

    matrix: Matrix
    anna: Person
    room: str
    edits: bool = True

    @property
    def platform(self) -> Platform:
        return self.matrix

    @property
    def address(self) -> Address:
        return Address("matrix", self.room)

    async def says(self, words: str) -> None:
        await self.anna.say(self.room, words)

    async def presses(self, label: str) -> None:
        numbers = [
            found[1]
            for one in await self.sees()
            for found in CHOICE.finditer(one.text)
            if found[1] and label in (found[2], _digits(found[1]))
        ]
        await self.says(_digits(numbers[-1]))

    async def sees(self) -> Sequence[Seen]:
        ours = us(self.matrix)
        return [
            Seen(one.body, tuple(found[2] or found[3] or _digits(found[1])
                                 for found in CHOICE.finditer(one.body)))
            for one in self.anna.messages(self.room)
            if one.sender == ours and not one.redacted
        ]  # fmt: skip


def _digits(sign: str) -> str:
    return "10" if sign == "🔟" else "".join(filter(str.isdecimal, sign))


@pytest.fixture(params=["plain", "encrypted"])
async def place(
    request: pytest.FixtureRequest, synapse: Synapse, storage: Storage, answers: Answers
) -> AsyncIterator[Client]:
    encrypted = request.param == "encrypted"
    matrix = connected(await synapse.account("herald"), storage)
    async with (
        person(synapse, "anna", encrypted=encrypted) as anna,
        running(matrix, answers),
    ):
        room = await anna.create_room(direct=True, encrypted=encrypted, invite=[us(matrix)])
        client = Client(matrix, anna, room)
        await until(client, lambda seen: seen)
        answers.asked.clear()
        answers.said.clear()
        yield client


class TestMatrix(Contract):
    """Its own ends, too."""

    @pytest.mark.parametrize("end", [Gone, NoRights])
    async def test_a_send_ends(self, place: Client, end: type[SendError]) -> None:
        """Thrown out of a room, or not let speak in it."""
        ours = us(place.matrix)
        # In a chat of two made as such both stand above all rights.
        room = await place.anna.create_room(invite=[ours])
        await place.anna.meets(room, ours)
        if end is Gone:
            await place.anna.kick(room, ours)
        else:
            await place.anna.set_power(room, ours, -1)
        await ends_as(place, Address("matrix", room), end)
