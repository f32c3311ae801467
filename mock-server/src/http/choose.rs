//! Which operation a request is for: by its path, its method and the action in its body.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::RawPathParams,
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
};
use bytes::Bytes;

use super::{
    body,
    decode::{Decoded, Plus, decode, media_type},
    endpoint::{Endpoint, PathItem, choosing_member, of_action},
    input::media_types,
    response::Answer,
};
use crate::engine::{Problem, ProblemKind, Result, Unmatched};

/// What the path chooses of the base path; nothing where it does not choose, `None` for an unknown
/// choice.
pub(super) fn server_variable(
    item: &PathItem,
    path: &RawPathParams,
) -> Option<Option<&'static str>> {
    let Some(variable) = &item.api().contract().server_variable else { return Some(None) };
    match path.iter().find(|(name, _)| *name == variable.name) {
        Some((_, text)) => variable.read(text).map(Some),
        None => Some(None),
    }
}

/// The operation of a request, by the action in its body where several share path and method.
/// Where it was read for that, the body comes along.
pub(super) async fn choose<'a>(
    endpoints: &'a [Arc<Endpoint>],
    parts: &Parts,
    body: &mut Body,
    plus: Plus,
) -> Result<(&'a Arc<Endpoint>, Option<(Bytes, Decoded<'static>)>)> {
    match choosing_member(endpoints) {
        // On the heap, because every request would carry the room that few need.
        Some(member) => Box::pin(choose_by(member, endpoints, parts, body, plus)).await,
        None => Ok((&endpoints[0], None)),
    }
}

async fn choose_by<'a>(
    member: &str,
    endpoints: &'a [Arc<Endpoint>],
    parts: &Parts,
    body: &mut Body,
    plus: Plus,
) -> Result<(&'a Arc<Endpoint>, Option<(Bytes, Decoded<'static>)>)> {
    let sent = body::read(parts, body).await?;
    let offered: Vec<&str> = endpoints.iter().flat_map(|it| media_types(it.route)).collect();
    let media = media_type(&offered, parts, &sent);
    let decoded = decode(media, parts, sent.clone(), plus).await?;
    let action = decoded.members().and_then(|members| members.get(member)?.as_str());
    Ok((of_action(endpoints, member, action)?, Some((sent, decoded))))
}

/// The answer to a method that a path does not have.
pub(super) fn other_method(item: &PathItem, method: &Method) -> (Option<Unmatched>, Answer) {
    let allow = (header::ALLOW, item.allow.clone());
    if method == Method::OPTIONS {
        let (status, headers) = (StatusCode::NO_CONTENT.as_u16(), HeaderMap::from_iter([allow]));
        return (None, Answer { status, headers, media: None, content: Bytes::new() });
    }
    let problem = Problem::new(ProblemKind::MethodNotAllowed);
    let mut answer = Answer::refusal(item.api(), &problem, None);
    answer.headers.extend([allow]);
    (Some(Unmatched::Method), answer)
}
