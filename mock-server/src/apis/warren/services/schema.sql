CREATE TABLE warren_service_package (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    uuid    TEXT NOT NULL GENERATED ALWAYS AS (body ->> '$.package.uuid') STORED,
    UNIQUE (account, uuid)
) STRICT;
