-- Until `settled_until` all invoices are paid, in a world that begins with a past.
CREATE TABLE warren_billing_account (
    account       INTEGER NOT NULL,
    body          TEXT NOT NULL,
    settled_until INTEGER NOT NULL DEFAULT 0,
    id            INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    is_default    INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'is_default') STORED,
    is_deleted    INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'is_deleted') STORED,
    UNIQUE (account, id)
) STRICT;

-- How a billing account was called until it was changed.
CREATE TABLE warren_billing_account_past (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> '$.account.id') STORED,
    until   INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'until') STORED
) STRICT;
CREATE INDEX warren_billing_account_past_of ON warren_billing_account_past (account, id, until);

CREATE TABLE warren_card (
    account         INTEGER NOT NULL,
    body            TEXT NOT NULL,
    id              INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    billing_account INTEGER NOT NULL
        GENERATED ALWAYS AS (body ->> 'billing_account_id') STORED,
    UNIQUE (account, id)
) STRICT;

-- Credit that was bought or given; what invoices use of it is derived.
CREATE TABLE warren_credit (
    account         INTEGER NOT NULL,
    body            TEXT NOT NULL,
    id              INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    billing_account INTEGER NOT NULL
        GENERATED ALWAYS AS (body ->> 'billing_account_id') STORED,
    UNIQUE (account, id)
) STRICT;

-- Invoices for credit: it is there once they are paid.
CREATE TABLE warren_top_up (
    account         INTEGER NOT NULL,
    body            TEXT NOT NULL,
    id              INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    billing_account INTEGER NOT NULL GENERATED ALWAYS AS (body ->> '$.account.id') STORED,
    UNIQUE (account, id)
) STRICT;

CREATE TABLE warren_payment (
    account         INTEGER NOT NULL,
    body            TEXT NOT NULL,
    id              INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    billing_account INTEGER NOT NULL
        GENERATED ALWAYS AS (body ->> 'billing_account_id') STORED,
    UNIQUE (account, id)
) STRICT;
