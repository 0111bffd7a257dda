-- The names in the releases, and what subscribers follow.
BEGIN;

-- Smaller numbers in the same order: a thousand places a second in place of a million. Each gets
-- the first place of its second, or the next one that is free. (Division rounds towards zero: what
-- is dated before 1970 is brought to the full second below.)
UPDATE releases SET sort = moved.place
FROM (SELECT id, n + max(second * 1000 - n) OVER (ORDER BY n) AS place
      FROM (SELECT id, row_number() OVER (ORDER BY sort) AS n,
                   CASE WHEN sort >= 0 THEN sort ELSE sort - 999999 END / 1000000 AS second
            FROM releases)) AS moved
WHERE moved.id = releases.id;

-- Which version of the index has a release; 0 is none yet. All are indexed anew from here on.
ALTER TABLE releases ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX releases_unindexed ON releases (sort) WHERE indexed = 0 AND withdrawn = 0;
INSERT INTO release_words (release_words) VALUES ('delete-all');

-- Every capitalised word that may be a name, as it is written. Ids are never used again, and rows
-- never deleted one by one: who has read them up to a number needs only the later ones.
CREATE TABLE names (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    word TEXT NOT NULL UNIQUE
) STRICT;

-- Under which normal forms a name is looked for; the smaller the grade, the surer the form.
CREATE TABLE name_keys (
    key     TEXT NOT NULL,
    name_id INTEGER NOT NULL REFERENCES names (id),
    grade   INTEGER NOT NULL,
    PRIMARY KEY (key, name_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX name_keys_name ON name_keys (name_id);

-- Which release has which name. given_id is what stands before it and may be its given name (an
-- initial counts), 0 where it stands alone.
CREATE TABLE mentions (
    name_id  INTEGER NOT NULL REFERENCES names (id),
    sort     INTEGER NOT NULL,          -- the release's place in the order
    given_id INTEGER NOT NULL DEFAULT 0,
    weight   INTEGER NOT NULL,          -- the greater, the surer and the more prominent
    PRIMARY KEY (name_id, sort, given_id)
) STRICT, WITHOUT ROWID;

-- In how many releases of a year a name is, so that nobody counts mentions.
CREATE TABLE name_years (
    name_id  INTEGER NOT NULL REFERENCES names (id),
    year     INTEGER NOT NULL,
    releases INTEGER NOT NULL,
    PRIMARY KEY (name_id, year)
) STRICT, WITHOUT ROWID;

-- By which of a release's terms a follow is met: one of them for a name, all `needed` of them for
-- keywords and exclusions. One set of rows for each thing followed, however many follow it.
CREATE TABLE follow_terms (
    term   TEXT NOT NULL,
    kind   TEXT NOT NULL CHECK (kind IN ('name', 'keyword', 'exclusion')),
    value  TEXT NOT NULL,
    needed INTEGER NOT NULL,
    PRIMARY KEY (term, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX follow_terms_value ON follow_terms (kind, value);

-- Which follows an announced release meets, found when it was announced.
CREATE TABLE announcement_follows (
    announcement_id INTEGER NOT NULL REFERENCES announcements (id),
    kind            TEXT NOT NULL,
    value           TEXT NOT NULL,
    PRIMARY KEY (announcement_id, kind, value)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 5;
COMMIT;
