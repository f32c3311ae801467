-- What was chosen for the cart; what it costs follows from the catalogue and the account.
CREATE TABLE calc_order (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    UNIQUE (account, id)
) STRICT;

-- Accounts that resell. Those who are not here are end customers.
CREATE TABLE calc_reseller (account INTEGER NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;
