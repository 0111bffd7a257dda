"""How platforms are, as storage keeps it: the last word of each, and since when it is so."""

from __future__ import annotations

from storage import Storage
from storage.model import Standing
from tests.storage.conftest import DAY, LATER, NOON


async def test_a_standing_says_since_when(storage: Storage) -> None:
    """The same again is no news; another reason for the same trouble does not begin it anew."""
    report = storage.platforms.report
    await report("b", True, "said in vain", NOON)
    await report("a", False, "it is down", NOON)
    await report("a", False, "it is still down", LATER)
    await report("b", True, "", LATER)
    assert [
        Standing("a", False, "it is still down", NOON), Standing("b", True, "", NOON),
    ] == await storage.platforms.all()  # fmt: skip
    await report("a", True, "", NOON + DAY)
    await report("b", False, "it refused us", NOON + DAY)

    assert [
        Standing("a", True, "", NOON + DAY), Standing("b", False, "it refused us", NOON + DAY),
    ] == await storage.platforms.all()  # fmt: skip


async def test_a_run_begins_with_its_own_platforms(storage: Storage) -> None:
    """None of them is well yet, whatever they were before, and no other is spoken of any more."""
    assert [] == await storage.platforms.all()
    await storage.platforms.report("a", True, "", NOON)
    await storage.platforms.report("gone", True, "", NOON)
    await storage.platforms.begin(["b", "a"], "not begun", LATER)

    assert [
        Standing("a", False, "not begun", LATER), Standing("b", False, "not begun", LATER),
    ] == await storage.platforms.all()  # fmt: skip
