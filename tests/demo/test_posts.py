"""The sample archive is what a newcomer reads first: whole, varied, and nowhere broken."""

import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from itertools import islice

import nh3
import pytest
from selectolax.lexbor import LexborHTMLParser

from bot.demo.posts import Post, sample, slug, upcoming, upload

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TAGS = """a abbr blockquote br caption cite em figcaption figure h2 h3 hr img li ol p q strong
table tbody td th thead tr ul"""
OPEN_OR_SHUT = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>")
SINGLE = {"br", "hr", "img"}


def posts() -> list[Post]:
    """All that the demo can show: the archive, and eight more that are yet to come."""
    return [*sample(NOW), *islice(upcoming(lambda: NOW), 8)]


def each() -> list[object]:
    """Every post, under its slug."""
    return [pytest.param(post, id=post.slug[:60]) for post in posts()]


def words(post: Post) -> str:
    """The text of a post without its markup."""
    return LexborHTMLParser(post.html).text()


def test_archive_is_some_forty_releases_over_twelve_years() -> None:
    """The archive is large enough to page through, and old enough to have a history."""
    archive = sample(NOW)

    assert 40 <= len(archive) <= 55
    assert (archive[0].date_gmt.year, archive[-1].date_gmt.year) == (2014, 2026)
    assert {post.date_gmt.year for post in archive} == set(range(2014, 2027))


def test_order_and_ids_follow_publication() -> None:
    """Posts come oldest first, with ids that rise and never repeat, those to come included."""
    all_posts = posts()
    ids = [post.id for post in all_posts]

    assert ids == sorted(set(ids))
    assert [p.date_gmt for p in all_posts] == sorted(p.date_gmt for p in all_posts)


def test_newest_release_is_days_old_whenever_it_is_read() -> None:
    """The newest releases are dated relative to now, and none is of the future."""
    for now in (NOW, NOW + timedelta(days=800)):
        newest = sample(now)[-1].date_gmt
        assert timedelta(days=1) < now - newest < timedelta(days=8)


def test_some_release_is_of_this_very_day() -> None:
    """On any day, the last of February too, some release was published on it years ago."""
    for now in (NOW, datetime(2028, 2, 29, 8, 0, tzinfo=UTC)):
        days = [p.date_gmt for p in sample(now) if p.date_gmt.year < now.year]
        near = [d for d in days if (d.month, d.day) in ((now.month, now.day), (2, 28))]
        assert near


def test_both_languages_are_there() -> None:
    """A few releases are Russian, one of those to come among them; all others are English."""
    russian = [post for post in sample(NOW) if post.language == "ru"]
    to_come = [post.language for post in islice(upcoming(lambda: NOW), 6)]

    assert 4 <= len(russian) <= 8
    assert to_come.count("ru") == 1
    for post in posts():
        letters = len(re.findall("[а-яё]", words(post)))
        assert (letters > 200) == (post.language == "ru"), post.slug


def test_lengths_differ() -> None:
    """Two releases are really long, several are one paragraph."""
    lengths = [len(words(post)) for post in sample(NOW)]

    assert sum(length > 8000 for length in lengths) == 2
    assert sum(post.html.count("<p") == 1 for post in sample(NOW)) >= 4


def test_every_anniversary_has_a_statement() -> None:
    """Each year on the day, there is an English release that counts the years in its own words."""
    file = resources.files("bot.demo") / "campaign.toml"
    campaign = tomllib.loads(file.read_text("utf-8"))
    (event,) = campaign["events"]
    day: date = event["date"]

    for year in range(day.year + 1, 2027):
        on_the_day = [p for p in sample(NOW) if p.date_gmt.date() == day.replace(year=year)]
        titles = [p.title for p in on_the_day if p.language == "en"]
        assert len(titles) == 1, year
        assert re.search(r"Anniversary|Years (On|Since)", titles[0]), titles
        assert any(word in p.title + p.html for p in on_the_day for word in event["words"])


def test_campaign_has_what_a_campaign_needs() -> None:
    """The demo's campaign file has a name, a way to be reached, and titles in both languages."""
    file = resources.files("bot.demo") / "campaign.toml"
    campaign = tomllib.loads(file.read_text("utf-8"))

    assert campaign["contact"].keys() >= {"email", "phone", "website"}
    assert campaign["contact"]["email"].endswith("example.org")
    assert campaign["events"][0]["titles"].keys() == {"en", "ru"}


