-- Vacancies; they belong to nobody.
CREATE TABLE job (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    UNIQUE (account, id)
) STRICT;

CREATE TABLE job_solicit (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    job_id  INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'jobId') STORED,
    UNIQUE (account, id)
) STRICT;

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
