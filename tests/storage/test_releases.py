"""The releases: new, known, changed or enriched, in order, with every state they ever had."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import Seal, Storage, open_storage
from storage.model import (
    Archive,
    Draft,
    Fate,
    Kind,
    Reading,
    Release,
    Revision,
    RichText,
    Saved,
    Span,
    Style,
)
from tests.storage.conftest import (
    ARCHIVE,
    NOON,
    SECRET,
    announced,
    chat,
    draft,
    fan_out,
    keep,
    query,
    release,
    said,
)

DAY = timedelta(days=1)


async def outcome(storage: Storage, words: Draft, now: datetime = NOON) -> Saved:
    return (await keep(storage, words, now=now))[0][0]


async def titles(storage: Storage, count: int = 100) -> list[str]:
    return [r.title for r in await storage.releases.latest(count)]


async def test_a_release_comes_back_as_it_was_kept(storage: Storage) -> None:
    """Everything a draft says is there again, spans and all."""
    body = RichText(
        "Bold Ссылка 🕊", (Span(0, 4, Style.BOLD), Span(5, 11, Style.LINK, "https://a.b/"))
    )
    words = draft("Title", key="k1", link="https://archive.example/1", language="ru")
    words = replace(words, body=body)
    [(saved, number)] = await keep(storage, words)

    assert saved is Saved.NEW
    assert await release(storage, number) == Release(
        number, "k1", "main", "https://archive.example/1", "Title", body, "ru",
        date(2024, 5, 1), NOON, 1, False,
    )  # fmt: skip
    assert await storage.releases.get(number + 1) is None


async def test_known_again_changes_nothing(storage: Storage) -> None:
    """The same release, read again, is known: no revision, no second row, no second id."""
    await keep(storage, draft(key="k"))

    assert await keep(storage, draft(key="k"), now=NOON + DAY) == [(Saved.KNOWN, 1)]
    assert await storage.releases.history(1) == [Revision(1, NOON, "A title", "Some words.")]


async def test_an_edit_makes_a_revision(storage: Storage) -> None:
    """Other words under the same key are a change; every state stays, with its time."""
    await keep(storage, draft("First", "one", key="k"))
    assert await outcome(storage, draft("Second", "two", key="k"), NOON + DAY) is Saved.CHANGED
    assert (
        await outcome(storage, draft("Second", "three", key="k"), NOON + 2 * DAY) is Saved.CHANGED
    )

    assert await storage.releases.history(1) == [
        Revision(1, NOON, "First", "one"),
        Revision(2, NOON + DAY, "Second", "two"),
        Revision(3, NOON + 2 * DAY, "Second", "three"),
    ]
    assert (await release(storage, 1)).revision == 3
    assert await titles(storage) == ["Second"]


async def test_a_richer_source_replaces_silently(storage: Storage) -> None:
    """Text, excerpt, page, feed, REST: each replaces the poorer, without a revision, and stays."""
    for kind in Kind:
        words = draft("Title", f"{kind.name} words", key="k", kind=kind)
        assert await outcome(storage, words) is (Saved.NEW if kind == Kind.TEXT else Saved.KNOWN)
        assert (await release(storage, 1)).body.text == f"{kind.name} words"
    for kind in Kind:
        words = draft("Title", f"{kind.name} words", key="k", kind=kind)
        assert await outcome(storage, words) is Saved.KNOWN

    assert (await release(storage, 1)).body.text == "REST words"
    assert len(await storage.releases.history(1)) == 1


async def test_a_poorer_view_tells_of_an_edit(storage: Storage) -> None:
    """A feed that shows other words than it did last time is an edit, though REST is richer."""
    await keep(storage, draft(body="rest", key="k", kind=Kind.REST))
    assert await outcome(storage, draft(body="feed", key="k")) is Saved.KNOWN
    assert await outcome(storage, draft(body="feed, edited", key="k")) is Saved.CHANGED
    assert await outcome(storage, draft(body="feed, edited", key="k")) is Saved.KNOWN
    assert (
        await outcome(storage, draft(body="rest, edited", key="k", kind=Kind.REST)) is Saved.KNOWN
    )

    assert (await release(storage, 1)).body.text == "rest, edited"
    assert len(await storage.releases.history(1)) == 2


@pytest.mark.parametrize("poorer", ["edited", "edited, as the feed shows it"])
async def test_one_edit_in_two_views_is_one_revision(storage: Storage, poorer: str) -> None:
    """An edit that REST showed first is not another edit when the feed shows it."""
    await keep(storage, draft(body="words", key="k", kind=Kind.REST))
    await keep(storage, draft(body="words", key="k"))
    assert await outcome(storage, draft(body="edited", key="k", kind=Kind.REST)) is Saved.CHANGED
    assert await outcome(storage, draft(body=poorer, key="k")) is Saved.KNOWN

    assert (await release(storage, 1)).body.text == "edited"
    assert (await release(storage, 1)).revision == 2


async def test_a_view_that_lags_behind_brings_no_second_revision(storage: Storage) -> None:
    """While the cache of a feed shows the old words yet, and when it follows, nothing is new."""
    await keep(storage, draft(body="words", key="k", kind=Kind.REST))
    await keep(storage, draft(body="edited", key="k", kind=Kind.REST))
    assert await outcome(storage, draft(body="words", key="k")) is Saved.KNOWN
    assert await outcome(storage, draft(body="edited", key="k")) is Saved.KNOWN

    assert (await release(storage, 1)).body.text == "edited"


async def test_another_reader_is_no_edit(storage: Storage) -> None:
    """Other words from the same source by a newer reader are the reader's doing."""
    await keep(storage, draft(body="old reading", key="k"))

    assert await outcome(storage, draft(body="new reading", key="k", reader=2)) is Saved.KNOWN
    assert (await release(storage, 1)).revision == 1


