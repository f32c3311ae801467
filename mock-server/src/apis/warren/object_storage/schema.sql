-- No two users have a bucket of the same name.
CREATE TABLE warren_bucket (
    account         INTEGER NOT NULL,
    body            TEXT NOT NULL,
    name            TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'name') STORED UNIQUE,
    billing_account INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'billing_account_id') STORED,
    UNIQUE (account, name)
) STRICT;

CREATE TABLE warren_s3_user (account INTEGER NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;

CREATE TABLE warren_s3_key (
    account    INTEGER NOT NULL,
    body       TEXT NOT NULL,
    access_key TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'accessKey') STORED UNIQUE,
    UNIQUE (account, access_key)
) STRICT;
