"""What feedparser does wrong, or could be made to do: each fault has its guard."""

from __future__ import annotations

from pathlib import Path

import feedparser
import pytest

from bot.archive import feed
from bot.archive.document import Unreadable
from bot.archive.formats import read
from storage.model import Archive, Draft
from tests.archive.conftest import NOW, item, rss
from tests.archive.patience import patience

PRESS = Archive("press", "https://press.example/feed/")
SPACES = " ".join(
    f"xmlns:{prefix}='{uri}'"
    for prefix, uri in {
        "dc": "http://purl.org/dc/elements/1.1/",
        "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "gml": "http://www.opengis.net/gml",
        "georss": "http://www.georss.org/georss",
        "media": "http://search.yahoo.com/mrss/",
        "psc": "http://podlove.org/simple-chapters",
        "cc": "http://web.resource.org/cc/",
        "content": "http://purl.org/rss/1.0/modules/content/",
    }.items()
)
A_MEGABYTE = 1_000_000


def of(inner: str, head: str = "") -> list[Draft]:
    """The drafts of a feed with one item that holds this, and another."""
    title = "<title>One</title><link>https://press.example/one/</link>"
    text = f"{head}<item>{title}{inner}</item>{item(2, NOW)}"
    return [*read(rss(text).replace("<rss", f"<rss {SPACES}").encode(), PRESS, NOW).drafts]


@pytest.mark.parametrize("prefix", ["", "file://", "file:", "http://127.0.0.1/"])
def test_a_body_that_names_a_file_opens_none(tmp_path: Path, prefix: str) -> None:
    """feedparser opens what its argument names; it is given nothing that names anything."""
    secret = tmp_path / "secret.xml"
    secret.write_text(rss(item(1, NOW)))

    for body in (f"{prefix}{secret}", "/etc/passwd", f"{prefix}/etc/passwd\n"):
        with pytest.raises(Unreadable):
            read(body.encode(), PRESS, NOW)
    assert () == read(f"<rss>{prefix}{secret}</rss>".encode(), PRESS, NOW).drafts
    # The trap is there: without our guard it would have been read.
    assert 1 == len(feedparser.parse(str(secret)).entries)


