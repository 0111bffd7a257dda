"""How much one person may ask: whoever floods is told so once, and nobody else waits for it."""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from hashlib import blake2b

# Remembered at once; beyond, whoever has been quiet the longest is forgotten. Some 2 MB.
PEOPLE = 10_000


class Verdict(Enum):
    """What becomes of a question: it is answered, or said to be one too many, or left alone."""

    ANSWER = "answer"
    SAY_SO = "say so"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many questions at once, and one more every so many seconds.

    Over the limit, nothing is answered until there is room for `again` questions; each one asked
    meanwhile takes the room of `unheard`, so that it never ends for who does not slow down.
    """

    burst: int
    every: float
    again: int
    unheard: float


# Twenty: leafing fast through pages and lists never gets there, typing even less. One a second
# is more than anybody reads. Five again: the silence of a person who stops lasts five seconds.
QUESTIONS = Allowance(20, 1.0, again=5, unheard=0.5)
# In a group everybody reads what one person asks for, and the group's own limit is shared.
IN_GROUPS = Allowance(6, 5.0, again=2, unheard=0.5)
# Asked of one chat for another: each costs the platform look-ups.
FAR = Allowance(10, 3.0, again=3, unheard=0.5)
# Every letter typed asks for suggestions: five a second is faster than people type.
SUGGESTIONS = Allowance(60, 0.2, again=10, unheard=0.5)
# The ways out are never shut for longer than it takes to walk through one.
LEAVING = Allowance(1, 1.0, again=1, unheard=0.0)


@dataclass(slots=True)
class _Account:
    """How many questions were `used` of the burst at the time `at` (monotonic seconds)."""

    at: float
    used: float = 0.0
    hushed: bool = False


class Patience:
    """Counts what each person asks. Who they are is kept as a keyed hash, in memory only."""

    def __init__(
        self, allowance: Allowance = QUESTIONS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._allowance = allowance
        self._clock = clock
        self._key = os.urandom(16)
        self._people: OrderedDict[bytes, _Account] = OrderedDict()

    def __len__(self) -> int:
        """How many people are remembered."""
        return len(self._people)

    def asks(self, who: str) -> Verdict:
        """Count one question of this person's, and say what becomes of it."""
        allowed, account = self._allowance, self._account(who)
        if account.hushed and account.used > allowed.burst - allowed.again:
            account.used = min(allowed.burst, account.used + allowed.unheard)
            return Verdict.SILENCE
        account.hushed = account.used + 1 > allowed.burst
        if account.hushed:
            return Verdict.SAY_SO
        account.used += 1
        return Verdict.ANSWER

    def take_back(self, who: str) -> None:
        """Do not count a question that could not be answered, and has to be put again."""
        if (account := self._people.get(self._hash(who))) is not None:
            account.used = max(0.0, account.used - 1)

    def _account(self, who: str) -> _Account:
        """This person's account as it stands now; that of the longest quiet one makes room."""
        key, now = self._hash(who), self._clock()
        account = self._people.setdefault(key, _Account(now))
        account.used = max(0.0, account.used - (now - account.at) / self._allowance.every)
        account.at = now
        self._people.move_to_end(key)
        if len(self._people) > PEOPLE:
            self._people.popitem(last=False)
        return account

    def _hash(self, who: str) -> bytes:
        return blake2b(who.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).digest()
