//! The way of a request: route, credentials, parameters, body, operation, answer.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Body,
    extract::{
        ConnectInfo, DefaultBodyLimit, FromRequest, Multipart, RawPathParams,
        Request as HttpRequest,
    },
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::any,
};
use bytes::Bytes;
use futures_util::FutureExt;
use openapi::{Checked, Location, RequestBody, Rule, Violation};
use serde_json::Value;

use super::{
    body,
    join::{Endpoint, join},
};
use crate::engine::{
    Api, Breach, Caller, Content, Context, Effect, Exchange, Identity, Kind, Needs, Part, Problem,
    Reply, Request, Result, World, header_lines,
};

/// What all requests share.
pub struct Shell {
    apis: Vec<Arc<dyn Api>>,
    world: Arc<World>,
    strict: bool,
}

/// A refusal, and whether it is the engine's own or comes from the operation.
struct Refusal {
    problem: Problem,
    by_operation: bool,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        Refusal { problem, by_operation: false }
    }
}

/// The operations of one path.
struct Place {
    endpoints: Vec<Arc<Endpoint>>,
    allow: HeaderValue,
}

impl Place {
    fn new(endpoints: Vec<Arc<Endpoint>>) -> Place {
        let mut methods: Vec<&str> = endpoints.iter().map(|it| it.route.method.as_str()).collect();
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.push("OPTIONS");
        Place {
            allow: HeaderValue::from_str(&methods.join(", ")).expect("methods are ASCII"),
            endpoints,
        }
    }

    /// The answer to a request whose own answer failed; the connection stays.
    fn failed(&self) -> Response {
        refusal(&*self.first().api, &Problem::new(Kind::Internal))
    }

    fn first(&self) -> &Endpoint {
        self.endpoints.first().expect("a path has an operation")
    }

    fn endpoint(&self, method: &Method) -> Option<&Arc<Endpoint>> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.endpoints.iter().find(|it| it.route.method == *method)
    }
}

/// One route for each path of each API; a slash at the end makes no difference.
pub fn router(apis: &[Arc<dyn Api>], shell: Arc<Shell>) -> Router {
    let mut paths: BTreeMap<String, Vec<Arc<Endpoint>>> = BTreeMap::new();
    for endpoint in apis.iter().flat_map(join) {
        paths
            .entry(endpoint.route.path.trim_end_matches('/').to_owned())
            .or_default()
            .push(Arc::new(endpoint));
    }
    let mut router = Router::new();
    for (path, endpoints) in paths {
        let (place, shell) = (Arc::new(Place::new(endpoints)), Arc::clone(&shell));
        let serve =
            any(move |ConnectInfo(from): ConnectInfo<SocketAddr>, path, request| async move {
                let answer =
                    AssertUnwindSafe(shell.serve(&place, from.ip().to_canonical(), path, request));
                shell.dated(answer.catch_unwind().await.unwrap_or_else(|_| place.failed()))
            });
        router = router.route(&path, serve.clone()).route(&format!("{path}/"), serve);
    }
    router.fallback(move |request: HttpRequest| async move {
        let (parts, sent) = request.into_parts();
        body::ignore(&parts, sent);
        shell.dated(shell.no_route(parts.uri.path()))
    })
}

impl Shell {
    pub fn new(apis: &[Arc<dyn Api>], world: &Arc<World>, strict: bool) -> Arc<Shell> {
        Arc::new(Shell { apis: apis.to_vec(), world: Arc::clone(world), strict })
    }

    /// The answer with the date of its world, where that is not the real one.
    fn dated(&self, mut answer: Response) -> Response {
        let clock = self.world.clock();
        if !clock.is_real() {
            let since = Duration::from_secs(clock.now().try_into().unwrap_or_default());
            let date = httpdate::fmt_http_date(UNIX_EPOCH + since);
            answer
                .headers_mut()
                .insert(header::DATE, HeaderValue::from_str(&date).expect("a date is ASCII"));
        }
        answer
    }

    async fn serve(
        &self,
        place: &Place,
        from: IpAddr,
        path: Result<RawPathParams, impl std::fmt::Debug>,
        request: HttpRequest,
    ) -> Response {
        let (parts, mut body) = request.into_parts();
        let Some(endpoint) = place.endpoint(&parts.method) else {
            body::ignore(&parts, body);
            return self.other_method(place, &parts.method);
        };
        let Ok(path) = path else {
            body::ignore(&parts, body);
            return self.no_route(parts.uri.path());
        };
        let started = self.world.clock().seconds();
        let mut caller = Caller::anonymous(from);
        let mut sent = Bytes::new();
        let answer = self.answer(endpoint, &parts, &path, &mut body, &mut caller, &mut sent).await;
        body::ignore(&parts, body);
        let (status, headers, content) = self.checked(endpoint, answer);
        // Neither path nor query: they may hold secrets.
        tracing::debug!(
            operation = endpoint.route.id,
            account = caller.account,
            status = status.as_u16()
        );
        let read = endpoint.operation.effect == Effect::Read;
        self.world.environment.journal.record(Exchange {
            at: started as i64,
            seconds: self.world.clock().seconds() - started,
            api: endpoint.api.name(),
            operation: &endpoint.route.id,
            account: caller.account,
            address: from,
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: header_lines(&parts.headers),
            request_body: sent,
            status: status.as_u16(),
            response_body: if read { Bytes::new() } else { content.clone() },
        });
        let mut response = Response::new(Body::from(content));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }

