"""Models of Telegram's rate limits, to be switched on: a bucket per bot, a pause per chat.

Figures: Bots FAQ, "My bot is hitting limits": about 30 messages a second in all, one a second in
a chat, 20 a minute in a group. The true algorithm is not published.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.botapi.refusals import too_many_requests

MINUTE = 60.0


@dataclass(slots=True)
class Pace:
    """Limits on sends and edits; 0 switches one off. `clock` gives seconds that never go back.

    `penalty` is the least `retry_after` of a refusal. A refused request uses nothing up.
    """

    clock: Callable[[], float]
    per_second: float = 30
    burst: float = 30
    chat_pause: float = 1.0
    group_per_minute: int = 20
    penalty: int = 1
    _level: float = 0
    _at: float = 0
    _sent: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def check(self, method: str, chat: str) -> None:
        """Let a request pass or raise RefusedError 429 with the seconds to wait."""
        if not method.startswith(("send", "edit")) or method == "sendchataction":
            return
        now = self.clock()
        wait = max(self._bot_wait(now), self._chat_wait(chat, now))
        if wait > 0:
            raise too_many_requests(max(self.penalty, math.ceil(wait)))
        self._level += 1
        self._sent[chat].append(now)

    def _bot_wait(self, now: float) -> float:
        if not self.per_second:
            return 0
        self._level = max(0.0, self._level - (now - self._at) * self.per_second)
        self._at = now
        return (self._level + 1 - self.burst) / self.per_second

    def _chat_wait(self, chat: str, now: float) -> float:
        sent = self._sent[chat]
        while sent and now - sent[0] >= MINUTE:
            sent.popleft()
        wait = self.chat_pause - (now - sent[-1]) if sent else 0
        if self.group_per_minute and chat.startswith("-") and len(sent) >= self.group_per_minute:
            wait = max(wait, MINUTE - (now - sent[0]))
        return wait
