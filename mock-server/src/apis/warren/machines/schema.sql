CREATE TABLE warren_machine (
    account         INTEGER NOT NULL,
    location        TEXT NOT NULL,
    body            TEXT NOT NULL,
    billing_account INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'billing_account') STORED,
    place           TEXT NOT NULL GENERATED ALWAYS AS (location || '/' || (body ->> 'uuid')) STORED,
    UNIQUE (account, place)
) STRICT;
