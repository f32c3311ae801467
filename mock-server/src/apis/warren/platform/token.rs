//! Tokens: what opens the API, and who pays where a request does not say.

use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{NAME, refusals, time::Time};
use crate::engine::{Context, Credential, KeyGrant, Problem, Result, RowType, Table};

/// A token.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::apis::warren) struct Token {
    /// Who pays where a request does not say; 0 for nobody.
    pub(in crate::apis::warren) billing_account_id: i64,
    pub(in crate::apis::warren) consumer_id: Uuid,
    pub(in crate::apis::warren) created_at: Time,
    pub(in crate::apis::warren) description: String,
    pub(in crate::apis::warren) id: i64,
    pub(in crate::apis::warren) kong_id: Uuid,
    /// Whether it opens only what that billing account pays for.
    pub(in crate::apis::warren) restricted: bool,
    pub(in crate::apis::warren) token: String,
    pub(in crate::apis::warren) updated_at: Option<Time>,
    pub(in crate::apis::warren) user_id: i64,
}

pub(in crate::apis::warren) const TOKENS: Table<Token> = Table::new("warren_token", "id");
/// What the rows read as.
pub(in crate::apis::warren) const ROWS: &[RowType] = &[TOKENS.row_type()];

/// How many letters and digits a token has.
pub(in crate::apis::warren) const LENGTH: usize = 32;

/// Gives the account its first token, this one or one that is drawn; `None` where somebody has it.
pub(in crate::apis::warren) fn add_first(
    cx: &Context,
    token: Option<String>,
) -> Result<Option<String>> {
    let token = token.map_or_else(|| cx.random_text(LENGTH), Ok)?;
    if cx.db.prepare_cached("SELECT 1 FROM warren_token WHERE token = ?1")?.exists([&token])? {
        return Ok(None);
    }
    let first = Token {
        billing_account_id: 0,
        consumer_id: cx.new_uuid()?,
        created_at: Time(cx.now),
        description: String::new(),
        id: TOKENS.next_id(cx)?,
        kong_id: cx.new_uuid()?,
        restricted: false,
        token: token.clone(),
        updated_at: None,
        user_id: cx.account()?,
    };
    TOKENS.insert(cx, &first)?;
    Ok(Some(token))
}

/// What a token opens.
pub(in crate::apis::warren) fn grant(cx: &Context, token: &str) -> Result<Option<KeyGrant>> {
    cx.key_grant(NAME, token, || {
        let sql = "SELECT account, id FROM warren_token WHERE token = ?1";
        let grant = cx.db.prepare_cached(sql)?.query_row([token], |row| {
            let (account, id) = (row.get(0)?, row.get(1)?);
            Ok(KeyGrant { account, id, expires_at: None, restricted: false })
        });
        Ok(grant.optional()?)
    })
}

/// The token that the request came with.
pub(in crate::apis::warren) fn of_caller(cx: &Context) -> Result<Token> {
    match cx.caller.credential {
        Some(Credential::Key(id)) => TOKENS.find(cx, id),
        _ => Err(Problem::unauthenticated()),
    }
}

/// The only billing account that the token of the caller opens; `None` where it opens all.
pub(in crate::apis::warren) fn bound_to(cx: &Context) -> Result<Option<i64>> {
    let Some(Credential::Key(id)) = cx.caller.credential else { return Ok(None) };
    let sql = "SELECT body ->> 'billing_account_id' FROM warren_token
               WHERE account = ?1 AND id = ?2 AND body ->> 'restricted'";
    let bound = cx.db.prepare_cached(sql)?.query_row((cx.account()?, id), |row| row.get(0));
    Ok(bound.optional()?)
}

/// Refuses to a token that opens one billing account what another one pays for.
pub(in crate::apis::warren) fn permit(cx: &Context, billing_account: i64) -> Result<()> {
    match bound_to(cx)? {
        Some(only) if only != billing_account => Err(refusals::resource_forbidden()),
        _ => Ok(()),
    }
}

/// Refuses what concerns all billing accounts to a token that opens one only.
pub(in crate::apis::warren) fn permit_all(cx: &Context) -> Result<()> {
    if bound_to(cx)?.is_some() { Err(refusals::resource_forbidden()) } else { Ok(()) }
}

/// The billing account whose resources a list shows: the one that the request names, else the only
/// one that the token opens; `None` for all.
pub(in crate::apis::warren) fn listed(cx: &Context, named: Option<i64>) -> Result<Option<i64>> {
    match named {
        Some(id) => permit(cx, id).map(|()| Some(id)),
        None => bound_to(cx),
    }
}
