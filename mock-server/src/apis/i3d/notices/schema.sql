-- Who gets the newsletter, or is asked whether to: addresses, which belong to nobody. The token is
-- the one of the mail that was sent last, and absent once it was used.
CREATE TABLE newsletter_subscription (
    account      INTEGER NOT NULL,
    body         TEXT NOT NULL,
    email        TEXT NOT NULL GENERATED ALWAYS AS (lower(body ->> 'email')) STORED UNIQUE,
    token        TEXT GENERATED ALWAYS AS (body ->> 'token') STORED UNIQUE,
    mailhash     TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'mailhash') STORED UNIQUE,
    confirmed    INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'confirmed') STORED,
    requested_at INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'requestedAt') STORED
) STRICT;
CREATE INDEX newsletter_subscription_pending ON newsletter_subscription (requested_at)
    WHERE confirmed = 0;

CREATE TABLE callback_setting (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    UNIQUE (account, id)
) STRICT;

-- The API shows these ids as texts.
CREATE TABLE slack_setting (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (CAST(body ->> 'id' AS INTEGER)) STORED,
    name    TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'name') STORED,
    UNIQUE (account, id),
    UNIQUE (account, name)
) STRICT;

-- Likewise, but a summary shows the number.
CREATE TABLE trigger (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (CAST(body ->> 'id' AS INTEGER)) STORED,
    UNIQUE (account, id)
) STRICT;

CREATE VIEW trigger_summary AS
SELECT account, id, json_set(
    json_remove(
        body, '$.conditions', '$.rules', '$.actions', '$.createdAt', '$.changedAt', '$.active'
    ),
    '$.id', id
) AS body
FROM trigger;
