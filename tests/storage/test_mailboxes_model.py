"""Whatever is put, altered and taken back: mailboxes are what a plain model of them is."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import Seal, Storage, open_storage
from storage.model import Attachment, Content, Letter
from tests.storage.conftest import NOON, SECRET, query
from tests.storage.test_mailboxes import reader

READERS = 3
SMALL = 4  # letters of a mailbox, in place of fifty

words = st.sampled_from(["a", "b", "c"])
pictures = st.none() | st.builds(
    Attachment, st.sampled_from([b"1", b"2"]), st.just("image/png"), st.sampled_from(["n", "m"])
)
contents = st.builds(Content, words, pictures)
who = st.integers(0, READERS - 1)
keys = st.integers(0, 7).map(str)
parcels = st.lists(st.tuples(who, keys, contents), min_size=1, max_size=6)
letters = st.integers(1, 25)
steps = st.lists(
    st.tuples(st.just("put"), parcels)
    | st.tuples(st.just("alter"), who, letters, contents)
    | st.tuples(st.just("take back"), who, letters)
    | st.tuples(st.just("forget"), who)
    | st.tuples(st.just("tidy")),
    max_size=25,
)


@dataclass
class Slot:
    """One letter, as simply as can be."""

    id: int
    key: str
    content: Content | None
    change: int


@dataclass
class Model:
    """All mailboxes as lists. Ids and changes are taken from what storage says, and must grow."""

    boxes: dict[int, list[Slot]] = field(default_factory=lambda: {n: [] for n in range(READERS)})
    last_id: int = 0
    last_change: int = 0

    def put(self, box: int, key: str, content: Content, letter: Letter) -> None:
        known = [slot for slot in self.boxes[box] if slot.key == key]
        if not known:
            assert letter.id > self.last_id
            assert letter.change > self.last_change
            self.last_id, self.last_change = letter.id, letter.change
            known = [Slot(letter.id, key, content, letter.change)]
            self.boxes[box] += known
        assert letter == told(known[0])

    def change(self, box: int, number: int, content: Content | None, letter: Letter | None) -> None:
        slot = next((slot for slot in self.boxes[box] if slot.id == number), None)
        if slot is None or (slot.content is None and content is not None):
            assert letter is None
            return
        assert letter is not None
        if slot.content != content:
            assert letter.change > self.last_change
            slot.content, slot.change = content, letter.change
            self.last_change = letter.change
        assert letter == told(slot)

    def cut(self) -> None:
        for box in self.boxes.values():
            del box[:-SMALL]


def told(slot: Slot) -> Letter:
    content = slot.content
    if content is None:
        return Letter(slot.id, slot.change, NOON, "")
    return Letter(slot.id, slot.change, NOON, content.words, content.picture is not None)


async def step(storage: Storage, model: Model, what: tuple) -> None:  # type: ignore[type-arg]
    match what:
        case ("put", found):
            asked = [(reader(n), key, content) for n, key, content in found]
            answers = await storage.mailboxes.put(asked, NOON)
            for (box, key, content), letter in zip(found, answers, strict=True):
                model.put(box, key, content, letter)
            model.cut()
        case ("alter", box, number, content):
            altered = await storage.mailboxes.alter(reader(box), number, content)
            model.change(box, number, content, altered)
        case ("take back", box, number):
            model.change(box, number, None, await storage.mailboxes.take_back(reader(box), number))
        case ("forget", box):
            await storage.subscribers.forget(reader(box))
            model.boxes[box] = []
        case _:
            await storage.mailboxes.tidy(NOON)


async def compare(storage: Storage, model: Model, change: int) -> None:
    for number, box in model.boxes.items():
        shown = [told(slot) for slot in box if slot.content is not None]
        assert shown == await storage.mailboxes.since(reader(number))
        changed = sorted((s.change, s.id) for s in box if s.change > change)
        since = await storage.mailboxes.since(reader(number), change)
        assert changed == [(letter.change, letter.id) for letter in since]
        for slot in box:
            picture = slot.content.picture if slot.content else None
            assert picture == await storage.mailboxes.picture(reader(number), slot.id)
    kept = {slot.content for box in model.boxes.values() for slot in box if slot.content}
    await storage.mailboxes.tidy(NOON)
    assert [(len(kept),)] == await query(storage, "SELECT count(*) FROM contents")


@given(steps, st.integers(1, 30))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_mailboxes_are_what_a_model_says(monkeypatch, whole: list, change: int) -> None:  # type: ignore[no-untyped-def,type-arg]
    """Put, altered, taken back, forgotten, tidied, in any order: nothing lost, twice or foreign."""
    monkeypatch.setattr("storage.mailboxes.NEWEST", SMALL)
    monkeypatch.setattr("storage.letters.NEWEST", SMALL)

    async def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_storage(Path(folder) / "herald.db", Seal(SECRET)) as storage:
                model = Model()
                for what in whole:
                    await step(storage, model, what)
                await compare(storage, model, change)

    asyncio.run(run())
