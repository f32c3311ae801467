-- What is charged for, and from when to when. A change of what it costs ends one row and begins the
-- next.
CREATE TABLE warren_metered (
    account         INTEGER NOT NULL,
    location        TEXT NOT NULL,
    resource        TEXT NOT NULL,
    billing_account INTEGER NOT NULL,
    body            TEXT NOT NULL,
    started_at      INTEGER NOT NULL,
    ended_at        INTEGER
) STRICT;
CREATE INDEX warren_metered_of_account ON warren_metered (account, billing_account, started_at);
CREATE INDEX warren_metered_of_resource ON warren_metered (account, resource, started_at);
CREATE UNIQUE INDEX warren_metered_now ON warren_metered (account, resource) WHERE ended_at IS NULL;

-- Which brand an account is a customer of.
CREATE TABLE warren_customer (account INTEGER NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;

CREATE TABLE warren_token (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED UNIQUE,
    token   TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'token') STORED UNIQUE,
    UNIQUE (account, id)
) STRICT;
