-- The resources of the i3D.net v3 API. `body` is the object as the API shows it, `account` its
-- owner; a column of its own has only what SQL filters, sorts, joins or constrains by, generated
-- from the body so that it cannot differ.

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

CREATE TABLE account_ip_whitelist (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    active  INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'active') STORED,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX account_ip_whitelist_active ON account_ip_whitelist (account, active);

CREATE TABLE account_action_log (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX account_action_log_of_account ON account_action_log (account, id);

-- No two accounts have the same main address, in letters of either case.
CREATE TABLE account_details (
    account       INTEGER NOT NULL UNIQUE,
    body          TEXT NOT NULL,
    email_address TEXT NOT NULL GENERATED ALWAYS AS (lower(body ->> 'emailAddress')) STORED UNIQUE
) STRICT;

CREATE TABLE account_billing_details (account INTEGER NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;

-- What a user is beyond the details of the account. The secrets are no part of the object.
CREATE TABLE user (
    account       INTEGER NOT NULL UNIQUE,
    body          TEXT NOT NULL,
    user_name     TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'userName') STORED UNIQUE,
    password_hash TEXT NOT NULL,
    totp_secret   TEXT,
    -- The step of the last one-time password that was accepted.
    otp_step      INTEGER
) STRICT;

CREATE TABLE wrong_password (account INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX wrong_password_of_account ON wrong_password (account, at);

CREATE TABLE session (
    id          INTEGER PRIMARY KEY,
    account     INTEGER NOT NULL,
    token       TEXT NOT NULL UNIQUE,
    -- Which one-time password is awaited, counted from 1; 0 where somebody is logged in.
    otp_attempt INTEGER NOT NULL,
    remember    INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX session_expires_at ON session (expires_at);

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

-- Unread is what the client never read, and what support wrote since the client last read or wrote.
CREATE TABLE ticket (
    account        INTEGER NOT NULL,
    body           TEXT NOT NULL,
    force_closed   INTEGER NOT NULL DEFAULT 0,
    id             INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    open_or_unread INTEGER NOT NULL GENERATED ALWAYS AS (
        body ->> 'status' = 'open' OR body ->> 'clientLastReadAt' = 0
        OR body ->> 'updatedAt' > max(body ->> 'clientLastReadAt', body ->> 'clientLastRepliedAt')
    ) STORED,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX ticket_open_or_unread ON ticket (account, open_or_unread, id);

CREATE TABLE ticket_reply (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    ticket  INTEGER NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED UNIQUE,
    FOREIGN KEY (account, ticket) REFERENCES ticket (account, id)
) STRICT;
CREATE INDEX ticket_reply_of_ticket ON ticket_reply (account, ticket, id);

-- `reply` is the one that took the file up; before that there is none.
CREATE TABLE ticket_attachment (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    reply   INTEGER REFERENCES ticket_reply (id),
    content BLOB NOT NULL,
    UNIQUE (account, id)
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
        GENERATED ALWAYS AS ((body ->> 'createdAt') + (7 * (body ->> 'deliverySeconds') + 8) / 9) STORED,
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
CREATE INDEX flex_metal_server_released ON flex_metal_server (account, released_at) WHERE released_at IS NOT NULL;

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

-- What was billed and what was paid of it; the sums and whether it is paid follow from that.
CREATE TABLE invoice (
    account     INTEGER NOT NULL,
    body        TEXT NOT NULL,
    id          INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    description TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'description') STORED,
    UNIQUE (account, id)
) STRICT;

-- `token` is what the page of the payment is called by.
CREATE TABLE payment (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    token   TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'token') STORED UNIQUE,
    UNIQUE (account, id)
) STRICT;

-- Addresses that somebody was asked to confirm, by what the account uses them for.
CREATE TABLE email_confirmation (
    account       INTEGER NOT NULL,
    body          TEXT NOT NULL,
    email_type    TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'emailType') STORED,
    email_address TEXT NOT NULL GENERATED ALWAYS AS (lower(body ->> 'emailAddress')) STORED,
    hash          TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'hash') STORED,
    expires_at    INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'expiresAt') STORED,
    UNIQUE (account, email_type)
) STRICT;
CREATE INDEX email_confirmation_of_address ON email_confirmation (email_address);

