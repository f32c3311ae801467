-- Disks, also those that are gone: they can still be read. `machine` is the machine that a disk is
-- attached to.
CREATE TABLE warren_disk (
    account  INTEGER NOT NULL,
    location TEXT NOT NULL,
    body     TEXT NOT NULL,
    status   TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'status') STORED,
    machine  TEXT GENERATED ALWAYS AS (body ->> 'machine') STORED,
    bootable INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'read_only_bootable') STORED,
    place    TEXT NOT NULL GENERATED ALWAYS AS (location || '/' || (body ->> 'uuid')) STORED,
    UNIQUE (account, place)
) STRICT;
CREATE INDEX warren_disk_of_machine ON warren_disk (account, machine);

-- Snapshots and backups of disks.
CREATE TABLE warren_snapshot (
    account  INTEGER NOT NULL,
    location TEXT NOT NULL,
    body     TEXT NOT NULL,
    uuid     TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'uuid') STORED,
    disk     TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'disk_uuid') STORED,
    kind     TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'kind') STORED,
    place    TEXT NOT NULL
        GENERATED ALWAYS AS (location || '/' || (body ->> 'replica_uuid')) STORED,
    UNIQUE (account, place)
) STRICT;
CREATE INDEX warren_snapshot_of_disk ON warren_snapshot (account, disk);
