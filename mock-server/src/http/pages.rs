//! Pages for the browser of a customer, beside the contracts: anybody may open them who knows their
//! path.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{ConnectInfo, RawPathParams},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodFilter, on},
};

use crate::engine::{Api, Caller, Content, Effect, Reply, Request, Result, WebPage, World};

/// One route for each page of each API.
pub(super) fn router(apis: &[Arc<dyn Api>], world: &Arc<World>) -> Router {
    apis.iter().flat_map(|api| api.pages()).fold(Router::new(), |router, page| {
        let method =
            MethodFilter::try_from(page.method.clone()).expect("a page has an ordinary method");
        let (path, page, world) = (page.path, Arc::new(page), Arc::clone(world));
        let serve = move |ConnectInfo(from): ConnectInfo<SocketAddr>,
                          path: RawPathParams,
                          headers: HeaderMap| async move {
            let path = path.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
            let request = Request { path, headers, ..Request::default() };
            answer(run(&world, page, Caller::anonymous(from.ip()), request).await)
        };
        router.route(path, on(method, serve))
    })
}

async fn run(
    world: &Arc<World>,
    page: Arc<WebPage>,
    caller: Caller,
    request: Request,
) -> Result<Reply> {
    match page.operation.effect {
        Effect::Read => world.read(caller, |cx| page.operation.run(cx, request)),
        Effect::Write => world.write(caller, move |cx| page.operation.run(cx, request)).await,
    }
}

fn answer(ran: Result<Reply>) -> Response {
    let reply = match ran {
        Ok(reply) => reply,
        Err(problem) => {
            let status = StatusCode::from_u16(problem.kind.status()).expect("a status");
            let reason = status.canonical_reason().unwrap_or("Refused");
            let text = if problem.message.is_empty() { reason.to_owned() } else { problem.message };
            return (status, text).into_response();
        }
    };
    let mut headers = HeaderMap::new();
    for (name, value) in reply.headers {
        headers.append(name, HeaderValue::from_str(&value).expect("pages write valid headers"));
    }
    let status =
        if headers.contains_key(header::LOCATION) { StatusCode::SEE_OTHER } else { StatusCode::OK };
    let (media, content) = match reply.content {
        Content::Empty => return (status, headers).into_response(),
        Content::Json(text) => ("application/json", text.into_bytes()),
        Content::File(file) => (file.media, file.bytes),
    };
    (status, headers, [(header::CONTENT_TYPE, media)], content).into_response()
}
