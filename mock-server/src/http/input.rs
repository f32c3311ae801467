//! What an operation takes of a request: path, query, range, headers and body, typed and checked
//! by the contract.

use std::{
    borrow::Cow,
    net::IpAddr,
    sync::{Arc, Mutex},
};

use axum::{
    body::Body,
    extract::RawPathParams,
    http::{HeaderMap, HeaderValue, request::Parts},
};
use bytes::Bytes;
use openapi::{Checked, JSON, Location, MULTIPART, Route, Rule, URL_ENCODED, Violation, form};
use serde_json::{Map, Value};

use super::{
    body,
    decode::{Decoded, Plus, decode, media_type},
    endpoint::Endpoint,
};
use crate::engine::{Caller, Needs, Presented, Problem, ProblemKind, Request, Result};

/// The media types that parameters are taken from where the contract takes them from anywhere.
const ANYWHERE: [&str; 3] = [JSON, URL_ENCODED, MULTIPART];

/// A request whose operation is known.
pub(super) struct Incoming<'a> {
    pub(super) endpoint: &'a Arc<Endpoint>,
    /// The address that it comes from.
    pub(super) from: IpAddr,
    /// Its method, URI and headers.
    pub(super) parts: &'a Parts,
    /// The parameters of its path.
    pub(super) path: &'a RawPathParams,
    /// What it chose of the base path.
    pub(super) server_variable: Option<&'static str>,
    /// Its body, where the operation was chosen by it.
    pub(super) early: Option<(Bytes, Decoded<'a>)>,
    /// Whether properties that the contract does not know are refused.
    pub(super) strict: bool,
    /// What a `+` in its query or in a form stands for.
    pub(super) plus: Plus,
    /// Such properties.
    pub(super) unknown: Mutex<Vec<String>>,
}

impl<'a> Incoming<'a> {
    /// The caller, before the credentials are looked at.
    pub(super) fn anonymous(&self) -> Caller {
        Caller { server_variable: self.server_variable, ..Caller::anonymous(self.from) }
    }

