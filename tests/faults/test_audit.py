"""The audit finds what is lost, doubled and miscounted; else nobody could believe the scenarios."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.outbox import State
from tests.faults.audit import Excuses, Push, compare, pushes
from tests.faults.books import Announced, Books, Owed
from tests.faults.cuts import Cut, blamed
from tests.faults.machines import busiest
from tests.faults.script import Freeze, inside

COUNTED = {"total": 2, "sent": 2, "failed": 0, "skipped": 0, "unknown": 0}
FIRST = Announced(1, 2, "Statement [1]", 100.0, broadcast=False, fanned=True, counted=COUNTED)
SECOND = replace(FIRST, id=2, words="Statement [12]")


def owed(number: int, chat: str, state: State = State.SENT, message: str = "") -> Owed:
    return Owed(number, "telegram", chat, state, message)


def push(number: int, chat: str, at: float, message: str = "") -> Push:
    return Push(number, f"Statement [{number}]", chat, at, at, message)


BOOKS = Books((FIRST,), (owed(1, "7"), owed(1, "8")), "ok")
ALL = [push(1, "7", 101.0), push(1, "8", 102.0)]


def test_all_is_well() -> None:
    """Where database and truth agree, nothing is found."""
    audit = compare(BOOKS, ALL)

    assert ([], 2, 2, 0) == (audit.faults(), audit.owed, audit.told, audit.others)


def test_what_never_arrived_is_lost() -> None:
    """A delivery that counts as sent and is not in the truth is lost, and its counter wrong."""
    audit = compare(BOOKS, ALL[:1])

    assert (("Statement [1]", "8"),) == audit.lost
    assert any("never arrived" in words for words in audit.wrong)
    assert any("2 sent, 1 told" in words for words in audit.wrong)


def test_who_left_is_not_lost() -> None:
    """Who may do without the message is named; a reason in the database alone is none."""
    books = replace(
        BOOKS,
        announced=(replace(FIRST, counted=COUNTED | {"sent": 1, "skipped": 1}),),
        deliveries=(owed(1, "7"), owed(1, "8", State.SKIPPED)),
    )

    assert (("Statement [1]", "8"),) == compare(books, ALL[:1]).lost
    assert [] == compare(books, ALL[:1], Excuses(chats=["8"])).faults()
    assert [] == compare(books, ALL[:1], Excuses(words=["Statement [1]"])).faults()


def test_what_arrived_twice_is_found() -> None:
    """Each message too many is one."""
    audit = compare(BOOKS, [*ALL, push(1, "7", 103.0), push(1, "7", 104.0)])

    assert 2 == audit.repeats
    assert ["2 arrived twice, at most 1 may"] == audit.faults(twice=1)


def test_a_copy_that_nobody_owed_is_told_apart() -> None:
    """An admin sees a copy first, and after a crash once more: no subscriber is told twice."""
    audit = compare(BOOKS, [push(1, "900", 100.1), push(1, "900", 100.5), *ALL])

    assert ([], 0, 2) == (audit.faults(), audit.repeats, audit.others)


def test_a_row_that_says_something_else_is_found() -> None:
    """What arrived may not be kept as failed."""
    books = replace(BOOKS, deliveries=(owed(1, "7"), owed(1, "8", State.FAILED)))

    assert any("is kept as failed" in words for words in compare(books, ALL).wrong)


def test_a_wrong_message_id_is_found() -> None:
    """A correction would edit some other message."""
    books = replace(BOOKS, deliveries=(owed(1, "7", message="5"), owed(1, "8")))
    arrived = [push(1, "7", 101.0, "4"), push(1, "8", 102.0, "6")]

    assert any("message 5, which it is not" in words for words in compare(books, arrived).wrong)


def test_a_wrong_counter_is_found() -> None:
    """Counters that nobody's rows bear out are wrong."""
    books = replace(BOOKS, announced=(replace(FIRST, counted=COUNTED | {"total": 3}),))

    assert any("3 total are counted, 2" in words for words in compare(books, ALL).wrong)


