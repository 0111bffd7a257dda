-- Everything Herald keeps. Instants are milliseconds since 1970 UTC, dates ISO text.
BEGIN;

-- Single facts: the key's check value, when Herald was last alive, the run's epoch, how many forgot.
CREATE TABLE facts (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- When Herald, or one platform, was down: that time makes no news old and lets no delivery expire.
CREATE TABLE outages (
    id       INTEGER PRIMARY KEY,
    platform TEXT NOT NULL DEFAULT '',    -- '' is Herald itself
    began_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL
) STRICT;

CREATE TABLE archives (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    url           TEXT NOT NULL,
    feed_url      TEXT NOT NULL DEFAULT '',  -- found from url, or where it moved for good
    etag          TEXT NOT NULL DEFAULT '',  -- validators exactly as received
    last_modified TEXT NOT NULL DEFAULT '',
    newest        TEXT NOT NULL DEFAULT '',  -- digest of the last body, to skip parsing it again
    first_read_at INTEGER,                   -- first complete reading: from then on there is news
    last_read_at  INTEGER,
    next_read_at  INTEGER,                   -- null while it rests
    resting       INTEGER NOT NULL DEFAULT 0 CHECK (resting IN (0, 1)),
    failures      INTEGER NOT NULL DEFAULT 0,
    last_error    TEXT NOT NULL DEFAULT '',
    moved_to      TEXT NOT NULL DEFAULT '',  -- a permanent redirect that is not proven yet
    moved_times   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE releases (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,  -- permanent, never used again
    sort          INTEGER NOT NULL UNIQUE,            -- publication order; rowid of the word index
    archive_id    INTEGER NOT NULL REFERENCES archives (id),
    key           TEXT NOT NULL,                      -- the source's own identifier, unaltered
    keyed         INTEGER NOT NULL CHECK (keyed IN (0, 1)),  -- 0: key is ours, the source has none
    link          TEXT NOT NULL,
    title         TEXT NOT NULL,
    body          TEXT NOT NULL,
    spans         TEXT NOT NULL,                      -- JSON: [[start, end, style, value], ...]
    picture       TEXT NOT NULL,                      -- address of its lead picture, or ''
    language      TEXT NOT NULL,
    published     TEXT NOT NULL,                      -- the archive's local date
    published_at  INTEGER,                            -- null where the source gives a date only
    month_day     TEXT NOT NULL,                      -- 'MM-DD' of published
    fingerprint   TEXT NOT NULL,
    revision      INTEGER NOT NULL DEFAULT 1,
    revised_at    INTEGER NOT NULL,
    withdrawn     INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1)),
    held          INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)),  -- waits for an admin's word
    first_seen_at INTEGER NOT NULL,
    kind          INTEGER NOT NULL,                   -- richness of source: rest > feed > page > ...
    source        TEXT NOT NULL,                      -- as received; sanitised when used
    reader        INTEGER NOT NULL,                   -- version of what derived body and digest
    digest        TEXT NOT NULL,                      -- of the words shown
    UNIQUE (archive_id, key)
) STRICT;
CREATE INDEX releases_month_day ON releases (month_day, sort);   -- on this day
CREATE INDEX releases_fingerprint ON releases (archive_id, fingerprint);
CREATE INDEX releases_shown ON releases (archive_id, withdrawn, language);  -- counts
CREATE INDEX releases_held ON releases (sort) WHERE held = 1;

