//! Who an account belongs to.

use crate::engine::{Context, Result};

/// The name under which others see the account: the company, or the person where there is none.
pub(super) fn name(cx: &Context) -> Result<String> {
    let sql = "SELECT coalesce(nullif(body ->> 'companyName', ''), body ->> 'firstName' || ' ' || (body ->> 'lastName'))
               FROM account_details WHERE account = ?1";
    Ok(cx.db.prepare_cached(sql)?.query_row([cx.account()?], |row| row.get(0))?)
}
