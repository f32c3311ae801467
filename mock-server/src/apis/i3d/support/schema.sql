-- Unread is what the client never read, and what support wrote since the client last read or wrote.
CREATE TABLE ticket (
    account        INTEGER NOT NULL,
    body           TEXT NOT NULL,
    force_closed   INTEGER NOT NULL DEFAULT 0,
    -- The customer's own name for it, and when it was opened or closed last, if ever.
    reference      TEXT NOT NULL DEFAULT '',
    status_updated_at INTEGER,
    id             INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    open_or_unread INTEGER NOT NULL GENERATED ALWAYS AS (
        body ->> 'status' = 'open' OR body ->> 'clientLastReadAt' = 0
        OR body ->> 'updatedAt' > max(body ->> 'clientLastReadAt', body ->> 'clientLastRepliedAt')
    ) STORED,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX ticket_open_or_unread ON ticket (account, open_or_unread, id);

CREATE TABLE ticket_reply (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    ticket  INTEGER NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED UNIQUE,
    FOREIGN KEY (account, ticket) REFERENCES ticket (account, id)
) STRICT;
CREATE INDEX ticket_reply_of_ticket ON ticket_reply (account, ticket, id);

-- `reply` is the one that took the file up; before that there is none.
CREATE TABLE ticket_attachment (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    reply   INTEGER REFERENCES ticket_reply (id),
    content BLOB NOT NULL,
    UNIQUE (account, id)
) STRICT;
