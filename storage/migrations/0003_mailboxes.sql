-- What waits for readers who come and go, how each platform is, and the releases of a year at once.
BEGIN;

-- One for each such reader, under the keyed hash of their chat; seen_on is the day of the last
-- visit: nobody's mailbox outlives them by much.
CREATE TABLE mailboxes (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    platform  TEXT NOT NULL,
    chat_hash BLOB NOT NULL UNIQUE,
    seen_on   TEXT NOT NULL
) STRICT;
CREATE INDEX mailboxes_seen ON mailboxes (seen_on);

-- What was announced, drawn by its platform, each once however many get it. Answers are in none.
CREATE TABLE contents (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    digest      BLOB NOT NULL UNIQUE,
    words       TEXT NOT NULL,               -- the platform's own form
    media_type  TEXT NOT NULL DEFAULT '',    -- of its picture; '' where it has none
    name        TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL DEFAULT '',
    picture     BLOB NOT NULL DEFAULT x''
) STRICT;

-- One content in one mailbox. change grows with every letter and every edit of one, over all; a
-- letter that was taken back has no content, so that an open page hears of it.
CREATE TABLE letters (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    mailbox_id INTEGER NOT NULL REFERENCES mailboxes (id) ON DELETE CASCADE,
    key        TEXT NOT NULL,                -- the delivery's: the same twice is one letter
    content_id INTEGER REFERENCES contents (id),
    at         INTEGER NOT NULL,
    change     INTEGER NOT NULL UNIQUE,
    UNIQUE (mailbox_id, key)
) STRICT;
CREATE INDEX letters_content ON letters (content_id);
CREATE INDEX letters_at ON letters (at);

-- How each platform was when it last said so; why is '' while all is well.
CREATE TABLE platforms (
    name      TEXT PRIMARY KEY,
    ok        INTEGER NOT NULL CHECK (ok IN (0, 1)),
    why       TEXT NOT NULL,
    since     INTEGER NOT NULL,
    paused_at INTEGER             -- since when the push rests, for it refuses too many
) STRICT, WITHOUT ROWID;

-- A year's releases are counted and skipped over in here, without reading their long rows.
CREATE INDEX releases_browsed ON releases (sort, published, language, withdrawn);

-- Of who has been told the last word nothing is kept any more.
UPDATE statements SET author = x'', chat_hash = x'' WHERE reported = 1;

PRAGMA user_version = 3;
COMMIT;
