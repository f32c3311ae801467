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
