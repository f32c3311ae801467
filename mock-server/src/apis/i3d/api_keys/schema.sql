CREATE TABLE api_key (
    account    INTEGER NOT NULL,
    body       TEXT NOT NULL,
    id         INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED UNIQUE,
    key        TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'key') STORED UNIQUE,
    expires_at INTEGER GENERATED ALWAYS AS (body ->> 'expiresAt') STORED
) STRICT;
CREATE UNIQUE INDEX api_key_of_account ON api_key (account, id);

CREATE TABLE api_key_ip_whitelist (
    account    INTEGER NOT NULL,
    api_key_id INTEGER NOT NULL REFERENCES api_key (id) ON DELETE CASCADE,
    body       TEXT NOT NULL,
    id         INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    active     INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'active') STORED,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX api_key_ip_whitelist_of_key ON api_key_ip_whitelist (api_key_id, active);
