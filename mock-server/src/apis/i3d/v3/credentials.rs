//! Authentication: by an API key in `PRIVATE-TOKEN`, or by the session of a login in a cookie.

use http::HeaderMap;

use crate::{
    apis::i3d::{account, api_keys},
    engine::{Context, Credential, Identity, Problem, Result},
};

/// The header that carries an API key.
const KEY_HEADER: &str = "private-token";

pub(super) fn authenticate(cx: &Context, headers: &HeaderMap) -> Result<Identity> {
    if let Some(key) = headers.get(KEY_HEADER) {
        let key = key.to_str().map_err(|_| Problem::unauthenticated())?;
        return api_keys::access::authenticate(cx, key);
    }
    account::session::token(headers)
        .map_or_else(|| Ok(Identity::default()), |token| by_session(cx, token))
}

fn by_session(cx: &Context, token: &str) -> Result<Identity> {
    let session = account::session::find(cx, token)?.ok_or_else(Problem::unauthenticated)?;
    if !account::ip_whitelists::allow(cx, session.account)? {
        return Err(Problem::forbidden());
    }
    let account = (!session.awaits_otp).then_some(session.account);
    Ok(Identity {
        account,
        credential: Some(Credential::Session(session.id)),
        ..Identity::default()
    })
}
