CREATE TABLE warren_user (account INTEGER NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;

CREATE TABLE warren_ssh_key (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    uuid    TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'uuid') STORED,
    name    TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'name') STORED,
    UNIQUE (account, uuid),
    UNIQUE (account, name)
) STRICT;