-- Normal forms of every key and link a release was met under. (In tables without a rowid the key's
-- columns stand first: else the integrity check of SQLite 3.40 sees NULLs where there are none.)
CREATE TABLE release_aliases (
    archive_id INTEGER NOT NULL REFERENCES archives (id),
    alias      TEXT NOT NULL,
    release_id INTEGER NOT NULL REFERENCES releases (id),
    own        INTEGER NOT NULL CHECK (own IN (0, 1)),  -- 1: of its key, 0: of a link
    PRIMARY KEY (archive_id, alias, release_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX release_aliases_release ON release_aliases (release_id);

-- Which words each kind of source last showed: an edit is told from a poorer view by this.
CREATE TABLE release_sightings (
    release_id INTEGER NOT NULL REFERENCES releases (id),
    kind       INTEGER NOT NULL,
    reader     INTEGER NOT NULL,
    digest     TEXT NOT NULL,
    PRIMARY KEY (release_id, kind)
) STRICT, WITHOUT ROWID;

-- What a release said before its present revision.
CREATE TABLE release_revisions (
    release_id INTEGER NOT NULL REFERENCES releases (id),
    revision   INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (release_id, revision)
) STRICT, WITHOUT ROWID;

-- The words of every release that is shown. Its text is read from releases; ё is indexed as е.
CREATE VIRTUAL TABLE release_words USING fts5 (
    title, body,
    content = 'releases', content_rowid = 'sort',
    tokenize = 'porter unicode61 remove_diacritics 2'
);
INSERT INTO release_words (release_words, rank) VALUES ('rank', 'bm25(10.0, 1.0)');

CREATE TABLE subscribers (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    platform     TEXT NOT NULL,
    address      BLOB NOT NULL,              -- sealed, bound to this row
    address_hash BLOB NOT NULL UNIQUE,       -- keyed: platform, chat and thread
    chat_hash    BLOB NOT NULL,              -- keyed: platform and chat, for all topics of a chat
    active       INTEGER NOT NULL CHECK (active IN (0, 1)),
    gone         INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1)),  -- unreachable, may come back
    joined       INTEGER NOT NULL DEFAULT 0, -- order of subscribing: who was there when it was stored
    language     TEXT NOT NULL DEFAULT '',
    timezone     TEXT NOT NULL DEFAULT '',
    refused_days INTEGER NOT NULL DEFAULT 0, -- days on which sends were refused as gone
    refused_on   TEXT NOT NULL DEFAULT ''    -- the last of them
) STRICT;
CREATE INDEX subscribers_chat ON subscribers (chat_hash);
CREATE INDEX subscribers_active ON subscribers (platform, id) WHERE active = 1;

-- What an active subscriber wants; without a row of a kind, that kind limits nothing.
CREATE TABLE subscription_filters (
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
    kind          TEXT NOT NULL CHECK (kind IN ('language', 'name', 'keyword', 'exclusion')),
    value         TEXT NOT NULL,
    PRIMARY KEY (subscriber_id, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscription_filters_value ON subscription_filters (kind, value);

CREATE TABLE announcements (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT NOT NULL CHECK (kind IN ('release', 'broadcast', 'correction', 'recall')),
    release_id INTEGER REFERENCES releases (id),
    created_at INTEGER NOT NULL,
    audience   INTEGER NOT NULL,             -- those who had joined up to this number
    reached    INTEGER NOT NULL DEFAULT 0,   -- last subscriber written to the outbox
    fanned     INTEGER NOT NULL DEFAULT 0 CHECK (fanned IN (0, 1)),
    cancelled  INTEGER NOT NULL DEFAULT 0 CHECK (cancelled IN (0, 1)),
    total      INTEGER NOT NULL DEFAULT 0,   -- counters, so that nobody counts deliveries
    sent       INTEGER NOT NULL DEFAULT 0,
    failed     INTEGER NOT NULL DEFAULT 0,
    skipped    INTEGER NOT NULL DEFAULT 0,
    unknown    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX announcements_once ON announcements (release_id) WHERE kind = 'release';
CREATE INDEX announcements_fanning ON announcements (id) WHERE fanned = 0;

-- The outbox. state: 0 waiting, 1 intent, 2 sent, 3 failed, 4 in doubt, 5 skipped, 6 unknown.
CREATE TABLE deliveries (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    announcement_id INTEGER NOT NULL REFERENCES announcements (id),
    subscriber_id   INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
    part            INTEGER NOT NULL DEFAULT 0,
    platform        TEXT NOT NULL,
    state           INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 6),
    due_at          INTEGER NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0,
    epoch           INTEGER NOT NULL DEFAULT 0,   -- the run that claimed it
    message         TEXT NOT NULL DEFAULT '',     -- the platform's id of what was sent
    error           TEXT NOT NULL DEFAULT '',     -- the class of the last failure
    UNIQUE (announcement_id, subscriber_id, part)
) STRICT;
CREATE INDEX deliveries_due ON deliveries (platform, due_at, id) WHERE state = 0;
CREATE INDEX deliveries_open ON deliveries (platform, epoch) WHERE state IN (1, 4);
CREATE INDEX deliveries_subscriber ON deliveries (subscriber_id);  -- for deleting one
-- What a chat is still owed: a later delivery waits for an earlier one.
CREATE INDEX deliveries_unsettled ON deliveries (subscriber_id, id) WHERE state IN (0, 1, 4);

PRAGMA user_version = 1;
COMMIT;
