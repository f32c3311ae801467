//! Confirmation that an email address belongs to an account: by a hash that is sent there, and that
//! is good once and not for long.

use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    action_log,
    customer::{self, UnconfirmedEmail},
    ip_whitelists, users,
};
use crate::engine::{
    Body, Context, Mail, Object, Operation, Page, Problem, Result, RowType, Table, write,
};

pub(super) fn operations() -> [Operation; 3] {
    [
        write("confirmEmail", confirm),
        write("resendEmailConfirmation", resend),
        // An account that logs in through OAuth confirms its address in the same way.
        write("resendOAuthEmailConfirmation", resend),
    ]
}

/// Addresses that are not confirmed yet, at most one for each use: a newer one replaces it.
const CONFIRMATIONS: Table<Confirmation> = Table::new("email_confirmation", "email_type");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[CONFIRMATIONS.row_type()];

/// How long a hash is good.
const CONFIRMATION_SECONDS: i64 = 24 * 60 * 60;
/// Letters and digits of a hash.
const HASH_LENGTH: usize = 32;

/// What an account uses an address for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum EmailType {
    Main,
    Billing,
    Abuse,
}

impl EmailType {
    fn name(self) -> &'static str {
        match self {
            EmailType::Main => "main",
            EmailType::Billing => "billing",
            EmailType::Abuse => "abuse",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Confirmation {
    email_type: EmailType,
    email_address: String,
    hash: String,
    expires_at: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Proof {
    user_id: i64,
    hash: String,
}

#[derive(Deserialize)]
struct Resend {
    email: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Confirmed {
    email_address: String,
    email_type: EmailType,
}

fn confirm(cx: &Context, Body(proof): Body<Proof>) -> Result<Object<Confirmed>> {
    let user = users::by_account(cx, proof.user_id)?.ok_or_else(Problem::not_found)?;
    let cx = &ip_whitelists::on_behalf_of(cx, user.account)?;
    let Confirmation { email_type, email_address, .. } = verify(cx, &proof.hash)?;
    if email_type == EmailType::Main {
        customer::confirm_main_email(cx, &email_address)?;
    }
    drop_request(cx, email_type)?;
    action_log::add(
        cx,
        "Email address confirmed",
        &format!("{} is {email_address}", email_type.name()),
    )?;
    Ok(Object(Confirmed { email_address, email_type }))
}

/// The confirmation that waits for the hash of a mail; refuses a wrong hash and an expired one.
fn verify(cx: &Context, hash: &str) -> Result<Confirmation> {
    let awaited = CONFIRMATIONS.rows_where(cx, Page::ALL, "hash = ?", &[&hash])?.pop();
    let awaited =
        awaited.ok_or_else(|| Problem::invalid("hash", "is of no email that awaits an answer"))?;
    if awaited.expires_at <= cx.now {
        return Err(Problem::invalid("hash", "has expired"));
    }
    Ok(awaited)
}

/// A new hash for an address that is not confirmed yet, also where the old one has expired.
fn resend(cx: &Context, Body(new): Body<Resend>) -> Result<()> {
    let Some(account) = account_to_confirm(cx, &new.email)? else {
        return Err(match customer::by_email(cx, &new.email)? {
            Some(_) => Problem::invalid("email", "is confirmed already"),
            None => Problem::not_found(),
        });
    };
    let cx = &ip_whitelists::on_behalf_of(cx, account)?;
    let awaited =
        CONFIRMATIONS.rows_where(cx, Page::ALL, "email_address = lower(?)", &[&new.email])?;
    awaited.into_iter().try_for_each(|it| request(cx, it.email_type, &it.email_address))
}

/// The account that was asked last to confirm this address, among all.
fn account_to_confirm(cx: &Context, email_address: &str) -> Result<Option<i64>> {
    let sql = "SELECT account FROM email_confirmation WHERE email_address = lower(?1)
               ORDER BY expires_at DESC, account DESC LIMIT 1";
    Ok(cx.db.prepare_cached(sql)?.query_row([email_address], |row| row.get(0)).optional()?)
}

/// Asks to confirm that the address belongs to the account. An earlier request for the same use is
/// dropped.
pub(super) fn request(cx: &Context, email_type: EmailType, email_address: &str) -> Result<()> {
    let (hash, expires_at) = (cx.random_text(HASH_LENGTH)?, cx.now + CONFIRMATION_SECONDS);
    drop_request(cx, email_type)?;
    let email_address = email_address.to_owned();
    let awaited = Confirmation { email_type, email_address, hash, expires_at };
    CONFIRMATIONS.insert(cx, &awaited)?;
    let user = cx.account()?;
    let text = format!(
        "Somebody gave this as the {} email address of account {user}. If that was you, \
         confirm it within a day, with your user id {user} and the hash {}.",
        email_type.name(),
        awaited.hash
    );
    cx.send(&Mail {
        to: &awaited.email_address,
        kind: "email-confirmation",
        subject: "Confirm your email address",
        text,
        values: json!({ "userId": user, "hash": awaited.hash, "emailType": email_type }),
    })
}

/// After an address of the account changed: asks to confirm the new one, where there is one.
pub(super) fn address_changed(
    cx: &Context,
    email_type: EmailType,
    [before, after]: [Option<&str>; 2],
) -> Result<()> {
    if before == after {
        return Ok(());
    }
    drop_request(cx, email_type)?;
    match after {
        // The main address is confirmed, whatever else it is used for.
        Some(address) if customer::is_confirmed(cx, address)? => Ok(()),
        Some(address) => request(cx, email_type, address),
        None => Ok(()),
    }
}

/// The main address that waits for its confirmation, unless that has expired.
pub(super) fn unconfirmed_main_email(cx: &Context) -> Result<Option<UnconfirmedEmail>> {
    let (main, now) = (EmailType::Main.name(), cx.now);
    let awaited = CONFIRMATIONS
        .rows_where(cx, Page::ALL, "email_type = ? AND expires_at > ?", &[&main, &now])?
        .pop();
    Ok(awaited.map(|it| UnconfirmedEmail { email: it.email_address, expires_at: it.expires_at }))
}

fn drop_request(cx: &Context, email_type: EmailType) -> Result<()> {
    let name = email_type.name();
    if CONFIRMATIONS.has(cx, name)? { CONFIRMATIONS.remove(cx, name) } else { Ok(()) }
}
