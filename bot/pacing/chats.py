"""How often one chat may be sent something, and who has to be left alone for now."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from storage.model import Address, Lane

REMEMBERED = 1000  # chats, before those at rest are forgotten
HIDDEN_SECONDS = 60.0  # a message whose answer was lost may still arrive for so long

# At most so many messages within so many seconds.
Window = tuple[int, float]
Windows = Callable[[Address, Lane], Sequence[Window]]


def no_windows(_: Address, __: Lane) -> Sequence[Window]:
    """Any number of messages to a chat."""
    return ()


@dataclass(slots=True)
class _Chat:
    """`sent` is when the latest messages went there, as many and as far back as windows ask."""

    sent: list[float] = field(default_factory=list)
    looked_back: float = 0.0
    frozen_until: float = -math.inf
    answers: int = 0  # on their way
    arrived_by: float = -math.inf  # then the answers that were lost have arrived, if at all
    holds: int = 0

    def at_rest(self, now: float) -> bool:
        recent = bool(self.sent) and now - self.sent[-1] < self.looked_back
        bound = self.answers or self.holds
        return not (recent or bound or max(self.frozen_until, self.arrived_by) > now)


class ChatPace:
    """What was sent to each chat lately. `windows` are the limits of one; threads share them.

    A chat that is held takes no answer: what a delivery to it came to is not known yet. Seconds
    are the loop's.
    """

    def __init__(self, windows: Windows = no_windows) -> None:
        self._windows = windows
        self._chats: dict[str, _Chat] = {}
        self._most = REMEMBERED

    def pause(self, address: Address, lane: Lane, now: float) -> float:
        """Seconds until a message of this lane may go there; 0 where it may go now."""
        chat = self._chats.get(address.chat)
        if chat is None:
            return 0.0
        until = chat.frozen_until
        for most, seconds in self._windows(address, lane):
            if len(chat.sent) >= most:
                until = max(until, chat.sent[-most] + seconds)
        if lane is Lane.ANSWER and chat.holds:
            until = math.inf
        return max(0.0, until - now)

    def sent(self, address: Address, now: float) -> None:
        """Something goes there now."""
        longest = self._longest(address)
        if longest:
            chat = self._chat(address, now)
            chat.looked_back = longest
            chat.sent = [at for at in chat.sent if now - at < longest]
            chat.sent.append(now)

    def freeze(self, address: Address, until: float, now: float) -> None:
        """Nothing may go there before then."""
        chat = self._chat(address, now)
        chat.frozen_until = max(until, chat.frozen_until)

    def often(self, address: Address, seconds: float) -> bool:
        """Whether the last two messages lay less than so far apart."""
        chat = self._chats.get(address.chat)
        sent = chat.sent if chat is not None else []
        return len(sent) > 1 and sent[-1] - sent[-2] < seconds

    def hold(self, address: Address, now: float) -> bool:
        """Take no answer for this chat until it is let go; False if one is on its way there."""
        chat = self._chat(address, now)
        if chat.answers or chat.arrived_by > now:
            return False
        chat.holds += 1
        return True

    def let_go(self, address: Address, now: float) -> None:
        """What the delivery came to is kept."""
        chat = self._chat(address, now)
        chat.holds = max(0, chat.holds - 1)

    def answering(self, address: Address, now: float) -> None:
        """An answer is on its way there."""
        self._chat(address, now).answers += 1

    def answered(self, address: Address, now: float, *, lost: bool) -> None:
        """It has arrived, or else, where it is lost, it may do so yet."""
        chat = self._chat(address, now)
        chat.answers -= 1
        if lost:
            chat.arrived_by = now + HIDDEN_SECONDS

    def _longest(self, address: Address) -> float:
        """How far back the windows of this chat look: those of all lanes, for they share it."""
        return max(
            (seconds for lane in Lane for _, seconds in self._windows(address, lane)), default=0.0
        )

    def _chat(self, address: Address, now: float) -> _Chat:
        chat = self._chats.get(address.chat)
        if chat is None:
            if len(self._chats) >= self._most:
                self._chats = {name: c for name, c in self._chats.items() if not c.at_rest(now)}
                self._most = max(REMEMBERED, 2 * len(self._chats))
            chat = self._chats[address.chat] = _Chat()
        return chat
