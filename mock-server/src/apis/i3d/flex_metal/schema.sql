CREATE TABLE ssh_key (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    uuid    TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'uuid') STORED,
    UNIQUE (account, uuid)
) STRICT;

-- What was ordered of a FlexMetal server, and when what happens to it. Its state is read off these
-- times and the clock: it is being installed from provisioning_at, and delivered (or failed) from
-- ready_at.
CREATE TABLE flex_metal_server (
    account          INTEGER NOT NULL,
    body             TEXT NOT NULL,
    uuid             TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'uuid') STORED,
    instance_type_id INTEGER NOT NULL GENERATED ALWAYS AS (body ->> '$.instanceType.id') STORED,
    contract_id      TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'contractId') STORED,
    provisioning_at  INTEGER NOT NULL
        GENERATED ALWAYS AS (
            (body ->> 'createdAt') + (7 * (body ->> 'deliverySeconds') + 8) / 9
        ) STORED,
    ready_at         INTEGER NOT NULL
        GENERATED ALWAYS AS ((body ->> 'createdAt') + (body ->> 'deliverySeconds')) STORED,
    fails            INTEGER NOT NULL GENERATED ALWAYS AS ((body ->> 'failure') IS NOT NULL) STORED,
    releasing_at     INTEGER GENERATED ALWAYS AS (body ->> 'releasingAt') STORED,
    released_at      INTEGER GENERATED ALWAYS AS (body ->> 'releasedAt') STORED,
    UNIQUE (account, uuid)
) STRICT;
CREATE INDEX flex_metal_server_in_use ON flex_metal_server (account, instance_type_id, contract_id)
    WHERE releasing_at IS NULL;

-- Rows are never deleted, so what was given back grows without end; these keep it out of the way of
-- the rest.
CREATE INDEX flex_metal_server_kept ON flex_metal_server (account, uuid) WHERE releasing_at IS NULL;
CREATE INDEX flex_metal_server_released ON flex_metal_server (account, released_at)
    WHERE released_at IS NOT NULL;

-- Which server carries which tag, and until when: the triggers copy it from the servers. A server
-- that nobody gave back is released at the end of time.
CREATE TABLE flex_metal_server_tag (
    account     INTEGER NOT NULL,
    tag         TEXT NOT NULL,
    server      TEXT NOT NULL,
    released_at INTEGER NOT NULL,
    PRIMARY KEY (account, tag, server)
) STRICT, WITHOUT ROWID;
CREATE INDEX flex_metal_server_tag_released ON flex_metal_server_tag (account, tag, released_at);
CREATE TRIGGER flex_metal_server_inserted AFTER INSERT ON flex_metal_server BEGIN
    INSERT INTO flex_metal_server_tag
    SELECT new.account, value, new.uuid, ifnull(new.released_at, 9223372036854775807)
    FROM json_each(new.body, '$.tags');
END;
CREATE TRIGGER flex_metal_server_updated AFTER UPDATE ON flex_metal_server
WHEN new.body -> 'tags' IS NOT old.body -> 'tags' OR new.released_at IS NOT old.released_at BEGIN
    DELETE FROM flex_metal_server_tag
    WHERE account = old.account AND server = old.uuid
    AND tag IN (SELECT value FROM json_each(old.body, '$.tags'));
    INSERT INTO flex_metal_server_tag
    SELECT new.account, value, new.uuid, ifnull(new.released_at, 9223372036854775807)
    FROM json_each(new.body, '$.tags');
END;

CREATE TABLE flex_metal_tag (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    tag     TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'tag') STORED,
    UNIQUE (account, tag)
) STRICT;

CREATE TABLE flex_metal_quota (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX flex_metal_quota_of_account ON flex_metal_quota (account);
