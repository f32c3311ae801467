CREATE TABLE warren_network (
    account    INTEGER NOT NULL,
    location   TEXT NOT NULL,
    body       TEXT NOT NULL,
    uuid       TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'uuid') STORED,
    is_default INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'is_default') STORED,
    place      TEXT NOT NULL GENERATED ALWAYS AS (location || '/' || (body ->> 'uuid')) STORED,
    UNIQUE (account, place)
) STRICT;

-- What has an address in a network: machines, load balancers, services.
CREATE TABLE warren_network_member (
    account    INTEGER NOT NULL,
    location   TEXT NOT NULL,
    network    TEXT NOT NULL,
    uuid       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    private_ip TEXT NOT NULL,
    UNIQUE (account, uuid),
    UNIQUE (account, network, private_ip)
) STRICT;

CREATE TABLE warren_floating_ip (
    account         INTEGER NOT NULL,
    location        TEXT NOT NULL,
    body            TEXT NOT NULL,
    id              INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED UNIQUE,
    billing_account INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'billing_account_id') STORED,
    assigned_to     TEXT GENERATED ALWAYS AS (body ->> 'assigned_to') STORED,
    place           TEXT NOT NULL
        GENERATED ALWAYS AS (location || '/' || (body ->> 'address')) STORED,
    UNIQUE (account, place)
) STRICT;
CREATE INDEX warren_floating_ip_of_member ON warren_floating_ip (account, assigned_to)
    WHERE assigned_to IS NOT NULL;

CREATE TABLE warren_firewall (
    account  INTEGER NOT NULL,
    location TEXT NOT NULL,
    body     TEXT NOT NULL,
    place    TEXT NOT NULL GENERATED ALWAYS AS (location || '/' || (body ->> 'uuid')) STORED,
    UNIQUE (account, place)
) STRICT;

-- One that is gone stays, and can still be read.
CREATE TABLE warren_load_balancer (
    account    INTEGER NOT NULL,
    location   TEXT NOT NULL,
    body       TEXT NOT NULL,
    is_deleted INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'is_deleted') STORED,
    place      TEXT NOT NULL GENERATED ALWAYS AS (location || '/' || (body ->> 'uuid')) STORED,
    UNIQUE (account, place)
) STRICT;