def test_the_rows_of_the_forgotten_may_be_missing() -> None:
    """They were counted, and nothing else is kept of them."""
    books = replace(BOOKS, deliveries=(owed(1, "7"),))

    assert [] == compare(books, ALL, Excuses(forgotten=["8"])).faults()


def test_a_broken_file_is_found() -> None:
    """SQLite's own check counts, too."""
    assert compare(replace(BOOKS, integrity="row 7 missing"), ALL).wrong


@pytest.mark.parametrize(("lane", "wrong"), [(2, 1), (1, 0)])
def test_order_counts_within_a_lane(lane: int, wrong: int) -> None:
    """The later release first is wrong; an urgent statement may overtake."""
    later = replace(SECOND, lane=lane, counted=COUNTED | {"total": 1, "sent": 1})
    earlier = replace(FIRST, counted=COUNTED | {"total": 1, "sent": 1})
    books = Books((earlier, later), (owed(1, "7"), owed(2, "7")), "ok")
    arrived = [push(2, "7", 101.0), push(1, "7", 102.0)]

    assert wrong == len(compare(books, arrived).wrong)


def test_the_truth_is_read_by_the_longest_title() -> None:
    """One title may begin like another; edits, refusals and answers are no pushes."""
    head = {"method": "sendmessage", "effect": "accepted", "chat": "7", "at": 101.0}
    entries = [
        head | {"text": "Statement [1]"},
        head | {"text": "Statement [12] of today"},
        head | {"text": "Statement [1]", "effect": "refused"},
        head | {"text": "Statement [1]", "method": "editmessagetext"},
        head | {"text": "Hello"},
    ]
    longer = replace(SECOND, words="Statement [12] of today")
    vague = replace(FIRST, words="Statement [1")

    assert [1, 2] == [each.announcement for each in pushes(entries, [vague, longer])]


def test_a_preview_is_no_push() -> None:
    """A statement is shown to its author before it is announced."""
    entry = {"method": "sendmessage", "effect": "accepted", "chat": "7", "text": "Statement [1]"}
    said = replace(FIRST, broadcast=True)

    assert [101.0] == [each.at for each in pushes([entry | {"at": 99.0}, entry | {"at": 101.0}],
                                                   [said])]  # fmt: skip


def test_a_repeat_needs_a_cut_of_its_own_that_found_it_under_way() -> None:
    """What was settled then, or comes once more than it was under way, is nobody's to excuse."""
    once = push(1, "7", 99.9), push(1, "7", 103.0)
    thrice = push(1, "8", 99.9), push(1, "8", 103.0), push(1, "8", 104.0)
    settled = push(1, "9", 99.9), push(1, "9", 103.0)
    early = push(1, "10", 98.0), push(1, "10", 99.0)
    cuts = [Cut(100.0, frozenset({(1, "7"), (1, "8"), (1, "10")})), Cut(102.0, frozenset())]
    repeats, unexplained = blamed([once, thrice, settled, early], cuts)

    assert {100.0: 2} == dict(repeats)
    assert [("8", 104.0), ("9", 103.0), ("10", 99.0)] == [
        (each.chat, each.at) for each in unexplained
    ]


def test_a_send_inside_a_freeze_is_found() -> None:
    """What had left before the wait was heard of is not."""
    head = {"method": "sendmessage", "chat": "7"}
    times = [100.1, 101.0, 104.9, 105.1]

    assert 2 == inside([head | {"at": at} for at in times], [Freeze(100.0, 5, "7")])


def test_the_busiest_second_is_found() -> None:
    """Counted from each message on, in the ten seconds after a moment."""
    assert 3 == busiest([99.0, 99.1, 99.2, 99.3, 101.0, 101.5, 101.9, 103.0, 140.0], [100.0])
