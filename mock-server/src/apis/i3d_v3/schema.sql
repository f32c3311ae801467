-- The resources of the i3D.net v3 API. `body` is the object as the API shows it, `account` its owner; a column of its
-- own has only what SQL filters, sorts, joins or constrains by, generated from the body so that it cannot differ.

CREATE TABLE api_key (
    account    INTEGER NOT NULL,
    body       TEXT NOT NULL,
    id         INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED UNIQUE,
    key        TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'key') STORED UNIQUE,
    expires_at INTEGER GENERATED ALWAYS AS (body ->> 'expiresAt') STORED
) STRICT;
CREATE UNIQUE INDEX api_key_of_account ON api_key (account, id);

CREATE TABLE ssh_key (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    uuid    TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'uuid') STORED,
    UNIQUE (account, uuid)
) STRICT;

CREATE TABLE dedicated_server (
    account        INTEGER NOT NULL,
    body           TEXT NOT NULL,
    region_name    TEXT NOT NULL,
    id             INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED UNIQUE,
    fleet_id       TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'fleetId') STORED,
    dc_location_id INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'dcLocationId') STORED
) STRICT;
CREATE UNIQUE INDEX dedicated_server_of_account ON dedicated_server (account, id);

-- What the list of summaries shows of them.
CREATE VIEW dedicated_server_summary AS
SELECT account, id, json_remove(body, '$.userId', '$.ipAddress', '$.numCpu', '$.cpuInfo', '$.cpuType', '$.cpuLoad',
    '$.cpu', '$.memUsed', '$.memMax', '$.memFree', '$.disk', '$.memory', '$.labels', '$.uplinks') AS body
FROM dedicated_server;
