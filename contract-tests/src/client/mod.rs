//! The client of the scenario tests: a request is named by its operation, and every answer is
//! judged by the contract.

mod answer;

use http::Method;
use openapi::{Contract, Location, Route};
use reqwest::{
    Client, Response,
    multipart::{self, Form},
};
use serde_json::Value;

use crate::core::{
    encode::encode,
    exchange::Received,
    profile::ApiProfile,
    request::{Content, Part, Request},
};

/// An API at some address.
#[derive(Clone)]
pub struct Api {
    base: String,
    profile: &'static ApiProfile,
    client: Client,
    /// Header and value of the credentials.
    credentials: Option<(&'static str, String)>,
}

impl Api {
    /// The API of `profile` at `base`, as in `http://127.0.0.1:8080`; without credentials.
    pub fn new(profile: &'static ApiProfile, base: String) -> Api {
        let client =
            Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        Api {
            base,
            profile,
            client: client.expect("a client without TLS needs nothing"),
            credentials: None,
        }
    }

    /// The same API, called with this key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Api {
        Api { credentials: Some((self.profile.key_header, key.to_owned())), ..self.clone() }
    }

    /// The same API, called with this session.
    #[must_use]
    pub fn with_cookie(&self, cookie: &str) -> Api {
        Api { credentials: Some(("cookie", cookie.to_owned())), ..self.clone() }
    }

    /// The same API, called by nobody.
    #[must_use]
    pub fn anonymous(&self) -> Api {
        Api { credentials: None, ..self.clone() }
    }

    /// The contract.
    pub fn contract(&self) -> &'static Contract {
        self.profile.contract
    }

    /// A request of an operation.
    pub fn call(&self, operation: &str) -> Call<'_> {
        let route = self.profile.contract.route(operation);
        let route = route.unwrap_or_else(|| panic!("the contract has no operation {operation}"));
        Call {
            api: self,
            route,
            method: route.method.clone(),
            path: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Payload::None,
        }
    }

    /// A request of no operation: a control route, or something wrong on purpose.
    pub async fn raw(&self, method: &str, path: &str, body: Option<Value>) -> Response {
        let method = method.parse().expect("a method");
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some((name, value)) = &self.credentials {
            request = request.header(*name, value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Moves the clock of the emulator.
    pub async fn advance(&self, seconds: u32) {
        let body = serde_json::json!({ "seconds": seconds });
        let answer = self.raw("POST", "/_mock/clock/advance", Some(body)).await;
        assert_eq!(answer.status(), 200, "the clock moves");
    }
}

enum Payload {
    None,
    Json(Value),
    Text(String),
    Form(Form),
}

/// A request in the making.
pub struct Call<'a> {
    api: &'a Api,
    route: &'static Route,
    method: Method,
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Payload,
}

impl Call<'_> {
    /// Sets a parameter of the path or of the query.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        let place = if self.route.parameter(Location::Path, name).is_some() {
            &mut self.path
        } else {
            &mut self.query
        };
        place.push((name.to_owned(), value.to_string()));
        self
    }

    /// Asks by another method than that of the operation.
    #[must_use]
    pub fn by(self, method: Method) -> Self {
        Call { method, ..self }
    }

    /// Sets a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// Asks for a part of the list, as in `start=0,results=25`.
    #[must_use]
    pub fn range(self, range: &str) -> Self {
        let header = self.api.profile.page_header;
        self.header(header, range)
    }

    /// Sets the JSON body.
    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = Payload::Json(body);
        self
    }

    /// Sets a body that may not be JSON.
    #[must_use]
    pub fn text(mut self, body: &str) -> Self {
        self.body = Payload::Text(body.to_owned());
        self
    }

    /// Sets a multipart body.
    #[must_use]
    pub fn form(mut self, form: Form) -> Self {
        self.body = Payload::Form(form);
        self
    }

    /// Sends it; the answer was judged by the contract.
    pub async fn send(self) -> Received {
        let (profile, route) = (self.api.profile, self.route);
        answer::judged(profile, route, self.response().await).await
    }

    /// Sends it; nobody has looked at the answer.
    pub async fn response(self) -> Response {
        let segment = |path: String, (name, value): &(String, String)| {
            path.replace(&format!("{{{name}}}"), &encode(value))
        };
        let path = self.path.iter().fold(self.route.path.clone(), segment);
        let query: Vec<String> =
            self.query.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let url = format!("{}{path}{mark}{}", self.api.base, query.join("&"));
        let mut request = self.api.client.request(self.method, url);
        let credentials = self.api.credentials.iter().map(|(name, value)| (*name, value.as_str()));
        for (name, value) in credentials
            .chain(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        {
            request = request.header(name, value);
        }
        request = match self.body {
            Payload::None => request,
            Payload::Json(body) => request.json(&body),
            Payload::Text(body) => request.body(body),
            Payload::Form(form) => request.multipart(form),
        };
        request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{} gets an answer: {error}", self.route.id))
    }

    /// Sends it and expects the status of success; returns the body, `null` without one.
    pub async fn ok(self) -> Value {
        let success = self.route.success;
        self.expect(success).await
    }

    /// Sends it and expects this status; returns the body, `null` without one.
    pub async fn expect(self, status: u16) -> Value {
        let id = &self.route.id;
        let answer = self.send().await;
        assert_eq!(answer.status, status, "{id} answers {status}, body: {}", answer.text());
        answer.json()
    }

    /// Sends it and expects a refusal with this status and code; returns the properties at fault
    /// with their messages.
    pub async fn refused(self, status: u16, code: u32) -> Vec<(String, String)> {
        let body = self.expect(status).await;
        assert_eq!(body["errorCode"], code, "the code of {body}");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let errors = body["errors"].as_array().into_iter().flatten();
        errors.map(|error| (text(&error["property"]), text(&error["message"]))).collect()
    }
}

impl Request {
    /// The request, ready to be sent to an API.
    pub fn call<'a>(&self, api: &'a Api) -> Call<'a> {
        let mut call = api.call(&self.route.id);
        for (name, text) in &self.parameters {
            call = call.with(name, text);
        }
        if let Some(range) = &self.range {
            call = call.range(range);
        }
        match &self.content {
            Content::Nothing => call,
            Content::Json(body) => call.body(body.clone()),
            Content::Text(text) => call.header("content-type", "application/json").text(text),
            Content::Form(parts) => call.form(parts.iter().fold(Form::new(), add)),
        }
    }
}

fn add(form: Form, part: &Part) -> Form {
    let content = multipart::Part::text(part.text.clone());
    let content = match &part.file_name {
        Some(name) => content.file_name(name.clone()),
        None => content,
    };
    form.part(part.name.clone(), content)
}
