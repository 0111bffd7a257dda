"""How fast answers may follow each other in a group: quickly at first, and never too many."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

MINUTE = 60.0
# Bots FAQ, "My bot is hitting limits": one message a second in a chat, twenty a minute in a
# group. Three of the twenty are left for what is pushed.
GAP = 1.05
A_MINUTE = 17
MOST = 500  # groups remembered


class GroupPace:
    """What was sent to groups within the last minute. Chats of two are not held up.

    Whoever sends to a chat does so in order: one waits for its turn at a time.
    """

    def __init__(self) -> None:
        self._sent: dict[str, deque[float]] = {}

    async def turn(self, chat: str) -> None:
        """Wait until one more message may go to this chat, and count it."""
        if not chat.startswith("-"):
            return
        clock = asyncio.get_running_loop().time
        if len(self._sent) > MOST:
            self._forget(clock())
        sent = self._sent.setdefault(chat, deque(maxlen=A_MINUTE))
        await asyncio.sleep(pause(sent, clock()))
        self._sent[chat] = sent  # which may have been let go of meanwhile
        sent.append(clock())

    def _forget(self, now: float) -> None:
        self._sent = {c: sent for c, sent in self._sent.items() if sent and now - sent[-1] < MINUTE}


def pause(sent: Sequence[float], now: float) -> float:
    """Seconds until the next message may go where these went, the last of `A_MINUTE`."""
    if not sent:
        return 0.0
    full = MINUTE - (now - sent[0]) if len(sent) >= A_MINUTE else 0.0
    return max(full, GAP - (now - sent[-1]), 0.0)