    async fn answer(
        &self,
        endpoint: &Arc<Endpoint>,
        parts: &Parts,
        path: &RawPathParams,
        body: &mut Body,
        caller: &mut Caller,
        sent: &mut Bytes,
    ) -> Result<Reply, Refusal> {
        let route = endpoint.route;
        if endpoint.operation.effect == Effect::Read && route.body.is_none() {
            return self
                .world
                .read(*caller, |cx| Ok(self.read(endpoint, parts, path, cx, caller)))?;
        }
        self.world.read(*caller, |cx| self.identify(endpoint, parts, cx, caller))?;
        let mut request = self.parameters(endpoint, parts, path)?;
        if let Some(expected) = &route.body {
            *sent = body::read(parts, body).await?;
            if expected.is_json() {
                request.body = self.json(endpoint, expected, sent)?;
            } else {
                request.form = form(expected, parts, sent.clone()).await?;
            }
        }
        let ran = match endpoint.operation.effect {
            Effect::Read => self.world.read(*caller, |cx| endpoint.operation.run(cx, request)),
            Effect::Write => {
                let (endpoint, path) = (Arc::clone(endpoint), parts.uri.path().to_owned());
                let job = move |cx: &Context| {
                    let reply = endpoint.operation.run(cx, request)?;
                    endpoint.api.note(cx, endpoint.route, &path)?;
                    Ok(reply)
                };
                self.world.write(*caller, job).await
            }
        };
        ran.map_err(|problem| Refusal { problem, by_operation: true })
    }

    /// Most requests only read: their credentials and their answer come from one transaction.
    fn read(
        &self,
        endpoint: &Endpoint,
        parts: &Parts,
        path: &RawPathParams,
        cx: &Context,
        caller: &mut Caller,
    ) -> Result<Reply, Refusal> {
        self.identify(endpoint, parts, cx, caller)?;
        let request = self.parameters(endpoint, parts, path)?;
        endpoint
            .operation
            .run(&cx.seen_by(*caller), request)
            .map_err(|problem| Refusal { problem, by_operation: true })
    }

    /// Who asks; refuses nobody in particular where the operation is not open to everybody.
    fn identify(
        &self,
        endpoint: &Endpoint,
        parts: &Parts,
        cx: &Context,
        caller: &mut Caller,
    ) -> Result<()> {
        let open = endpoint.route.open;
        let identity = match endpoint.api.authenticate(cx, &parts.headers) {
            // Bad credentials do not close what is open to everybody; good ones that may not, where
            // the contract says so.
            Err(problem) if open && problem.kind == Kind::Unauthenticated => Identity::default(),
            Err(problem)
                if open && problem.kind == Kind::Forbidden && !endpoint.route.documents(403) =>
            {
                Identity::default()
            }
            Ok(identity) if identity.account.is_none() && !open => {
                return Err(Problem::unauthenticated());
            }
            other => other?,
        };
        (caller.account, caller.credential) = (identity.account, identity.credential);
        Ok(())
    }

