//! Which billing account pays for a new resource.

use rusqlite::OptionalExtension;

use crate::{
    apis::warren::platform::{refusals, token},
    engine::{Context, Problem, Result},
};

/// The billing account that a request names. Without one it is that of the token, or the default
/// one of the user.
pub(in crate::apis::warren) fn payer(cx: &Context, named: Option<i64>) -> Result<i64> {
    if let Some(id) = of_request(cx, named)? {
        return Ok(id);
    }
    let id = default(cx)?.ok_or_else(required)?;
    token::permit(cx, id).map(|()| id)
}

/// The same, but a token that belongs to no billing account must name one.
pub(in crate::apis::warren) fn named_payer(cx: &Context, named: Option<i64>) -> Result<i64> {
    of_request(cx, named)?.ok_or_else(required)
}

/// Refuses a billing account that the user does not have, and any other than its own to a token
/// that opens one only.
pub(in crate::apis::warren) fn require(cx: &Context, id: i64) -> Result<()> {
    token::permit(cx, id)?;
    let sql = "SELECT 1 FROM warren_billing_account
               WHERE account = ?1 AND id = ?2 AND is_deleted = 0";
    match cx.db.prepare_cached(sql)?.exists((cx.account()?, id))? {
        true => Ok(()),
        false => Err(refusals::error("Provided billing account is incorrect.")),
    }
}

/// What the request or its token names; 0 names none.
fn of_request(cx: &Context, named: Option<i64>) -> Result<Option<i64>> {
    let token = token::of_caller(cx)?;
    let named = named.filter(|id| *id != 0);
    let of_token = Some(token.billing_account_id).filter(|id| *id != 0);
    let id = named.or(of_token);
    id.map_or(Ok(()), |id| require(cx, id))?;
    Ok(id)
}

fn default(cx: &Context) -> Result<Option<i64>> {
    let sql = "SELECT id FROM warren_billing_account
               WHERE account = ?1 AND is_default = 1 AND is_deleted = 0";
    Ok(cx.db.prepare_cached(sql)?.query_row([cx.account()?], |row| row.get(0)).optional()?)
}

fn required() -> Problem {
    Problem::malformed("'billing_account_id' is required if using a global API token")
}
