//! What an operation takes of a request: path, query, range, headers and body, typed and checked
//! by the contract.

use std::{fmt::Display, net::IpAddr, sync::Arc};

use axum::{
    body::Body,
    extract::{DefaultBodyLimit, FromRequest, Multipart, RawPathParams, Request as HttpRequest},
    http::{HeaderMap, HeaderValue, request::Parts},
};
use bytes::Bytes;
use openapi::{Checked, Location, RequestBody, Rule, Violation};
use serde_json::Value;

use super::{body, endpoint::Endpoint};
use crate::engine::{Needs, Notes, Part, Problem, ProblemKind, Request, Result};

/// A request whose operation is known.
pub(super) struct Incoming<'a> {
    pub(super) endpoint: &'a Arc<Endpoint>,
    /// The address that it comes from.
    pub(super) from: IpAddr,
    /// Its method, URI and headers.
    pub(super) parts: &'a Parts,
    /// The parameters of its path.
    pub(super) path: &'a RawPathParams,
    /// Whether properties that the contract does not know are refused.
    pub(super) strict: bool,
    /// Where such properties are noted.
    pub(super) notes: &'a Notes,
}

impl Incoming<'_> {
    /// Path, query, range and headers.
    pub(super) fn parameters(&self) -> Result<Request> {
        let Incoming { endpoint, parts, .. } = self;
        let route = endpoint.route;
        let mut request = Request::default();
        let given: Vec<(&str, &str)> = self.path.iter().collect();
        if !route.read(Location::Path, &given, &mut request.path).violations.is_empty() {
            return Err(Problem::new(ProblemKind::NoRoute));
        }
        let query: Vec<_> =
            form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).collect();
        let query: Vec<(&str, &str)> =
            query.iter().map(|(name, text)| (&**name, &**text)).collect();
        let checked = route.read(Location::Query, &query, &mut request.query);
        let violations = self.tolerated(checked);
        if !violations.is_empty() {
            return Err(Problem { errors: violations, ..Problem::new(ProblemKind::Malformed) });
        }
        if endpoint.ranged {
            let range = only_header(&parts.headers, endpoint.api.page_header())?;
            request.page = endpoint.api.page(range)?;
        }
        if endpoint.operation.needs.contains(&Needs::Headers) {
            request.headers = parts.headers.clone();
        }
        Ok(request)
    }

    /// The bytes of the body; empty where the operation takes none.
    pub(super) async fn body_bytes(&self, body: &mut Body) -> Result<Bytes> {
        match self.endpoint.route.body {
            Some(_) => body::read(self.parts, body).await,
            None => Ok(Bytes::new()),
        }
    }

    /// The request with the body that these bytes are.
    pub(super) async fn with_body(&self, request: Request, bytes: &Bytes) -> Result<Request> {
        match &self.endpoint.route.body {
            None => Ok(request),
            Some(expected) if expected.is_json() => {
                Ok(Request { body: self.json(expected, bytes)?, ..request })
            }
            Some(expected) => {
                let form = form(expected, self.parts, bytes.clone()).await?;
                Ok(Request { form, ..request })
            }
        }
    }

    fn json(&self, expected: &RequestBody, bytes: &Bytes) -> Result<Value> {
        if bytes.is_empty() && !expected.required {
            return Ok(Value::Null);
        }
        let body = serde_json::from_slice(bytes);
        let mut body =
            body.map_err(|error| Problem::malformed(format!("The body is not JSON: {error}")))?;
        Problem::refuse(self.tolerated(expected.check(&mut body)))?;
        Ok(body)
    }

    /// The violations of a check. What the contract does not know is noted, or refused where the
    /// server is strict.
    fn tolerated(&self, checked: Checked) -> Vec<Violation> {
        let Checked { mut violations, unknown } = checked;
        if self.strict {
            let refused = |name| Violation::of_rule(name, Rule::AdditionalProperties);
            violations.extend(unknown.iter().map(refused));
        }
        if !unknown.is_empty() {
            self.notes.unknown(&self.endpoint.route.id, unknown);
        }
        violations
    }
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
async fn form(expected: &RequestBody, parts: &Parts, bytes: Bytes) -> Result<Vec<Part>> {
    let malformed =
        |error: &dyn Display| Problem::malformed(format!("The body is no multipart form: {error}"));
    let mut request = HttpRequest::from_parts(parts.clone(), Body::from(bytes));
    // The body was read within a bound of our own.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut fields =
        Multipart::from_request(request, &()).await.map_err(|error| malformed(&error))?;
    let mut form = Vec::new();
    while let Some(field) = fields.next_field().await.map_err(|error| malformed(&error))? {
        let (name, file_name) =
            (field.name().unwrap_or_default().to_owned(), field.file_name().map(str::to_owned));
        let bytes = field.bytes().await.map_err(|error| malformed(&error))?.to_vec();
        form.push(Part { name, file_name, bytes });
    }
    let names: Vec<&str> = form.iter().map(|part| part.name.as_str()).collect();
    Problem::refuse(expected.check_parts(&names))?;
    Ok(form)
}
