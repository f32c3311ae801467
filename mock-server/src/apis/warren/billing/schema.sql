CREATE TABLE warren_billing_account (
    account    INTEGER NOT NULL,
    body       TEXT NOT NULL,
    id         INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    is_default INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'is_default') STORED,
    is_deleted INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'is_deleted') STORED,
    UNIQUE (account, id)
) STRICT;
