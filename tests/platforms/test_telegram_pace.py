"""How fast Telegram is sent to: the budget of the settings, and what it learns from answers."""

from __future__ import annotations

from typing import Any

import pytest

from bot.chat import Gone, Later, Platform, Refused, SendError, Sent, Unknown
from bot.platforms.telegram import Options
from bot.platforms.telegram.budget import budget, hints, windows
from bot.platforms.telegram.requests import CONNECTIONS
from storage import Storage
from storage.model import Address, Lane
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import Echo, running, said
from tests.platforms.telegram_stage import ANN, BEN, api, connected, person, read, storage

__all__ = ["api", "storage"]  # fixtures

TOKEN = "123456:AA-secret_part"
GROUP = -1001
PUSH = "7.0"


def options(**more: object) -> Options:
    return Options.model_validate({"token": TOKEN} | more)


def group(number: int = GROUP) -> Address:
    return Address("telegram", str(number))


@pytest.mark.parametrize(
    ("given", "rates"),
    [({}, (29.0, 29.7)), ({"rate": 29}, (29, 29)), ({"rate": 12.5}, (12.5, 12.5)),
     ({"rate": 100}, (100, 100)), ({"paid": True}, (1000, 1000)),
     ({"paid": True, "rate": 200}, (200, 200))],
)  # fmt: skip
def test_a_rate_that_was_given_stands_and_another_adapts(
    given: dict[str, object], rates: tuple[float, float]
) -> None:
    """The usual rate grows a little while all goes well; who pays is as fast as is allowed."""
    rate = budget(options(**given)).rate
    began = rate.now
    for _ in range(30_000):
        rate.granted(0.0)
    assert rates == pytest.approx((began, rate.now))


def test_chats_have_their_windows() -> None:
    """Short bursts of answers in a chat of two; in a group and a channel all counts together."""
    alone, many = person(ANN), group()
    assert windows(alone, Lane.ANSWER) == ((3, 3.15),)
    assert {windows(alone, lane) for lane in Lane if lane is not Lane.ANSWER} == {((1, 1.05),)}
    assert {windows(many, lane) for lane in Lane} == {((1, 1.05), (19, 60.5))}


def test_as_many_connections_as_may_be_under_way() -> None:
    """A paid push, the poll, and what is asked beside them find one each."""
    from bot.pacing.budget import MOST_IN_FLIGHT_PAID

    assert CONNECTIONS > MOST_IN_FLIGHT_PAID + 1


@pytest.mark.parametrize(
    ("given", "named"),
    [({}, []), ({"rate": 30}, []), ({"rate": 31}, ["telegram rate"]),
     ({"paid": True, "rate": 31}, ["telegram paid broadcasts"])],
)  # fmt: skip
def test_the_doctor_hints_at_what_speed_costs(given: dict[str, object], named: list[str]) -> None:
    """Nothing is wrong with either; the hint says what Telegram makes of it."""
    found = hints(options(**given))
    assert named == [check.check for check in found]
    assert all(check.ok and check.mend for check in found)


async def refused(telegram: Platform, to: Address, end: type[SendError]) -> SendError:
    """How a send there ends, which must be this way."""
    with pytest.raises(end) as caught:
        await telegram.send(to, said("News"), key=PUSH)
    return caught.value


async def test_a_pause_is_for_the_group_or_for_the_whole_bot(
    api: FakeBotAPI, storage: Storage
) -> None:
    """A person has no limit that is met so soon; one group may have met its own, three have not."""
    numbers = [GROUP, GROUP - 1, GROUP - 2]
    for number in numbers:
        api.add_chat(number)
    api.add_user(ANN, started=True)
    api.faults.add(method="sendMessage", retry_after=7, times=4)
    telegram = connected(api, storage)
    async with running(telegram, Echo()):
        ends = [await refused(telegram, group(number), Later) for number in numbers]
        assert [(7, "chat"), (7, "chat"), (7, "platform")] == [_pause(end) for end in ends]
    other = connected(api, storage)
    async with running(other, Echo()):
        assert _pause(await refused(other, person(ANN), Later)) == (7, "platform")
        assert 7 < other.budget.ahead() < 8


def _pause(end: SendError) -> tuple[float | None, str]:
    assert isinstance(end, Later)
    return end.seconds, end.scope


async def test_a_pause_without_its_length_is_one_second(api: FakeBotAPI, storage: Storage) -> None:
    """The budget rests all the same, and the courier is told how long."""
    api.add_user(ANN, started=True)
    api.faults.add(method="sendMessage", status=429, body="<html>slow down</html>")
    telegram = connected(api, storage)
    async with running(telegram, Echo()):
        assert _pause(await refused(telegram, person(ANN), Later)) == (1.0, "platform")
        assert telegram.budget.frozen


async def test_the_budget_learns_how_long_answers_take(
    api: FakeBotAPI, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From every answer of Telegram's, a refusal too; not from trouble on the way there."""
    api.add_user(ANN, started=True)
    telegram = connected(api, storage)
    took: list[float] = []
    monkeypatch.setattr(telegram.budget.rate, "landed", took.append)
    gone: dict[str, Any] = {"status": 403, "description": "Forbidden: bot was blocked by the user"}
    strange: list[tuple[dict[str, Any], type[SendError]]] = [
        ({"status": 502, "body": "<html/>"}, Unknown),
        ({"status": 500, "description": "Internal Server Error: restart"}, Later),
        ({"reset": True}, Unknown),
        ({"retry_after": 1}, Later),
    ]
    async with running(telegram, Echo()):
        api.faults.add(method="sendMessage", delay=0.2)
        sent = await telegram.send(person(ANN), said("News"), key=PUSH)
        await telegram.edit(person(ANN), sent, said("Better"))
        api.faults.add(method="sendMessage", **gone)
        await refused(telegram, person(ANN), Gone)
        with pytest.raises(Refused):
            await telegram.edit(person(ANN), Sent("999"), said("Better"))
        for fault, end in strange:
            api.faults.add(method="sendMessage", **fault)
            await refused(telegram, person(ANN), end)
    assert 4 == len(took)
    assert 0.2 <= took[0] < 5


async def test_an_answer_waits_for_the_budget_and_is_not_dropped(
    api: FakeBotAPI, storage: Storage
) -> None:
    """While everything is frozen nothing goes out; then it does, in its order."""
    api.add_user(ANN, started=True)
    telegram = connected(api, storage)
    async with running(telegram, Echo()):
        telegram.budget.freeze(0.5)
        api.user_sends(ANN, "one")
        api.user_sends(ANN, "two")
        assert await read(api, ANN, 2) == ["You said: one.", "You said: two."]
    (asked,) = [e["at"] for e in api.truth if e["method"] == "getme"]
    assert all(e["at"] - asked >= 0.5 for e in api.truth if e["method"] == "sendmessage")


async def test_an_answer_that_would_come_too_late_is_dropped(
    api: FakeBotAPI, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for it any more, and the next question is answered."""
    monkeypatch.setattr("bot.platforms.trying.LONGEST_WAIT", 0.1)
    api.add_user(ANN, started=True)
    telegram = connected(api, storage)
    async with running(telegram, Echo()):
        telegram.budget.freeze(0.3)
        api.user_sends(ANN, "one")
        await api.wait_for(lambda: not api.bot.updates.pending())
        async with telegram.budget.turn(Lane.STATEMENT, person(BEN)):  # the freeze is over
            pass
        api.user_sends(ANN, "two")
        assert await read(api, ANN) == ["You said: two."]
