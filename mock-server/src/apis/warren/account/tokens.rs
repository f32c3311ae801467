//! Tokens of the API. An answer to a change shows all of them.

use serde::Deserialize;

use crate::{
    apis::warren::{
        billing::payer,
        platform::{
            refusals,
            success::{Success, success},
            time::Time,
            token::{self, LENGTH, TOKENS, Token},
        },
    },
    engine::{Body, Context, Object, Operation, Page, Result, Rows, read, write},
};

pub(super) fn operations() -> [Operation; 4] {
    [
        read("listTokens", list),
        write("createToken", create),
        write("updateToken", update),
        write("deleteToken", delete),
    ]
}

#[derive(Deserialize)]
struct NewToken {
    #[serde(default)]
    billing_account_id: i64,
    #[serde(default)]
    description: String,
    #[serde(default)]
    restricted: bool,
}

#[derive(Deserialize)]
struct Changes {
    token_id: i64,
    billing_account_id: Option<i64>,
    description: Option<String>,
    /// Any value restricts it.
    restricted: Option<String>,
}

#[derive(Deserialize)]
struct ById {
    token_id: i64,
}

/// A restricted token is shown itself, not what would open more.
fn list(cx: &Context) -> Result<Rows> {
    let token = token::of_caller(cx)?;
    if token.restricted {
        return TOKENS.page_where(cx, Page::ALL, "id = ?", &[&token.id]);
    }
    TOKENS.page(cx, Page::ALL)
}

/// A restricted token makes and changes none, because it could free itself.
fn create(cx: &Context, Body(new): Body<NewToken>) -> Result<Rows> {
    token::permit_all(cx)?;
    require_payer(cx, new.billing_account_id)?;
    let mine = TOKENS.rows(cx, Page::ALL)?;
    let consumer_id = mine.first().map_or_else(|| cx.new_uuid(), |token| Ok(token.consumer_id))?;
    let token = Token {
        billing_account_id: new.billing_account_id,
        consumer_id,
        created_at: Time(cx.now),
        description: new.description,
        id: TOKENS.next_id(cx)?,
        kong_id: cx.new_uuid()?,
        restricted: new.restricted,
        token: cx.random_text(LENGTH)?,
        updated_at: None,
        user_id: cx.account()?,
    };
    TOKENS.insert(cx, &token)?;
    list(cx)
}

fn update(cx: &Context, Body(new): Body<Changes>) -> Result<Rows> {
    token::permit_all(cx)?;
    if !TOKENS.has(cx, new.token_id)? {
        return Err(refusals::error("Failed to update token."));
    }
    new.billing_account_id.map_or(Ok(()), |id| require_payer(cx, id))?;
    TOKENS.change(cx, new.token_id, |token| {
        token.billing_account_id = new.billing_account_id.unwrap_or(token.billing_account_id);
        token.description = new.description.unwrap_or_else(|| token.description.clone());
        token.restricted |= new.restricted.is_some();
        token.updated_at = Some(Time(cx.now));
        Ok(())
    })?;
    list(cx)
}

fn delete(cx: &Context, Body(by): Body<ById>) -> Result<Object<Success>> {
    token::permit_all(cx)?;
    if !TOKENS.has(cx, by.token_id)? {
        return Err(refusals::error("Failed to delete kong token."));
    }
    TOKENS.remove(cx, by.token_id)?;
    Ok(success())
}

/// A token may belong to no billing account, which is 0.
fn require_payer(cx: &Context, id: i64) -> Result<()> {
    if id == 0 { Ok(()) } else { payer::require(cx, id) }
}