    /// Where its credentials may be.
    pub(super) fn presented(&self) -> Presented<'_> {
        Presented {
            headers: &self.parts.headers,
            query: self.parts.uri.query().unwrap_or_default(),
            members: self.early.as_ref().and_then(|(_, decoded)| decoded.members()),
        }
    }

    /// Path, query, range and headers; where parameters come from anywhere, the path alone.
    pub(super) fn parameters(&self) -> Result<Request> {
        let Incoming { endpoint, parts, .. } = self;
        let route = endpoint.route;
        let mut request = Request::default();
        let given: Vec<(&str, &str)> = self.path.iter().collect();
        if !route.read(Location::Path, &given, &mut request.path).violations.is_empty() {
            return Err(Problem::new(ProblemKind::NoRoute));
        }
        if !route.anywhere {
            self.query(&mut request.query)?;
        }
        if let Some(paging) = endpoint.paging {
            request.page = (paging.read)(only_header(&parts.headers, paging.header)?)?;
        }
        if endpoint.operation.takes(Needs::Headers) {
            request.headers = parts.headers.clone();
        }
        Ok(request)
    }

    fn query(&self, values: &mut Map<String, Value>) -> Result<()> {
        let written = self.written_query();
        let query: Vec<_> = form_urlencoded::parse(&written).collect();
        let query: Vec<(&str, &str)> =
            query.iter().map(|(name, text)| (&**name, &**text)).collect();
        let checked = self.endpoint.route.read(Location::Query, &query, values);
        let errors = self.tolerated(checked);
        if errors.is_empty() {
            return Ok(());
        }
        Err(Problem { errors, ..Problem::new(ProblemKind::Malformed) })
    }

    /// The query, as the standard writes what is meant.
    fn written_query(&self) -> Cow<'_, [u8]> {
        self.plus.written(self.parts.uri.query().unwrap_or_default().as_bytes())
    }

    /// The bytes of the body; empty where the operation takes none.
    pub(super) async fn body_bytes(&self, body: &mut Body) -> Result<Bytes> {
        match &self.early {
            Some((sent, _)) => Ok(sent.clone()),
            None if self.endpoint.route.anywhere || self.endpoint.route.body.is_some() => {
                body::read(self.parts, body).await
            }
            None => Ok(Bytes::new()),
        }
    }

    /// The request with the body that these bytes are.
    pub(super) async fn with_body(&mut self, request: Request, bytes: &Bytes) -> Result<Request> {
        let route = self.endpoint.route;
        let early = self.early.take().map(|(_, decoded)| decoded);
        if route.anywhere {
            let decoded = match early {
                Some(decoded) => decoded,
                None if bytes.is_empty() => return self.collected(request, Map::new()),
                None => {
                    let media = media_type(&ANYWHERE, self.parts, bytes);
                    decode(media, self.parts, bytes.clone(), self.plus).await?
                }
            };
            let Value::Object(members) = decoded.value else {
                let no_object = Violation::of_rule("", Rule::Type(vec!["object"]));
                return Err(Problem::form(vec![no_object]));
            };
            return self.collected(Request { form: decoded.parts, ..request }, members);
        }
        match &route.body {
            None => Ok(request),
            Some(body) if early.is_none() && bytes.is_empty() && !body.required => Ok(request),
            Some(body) => {
                let decoded = match early {
                    Some(decoded) => decoded,
                    None => {
                        let media = match route.other_bodies.is_empty() {
                            true => &*body.media,
                            false => media_type(&media_types(route), self.parts, bytes),
                        };
                        decode(media, self.parts, bytes.clone(), self.plus).await?
                    }
                };
                self.checked(request, decoded)
            }
        }
    }

    /// The request with a body that satisfies the contract.
    fn checked(&self, request: Request, decoded: Decoded<'_>) -> Result<Request> {
        let Decoded { media, value: mut body, parts: form } = decoded;
        let expected = self.endpoint.route.bodies().find(|body| body.media == media);
        let expected = expected.ok_or_else(|| {
            Problem::malformed(format!("{} takes no body of type {media}", self.endpoint.route.id))
        })?;
        let reads_parts = expected.is_multipart() && !self.endpoint.operation.takes(Needs::Body);
        if !reads_parts {
            Problem::refuse(self.tolerated(expected.check(&mut body)))?;
            return Ok(Request { body, form, ..request });
        }
        // The operation reads the parts itself: only those that must be there are asked for.
        let names: Vec<&str> = form.iter().map(|part| part.name.as_str()).collect();
        Problem::refuse(expected.check_parts(&names))?;
        Ok(Request { form, ..request })
    }

    /// The request with what its query and its body carry, taken as one. The body counts where both
    /// have a name.
    pub(super) fn collected(
        &self,
        mut request: Request,
        members: Map<String, Value>,
    ) -> Result<Request> {
        let mut given = form::decode(&self.written_query());
        given.extend(members);
        let (body, checked) = self.endpoint.route.read_anywhere(given, &mut request.query);
        Problem::refuse(self.tolerated(checked))?;
        Ok(Request { body, ..request })
    }

    /// The violations of a check. What the contract does not know is noted, or refused where the
    /// server is strict.
    fn tolerated(&self, checked: Checked) -> Vec<Violation> {
        let Checked { mut violations, mut unknown } = checked;
        // The key of the caller is no parameter of the operation.
        let key = self.endpoint.api.contract().key_parameter.as_ref();
        unknown.retain(|name| Some(name) != key);
        if self.strict {
            let refused = |name| Violation::of_rule(name, Rule::AdditionalProperties);
            violations.extend(unknown.iter().map(refused));
        }
        if !unknown.is_empty() {
            self.unknown.lock().expect("no code panics while it holds them").extend(unknown);
        }
        violations
    }

    /// Its properties that the contract does not know.
    pub(super) fn into_unknown(self) -> Vec<String> {
        self.unknown.into_inner().expect("no code panics while it holds them")
    }
}

/// The media types of the bodies that an operation takes.
pub(super) fn media_types(route: &Route) -> Vec<&str> {
    route.bodies().map(|body| &*body.media).collect()
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
