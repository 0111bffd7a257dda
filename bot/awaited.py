"""From whom an answer is awaited: what they write next goes to the command that asked for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

PEOPLE = 1000  # remembered at once, in memory only; beyond, the oldest question is forgotten


@dataclass(frozen=True, slots=True)
class Question:
    """The command that `asks` begins with awaits an answer, `until` (monotonic seconds)."""

    asks: str
    until: float


class Awaited:
    """One question a person at most; the first answer ends it. `clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._people: dict[str, Question] = {}

    def __len__(self) -> int:
        """How many people are remembered."""
        return len(self._people)

    def expect(self, who: str, asks: str, seconds: float) -> None:
        """This person was asked something just now, and may answer for so long."""
        self._keep(who, Question(asks, self._clock() + seconds))

    def asks(self, who: str) -> str:
        """What was asked of this person: the command that awaits the answer, and what it noted.

        "" for nothing, or not any more.
        """
        question = self._people.get(who)
        return question.asks if question and self._clock() < question.until else ""

    def take(self, who: str) -> Question | None:
        """The question is answered, or has been passed over."""
        return self._people.pop(who, None)

    def give_back(self, who: str, question: Question | None) -> None:
        """It could not be answered after all, and stands as before."""
        if question is not None and who not in self._people:
            self._keep(who, question)

    def _keep(self, who: str, question: Question) -> None:
        self._people.pop(who, None)
        self._people[who] = question
        if len(self._people) > PEOPLE:
            del self._people[next(iter(self._people))]