-- Who was sent a hash with which to replace a forgotten password.
CREATE TABLE password_reset (
    account    INTEGER PRIMARY KEY,
    hash       TEXT NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE account_file (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    content BLOB NOT NULL,
    UNIQUE (account, id)
) STRICT;

CREATE TABLE account_document (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    UNIQUE (account, id)
) STRICT;

-- What was chosen for the cart; what it costs follows from the catalogue and the account.
CREATE TABLE calc_order (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    UNIQUE (account, id)
) STRICT;

-- Accounts that resell. Those who are not here are end customers.
CREATE TABLE calc_reseller (account INTEGER NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;

-- Vacancies; they belong to nobody.
CREATE TABLE job (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    UNIQUE (account, id)
) STRICT;

CREATE TABLE job_solicit (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    job_id  INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'jobId') STORED,
    UNIQUE (account, id)
) STRICT;

-- Who gets the newsletter, or is asked whether to: addresses, which belong to nobody. The token is
-- the one of the mail that was sent last, and absent once it was used.
CREATE TABLE newsletter_subscription (
    account      INTEGER NOT NULL,
    body         TEXT NOT NULL,
    email        TEXT NOT NULL GENERATED ALWAYS AS (lower(body ->> 'email')) STORED UNIQUE,
    token        TEXT GENERATED ALWAYS AS (body ->> 'token') STORED UNIQUE,
    mailhash     TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'mailhash') STORED UNIQUE,
    confirmed    INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'confirmed') STORED,
    requested_at INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'requestedAt') STORED
) STRICT;
CREATE INDEX newsletter_subscription_pending ON newsletter_subscription (requested_at) WHERE confirmed = 0;

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
SELECT account, id, json_set(json_remove(body, '$.conditions', '$.rules', '$.actions', '$.createdAt', '$.changedAt',
    '$.active'), '$.id', id) AS body
FROM trigger;

-- What customers set of a port; the rest of it nobody has set yet.
CREATE TABLE pxe_switch_port (
    account              INTEGER NOT NULL,
    body                 TEXT NOT NULL,
    network_interface_id INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'networkInterfaceId') STORED,
    UNIQUE (account, network_interface_id)
) STRICT;

-- When a colocation service ends and what it uses is computed when it is read, and so no part of
-- the body.
CREATE TABLE colocation (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED UNIQUE
) STRICT;
CREATE UNIQUE INDEX colocation_of_account ON colocation (account, id);

CREATE TABLE colocation_pdu (
    account    INTEGER NOT NULL,
    body       TEXT NOT NULL,
    id         INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED UNIQUE,
    colocation INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'colocationId') STORED,
    FOREIGN KEY (account, colocation) REFERENCES colocation (account, id)
) STRICT;
CREATE INDEX colocation_pdu_of_colocation ON colocation_pdu (account, colocation, id);

CREATE TABLE colocation_alert (
    account    INTEGER NOT NULL,
    body       TEXT NOT NULL,
    id         INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    colocation INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'colocationId') STORED,
    UNIQUE (account, id),
    FOREIGN KEY (account, colocation) REFERENCES colocation (account, id)
) STRICT;
CREATE INDEX colocation_alert_of_colocation ON colocation_alert (account, colocation, id);

CREATE TABLE cross_connect (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    UNIQUE (account, id)
) STRICT;

-- Visitors of the data center. Their state is read off these columns and the clock.
CREATE TABLE colocation_access (
    account    INTEGER NOT NULL,
    body       TEXT NOT NULL,
    id         INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED UNIQUE,
    visitor_id INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'visitorId') STORED,
    checked_at INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'checkedAt') STORED,
    refused    INTEGER NOT NULL GENERATED ALWAYS AS ((body ->> 'refusal') IS NOT NULL) STORED,
    revoked    INTEGER NOT NULL GENERATED ALWAYS AS ((body ->> 'revokedAt') IS NOT NULL) STORED,
    -- Temporary access lasts seven days; all other access ends at the end of time.
    ends_at    INTEGER NOT NULL GENERATED ALWAYS AS (
        iif(body ->> 'temporaryAccess' = 1, (body ->> 'listedAt') + 604800, 9223372036854775807)
    ) STORED,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX colocation_access_of_visitor ON colocation_access (account, visitor_id);

CREATE TABLE colocation_access_document (
    account INTEGER NOT NULL,
    body    TEXT NOT NULL,
    access  INTEGER NOT NULL,
    id      INTEGER NOT NULL GENERATED ALWAYS AS (body ->> 'id') STORED,
    UNIQUE (account, id),
    FOREIGN KEY (account, access) REFERENCES colocation_access (account, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX colocation_access_document_of_access ON colocation_access_document (account, access, id);
