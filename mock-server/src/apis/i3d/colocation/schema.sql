-- When a colocation service ends and what it uses is computed when it is read, and so no part of
-- the body.
CREATE TABLE colocation (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED UNIQUE
) STRICT;
CREATE UNIQUE INDEX colocation_of_account ON colocation (account, id);

CREATE TABLE colocation_pdu (
    account    INTEGER NOT NULL,
    body       TEXT NOT NULL,
    id         INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED UNIQUE,
    colocation INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'colocationId') STORED,
    FOREIGN KEY (account, colocation) REFERENCES colocation (account, id)
) STRICT;
CREATE INDEX colocation_pdu_of_colocation ON colocation_pdu (account, colocation, id);

CREATE TABLE colocation_alert (
    account    INTEGER NOT NULL,
    body       TEXT NOT NULL,
    id         INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    colocation INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'colocationId') STORED,
    UNIQUE (account, id),
    FOREIGN KEY (account, colocation) REFERENCES colocation (account, id)
) STRICT;
CREATE INDEX colocation_alert_of_colocation ON colocation_alert (account, colocation, id);

CREATE TABLE cross_connect (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    UNIQUE (account, id)
) STRICT;

-- Visitors of the data center. Their state is read off these columns and the clock.
CREATE TABLE colocation_access (
    account    INTEGER NOT NULL,
    body       TEXT NOT NULL,
    id         INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED UNIQUE,
    visitor_id INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'visitorId') STORED,
    checked_at INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'checkedAt') STORED,
    refused    INTEGER NOT NULL GENERATED ALWAYS AS ((body ->> 'refusal') IS NOT NULL) STORED,
    revoked    INTEGER NOT NULL GENERATED ALWAYS AS ((body ->> 'revokedAt') IS NOT NULL) STORED,
    -- Temporary access lasts seven days; all other access ends at the end of time.
    ends_at    INTEGER NOT NULL GENERATED ALWAYS AS (
        iif(body ->> 'temporaryAccess' = 1, (body ->> 'listedAt') + 604800, 9223372036854775807)
    ) STORED,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX colocation_access_of_visitor ON colocation_access (account, visitor_id);

CREATE TABLE colocation_access_document (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    access  INTEGER NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    UNIQUE (account, id),
    FOREIGN KEY (account, access) REFERENCES colocation_access (account, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX colocation_access_document_of_access
ON colocation_access_document (account, access, id);
