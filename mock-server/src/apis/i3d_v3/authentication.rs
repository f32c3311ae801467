//! Who asks: the API key in `PRIVATE-TOKEN`.

use http::HeaderMap;
use rusqlite::OptionalExtension;

use crate::engine::{Context, Credential, Identity, Kind, Problem, Result};

/// The header that carries an API key.
const KEY_HEADER: &str = "private-token";

pub(super) fn authenticate(cx: &Context, headers: &HeaderMap) -> Result<Identity> {
    match headers.get(KEY_HEADER) {
        Some(key) => by_key(cx, key.to_str().map_err(|_| refused())?),
        None => Ok(Identity::default()),
    }
}

fn by_key(cx: &Context, key: &str) -> Result<Identity> {
    let sql = "SELECT account, id, expires_at FROM api_key WHERE key = ?1";
    let found = cx
        .db
        .prepare_cached(sql)?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let (account, id, expires_at): (i64, i64, Option<i64>) = found.ok_or_else(refused)?;
    if expires_at.is_some_and(|at| at <= cx.now) {
        return Err(refused());
    }
    Ok(Identity { account: Some(account), credential: Some(Credential::Key(id)) })
}

fn refused() -> Problem {
    Problem::new(Kind::Unauthenticated)
}
