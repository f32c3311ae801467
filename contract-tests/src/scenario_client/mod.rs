//! The client of the scenario tests: a request is named by its operation, and every answer is
//! judged by the contract.

mod answer;

use http::Method;
use openapi::{Contract, JSON};
use serde_json::Value;

use crate::core::{
    exchange::{Caller, Received, Sent},
    profile::ApiProfile,
    request::{Content, Part, Request},
    secret::Secret,
    transport::{Http, Transport, credentials::Keys},
};

/// An API at some address.
#[derive(Clone)]
pub struct Api {
    base: String,
    profile: &'static ApiProfile,
    http: Http,
    caller: Caller,
    /// What a browser would send for its session.
    cookie: Option<String>,
}

impl Api {
    /// The API of `profile` at `base`, as in `http://127.0.0.1:8080`; without credentials.
    pub fn new(profile: &'static ApiProfile, base: String) -> Api {
        let http = Http::new(base.clone(), profile, Keys::default());
        Api { base, profile, http, caller: Caller::Nobody, cookie: None }
    }

    /// The same API, called with this key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Api {
        let keys = Keys { customer: Some(Secret::new(key)), ..Keys::default() };
        let http = Http::new(self.base.clone(), self.profile, keys);
        Api { http, caller: Caller::Customer, cookie: None, ..self.clone() }
    }

    /// The same API, called with this session.
    #[must_use]
    pub fn with_cookie(&self, cookie: &str) -> Api {
        Api { caller: Caller::Nobody, cookie: Some(cookie.to_owned()), ..self.clone() }
    }

    /// The same API, called by nobody.
    #[must_use]
    pub fn anonymous(&self) -> Api {
        Api { caller: Caller::Nobody, cookie: None, ..self.clone() }
    }

    /// The contract.
    pub fn contract(&self) -> &'static Contract {
        self.profile.contract
    }

    /// A request of an operation.
    pub fn call(&self, operation: &str) -> Call<'_> {
        let route = self.profile.contract.route(operation);
        let route = route.unwrap_or_else(|| panic!("the contract has no operation {operation}"));
        Request::of(route).call(self)
    }

    /// A request of no operation: a control route, or something wrong on purpose.
    pub async fn raw(&self, method: &str, path: &str, body: Option<Value>) -> Received {
        let media = body.iter().map(|_| ("content-type".to_owned(), JSON.to_owned()));
        let sent = Sent {
            route: None,
            caller: self.caller,
            method: method.parse().expect("a method"),
            target: path.to_owned(),
            headers: media.collect(),
            body: body.map_or_else(Vec::new, |body| body.to_string().into_bytes()),
        };
        self.send(&sent).await
    }

    async fn send(&self, sent: &Sent) -> Received {
        let cookie = self.cookie.iter().map(|cookie| ("cookie".to_owned(), cookie.clone()));
        let headers = sent.headers.iter().cloned().chain(cookie).collect();
        let answer = self.http.send(&Sent { headers, ..sent.clone() }).await;
        answer.unwrap_or_else(|error| panic!("{} gets an answer: {error}", sent.name()))
    }

    /// Moves the clock of the emulator.
    pub async fn advance(&self, seconds: u32) {
        let body = serde_json::json!({ "seconds": seconds });
        let answer = self.raw("POST", "/_mock/clock/advance", Some(body)).await;
        assert_eq!(answer.status, 200, "the clock moves");
    }
}

/// A request in the making.
pub struct Call<'a> {
    api: &'a Api,
    request: Request,
    method: Method,
    headers: Vec<(String, String)>,
    /// A body of no type, instead of the content of the request.
    text: Option<String>,
    /// Where it goes instead of the path of the operation.
    target: Option<String>,
}

impl Call<'_> {
    /// Sets a parameter of the path or of the query.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.request.parameters.push((name.to_owned(), value.to_string()));
        self
    }

    /// Asks by another method than that of the operation.
    #[must_use]
    pub fn by(self, method: Method) -> Self {
        Call { method, ..self }
    }

    /// Sets a header, also in the place of one that follows from the body.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// Asks for a part of the list, as in `start=0,results=25`.
    #[must_use]
    pub fn range(self, range: &str) -> Self {
        let paging = self.api.profile.paging.expect("the API has parts of lists");
        self.header(paging.header, range)
    }

    /// Sends it to another address than that of the operation.
    #[must_use]
    pub fn at(self, target: &str) -> Self {
        Call { target: Some(target.to_owned()), ..self }
    }

    /// Sets the JSON body. What the contract leaves no choice for, such as the action, is added.
    #[must_use]
    pub fn body(self, body: Value) -> Self {
        let request = self.request.content(Content::Json(body)).with_constants();
        Call { request, ..self }
    }

    /// Sets a body that may not be JSON.
    #[must_use]
    pub fn text(mut self, body: &str) -> Self {
        self.text = Some(body.to_owned());
        self
    }

    /// Sets a multipart body, and adds to it as [`body`](Call::body) does.
    #[must_use]
    pub fn form(self, parts: Vec<Part>) -> Self {
        let request = self.request.content(Content::Form(parts)).with_constants();
        Call { request, ..self }
    }

    fn sent(self) -> Sent {
        let (request, caller) = (self.request, self.api.caller);
        let mut sent = request.sent(caller);
        sent.method = self.method;
        let is_given = |name: &str| self.headers.iter().any(|(given, _)| given == name);
        sent.headers.retain(|(name, _)| !is_given(name));
        sent.headers.extend(self.headers);
        if let Some(text) = self.text {
            sent.body = text.into_bytes();
        }
        if let Some(target) = self.target {
            sent.target = target;
        }
        sent
    }

    /// Sends it; the answer was judged by the contract.
    pub async fn send(self) -> Received {
        let api = self.api;
        let sent = self.sent();
        let received = api.send(&sent).await;
        answer::judged(api.profile, sent, received)
    }

    /// Sends it; nobody has looked at the answer.
    pub async fn response(self) -> Received {
        let api = self.api;
        api.send(&self.sent()).await
    }

    /// Sends it and expects the status of success; returns the body, `null` without one.
    pub async fn ok(self) -> Value {
        let (profile, route) = (self.api.profile, self.request.route);
        let answer = self.send().await;
        let good = answer.status == route.success && profile.is_success(&answer);
        let (id, success) = (&route.id, route.success);
        assert!(good, "{id} succeeds with {success}, got {}: {}", answer.status, answer.text());
        answer.json()
    }

    /// Sends it and expects this status; returns the body, `null` without one.
    pub async fn expect(self, status: u16) -> Value {
        let id = &self.request.route.id;
        let answer = self.send().await;
        assert_eq!(answer.status, status, "{id} answers {status}, body: {}", answer.text());
        answer.json()
    }

    /// Sends it and expects a refusal with this status and code; returns the properties at fault
    /// with their messages.
    pub async fn refused(self, status: u16, code: u32) -> Vec<(String, String)> {
        let refusals = &self.api.profile.refusals;
        let body = self.expect(status).await;
        let told = refusals.reason(status, &body).1.and_then(Value::as_u64);
        assert_eq!(told, Some(code.into()), "the code of {body}");
        let named = (refusals.named)(&body).into_iter();
        named.map(|error| (error.property, error.message)).collect()
    }
}

impl Request {
    /// The request, ready to be sent to an API.
    pub fn call<'a>(&self, api: &'a Api) -> Call<'a> {
        let method = self.route.method.clone();
        Call { api, request: self.clone(), method, headers: Vec::new(), text: None, target: None }
    }
}
