"""The web server in front of WordPress: what compression and validators make of an answer.

WordPress compares validators itself (wp-includes/class-wp.php send_headers), but the servers
alter its ETag once they compress: nginx makes it weak (nginx.org/en/CHANGES, 1.7.3), Apache adds
"-gzip" (bz.apache.org bug 45023). What a client sends back then matches no more.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Literal

from bot.demo.blog import Answer

Server = Literal["nginx", "apache", "plain"]
NAMES: dict[Server, str] = {"nginx": "nginx/1.22.1", "apache": "Apache/2.4.62", "plain": "plain"}
COMPRESSED_TYPES = ("text/html", "application/rss+xml", "application/atom+xml", "application/json")
COMPRESSED_STATUSES = (200, 403, 404)  # ngx_http_gzip_filter_module.c


def last_modified(modified: datetime) -> str:
    """The date in the form of RFC 9110, 5.6.7."""
    return format_datetime(modified.replace(microsecond=0), usegmt=True)


def entity_tag(modified: datetime) -> str:
    """The one ETag of the whole site: a hash of the last change, and of nothing else."""
    text = last_modified(modified)
    return f'"{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}"'


def is_known(modified: datetime, asked: Mapping[str, str]) -> bool:
    """Whether the client has this state already: both validators must match if both were sent."""
    tag, since = asked.get("If-None-Match", ""), asked.get("If-Modified-Since", "").strip()
    same_tag = tag == entity_tag(modified)
    not_older = _not_older(since, modified)
    return (same_tag and not_older) if (tag and since) else (same_tag or not_older)


def dressed(given: Answer, asked: Mapping[str, str], server: Server) -> Answer:
    """The answer as it leaves the server: with validators, compressed, or as a bare 304."""
    if given.modified is not None and is_known(given.modified, asked):
        return Answer(b"", "", 304, _validators(given.modified))
    if _compresses(given, asked, server):
        return _compressed(given, server)
    validators = _validators(given.modified) if given.modified else ()
    return replace(given, headers=given.headers + validators)


def _not_older(since: str, modified: datetime) -> bool:
    try:
        return parsedate_to_datetime(since) >= modified.replace(microsecond=0)
    except (ValueError, TypeError):  # no date, or one without a zone
        return False


def _validators(modified: datetime, tag: str = "") -> tuple[tuple[str, str], ...]:
    return (("Last-Modified", last_modified(modified)), ("ETag", tag or entity_tag(modified)))


def _compresses(given: Answer, asked: Mapping[str, str], server: Server) -> bool:
    return (
        server != "plain"
        and "gzip" in asked.get("Accept-Encoding", "")
        and given.status in COMPRESSED_STATUSES
        and given.type.partition(";")[0] in COMPRESSED_TYPES
    )


def _compressed(given: Answer, server: Server) -> Answer:
    body = given.body.encode() if isinstance(given.body, str) else given.body
    headers = (*given.headers, ("Content-Encoding", "gzip"))
    if server == "apache":
        headers += (("Vary", "Accept-Encoding"),)
    if given.modified:
        tag = entity_tag(given.modified)
        altered = f"W/{tag}" if server == "nginx" else f'{tag[:-1]}-gzip"'
        headers += _validators(given.modified, altered)
    return replace(given, body=gzip.compress(body, 5, mtime=0), headers=headers)
