-- What was billed and what was paid of it; the sums and whether it is paid follow from that.
CREATE TABLE invoice (
    account     INTEGER NOT NULL,
    body        TEXT NOT NULL,
    id          INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    description TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'description') STORED,
    UNIQUE (account, id)
) STRICT;

-- `token` is what the page of the payment is called by.
CREATE TABLE payment (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    token   TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'token') STORED UNIQUE,
    UNIQUE (account, id)
) STRICT;