    /// Path, query and range, typed and checked.
    fn parameters(
        &self,
        endpoint: &Endpoint,
        parts: &Parts,
        path: &RawPathParams,
    ) -> Result<Request> {
        let route = endpoint.route;
        let mut request = Request::default();
        let given: Vec<(&str, &str)> = path.iter().collect();
        if !route.read(Location::Path, &given, &mut request.path).violations.is_empty() {
            return Err(Problem::new(Kind::NoRoute));
        }
        let query: Vec<_> =
            form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).collect();
        let query: Vec<(&str, &str)> =
            query.iter().map(|(name, text)| (&**name, &**text)).collect();
        let checked = route.read(Location::Query, &query, &mut request.query);
        let violations = self.tolerated(&route.id, checked);
        if !violations.is_empty() {
            return Err(Problem { errors: violations, ..Problem::new(Kind::Malformed) });
        }
        if endpoint.ranged {
            request.page =
                endpoint.api.page(only_header(&parts.headers, endpoint.api.page_header())?)?;
        }
        if endpoint.operation.needs.contains(&Needs::Headers) {
            request.headers = parts.headers.clone();
        }
        Ok(request)
    }

    fn json(&self, endpoint: &Endpoint, expected: &RequestBody, sent: &Bytes) -> Result<Value> {
        if sent.is_empty() && !expected.required {
            return Ok(Value::Null);
        }
        let body = serde_json::from_slice(sent);
        let mut body =
            body.map_err(|error| Problem::malformed(format!("The body is not JSON: {error}")))?;
        let violations = self.tolerated(&endpoint.route.id, expected.check(&mut body));
        Problem::refuse(violations)?;
        Ok(body)
    }

    /// The violations of a check. What the contract does not know is noted, or refused where the
    /// shell is strict.
    fn tolerated(&self, operation: &str, checked: Checked) -> Vec<Violation> {
        let Checked { mut violations, unknown } = checked;
        if self.strict {
            let unknown = unknown.iter();
            let refused = |name| Violation::of_rule(name, Rule::AdditionalProperties);
            violations.extend(unknown.map(refused));
        }
        if !unknown.is_empty() {
            self.world.environment.notes.unknown(operation, unknown);
        }
        violations
    }

    /// The answer as it goes out; whatever in it breaks the contract is noted.
    fn checked(
        &self,
        endpoint: &Endpoint,
        answer: Result<Reply, Refusal>,
    ) -> (StatusCode, HeaderMap, Bytes) {
        let route = endpoint.route;
        let mut headers = HeaderMap::new();
        let mut listed = true;
        let (status, media, content) = match answer {
            Ok(reply) => {
                for (name, value) in reply.headers {
                    headers.append(
                        name,
                        HeaderValue::from_str(&value).expect("operations write valid headers"),
                    );
                }
                let (media, content) = match reply.content {
                    Content::Empty => (None, Bytes::new()),
                    Content::Json(text) => (Some("application/json"), text.into()),
                    Content::File(file) => (Some(file.media), file.bytes.into()),
                };
                (route.success, media, content)
            }
            Err(Refusal { problem, by_operation }) => {
                let (status, body) = endpoint.api.render(&problem, Some(route));
                // A form that an operation refuses is refused like one that the engine refuses.
                let of_engine = !by_operation || problem.kind == Kind::Invalid;
                listed = of_engine || route.documents(status);
                (status, Some("application/json"), body.to_string().into())
            }
        };
        let breach = |violation: Violation| {
            let Violation { property, message, .. } = violation;
            self.world.environment.notes.breach(Breach {
                operation: route.id.clone(),
                status,
                property,
                message,
            });
        };
        match route.response(status).filter(|_| listed) {
            Some(response) => {
                let body = media.map(|media| (media, &*content));
                endpoint.answers.check(response, status, body).into_iter().for_each(breach);
            }
            None => breach(Violation::new("", "the contract does not list this status")),
        }
        if let Some(media) = media {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
        }
        (StatusCode::from_u16(status).expect("a status of the contract"), headers, content)
    }

    fn other_method(&self, place: &Place, method: &Method) -> Response {
        let allow = [(header::ALLOW, place.allow.clone())];
        if method == Method::OPTIONS {
            return (StatusCode::NO_CONTENT, allow).into_response();
        }
        (allow, refusal(&*place.first().api, &Problem::new(Kind::MethodNotAllowed))).into_response()
    }

    fn no_route(&self, path: &str) -> Response {
        let api =
            self.apis.iter().find(|api| path.starts_with(api.prefix())).unwrap_or(&self.apis[0]);
        refusal(&**api, &Problem::new(Kind::NoRoute))
    }
}

fn refusal(api: &dyn Api, problem: &Problem) -> Response {
    let (status, body) = api.render(problem, None);
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// The value of a header that may stand once.
fn only_header<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().map(HeaderValue::to_str).transpose();
    match (value, values.next()) {
        (Ok(value), None) => Ok(value),
        _ => Err(Problem::malformed(format!("The header {name} may stand once, in ASCII"))),
    }
}

/// The parts of a multipart body; the ones that the contract requires must be there.
async fn form(expected: &RequestBody, parts: &Parts, sent: Bytes) -> Result<Vec<Part>> {
    let broken = |error: &dyn std::fmt::Display| {
        Problem::malformed(format!("The body is no multipart form: {error}"))
    };
    let mut request = HttpRequest::from_parts(parts.clone(), Body::from(sent));
    // The body is bounded already, and by our own measure.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut fields = Multipart::from_request(request, &()).await.map_err(|error| broken(&error))?;
    let mut form = Vec::new();
    while let Some(field) = fields.next_field().await.map_err(|error| broken(&error))? {
        let (name, file_name) =
            (field.name().unwrap_or_default().to_owned(), field.file_name().map(str::to_owned));
        let bytes = field.bytes().await.map_err(|error| broken(&error))?.to_vec();
        form.push(Part { name, file_name, bytes });
    }
    let names: Vec<&str> = form.iter().map(|part| part.name.as_str()).collect();
    Problem::refuse(expected.check_parts(&names))?;
    Ok(form)
}