async def test_deriving_anew_makes_no_revision(storage: Storage) -> None:
    """What a better reader makes of the kept sources replaces the words, and is no edit after."""
    await keep(storage, draft("One", "previous reading", key="a"), draft("B", "old b", key="b"))
    outdated = await storage.releases.outdated(2, 10)
    assert [(n, d.key, d.source, d.reader) for n, d in outdated] == [
        (1, "a", "<p>previous reading</p>", 1), (2, "b", "<p>old b</p>", 1),
    ]  # fmt: skip
    better = draft("One", "a better reading", key="a", reader=2)
    await storage.releases.rederive([(1, better)])

    assert (await release(storage, 1)).body.text == "a better reading"
    assert (await release(storage, 1)).revision == 1
    assert await outcome(storage, better) is Saved.KNOWN
    assert [n for n, _ in await storage.releases.outdated(2, 10)] == [2]
    assert (await storage.search.find("better", 5)).total == 1
    assert (await storage.search.find("previous", 5)).total == 0


async def test_ids_are_in_the_order_of_arrival(storage: Storage) -> None:
    """Ids are small and never given out twice, whatever the dates say."""
    kept = await keep(
        storage,
        draft("C", key="c", at=NOON + DAY),
        draft("A", key="a", at=NOON - DAY),
        draft("C", key="c", at=NOON + DAY),
        draft("B", key="b"),
    )

    assert kept == [(Saved.NEW, 1), (Saved.NEW, 2), (Saved.KNOWN, 1), (Saved.NEW, 3)]
    assert await titles(storage) == ["C", "B", "A"]


async def test_latest_pages(storage: Storage) -> None:
    """Lists can be walked by pages, without a gap or a double."""
    await keep(storage, *(draft(f"R{i}", key=f"{i}", at=NOON + i * DAY) for i in range(5)))
    pages = [[r.title for r in await storage.releases.latest(2, skip)] for skip in (0, 2, 4, 6)]

    assert pages == [["R4", "R3"], ["R2", "R1"], ["R0"], []]


