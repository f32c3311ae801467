//! Authentication: by an API key in `PRIVATE-TOKEN`, or by the session of a login in a cookie.

use http::HeaderMap;
use rusqlite::OptionalExtension;

use crate::{
    apis::i3d::{account, api_keys},
    engine::{Context, Credential, Identity, KeyGrant, Problem, Result},
};

/// The header that carries an API key.
const KEY_HEADER: &str = "private-token";

/// What a key opens, in one statement, because every request needs it.
const KEY: &str = "
    SELECT account, id, expires_at,
           EXISTS (SELECT 1 FROM api_key_ip_whitelist WHERE api_key_id = api_key.id AND active = 1)
           OR EXISTS (
               SELECT 1 FROM account_ip_whitelist WHERE account = api_key.account AND active = 1
           )
    FROM api_key WHERE key = ?1";

pub(super) fn authenticate(cx: &Context, headers: &HeaderMap) -> Result<Identity> {
    if let Some(key) = headers.get(KEY_HEADER) {
        return by_key(cx, key.to_str().map_err(|_| Problem::unauthenticated())?);
    }
    account::session::token(headers)
        .map_or_else(|| Ok(Identity::default()), |token| by_session(cx, token))
}

fn by_key(cx: &Context, key: &str) -> Result<Identity> {
    let key = cx.key_grant(key, || find(cx, key))?.ok_or_else(Problem::unauthenticated)?;
    if key.expires_at.is_some_and(|at| at <= cx.now) {
        return Err(Problem::unauthenticated());
    }
    if key.restricted
        && !(api_keys::ip_whitelists::allow(cx, key.id)?
            && account::ip_whitelists::allow(cx, key.account)?)
    {
        return Err(Problem::forbidden());
    }
    api_keys::keys::count_use(cx, key.id);
    Ok(Identity { account: Some(key.account), credential: Some(Credential::Key(key.id)) })
}

fn find(cx: &Context, key: &str) -> Result<Option<KeyGrant>> {
    let key = cx.db.prepare_cached(KEY)?.query_row([key], |row| {
        Ok(KeyGrant {
            account: row.get(0)?,
            id: row.get(1)?,
            expires_at: row.get(2)?,
            restricted: row.get(3)?,
        })
    });
    Ok(key.optional()?)
}

fn by_session(cx: &Context, token: &str) -> Result<Identity> {
    let session = account::session::find(cx, token)?.ok_or_else(Problem::unauthenticated)?;
    if !account::ip_whitelists::allow(cx, session.account)? {
        return Err(Problem::forbidden());
    }
    let account = (!session.awaits_otp).then_some(session.account);
    Ok(Identity { account, credential: Some(Credential::Session(session.id)) })
}
