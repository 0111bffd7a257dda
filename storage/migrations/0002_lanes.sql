-- Lanes of the outbox, deliveries in doubt, and what admins say to all.
BEGIN;

ALTER TABLE announcements ADD COLUMN lane INTEGER NOT NULL DEFAULT 2 CHECK (lane BETWEEN 1 AND 3);
ALTER TABLE announcements ADD COLUMN lifetime INTEGER NOT NULL DEFAULT 604800000;  -- ms, without downtime
ALTER TABLE announcements ADD COLUMN vouched INTEGER NOT NULL DEFAULT 0 CHECK (vouched IN (0, 1));
ALTER TABLE announcements ADD COLUMN done_at INTEGER;  -- when the last of its deliveries was settled
ALTER TABLE announcements ADD COLUMN folded INTEGER NOT NULL DEFAULT 0 CHECK (folded IN (0, 1));  -- counters only
CREATE INDEX announcements_open ON announcements (lane, id) WHERE done_at IS NULL;
CREATE INDEX announcements_kept ON announcements (done_at) WHERE folded = 0 AND done_at IS NOT NULL;

ALTER TABLE deliveries ADD COLUMN mark TEXT NOT NULL DEFAULT '';  -- the platform's place before the try

-- Announcements are few, so each is asked for what is due: a cancelled one costs nothing.
DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (announcement_id, platform, due_at, id) WHERE state IN (0, 4);
DROP INDEX deliveries_open;
CREATE INDEX deliveries_open ON deliveries (platform, epoch) WHERE state = 1;

-- A draft until it is confirmed, once, by the author alone.
CREATE TABLE statements (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    text            TEXT NOT NULL,
    spans           TEXT NOT NULL,             -- JSON: [[start, end, style, value], ...]
    created_at      INTEGER NOT NULL,
    lifetime        INTEGER NOT NULL,          -- ms
    announcement_id INTEGER UNIQUE REFERENCES announcements (id),
    platform        TEXT NOT NULL,
    author          BLOB NOT NULL,             -- sealed address, bound to this row; empty once forgotten
    chat_hash       BLOB NOT NULL,
    language        TEXT NOT NULL,             -- in which the author is told how far it is
    report          TEXT NOT NULL DEFAULT '',  -- the platform's id of the message that tells
    reported        INTEGER NOT NULL DEFAULT 0 CHECK (reported IN (0, 1))  -- the last word was said
) STRICT;
CREATE INDEX statements_author ON statements (chat_hash);
CREATE INDEX statements_told ON statements (id) WHERE announcement_id IS NOT NULL AND reported = 0;

PRAGMA user_version = 2;
COMMIT;
