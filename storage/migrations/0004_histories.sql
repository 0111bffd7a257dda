-- How an archive's history is read, what its site still shows, and corrections of copies sent.
BEGIN;

CREATE TABLE histories (
    archive_id    INTEGER PRIMARY KEY REFERENCES archives (id),
    way           TEXT NOT NULL DEFAULT '',   -- rest, feed or pages; '' until one was found
    url           TEXT NOT NULL DEFAULT '',   -- where that way begins
    mark          INTEGER NOT NULL DEFAULT 0, -- pages brought in so far, counted from the oldest
    begun_at      INTEGER,                    -- when bringing in began
    filled_at     INTEGER,                    -- when all of it had been brought in
    reconcile_at  INTEGER,                    -- when it is next compared with the site
    reconciled_at INTEGER,                    -- when it last was, completely
    notice        TEXT NOT NULL DEFAULT ''    -- what a person should look at
) STRICT;

ALTER TABLE archives ADD COLUMN lost_feed TEXT NOT NULL DEFAULT '';  -- in whose place feed_url was found

ALTER TABLE releases ADD COLUMN listed INTEGER NOT NULL DEFAULT 0 CHECK (listed IN (0, 1));  -- its site showed it: that it does not is a sign
ALTER TABLE releases ADD COLUMN missed INTEGER NOT NULL DEFAULT 0;  -- complete readings in a row without it
ALTER TABLE releases ADD COLUMN modified TEXT NOT NULL DEFAULT '';  -- when it was last changed, in REST's own words
CREATE INDEX releases_listed ON releases (archive_id, id) WHERE listed = 1;

CREATE INDEX announcements_of_release ON announcements (release_id) WHERE release_id IS NOT NULL;

PRAGMA user_version = 4;
COMMIT;
