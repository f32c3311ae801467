//! Subscriptions to the newsletter, with double opt-in: an address is on the list once its owner
//! has sent back the token of a mail.

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    apis::i3d::account::{NO_CUSTOMER, customer},
    engine::{Body, Context, Mail, Operation, Page, Problem, Result, RowType, Table, write},
};

pub(super) fn operations() -> [Operation; 3] {
    [
        write("optInForNewsletter", opt_in),
        write("confirmNewsletterOptIn", confirm),
        write("unsubscribeFromNewsletter", unsubscribe),
    ]
}

const SUBSCRIPTIONS: Table<Subscription> = Table::new("newsletter_subscription", "email");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[SUBSCRIPTIONS.row_type()];

/// For how long a token can be sent back.
const TOKEN_SECONDS: i64 = 7 * 24 * 60 * 60;

/// Characters of the key that ends a subscription.
const KEY_LENGTH: usize = 32;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subscription {
    /// In lower case.
    email: String,
    language: String,
    /// The token that the last mail asks to send back; `None` once it was.
    token: Option<Uuid>,
    requested_at: i64,
    confirmed: bool,
    mailhash: String,
    key: String,
}

#[derive(Deserialize)]
struct NewsletterOptIn {
    email: String,
    language: String,
}

#[derive(Deserialize)]
struct NewsletterConfirm {
    token: String,
}

#[derive(Deserialize)]
struct NewsletterUnsubscribe {
    mailhash: String,
    key: String,
}

/// An address that is on the list already stays on it and is asked again, so that the answer does
/// not disclose who is subscribed.
fn opt_in(cx: &Context, Body(new): Body<NewsletterOptIn>) -> Result<()> {
    let cx = &cx.on_behalf_of(NO_CUSTOMER);
    remove_unconfirmed(cx)?;
    let (email, token) = (new.email.to_ascii_lowercase(), cx.new_uuid()?);
    let ask = |subscription: &mut Subscription| {
        subscription.language = new.language;
        subscription.token = Some(token);
        subscription.requested_at = cx.now;
        Ok(())
    };
    if SUBSCRIPTIONS.has(cx, &email)? {
        SUBSCRIPTIONS.change(cx, &email, ask)?;
    } else {
        let mut subscription = Subscription::of(cx, email)?;
        ask(&mut subscription)?;
        SUBSCRIPTIONS.insert(cx, &subscription)?;
    }
    cx.send(&Mail {
        to: &new.email,
        kind: "newsletter-confirmation",
        subject: "Please confirm your subscription",
        text: format!(
            "Somebody, we hope you, asked for our newsletter. To receive it, confirm with {token}."
        ),
        values: json!({ "token": token }),
    })
}

/// The first newsletter follows at once: it has what unsubscribing needs.
fn confirm(cx: &Context, Body(sent): Body<NewsletterConfirm>) -> Result<()> {
    let cx = &cx.on_behalf_of(NO_CUSTOMER);
    let token = Uuid::try_parse(&sent.token).map_err(|_| Problem::not_found())?.to_string();
    let asked_after = cx.now - TOKEN_SECONDS;
    let found = SUBSCRIPTIONS.rows_where(
        cx,
        Page::ALL,
        "token = ? AND requested_at > ?",
        &[&token, &asked_after],
    )?;
    let mut subscription = found.into_iter().next().ok_or_else(Problem::not_found)?;
    subscription.token = None;
    subscription.confirmed = true;
    SUBSCRIPTIONS.replace(cx, &subscription.email, &subscription)?;
    customer::set_newsletter(cx, &subscription.email, true)?;
    let Subscription { email, mailhash, key, .. } = &subscription;
    cx.send(&Mail {
        to: email,
        kind: "newsletter",
        subject: "Welcome to our newsletter",
        text: format!(
            "You will hear from us. To unsubscribe, use the hash {mailhash} and the key {key}."
        ),
        values: json!({ "mailhash": mailhash, "key": key }),
    })
}

/// A wrong hash and a wrong key have the same answer, because the hash follows from the address,
/// and the answer must not disclose who is subscribed.
fn unsubscribe(cx: &Context, Body(sent): Body<NewsletterUnsubscribe>) -> Result<()> {
    let cx = &cx.on_behalf_of(NO_CUSTOMER);
    let found = SUBSCRIPTIONS.rows_where(cx, Page::ALL, "mailhash = ?", &[&sent.mailhash])?;
    let Some(subscription) = found.into_iter().find(|it| it.confirmed && it.key == sent.key) else {
        return Err(Problem::invalid("key", "does not end a subscription with this mailhash"));
    };
    SUBSCRIPTIONS.remove(cx, &subscription.email)?;
    customer::set_newsletter(cx, &subscription.email, false)
}

impl Subscription {
    /// The subscription of an address that was not asked yet.
    fn of(cx: &Context, email: String) -> Result<Subscription> {
        Ok(Subscription {
            mailhash: hex::encode(Sha256::digest(&email)),
            email,
            language: String::new(),
            token: None,
            requested_at: cx.now,
            confirmed: false,
            key: cx.random_text(KEY_LENGTH)?,
        })
    }
}

/// Removes addresses whose owners did not confirm in time.
fn remove_unconfirmed(cx: &Context) -> Result<()> {
    let sql = "DELETE FROM newsletter_subscription WHERE confirmed = 0 AND requested_at <= ?1";
    cx.db.prepare_cached(sql)?.execute([cx.now - TOKEN_SECONDS])?;
    Ok(())
}
