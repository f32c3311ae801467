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
