"""Too many refusals at once open the breaker, and a try that arrives closes it."""

from __future__ import annotations

from bot.delivery.breaker import Breaker, Tripped


def test_a_few_refusals_mean_nothing() -> None:
    """Nine people who are gone, in a small push, are nine people who are gone."""
    breaker = Breaker()

    assert [None] * 9 == [breaker.refused(0) for _ in range(9)]
    assert not breaker.open


def test_the_tenth_of_few_opens_it() -> None:
    """Ten of ten cannot be true; it says how many of how many."""
    breaker = Breaker()
    for _ in range(9):
        breaker.refused(0)

    assert Tripped(10, 10) == breaker.refused(0)
    assert breaker.open


def test_one_in_twenty_is_life() -> None:
    """Ten of the last two hundred are not more than five in a hundred; eleven are."""
    breaker = Breaker()
    for n in range(200):
        if n % 20 == 19:
            assert breaker.refused(0) is None
        else:
            breaker.arrived()

    assert Tripped(11, 200) == breaker.refused(0)


def test_old_refusals_are_forgotten() -> None:
    """Only the last two hundred count."""
    breaker = Breaker()
    for _ in range(9):
        breaker.refused(0)
    for _ in range(200):
        breaker.arrived()

    assert breaker.refused(0) is None


def tripped(of: int = 10) -> Breaker:
    """One that is open."""
    breaker = Breaker()
    for _ in range(of):
        breaker.refused(100)
    assert breaker.open
    return breaker


def test_a_try_every_half_minute_decides() -> None:
    """While it is open the next try is due after thirty seconds; nothing else closes it."""
    breaker = tripped()

    assert [30, 10, 0] == [breaker.until_try(now) for now in (100, 120, 131)]
    breaker.tried(131)
    assert (30, None, True) == (breaker.until_try(131), breaker.refused(132), breaker.open)
    breaker.arrived()
    assert breaker.open
    breaker.close()
    assert not breaker.open


def test_what_a_try_has_answered_is_borne() -> None:
    """A share that a try has shown to be no reason to stop does not stop it at once again; one
    that is much larger does, and that is the same trouble.
    """
    breaker = tripped()
    breaker.close()
    for n in range(100):
        if n % 6:
            breaker.arrived()
        else:
            assert breaker.refused(200) is None
    found = [breaker.refused(200) for _ in range(20)]

    assert [True] == [each.again for each in found if each]


def test_all_refused_opens_it_however_often_it_was_closed() -> None:
    """A platform that refuses everybody is never believed."""
    breaker = tripped()
    for _ in range(5):
        breaker.close()
        found = [breaker.refused(200) for _ in range(10)]
        assert [None] * 9 == found[:9]
        assert Tripped(10, 10, again=True) == found[9]


def test_trouble_is_over_once_all_went_well_for_long() -> None:
    """After two hundred sends of which hardly any was refused; it is said once."""
    breaker = tripped()
    for _ in range(200):
        breaker.arrived()
    assert not breaker.over(through=False), "it is open"
    breaker.close()
    for _ in range(199):
        breaker.arrived()
    assert not breaker.over(through=False)
    breaker.arrived()
    assert [True, False] == [breaker.over(through=False), breaker.over(through=False)]


def test_trouble_is_over_once_the_push_is_through() -> None:
    """Whatever was refused in it: the next one is looked at as if nothing had been."""
    breaker = tripped()
    assert not breaker.over(through=True), "it is open"
    breaker.close()
    assert [True, False] == [breaker.over(through=True), breaker.over(through=True)]
    found = [breaker.refused(300) for _ in range(10)]

    assert Tripped(10, 10, again=False) == found[9]
