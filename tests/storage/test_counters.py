"""Whatever happens in whatever order: the counters are the rows, and nothing goes out twice."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from storage.model import Delivery, Lane
from storage.outbox import Result, State
from storage.tidying import KEPT
from tests.storage.conftest import LANES, TELEGRAM, announced, chat, query, said
from tests.storage.machine import StorageMachine

people = st.integers(1, 4)
news = st.integers(1, 4)
endings = st.sampled_from(
    [State.SENT, State.SENT, State.WAITING, State.DOUBT, State.FAILED, State.UNKNOWN, State.SKIPPED]
)

# What is deleted, with a subscriber or because it is long done, keeps its place in the counters.
REMEMBER = """
CREATE TRIGGER remembering AFTER DELETE ON deliveries
BEGIN INSERT INTO deleted VALUES (old.announcement_id, old.state); END
"""
COUNTED = "SELECT id, total, sent, failed, skipped, unknown FROM announcements"
FOUND = """
SELECT a.id, count(d.state), coalesce(sum(d.state = 2), 0), coalesce(sum(d.state = 3), 0),
       coalesce(sum(d.state = 5), 0), coalesce(sum(d.state = 6), 0)
FROM announcements AS a LEFT JOIN
     (SELECT announcement_id, state FROM deliveries
      UNION ALL SELECT announcement_id, state FROM deleted) AS d ON d.announcement_id = a.id
GROUP BY a.id
"""


class Counters(StorageMachine):
    """The outbox; `flying` are the deliveries that were claimed, and how they ended is not kept."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox = self.storage.outbox
        self.do(self.remember())
        self.announced = 0
        self.flying: dict[int, Delivery] = {}
        self.cancelled: set[int] = set()

    async def remember(self) -> None:
        async with self.storage.database.write() as tx:
            await tx.run("CREATE TABLE deleted (announcement_id INTEGER, state INTEGER)")
            await tx.run(REMEMBER)

    def claimed(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            assert delivery.announcement.id not in self.cancelled
            assert delivery.id not in self.flying, "nothing is under way twice"
            chats = [flying.subscriber.id for flying in self.flying.values()]
            assert delivery.subscriber.id not in chats, "a chat has one message under way"
            self.flying[delivery.id] = delivery

    @rule(who=people)
    def subscribe(self, who: int) -> None:
        self.do(self.storage.subscribers.subscribe(chat(who)))

    @rule(who=people)
    def unsubscribe(self, who: int) -> None:
        self.do(self.storage.subscribers.unsubscribe(chat(who)))

    @rule(who=people)
    def forget(self, who: int) -> None:
        self.do(self.storage.subscribers.forget(chat(who)))

    @rule(statement=st.booleans())
    def announce(self, statement: bool) -> None:
        self.announced += 1
        if statement:
            self.do(said(self.storage))
        else:
            self.do(announced(self.storage, f"news {self.announced}"))

    @rule(chunk=st.integers(1, 5))
    def fan_out(self, chunk: int) -> None:
        self.do(self.outbox.fan_out(chunk))

    @rule(count=st.integers(1, 4), lanes=st.permutations(LANES), without=st.sets(news, max_size=1),
          fresh=st.booleans())  # fmt: skip
    def claim(self, count: int, lanes: list[Lane], without: set[int], fresh: bool) -> None:
        found = self.do(self.outbox.claim(
            TELEGRAM, self.epoch, lanes, count, self.now, without=without, fresh=fresh,
            mark=lambda _: "1",
        ))  # fmt: skip
        assert len(found) <= count
        self.claimed(found)

    @rule(number=news, who=people)
    def claim_for(self, number: int, who: int) -> None:
        subscriber = self.do(self.storage.subscribers.find(chat(who)))
        if subscriber is not None:
            found = self.do(
                self.outbox.claim_for(number, subscriber.id, TELEGRAM, self.epoch, self.now)
            )
            self.claimed([found] if found else [])

    @precondition(lambda self: self.flying)
    @rule(data=st.data(), twice=st.booleans())
    def record(self, data: st.DataObject, twice: bool) -> None:
        count = data.draw(st.integers(1, len(self.flying)))
        results = [
            Result(d.id, d.announcement.id, data.draw(endings), due_at=self.now)
            for d in [*self.flying.values()][:count]
        ]
        self.do(self.outbox.record(results * (1 + twice)))
        for result in results:
            del self.flying[result.delivery]

    @rule(minutes=st.integers(0, 3))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(number=news)
    def cancel(self, number: int) -> None:
        before = self.do(self.outbox.progress(number))
        open_before = before is not None and not before.cancelled and not before.over
        assert self.do(self.outbox.cancel(number)) == open_before
        if open_before:
            self.cancelled.add(number)

    @rule(number=news)
    def refuse(self, number: int) -> None:
        self.do(self.outbox.refuse(number, TELEGRAM))

    @rule(number=news)
    def expire(self, number: int) -> None:
        self.do(self.outbox.expire(number, TELEGRAM))

    @rule(later=st.booleans())
    def tidy(self, later: bool) -> None:
        self.do(self.outbox.tidy(self.now + KEPT * later))

    @rule()
    def crash(self) -> None:
        """How what is under way ended is never known."""
        self.epoch += 1
        self.flying.clear()
        self.do(self.outbox.recover(TELEGRAM, self.epoch, self.now, "9"))

    @invariant()
    def counters_are_the_rows(self) -> None:
        assert self.do(query(self.storage, FOUND)) == self.do(query(self.storage, COUNTED))

    def teardown(self) -> None:
        """In the end everything is over, and folded into counters that are still right."""
        self.crash()
        while self.do(self.outbox.fan_out()):
            pass
        while (self.do(self.outbox.totals())).waiting:
            self.now += timedelta(minutes=2)
            found = self.do(self.outbox.claim(TELEGRAM, self.epoch, LANES, 3, self.now))
            assert found, "what waits can be claimed in the end"
            self.do(self.outbox.record(
                Result(d.id, d.announcement.id, State.SENT) for d in found
            ))  # fmt: skip
        for now in (self.now, self.now + 2 * KEPT):
            while self.do(self.outbox.tidy(now)):
                pass
        self.counters_are_the_rows()
        assert self.do(self.outbox.running()) == []
        assert self.do(self.outbox.totals()).waiting == 0
        assert self.do(query(self.storage, "SELECT count(*) FROM deliveries")) == [(0,)]
        super().teardown()


Counters.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
TestCounters = Counters.TestCase
