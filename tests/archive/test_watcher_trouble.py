"""The watcher in trouble: what it says of it, and that nothing is lost or announced by it."""

from __future__ import annotations

from dataclasses import replace

from structlog.testing import capture_logs

from storage import Storage
from tests.archive.scene import FEED, Scene, announced, latest
from tests.fakes.faults import Fault

BROKEN = '<rss version="2.0"><channel><item><tit'


async def test_empty_feed_is_an_alarm_and_loses_nothing(scene: Scene, storage: Storage) -> None:
    """An empty or comments feed is trouble until the true one is back, 304s notwithstanding."""
    await scene.watcher.read_once()
    scene.site.blog.trap = True
    scene.clock.pass_by(minutes=1)
    scene.site.edit(scene.site.posts[0].id, title="Edited")
    with capture_logs() as lines:
        trapped = [await scene.watcher.read_once() for _ in range(3)]
        scene.site.blog.trap = False
        scene.site.write("New")
        healed = await scene.watcher.read_once()

    assert all("comments" in reading.last_error for reading in trapped)
    assert all(reading.etag == reading.last_modified == "" for reading in trapped)
    assert healed.last_error == ""
    assert [r.title for r in await latest(storage)] == ["New", "Edited"]
    assert await announced(storage) == ["New"]
    said = [line["event"] for line in lines]
    assert said.count("The archive cannot be read.") == 1
    assert said.count("The archive can be read again.") == 1


async def test_first_contact_in_trouble_is_no_first_reading(scene: Scene, storage: Storage) -> None:
    """Nothing is news after an empty, a broken and a refused answer: the archive was never read."""
    empty = '<?xml version="1.0"?><rss version="2.0"><channel><title>t</title></channel></rss>'
    readings = []
    for fault in (Fault(body=empty), Fault(status=503), Fault(body=BROKEN)):
        scene.site.fail(replace(fault, path=FEED))
        readings.append(await scene.watcher.read_once())
    await scene.watcher.read_once()

    assert [reading.first_read_at for reading in readings] == [None] * 3
    assert [reading.last_read_at for reading in readings] == [None] * 3
    assert all(reading.last_error for reading in readings)
    assert await announced(storage) == []
    assert len(await latest(storage)) == 1


async def test_feed_cut_short_gives_what_is_whole(scene: Scene, storage: Storage) -> None:
    """Whole items of a cut feed are kept, its validators are not."""
    await scene.watcher.read_once()
    scene.clock.pass_by(minutes=5)
    scene.site.write("Two")
    feed = (await scene.watcher._fetcher.get(scene.site.url + FEED)).body.decode()
    scene.site.fail(Fault(body=feed[: feed.index("Old news") + 4]))
    reading = await scene.watcher.read_once()

    assert (reading.last_error, reading.etag) == ("The feed was cut short on its way.", "")
    assert await announced(storage) == ["Two"]


async def test_trouble_is_kept_and_the_wait_with_it(scene: Scene, storage: Storage) -> None:
    """Retry-After is a hard stop, written down before anything else happens."""
    await scene.watcher.read_once()
    scene.site.maintenance = True
    await scene.watcher.read_once()

    reading = await storage.archives.reading(scene.watcher.archive)
    assert reading.next_read_at is not None
    assert 600 <= (reading.next_read_at - scene.clock.now).total_seconds() <= 601
    assert reading.last_error == "The archive answers with status 503."


async def test_feed_that_vanished_is_looked_for_anew(scene: Scene) -> None:
    """When the feed is a 404 it is looked for at once; a page is only a makeshift."""
    await scene.watcher.read_once()
    scene.site.fail(Fault(status=404))
    again = await scene.watcher.read_once()
    scene.site.fail(Fault(status=404, path=FEED), times=2)
    makeshift = await scene.watcher.read_once()
    asked = len(scene.site.requests)
    found = await scene.watcher.read_once()

    for reading in (again, makeshift, found):
        assert (reading.feed_url, reading.last_error) == (scene.site.url + FEED, "")
    assert makeshift.etag == makeshift.last_modified == ""
    assert [one.path for one in scene.site.requests[asked:]] == [FEED]


async def test_site_in_trouble_at_first_contact_is_not_taken_for_its_feed(scene: Scene) -> None:
    """A page that could not be asked is asked again for its feed."""
    scene.site.fail(Fault(status=503))
    refused = await scene.watcher.read_once()
    found = await scene.watcher.read_once()

    assert (refused.feed_url, refused.last_error) == ("", "The archive answers with status 503.")
    assert (found.feed_url, found.last_error) == (scene.site.url + FEED, "")


async def test_gone_archive_is_asked_twice(scene: Scene, storage: Storage) -> None:
    """After the second 410 nothing is asked any more, and that is said."""
    await scene.watcher.read_once()
    scene.site.fail(Fault(status=410), times=2)
    await scene.watcher.read_once()
    with capture_logs() as lines:
        reading = await scene.watcher.read_once()

    assert reading.next_read_at is None
    assert [line["event"] for line in lines] == ["The archive is asked no more."]
