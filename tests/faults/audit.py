"""Compares what really arrived (the fake's truth log) with what was owed and what was counted.

By hand: python -m tests.faults.audit --truth FILE --database FILE --key FILE
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage import Seal, open_storage
from storage.outbox import State
from storage.seal import read_key
from tests.faults.books import Announced, Books, Owed, read_books

Entry = Mapping[str, Any]
Pair = tuple[str, str]  # the words of an announcement, and a chat

# Deliveries that ended without a message, each for a reason of its own.
ENDED = (State.FAILED, State.SKIPPED)


@dataclass(frozen=True, slots=True)
class Push:
    """An accepted message that was announced: when it came in and was accepted (Unix seconds)."""

    announcement: int
    words: str
    chat: str
    came: float
    at: float
    message: str


@dataclass(frozen=True, slots=True)
class Excuses:
    """Who need not be told, by what was done in a scenario.

    `chats` left, or are really gone; of those `forgotten` nothing is kept. `words` are of
    announcements that were cancelled or refused. `moved` leads from an old chat to the new one.
    """

    chats: Collection[str] = ()
    forgotten: Collection[str] = ()
    words: Collection[str] = ()
    moved: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Audit:
    """What came of a push. `lost` were owed a message and got none; `twice` are the messages that
    arrived more than once, each with the times when; `others` are copies to chats that were owed
    none, such as the one that an admin sees first.

    `wrong` are sentences: where database and truth do not say the same.
    """

    owed: int
    told: int
    lost: tuple[Pair, ...]
    twice: tuple[tuple[Push, ...], ...]
    others: int
    states: Mapping[str, int]
    wrong: tuple[str, ...]

    @property
    def repeats(self) -> int:
        """Messages too many."""
        return sum(len(pushes) - 1 for pushes in self.twice)

    def faults(self, *, twice: int = 0) -> list[str]:
        """A sentence for each thing that must not be; so many repeats are allowed."""
        found = [f"lost: {words!r} to {chat}" for words, chat in self.lost[:5]]
        if len(self.lost) > 5:
            found.append(f"and {len(self.lost) - 5} more were lost")
        if self.repeats > twice:
            found.append(f"{self.repeats} arrived twice, at most {twice} may")
        return [*found, *self.wrong]

    def shown(self) -> str:
        """The report, to be read."""
        states = ", ".join(f"{count} {name}" for name, count in sorted(self.states.items()))
        lines = [
            f"owed     {self.owed} ({states})",
            f"told     {self.told}",
            f"lost     {len(self.lost)}",
            f"twice    {self.repeats}",
            f"others   {self.others} copies to chats that were owed nothing",
        ]
        return "\n".join([*lines, *(f"wrong    {words}" for words in self.wrong)])


def pushes(
    entries: Iterable[Entry],
    announced: Collection[Announced],
    moved: Mapping[str, str] | None = None,
) -> list[Push]:
    """The accepted messages that belong to an announcement, in the order of their arrival."""
    meant: dict[str, Announced | None] = {}
    found = []
    for entry in entries:
        if entry["effect"] != "accepted" or not entry["method"].startswith("send"):
            continue
        text = str(entry.get("text", ""))
        if text not in meant:
            fitting = [each for each in announced if each.words in text]
            meant[text] = max(fitting, key=lambda each: len(each.words), default=None)
        what = meant[text]
        # The preview of a statement has its words, too.
        if what is None or (what.broadcast and entry["at"] < what.created_at):
            continue
        chat = (moved or {}).get(entry["chat"], entry["chat"])
        came = entry.get("came", entry["at"])
        number = str(entry.get("message_id", ""))
        found.append(Push(what.id, what.words, chat, came, entry["at"], number))
    return found


def compare(books: Books, arrived: Collection[Push], excuses: Excuses | None = None) -> Audit:
    """What of that which was owed has arrived, how often, and whether the counters say so."""
    excuses = excuses or Excuses()
    words = {each.id: each.words for each in books.announced}
    told: dict[tuple[int, str], list[Push]] = defaultdict(list)
    for push in arrived:
        told[push.announcement, push.chat].append(push)
    here = [each for each in books.deliveries if each.platform == books.here]
    owed = {(each.announcement, each.chat): each for each in here}
    lost = [
        (words[number], chat)
        for (number, chat), each in owed.items()
        if (number, chat) not in told
        and chat not in excuses.chats
        and not (words[number] in excuses.words and each.state in ENDED)
    ]
    wrong = [] if books.integrity == "ok" else [f"integrity: {books.integrity}"]
    wrong += _misrecorded(here, told, words) + _miscounted(books, told, excuses)
    wrong += _disordered(books, arrived)
    return Audit(
        owed=len(owed),
        told=sum(pair in told for pair in owed),
        lost=tuple(lost),
        twice=tuple(
            tuple(each)
            for pair, each in told.items()
            if len(each) > 1 and (pair in owed or pair[1] in excuses.forgotten)
        ),
        others=sum(
            len(each)
            for pair, each in told.items()
            if pair not in owed and pair[1] not in excuses.forgotten
        ),
        states=Counter(each.state.name.lower() for each in here),
        wrong=tuple(wrong),
    )


def _misrecorded(
    here: Iterable[Owed], told: Mapping[tuple[int, str], list[Push]], words: Mapping[int, str]
) -> list[str]:
    """Deliveries whose state is not what happened."""
    found = []
    for each in here:
        arrived = told.get((each.announcement, each.chat), [])
        of = f"{words[each.announcement]!r} to {each.chat}"
        if each.state is State.SENT and not arrived:
            found.append(f"{of} counts as sent and never arrived")
        if each.state is not State.SENT and arrived:
            found.append(f"{of} arrived and is kept as {each.state.name.lower()}")
        known = {push.message for push in arrived}
        if each.state is State.SENT and arrived and each.message and each.message not in known:
            found.append(f"{of} is kept as message {each.message}, which it is not")
    return found


def _miscounted(
    books: Books, told: Mapping[tuple[int, str], list[Push]], excuses: Excuses
) -> list[str]:
    """Counters that are not the number of the deliveries of that state, or not the truth."""
    states: dict[int, Counter[str]] = defaultdict(Counter)
    for row in books.deliveries:
        states[row.announcement][row.state.name.lower()] += 1
    found = []
    for each in books.announced:
        kept, erased = states[each.id], len(excuses.forgotten)
        for name, count in each.counted.items():
            rows = kept.total() if name == "total" else kept[name]
            if not rows <= count <= rows + erased:
                found.append(f"{each.words!r}: {count} {name} are counted, {rows} there are")
        reached = {chat for number, chat in told if number == each.id}
        known = {row.chat for row in books.deliveries if row.announcement == each.id}
        reached &= known | {*excuses.forgotten}
        if each.counted["sent"] != len(reached):
            found.append(f"{each.words!r}: {each.counted['sent']} sent, {len(reached)} told")
    return found


def _disordered(books: Books, arrived: Collection[Push]) -> list[str]:
    """Chats that heard of a later announcement of a lane before they heard of an earlier one."""
    lanes = {each.id: each.lane for each in books.announced}
    last: dict[tuple[str, int], int] = {}
    seen: set[tuple[int, str]] = set()
    wrong = set()
    for push in arrived:
        if (push.announcement, push.chat) in seen:
            continue
        seen.add((push.announcement, push.chat))
        place = push.chat, lanes[push.announcement]
        if push.announcement < last.get(place, 0):
            wrong.add(push.chat)
        last[place] = max(push.announcement, last.get(place, 0))
    return [f"{len(wrong)} chats were told in the wrong order"] if wrong else []


async def audited(truth: Path, database: Path, key: Path) -> Audit:
    """Compare three files. Raises SealError or DatabaseError in one sentence."""
    secret = read_key(key)
    assert secret, f"there is no key in {key}"
    seal = Seal(secret)
    lines = await asyncio.to_thread(truth.read_text, encoding="utf-8")
    entries = [json.loads(line) for line in lines.splitlines()]
    async with open_storage(database, seal, checkpoints=False) as storage:
        books = await read_books(storage, seal)
    return compare(books, pushes(entries, books.announced))


def main() -> None:
    """Print the report; 1 if something is lost or wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.audit", description=__doc__)
    for name in ("truth", "database", "key"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    audit = asyncio.run(audited(given.truth, given.database, given.key))
    print(audit.shown())
    sys.exit(bool(audit.lost or audit.wrong))


if __name__ == "__main__":
    main()
