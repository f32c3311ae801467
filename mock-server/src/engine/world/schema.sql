-- Numbers that are never given twice: identifiers, and draws of the random source.
CREATE TABLE sequence (
    name TEXT NOT NULL PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The mail that nobody sends.
CREATE TABLE outbox (
    id   INTEGER PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;

-- The one row that says what the world is a function of, beside the requests: its source of
-- randomness and its clock.
CREATE TABLE world (
    seed  INTEGER NOT NULL,
    clock TEXT NOT NULL
) STRICT;