@pytest.mark.parametrize("post", each())
def test_html_is_well_formed(post: Post) -> None:
    """Every tag is shut where it should be, and sanitising takes nothing away but attributes."""
    open_tags: list[str] = []
    for shut, tag in OPEN_OR_SHUT.findall(post.html):
        if tag in SINGLE:
            continue
        if shut:
            assert open_tags.pop() == tag
        else:
            open_tags.append(tag)

    assert open_tags == []
    assert {tag for _, tag in OPEN_OR_SHUT.findall(post.html)} <= set(TAGS.split())
    clean = nh3.clean(post.html, url_schemes={"http", "https", "mailto", "tel"})
    assert LexborHTMLParser(clean).text() == words(post)
    assert not re.search(r"[\x00-\x08\x0b-\x1f]|&(?!amp;)", post.html)


@pytest.mark.parametrize("post", each())
def test_links_lead_somewhere(post: Post) -> None:
    """Links within the site lead to what is there, all others to names reserved for examples."""
    permalinks = {f"/{p.date_gmt.year}/{p.slug}/" for p in sample(NOW)}
    tree = LexborHTMLParser(post.html)
    links = [n.attributes.get("href") or n.attributes.get("src") for n in tree.css("a,img")]

    for link in links:
        assert link
        if link.startswith("/wp-content/"):
            assert upload(link.rpartition("/")[2]), link
        elif link.startswith("/"):
            assert link in permalinks
        else:
            pattern = r"https://[\w.]+\.example(\.org)?(/|$)|mailto:\w+@lanterns\.example\.org"
            assert re.match(rf"{pattern}|tel:\+44207946|\.\./", link), link


def test_markup_of_every_kind_occurs() -> None:
    """Whatever a reader of releases must cope with is met in the sample."""
    everything = "\n".join(post.html for post in sample(NOW))
    tree = LexborHTMLParser(everything)

    for selector in (
        "ul ul", "ol ol", "ul ol", "blockquote", "table caption", "figure img[alt]", "figcaption",
        "h2", "h3", "hr", "br", "q", "cite", "a[href^='mailto:']", "a[href^='https:']",
        "a[href^='/20']", "a[href^='..']", "a[href$='.pdf']", "a[href^='tel:']",
    ):  # fmt: skip
        assert tree.css_first(selector) is not None, selector
    assert "🏮" in everything


def test_names_recur_under_several_spellings() -> None:
    """People are met in more than one spelling, in Latin and in Cyrillic letters."""
    everything = "\n".join(post.title + post.html for post in sample(NOW))

    for spellings in (
        ("Tikhon Merezhin", "Tihon Merezhin", "Тихона Мережина"),
        ("Yevgenia Merezhina", "Evgenia Merezhina", "Евгения Мережина"),
        ("Lev Chernoshchekov", "Lev Chernoschekov", "Лев Чернощёков"),
        ("Krutoyarov", "Krutoiarov", "Крутояров"),
        ("Pyzhov", "Pyjov", "Пыжов"),
        ("Ovsyannik", "Ovsiannik", "Овсянник"),
    ):
        assert [spelling for spelling in spellings if spelling not in everything] == []


def test_upcoming_is_dated_when_it_is_asked_for_and_never_ends() -> None:
    """Each release to come carries the moment it was taken; short numbered ones follow."""
    hours = iter(range(100))
    coming = upcoming(lambda: NOW + timedelta(hours=next(hours)))
    taken = [next(coming) for _ in range(12)]

    assert [p.date_gmt for p in taken] == [NOW + timedelta(hours=n) for n in range(12)]
    assert len({p.slug for p in taken}) == 12
    assert taken[-1].title.startswith(f"Page {12 - 6} ")


def test_upcoming_never_shares_a_second() -> None:
    """Releases asked for at the same moment are dated a second apart: each moves the validators."""
    dates = [post.date_gmt for post in islice(upcoming(lambda: NOW), 4)]

    assert dates == [NOW + timedelta(seconds=n) for n in range(4)]


def test_slugs_are_short_lower_case_ascii() -> None:
    """A slug is made as WordPress makes it: Cyrillic percent-encoded, 200 characters at most."""
    assert slug("Merezhin’s “Act”: 184 to 31") == "merezhins-act-184-to-31"
    assert slug("Год") == "%d0%b3%d0%be%d0%b4"
    assert len(slug("ё" * 200)) == 198
    assert all(p.slug == p.slug.lower() and p.slug.isascii() for p in posts())
    assert len({p.slug for p in posts()}) == len(posts())


def test_uploads_are_a_picture_and_a_document() -> None:
    """The picture is a PNG, the report a PDF; nothing else of the package is served."""
    assert (upload("lanterns-on-the-ostrezh.png") or b"").startswith(b"\x89PNG")
    assert (upload("sixty-three-dives.pdf") or b"").startswith(b"%PDF")
    assert upload("posts.py") is None
    assert upload("no-such.png") is None
