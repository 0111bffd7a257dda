"""Whatever happens in whatever order: who is owed is told, once, who is not is left in peace."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from storage import Seal
from storage.model import Delivery
from storage.outbox import Result, State
from tests.storage.conftest import (
    COUNTED,
    LANES,
    SECRET,
    TELEGRAM,
    announced,
    chat,
    fan_out,
    miscounted,
    query,
)
from tests.storage.machine import StorageMachine

people = st.integers(1, 5)
endings = st.sampled_from(
    [State.SENT, State.SENT, State.WAITING, State.DOUBT, State.FAILED, State.UNKNOWN, State.SKIPPED]
)


class Promises(StorageMachine):
    """The storage, beside a model of what it promised: `owed` are (announcement, chat) to come."""

    def __init__(self) -> None:
        super().__init__()
        self.announced = 0
        self.subscribed: set[int] = set()
        self.gone: set[int] = set()
        self.owed: set[tuple[int, int]] = set()
        self.in_flight: list[Delivery] = []
        self.held: set[int] = set()
        self.erased = False

    def left(self, who: int) -> None:
        self.subscribed.discard(who)
        self.owed = {(a, c) for a, c in self.owed if c != who}

    @rule(who=people)
    def subscribe(self, who: int) -> None:
        self.do(self.storage.subscribers.subscribe(chat(who)))
        self.subscribed.add(who)
        self.gone.discard(who)

    @rule(who=people)
    def unsubscribe(self, who: int) -> None:
        self.do(self.storage.subscribers.unsubscribe(chat(who)))
        self.left(who)
        self.gone.discard(who)

    @rule(who=people)
    def become_unreachable(self, who: int) -> None:
        self.do(self.storage.subscribers.gone(chat(who)))
        if who in self.subscribed:
            self.gone.add(who)
        self.left(who)

    @rule(who=people)
    def be_back(self, who: int) -> None:
        back = self.do(self.storage.subscribers.back(chat(who)))
        assert back == (who in self.gone)
        if back:
            self.gone.discard(who)
            self.subscribed.add(who)

    @rule(who=people)
    def forget(self, who: int) -> None:
        self.do(self.storage.subscribers.forget(chat(who)))
        self.left(who)
        self.gone.discard(who)
        self.erased = True

    @rule(old=people, new=people)
    def move(self, old: int, new: int) -> None:
        self.do(self.storage.subscribers.move(chat(old), chat(new)))
        if old == new:
            return
        self.owed = {(a, new if c == old else c) for a, c in self.owed}
        for group in (self.subscribed, self.gone):
            if old in group:
                group.discard(old)
                group.add(new)
        self.gone -= self.subscribed
        self.erased = True

    @rule()
    def announce(self) -> None:
        self.announced += 1
        self.do(announced(self.storage, f"news {self.announced}"))
        self.owed |= {(self.announced, who) for who in self.subscribed}

    @rule(chunk=st.integers(1, 3))
    def fan_out_a_little(self, chunk: int) -> None:
        self.do(self.storage.outbox.fan_out(chunk))

    @rule(count=st.integers(1, 4))
    def claim(self, count: int) -> None:
        self.now += timedelta(minutes=2)  # what another one is in the way of is looked at again
        claimed = self.do(self.storage.outbox.claim(TELEGRAM, self.epoch, LANES, count, self.now))
        for delivery in claimed:
            assert self.place(delivery) in self.owed, "nothing old, and nothing for who left"
        self.in_flight += claimed

    def place(self, delivery: Delivery) -> tuple[int, int]:
        return delivery.announcement.id, int(delivery.subscriber.address.chat) - 7_000_000_000

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), twice=st.booleans())
    def record(self, data: st.DataObject, twice: bool) -> None:
        count = data.draw(st.integers(1, len(self.in_flight)))
        ended, self.in_flight = self.in_flight[:count], self.in_flight[count:]
        results = [Result(d.id, d.announcement.id, data.draw(endings)) for d in ended]
        rows = "SELECT id, announcement_id, subscriber_id FROM deliveries WHERE state IN (1, 4)"
        known = {row[0]: row[1:] for row in self.do(query(self.storage, rows))}
        for _ in range(1 + twice):
            self.do(self.storage.outbox.record(results))
        for delivery, result in zip(ended, results, strict=True):
            if result.state is State.DOUBT:
                self.in_flight.append(delivery)
            elif result.state is not State.WAITING and delivery.id in known:
                self.settled(*known[delivery.id])

    def settled(self, announcement: int, subscriber: int) -> None:
        """Its chat, where it may have moved to since, is not owed this any more."""
        sql = "SELECT address FROM subscribers WHERE id = ?"
        [(sealed,)] = self.do(query(self.storage, sql, subscriber))
        address = Seal(SECRET).open(sealed, TELEGRAM, subscriber)
        self.owed.discard((announcement, int(address.chat) - 7_000_000_000))

    @rule()
    def crash(self) -> None:
        """The results of what is in flight are lost, and the next run takes it up."""
        self.in_flight = []
        self.epoch += 1
        self.do(self.storage.outbox.recover(TELEGRAM, self.epoch, self.now))

    @invariant()
    def counters_are_the_rows(self) -> None:
        if not self.erased:
            assert self.do(miscounted(self.storage)) == []
        for row in self.do(query(self.storage, COUNTED)):
            counted, found = row[1:6], row[6:11]
            still_open = counted[0] - sum(counted[1:]), found[0] - sum(found[1:])
            assert still_open[0] == still_open[1]
            assert all(c >= f for c, f in zip(counted, found, strict=True))

    @invariant()
    def who_is_subscribed_is_known(self) -> None:
        assert self.do(self.storage.subscribers.counts()).get(TELEGRAM, 0) == len(self.subscribed)

    def teardown(self) -> None:
        """In the end everybody who is owed something gets it, each announcement once."""
        self.crash()
        self.do(fan_out(self.storage))
        while (self.do(self.storage.outbox.totals())).waiting:
            self.now += timedelta(minutes=2)
            claimed = self.do(self.storage.outbox.claim(TELEGRAM, self.epoch, LANES, 3, self.now))
            assert claimed, "what waits can be claimed in the end"
            for delivery in claimed:
                assert self.place(delivery) in self.owed
                self.owed.discard(self.place(delivery))
            results = [Result(d.id, d.announcement.id, State.SENT) for d in claimed]
            self.do(self.storage.outbox.record(results))
        self.counters_are_the_rows()
        assert self.owed == set(), "nothing is lost"
        super().teardown()


Promises.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
TestPromises = Promises.TestCase