def test_feedparser_never_asks_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own fetcher knows no limits; a feed that names DTDs and files has none asked for."""
    asked: list[object] = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda *a, **k: asked.append(a))
    monkeypatch.setattr("socket.socket.connect", lambda *a: asked.append(a))
    doctype = '<!DOCTYPE rss PUBLIC "-//N//DTD" "http://a.example/rss.dtd" [<!ENTITY % x SYSTEM'
    text = f'{doctype} "http://a.example/x"> %x;]>' + rss(item(1, NOW))

    assert 1 == len(read(text.encode(), PRESS, NOW).drafts)
    assert [] == asked


@pytest.mark.parametrize("piece", ["<!--", "&lt;!--", "<!-- --", "<![CDATA[", "<!DOCTYPE ", "<?"])
@pytest.mark.parametrize("place", ["description", "content:encoded", "title", "guid", ""])
def test_a_megabyte_of_beginnings_ends(piece: str, place: str) -> None:
    """`<!--` without an end was quadratic: 546 kB took 15 s."""
    many = piece * (A_MEGABYTE // len(piece))
    with patience(20):
        for text in (many, f"<![CDATA[{many}]]>"):
            rest = f"<{place}>{text}</{place}>" if place else text
            try:
                of(rest)
            except Unreadable:
                continue


@pytest.mark.parametrize("place", [
    "author", "dc:creator", "managingEditor", "webMaster", "itunes:author", "dc:publisher",
    "dc:contributor", "itunes:owner><itunes:email",
])  # fmt: skip
def test_a_long_name_of_a_person_ends(place: str) -> None:
    """feedparser looks for mail addresses in names with a pattern that is quadratic."""
    closing = "></".join(reversed(place.split("><")))
    for name in ("a." * (A_MEGABYTE // 2), "a.<!-- -->" * (A_MEGABYTE // 10)):
        with patience(20):
            drafts = of(f"<{place}>{name}</{closing}><description>Words.</description>")
        assert ["Words.", "Some words."] == sorted((d.body.text for d in drafts), reverse=True)


@pytest.mark.parametrize("inner", [
    "<gml:posList>1 2</gml:posList>", "<gml:pos>1 2</gml:pos>", "<georss:point>1</georss:point>",
    "<psc:chapters><psc:chapter title='x'/></psc:chapters>",
    "<media:credit><entry/></media:credit>",
    "<height><content:encoded>x</content:encoded></height>", "<width><content/></width>",
    "<textInput><cc:license>x</cc:license></textInput>", "<georss:where/>",
])  # fmt: skip
def test_elements_in_strange_places_cost_no_feed(inner: str) -> None:
    """feedparser raises KeyError or TypeError for some; here the feed is read without them."""
    assert {"One", "Release 2"} <= {draft.title for draft in of(inner)}


def test_entities_do_not_grow() -> None:
    """Entities of entities are not resolved: no bomb, and the other items are there."""
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<!DOCTYPE rss [<!ENTITY e0 "ha">{bomb}]>'
    with patience(20):
        document = read((doctype + rss(item(1, NOW, "&e11;"))).encode(), PRESS, NOW)

    assert 1 == len(document.drafts)
    assert len(document.drafts[0].body.text) < 1000


def test_a_feeds_own_entity_is_its_word() -> None:
    """An entity that is nothing but a word is that word."""
    doctype = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY who "Hermitage">]>'

    document = read((doctype + rss(item(1, NOW, "From &who;"))).encode(), PRESS, NOW)

    assert ["From Hermitage"] == [draft.body.text for draft in document.drafts]


@pytest.mark.parametrize("illegal", ["\x01", "\x0b", "\x1f", "\ufffe", "&#1;", "&#xFFFF;", "&#0;"])
def test_an_illegal_character_costs_nothing(illegal: str) -> None:
    """One alone would send a feed to the loose parser, which sees other tags."""
    drafts = of(f"<description>a{illegal}b &lt;b&gt;bold&lt;/b&gt;</description>")

    assert "a b bold" in {draft.body.text for draft in drafts}


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9, 0.99])
def test_the_last_entry_of_a_cut_feed_is_not_kept(share: float) -> None:
    """feedparser gives the entry in which a feed was cut an empty or half a text."""
    whole = rss(*(item(n, NOW, f"<![CDATA[<p>{'word ' * 200}end{n}</p>]]>") for n in range(20)))

    document = read(whole[: int(len(whole) * share)].encode(), PRESS, NOW)

    assert not document.complete
    assert 0 < len(document.drafts) < 20
    assert all("end" in draft.body.text for draft in document.drafts)


@pytest.mark.parametrize("page", ["<html><body>Hello</body></html>", "<!doctype html><p>x", "<x/>"])
def test_a_page_is_no_empty_feed(page: str) -> None:
    """feedparser takes any page for a feed without entries, and says nothing."""
    assert not feedparser.parse(page.encode()).entries

    with pytest.raises(Unreadable):
        read(page.encode(), PRESS, NOW)


@pytest.mark.parametrize("text", [
    "0000-00-00T00:00:00", "Mon, 30 Nov -0001 00:00:00 +0000", "2014-02-30T10:00:00Z", "2014-W47-3",
    "-0001-11-30T00:00:00",
])  # fmt: skip
def test_a_date_that_is_none_is_made_up_by_nobody(text: str) -> None:
    """feedparser reads some as days nobody wrote; here they are as if there were none."""
    dated = {d.title: (d.published, d.published_at) for d in of(f"<pubDate>{text}</pubDate>")}

    assert (NOW.date(), None) == dated["One"]


def test_a_greek_date_is_understood() -> None:
    """The forms that only feedparser knows are its own."""
    drafts = of("<pubDate>Κυρ, 11 Ιούλ 2004 12:00:00 EST</pubDate>")

    assert 2004 in {draft.published.year for draft in drafts}


def test_updated_stands_in_for_published_only_where_there_is_none() -> None:
    """feedparser lets one date stand in for another; an edit is no publication."""
    dates = "<published>2014-11-19T10:00:00Z</published><updated>2020-01-01T10:00:00Z</updated>"
    entry = "<entry><id>x</id><title>t</title>{}<content>c</content></entry>"
    feed_of = "<feed xmlns='http://www.w3.org/2005/Atom'>{}</feed>"

    both = read(feed_of.format(entry.format(dates)).encode(), PRESS, NOW).drafts
    alone = read(feed_of.format(entry.format(dates.split("</published>")[1])).encode(), PRESS, NOW)

    assert [2014] == [draft.published.year for draft in both]
    assert [2020] == [draft.published.year for draft in alone.drafts]


def test_titles_and_links_carry_no_script() -> None:
    """Titles come unsanitised, links of other schemes come through: no span, no markup."""
    drafts = of(
        "<description>&lt;a href='javascript:x'&gt;go&lt;/a&gt;"
        "&lt;a href='tg://x'&gt;on&lt;/a&gt;&lt;form&gt;&lt;input&gt;&lt;/form&gt;</description>",
        item(3, NOW).replace(
            "Release 3", "&lt;script&gt;bad()&lt;/script&gt;A &lt;b&gt;B&lt;/b&gt;"
        ),
    )

    assert "A B" in {draft.title for draft in drafts}
    assert [] == [span for draft in drafts for span in draft.body.spans]


def test_relative_links_are_those_of_the_page() -> None:
    """feedparser resolves none without being told where; we do it ourselves."""
    drafts = of("<description>&lt;a href='../two/'&gt;two&lt;/a&gt;</description>")

    links = [span.value for draft in drafts for span in draft.body.spans]
    assert ["https://press.example/two/"] == links


def test_a_feed_that_feedparser_cannot_bear_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it stumbles over is an answer of ours, not an accident."""

    def stumble(*_: object, **__: object) -> None:
        raise KeyError("where")

    monkeypatch.setattr(feed.feedparser, "parse", stumble)

    with pytest.raises(Unreadable, match="not a feed that can be read"):
        read(rss(item(1, NOW)).encode(), PRESS, NOW)


def test_a_channel_of_cdf_is_read() -> None:
    """The oldest feeds of all have no version to go by."""
    text = "<CHANNEL HREF='https://a.example/'><ITEM HREF='https://a.example/1'><TITLE>One</TITLE>"

    document = read(f"{text}</ITEM></CHANNEL>".encode(), PRESS, NOW)

    assert [("One", "https://a.example/1")] == [(d.title, d.link) for d in document.drafts]


def test_an_entry_that_is_only_a_link_is_called_by_it() -> None:
    """A reader can open it; what has neither title, text nor link is refused."""
    text = rss(
        "<item><link>https://press.example/only%20link/</link></item>", "<item><guid/></item>"
    )

    document = read(text.encode(), PRESS, NOW)

    assert ["press.example/only link"] == [draft.title for draft in document.drafts]
    assert ["It has neither a title nor a text."] == [reason for _, reason in document.refused]
