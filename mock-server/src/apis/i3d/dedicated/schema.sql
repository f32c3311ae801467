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
SELECT account, id, json_remove(
    body, '$.userId', '$.ipAddress', '$.numCpu', '$.cpuInfo', '$.cpuType', '$.cpuLoad', '$.cpu',
    '$.memUsed', '$.memMax', '$.memFree', '$.disk', '$.memory', '$.labels', '$.uplinks'
) AS body
FROM dedicated_server;

-- What customers set of a port; the rest of it nobody has set yet.
CREATE TABLE pxe_switch_port (
    account              INTEGER NOT NULL,
    body                 TEXT NOT NULL,
    network_interface_id INTEGER NOT NULL
        GENERATED ALWAYS AS (body ->> 'networkInterfaceId') STORED,
    UNIQUE (account, network_interface_id)
) STRICT;