async def test_ties_keep_their_order(storage: Storage) -> None:
    """In one second, or one day without a time, the order in which they came decides."""
    await keep(storage, *(draft(f"S{i}", key=f"s{i}") for i in range(3)))
    day = date(2024, 5, 3)
    await keep(storage, *(draft(f"D{i}", key=f"d{i}", day=day) for i in range(3)))

    assert await titles(storage) == ["D2", "D1", "D0", "S2", "S1", "S0"]
    assert (await release(storage, 4)).published_at is None


dated = st.one_of(
    st.integers(-300_000_000, 3_000_000_000).map(
        lambda second: {"at": datetime.fromtimestamp(second, UTC)}
    ),
    st.dates(date(1960, 1, 1), date(2060, 1, 1)).map(lambda day: {"day": day}),
)


@settings(max_examples=40, deadline=None)
@given(when=st.lists(dated, min_size=1, max_size=12))
async def test_any_dates_sort(
    tmp_path_factory: pytest.TempPathFactory, when: list[dict[str, datetime]]
) -> None:
    """Whatever dates come in whatever order, lists follow the time, and the day where it is all."""
    path = tmp_path_factory.mktemp("any") / "herald.db"
    async with open_storage(path) as storage:
        await keep(storage, *(draft(f"{i}", key=f"{i}", **given) for i, given in enumerate(when)))  # type: ignore[arg-type]
        found = await storage.releases.latest(100)
    begun = [r.published_at or datetime(*r.published.timetuple()[:3], tzinfo=UTC) for r in found]

    assert begun == sorted(begun, reverse=True)
    assert len(found) == len(when)


async def test_a_time_learnt_later_moves_it_to_its_place(storage: Storage) -> None:
    """A page gives a day, then a feed the hour: the release moves, and is found as before."""
    day = date(2024, 5, 1)
    await keep(storage, draft("Late", key="late", day=day, kind=Kind.PAGE), draft("Noon", key="n"))
    assert await titles(storage) == ["Noon", "Late"]
    await keep(storage, draft("Late", "Evening words.", key="late", at=NOON + timedelta(hours=6)))

    assert await titles(storage) == ["Late", "Noon"]
    assert [h.release.title for h in (await storage.search.find("evening", 5)).hits] == ["Late"]
    assert [r.title for r in await storage.releases.between(day, day)] == ["Noon", "Late"]


async def test_a_time_is_not_forgotten_for_a_day(storage: Storage) -> None:
    """An edit seen by a source that knows only the day leaves the hour as it is."""
    await keep(storage, draft(key="k"))
    page = {"key": "k", "day": NOON.date(), "kind": Kind.PAGE}
    await keep(storage, draft(body="page", **page))  # type: ignore[arg-type]
    assert await outcome(storage, draft(body="page, edited", **page)) is Saved.CHANGED  # type: ignore[arg-type]

    assert (await release(storage, 1)).published_at == NOON


async def test_on_this_day_goes_by_the_archives_date(storage: Storage) -> None:
    """All years of a day, newest first, by the local date and not by UTC."""
    late = datetime(2024, 5, 1, 23, 30, tzinfo=UTC)
    local = draft("Local 2 May", key="l", at=late)
    local = replace(local, published=date(2024, 5, 2))
    await keep(storage, draft("2012", key="o", at=datetime(2012, 5, 2, 9, tzinfo=UTC)), local)

    found = [r.title for r in await storage.releases.on_this_day("05-02")]
    assert found == ["Local 2 May", "2012"]
    between = await storage.releases.between(date(2024, 5, 2), date(2024, 5, 2))
    assert [r.title for r in between] == ["Local 2 May"]


async def test_counts_and_languages(storage: Storage) -> None:
    """How many, how many are held, and the languages, the most used first."""
    await keep(storage, draft("Да", key="1", language="ru"), draft("Нет", key="2", language="ru"))
    await keep(storage, draft("Yes", key="3"), fate=Fate.HOLD)

    assert await storage.releases.count() == 3
    assert await storage.releases.held() == 1
    assert await storage.releases.languages() == ["ru", "en"]


