//! Changing a password with the old one, or with a hash that is sent to the address of the account.

use rusqlite::OptionalExtension;
use serde::Deserialize;
use serde_json::json;

use super::{action_log, customer, ip_whitelists, session, users};
use crate::engine::{Body, Context, Credential, Mail, Operation, Problem, Result, write};

pub(super) fn operations() -> [Operation; 3] {
    [
        write("changeAccountPassword", change),
        write("resetAccountPassword", reset),
        write("validateAccountPasswordReset", validate_reset),
    ]
}

/// How long the hash of a mail is good.
const RESET_SECONDS: i64 = 60 * 60;
/// Letters and digits of a hash.
const HASH_LENGTH: usize = 32;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PasswordChange {
    current_password: String,
    new_password: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PasswordReset {
    email_address: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PasswordResetValidate {
    new_password: String,
    reset_hash: String,
}

fn change(cx: &Context, Body(new): Body<PasswordChange>) -> Result<()> {
    let user = users::by_account(cx, cx.account()?)?.ok_or_else(Problem::unauthenticated)?;
    user.check_password(cx, &new.current_password)?;
    replace(cx, &new.new_password)
}

/// An unknown address is answered like a known one, so that nobody learns who is a customer.
fn reset(cx: &Context, Body(new): Body<PasswordReset>) -> Result<()> {
    if cx.caller.account.is_some() && matches!(cx.caller.credential, Some(Credential::Session(_))) {
        return Err(Problem::invalid_form("You are logged in"));
    }
    let Some(account) = customer::by_email(cx, &new.email_address)? else { return Ok(()) };
    let hash = cx.random_text(HASH_LENGTH)?;
    let sql = "INSERT INTO password_reset (account, hash, expires_at) VALUES (?1, ?2, ?3)
               ON CONFLICT (account) DO UPDATE SET hash = ?2, expires_at = ?3";
    cx.db.prepare_cached(sql)?.execute((account, &hash, cx.now + RESET_SECONDS))?;
    cx.send(&Mail {
        to: &new.email_address,
        kind: "password-reset",
        subject: "Choose a new password",
        text: format!(
            "Somebody forgot the password of account {account}. If that was you, \
             choose a new one within an hour, with the hash {hash}."
        ),
        values: json!({ "userId": account, "resetHash": hash }),
    })
}

fn validate_reset(cx: &Context, Body(new): Body<PasswordResetValidate>) -> Result<()> {
    let sql = "SELECT account FROM password_reset WHERE hash = ?1 AND expires_at > ?2";
    let found = cx
        .db
        .prepare_cached(sql)?
        .query_row((&new.reset_hash, cx.now), |row| row.get(0))
        .optional()?;
    let account =
        found.ok_or_else(|| Problem::invalid("resetHash", "is wrong, used or expired"))?;
    let cx = &ip_whitelists::on_behalf_of(cx, account)?;
    action_log::add(cx, "Password reset", "A forgotten password was replaced")?;
    replace(cx, &new.new_password)
}

/// Sets the password of the account, and ends sessions and requests for a reset from before.
fn replace(cx: &Context, password: &str) -> Result<()> {
    users::set_password(cx, password)?;
    cx.db
        .prepare_cached("DELETE FROM password_reset WHERE account = ?1")?
        .execute([cx.account()?])?;
    session::end_others(cx)
}
