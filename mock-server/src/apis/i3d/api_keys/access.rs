//! What a key opens, and from where.

use rusqlite::OptionalExtension;

use super::{ip_whitelists, keys};
use crate::{
    apis::i3d::{self, account},
    engine::{Context, Credential, Identity, KeyGrant, Problem, Result},
};

/// What a key opens, in one statement, because every request needs it.
const KEY: &str = "
    SELECT account, id, expires_at,
           EXISTS (SELECT 1 FROM api_key_ip_whitelist WHERE api_key_id = api_key.id AND active = 1)
           OR EXISTS (
               SELECT 1 FROM account_ip_whitelist WHERE account = api_key.account AND active = 1
           )
    FROM api_key WHERE key = ?1";

/// Whether a key is one of this customer, whatever else holds of it.
pub(in crate::apis::i3d) fn belongs_to(cx: &Context, key: &str, account: i64) -> Result<bool> {
    let grant = cx.key_grant(i3d::NAME, key, || find(cx, key))?;
    Ok(grant.is_some_and(|key| key.account == account))
}

/// The customer of a key. Refuses a key that is unknown or expired, and an address that the
/// whitelists of the key or of the account leave out.
pub(in crate::apis::i3d) fn authenticate(cx: &Context, key: &str) -> Result<Identity> {
    let key =
        cx.key_grant(i3d::NAME, key, || find(cx, key))?.ok_or_else(Problem::unauthenticated)?;
    if key.expires_at.is_some_and(|at| at <= cx.now) {
        return Err(Problem::unauthenticated());
    }
    if key.restricted
        && !(ip_whitelists::allow(cx, key.id)? && account::ip_whitelists::allow(cx, key.account)?)
    {
        return Err(Problem::forbidden());
    }
    keys::count_use(cx, key.id);
    Ok(Identity {
        account: Some(key.account),
        credential: Some(Credential::Key(key.id)),
        ..Identity::default()
    })
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