async def test_withdrawn_is_left_out_of_lists(storage: Storage) -> None:
    """What was withdrawn is found by its id alone."""
    await keep(storage, draft("Here", key="1"), draft("Gone", key="2"))
    async with storage.database.write() as tx:
        await tx.run("UPDATE releases SET withdrawn = 1 WHERE id = 2")

    assert await titles(storage) == ["Here"]
    assert await storage.releases.count() == 1
    assert [r.title for r in await storage.releases.on_this_day("05-01")] == ["Here"]
    assert (await release(storage, 2)).withdrawn


async def test_what_would_be_new(storage: Storage) -> None:
    """Asking which drafts are unknown keeps nothing."""
    one, two = draft("One", key="1"), draft("Two", key="2")
    assert await storage.releases.unknown("main", [one, two]) == [one, two]
    await keep(storage, one)

    assert await storage.releases.unknown("main", [one, two]) == [two]
    assert await storage.releases.unknown("other", [one, two]) == [one, two]


async def test_news_is_kept_and_owed_or_neither(storage: Storage) -> None:
    """A draft that cannot be kept undoes all of its reading: no release, nothing announced."""
    await storage.subscribers.subscribe(chat(1))
    broken = replace(draft("Broken", key="b"), title=None)  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"NOT NULL|NoneType"):
        await keep(storage, draft("Whole", key="a"), broken, fate=Fate.ANNOUNCE)

    assert await storage.releases.count() == 0
    assert await query(storage, "SELECT count(*) FROM announcements") == [(0,)]


@pytest.mark.parametrize(("fate", "owed"), [(Fate.ANNOUNCE, 1), (Fate.HOLD, 0), (Fate.QUIET, 0)])
async def test_only_news_is_owed(storage: Storage, fate: Fate, owed: int) -> None:
    """What is held or stored quietly is not announced, and what is known never again."""
    await storage.subscribers.subscribe(chat(1))
    for _ in range(2):
        await keep(storage, draft(key="k"), fate=fate)
    await fan_out(storage)

    assert (await storage.outbox.totals()).waiting == owed


async def test_the_reading_is_kept_with_what_it_brought(storage: Storage) -> None:
    """Validators and due times are committed together with the releases, and come back."""
    before = await storage.archives.reading(ARCHIVE)
    assert before == Reading("main", ARCHIVE.url)
    after = Reading(
        "main", ARCHIVE.url, feed_url="https://archive.example/feed/", etag='W/"1"',
        last_modified="now", first_read_at=NOON, last_read_at=NOON, next_read_at=NOON + DAY,
        last_error="none", moved_to="https://b.example/", moved_times=2, failures=1, newest="d",
    )  # fmt: skip
    await storage.keep(ARCHIVE, [(draft(key="k"), Fate.QUIET)], NOON, after)
    kept = (await storage.archives.all())[0]

    assert kept == replace(after, releases=1)


async def test_an_archive_that_moved_is_the_same_archive(storage: Storage) -> None:
    """A changed url begins its feed anew, and nothing there is news; its releases are known."""
    await storage.archives.reading(ARCHIVE)
    await storage.archives.keep(Reading("main", ARCHIVE.url, etag="e", first_read_at=NOON))
    await keep(storage, draft(key="k"))
    moved = Archive("main", "https://elsewhere.example/")

    assert await storage.archives.reading(moved) == Reading("main", moved.url)
    assert await keep(storage, draft(key="k"), archive=moved) == [(Saved.KNOWN, 1)]


async def test_keeping_survives_a_restart(path: Path) -> None:
    """What was kept is there when the database is opened again."""
    async with open_storage(path, Seal(SECRET)) as storage:
        await announced(storage)
    async with open_storage(path, Seal(SECRET)) as storage:
        assert await titles(storage) == ["About news"]


async def test_an_announcement_knows_its_release(storage: Storage) -> None:
    """The one it tells of; there is none where it tells of something else."""
    number = (await keep(storage, draft("One", key="1"), fate=Fate.ANNOUNCE))[0][1]
    await said(storage)

    assert await storage.releases.of(1) == await storage.releases.get(number)
    assert await storage.releases.of(2) is None
    assert await storage.releases.of(3) is None
