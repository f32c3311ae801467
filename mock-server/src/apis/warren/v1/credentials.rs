//! Authentication: by a token in `apikey`, in a header or in the query. The brand of its user says
//! which locations there are; before it is known, the host of the request does.

use http::header::HOST;

use crate::{
    apis::warren::platform::{
        brand::{self, Brand},
        token,
    },
    engine::{Context, Credential, Identity, Presented, Problem, ProblemKind, Result},
};

/// The header or the parameter that carries a token.
const KEY: &str = "apikey";

pub(super) fn authenticate(cx: &Context, presented: &Presented) -> Result<Identity> {
    let Some(token) = shown(presented) else { return refused(cx, presented, Identity::default()) };
    let Some(grant) = token::grant(cx, &token)? else {
        refused(cx, presented, Identity::default())?;
        return Err(Problem::forbidden().because("Invalid authentication credentials"));
    };
    let cx = cx.on_behalf_of(grant.account);
    let location = location(&cx, brand::of_caller(&cx)?)?;
    Ok(Identity {
        account: Some(grant.account),
        credential: Some(Credential::Key(grant.id)),
        server_variable: Some(location),
    })
}

/// The identity of nobody, unless the brand of the host has no such location.
fn refused(cx: &Context, presented: &Presented, nobody: Identity) -> Result<Identity> {
    let host = presented.headers.get(HOST).and_then(|host| host.to_str().ok());
    location(cx, brand::of_host(cx, host.unwrap_or_default())?)?;
    Ok(nobody)
}

/// The token of a request; the header counts before the query.
fn shown(presented: &Presented) -> Option<String> {
    if let Some(token) = presented.headers.get(KEY) {
        return Some(String::from_utf8_lossy(token.as_bytes()).into_owned());
    }
    let mut query = form_urlencoded::parse(presented.query.as_bytes());
    query.find(|(name, _)| name == KEY).map(|(_, token)| token.into_owned())
}

/// The location that the request is about.
fn location(cx: &Context, brand: &'static Brand) -> Result<&'static str> {
    let location = match cx.caller.server_variable {
        Some(slug) => brand.location(slug),
        None => Some(brand.default_location()),
    };
    location.map(|it| it.slug.as_str()).ok_or_else(|| Problem::new(ProblemKind::NoRoute))
}
