"""What must be true of every story, whatever happened in it: checked against the world's log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from storage.model import Lane, Progress
from tests.delivery.world import ANSWER, Attempt, World

AFTER_LEAVING = 1.0  # seconds, in which what is claimed already may go out
UNRECORDED = 0.5  # so long may a result be on its way into the database when a process dies


@dataclass
class Told:
    """One announcement: its lane, who was subscribed, and when it was called off, if it was."""

    lane: Lane
    audience: set[str]
    cancelled: float | None = None


@dataclass
class Story:
    """What was done, beside what the world saw. `left` is who left when, `came` who came when."""

    announced: dict[int, Told] = field(default_factory=dict)
    left: list[tuple[str, float]] = field(default_factory=list)
    came: list[tuple[str, float]] = field(default_factory=list)
    ever_blocked: set[str] = field(default_factory=set)

    def away(self) -> Iterator[tuple[str, float, float]]:
        """Who was not subscribed from when to when."""
        for chat, at in self.left:
            back = [t for c, t in self.came if c == chat and t >= at]
            yield chat, at, min(back, default=float("inf"))


def broken(world: World, story: Story, progress: dict[int, Progress]) -> list[str]:
    """The promises that were not kept, in words."""
    return [
        *twice(world),
        *out_of_order(world, story),
        *inside_a_pause(world),
        *after_leaving(world, story),
        *after_cancel(world, story),
        *owed(world, story),
        *miscounted(world, story, progress),
    ]


def _copies(world: World) -> dict[tuple[str, int], list[Attempt]]:
    """All attempts of one announcement to one chat, in their order."""
    found = defaultdict(list)
    for attempt in world.attempts:
        if attempt.number != ANSWER:
            found[attempt.chat, attempt.number].append(attempt)
    return found


def twice(world: World) -> Iterator[str]:
    """Nobody gets a thing again, but where nobody could know whether it had arrived."""
    for (chat, number), attempts in _copies(world).items():
        for one, two in pairwise(attempts):
            if one.arrived is not None and not _doubted(world, one, two):
                yield f"{number} went to {chat} at {one.began}, and again at {two.began}"


def _doubted(world: World, one: Attempt, two: Attempt) -> bool:
    """Whether nobody could know how the first ended: lost, or its process ended before that."""
    if one.end == "Unknown":
        return True
    if one.told is None:
        return one.life != two.life
    return one.life != two.life and _died_soon(world, one.told)


def out_of_order(world: World, story: Story) -> Iterator[str]:
    """In one lane a chat gets what was announced first first."""
    first: dict[tuple[str, int], float] = {}
    for attempt in world.arrivals():
        first.setdefault((attempt.chat, attempt.number), attempt.arrived or 0.0)
    for (chat, number), at in first.items():
        for (other_chat, other), before in first.items():
            one, two = story.announced[number], story.announced[other]
            if chat != other_chat or number >= other or one.lane != two.lane:
                continue
            if before < at and one.cancelled is None:
                yield f"{other} came to {chat} before {number}"


def inside_a_pause(world: World) -> Iterator[str]:
    """Nothing leaves while a pause lasts that this process was asked for."""
    for pause in world.pauses:
        for attempt in world.attempts:
            if attempt.life != pause.life or pause.chat not in ("", attempt.chat):
                continue
            if pause.told < attempt.began < pause.until:
                yield f"sent at {attempt.began}, in the pause {pause}"


def after_leaving(world: World, story: Story) -> Iterator[str]:
    """Who has left is sent nothing a second later."""
    for chat, left, back in story.away():
        for attempt in world.attempts:
            if attempt.number == ANSWER or attempt.chat != chat:
                continue
            if left + AFTER_LEAVING < attempt.began < back:
                yield f"{attempt.number} went to {chat} at {attempt.began}, who left at {left}"


def after_cancel(world: World, story: Story) -> Iterator[str]:
    """What was called off is not sent a second later."""
    for attempt in world.attempts:
        if attempt.number == ANSWER:
            continue
        at = story.announced[attempt.number].cancelled
        if at is not None and attempt.began > at + AFTER_LEAVING:
            yield f"{attempt.number} was sent at {attempt.began}, called off at {at}"


def owed(world: World, story: Story) -> Iterator[str]:
    """Everybody has got what is owed to them; only who left or was not there may not have."""
    got = {(a.chat, a.number) for a in world.arrivals()}
    left = {chat for chat, _ in story.left}
    for number, told in story.announced.items():
        if told.cancelled is not None:
            continue
        for chat in told.audience - left - story.ever_blocked:
            if (chat, number) not in got:
                yield f"{chat} never got {number}"
    for chat, number in got:
        if chat not in story.announced[number].audience:
            yield f"{chat} was not to get {number}"


def miscounted(world: World, story: Story, progress: dict[int, Progress]) -> Iterator[str]:
    """The counters are what the log says; what was not recorded in time may count less."""
    for number, told in story.announced.items():
        counted = progress[number]
        if counted.left or not counted.over:
            yield f"{number} is not over: {counted}"
        if counted.total > len(told.audience):
            yield f"{number} was for {len(told.audience)}, and counts {counted.total}"
        known = [a for a in world.attempts if a.number == number and a.end == "ok"]
        sure = {a.chat for a in known if not _died_soon(world, a.told or 0.0)}
        gone = {chat for chat, _ in story.left}
        if not len(sure - gone) <= counted.sent <= len({a.chat for a in known}):
            yield f"{number} arrived at {len(sure)} to {len(known)}, and counts {counted.sent}"


def _died_soon(world: World, told: float) -> bool:
    return any(told <= at <= told + UNRECORDED for at in world.crashes)
