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
