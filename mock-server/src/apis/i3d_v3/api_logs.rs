//! Requests that an account sent to the API and what it was answered, with every secret masked.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::engine::{Context, Exchange, Operation, Page, Params, Problem, Result, read};

pub(super) fn operations() -> [Operation; 2] {
    [read("getAccountApiLogs", list), read("getAccountApiLog", list_of_type)]
}

/// What stands in the place of a secret.
const MASK: &str = "***";

/// Headers that prove who somebody is, beside the ones that the contract names.
const SECRET_HEADERS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// Methods that a list can be asked for.
const TYPES: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH];

#[derive(Serialize)]
struct ApiLog {
    request: ApiRequest,
    response: ApiResponse,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiRequest {
    url: String,
    method: String,
    header: Map<String, Value>,
    query_parameter: String,
    ip_address: String,
    request_timestamp: i64,
    body: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiResponse {
    response_time: f64,
    code: u16,
    body: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByType {
    request_type: String,
}

fn list(cx: &Context, page: Page) -> Result<Vec<ApiLog>> {
    logs(cx, page, |_| true)
}

fn list_of_type(cx: &Context, Params(by): Params<ByType>, page: Page) -> Result<Vec<ApiLog>> {
    let method = TYPES.iter().find(|it| it.as_str().eq_ignore_ascii_case(&by.request_type));
    let method = method.ok_or_else(Problem::not_found)?;
    logs(cx, page, |exchange| exchange.method == *method)
}

fn logs(cx: &Context, page: Page, wanted: impl Fn(&Exchange) -> bool) -> Result<Vec<ApiLog>> {
    let account = cx.account()?;
    let own = |it: &Exchange| it.api == super::NAME && it.account == Some(account) && wanted(it);
    let secrets = &openapi::i3d_v3().secrets;
    Ok(cx.journal().newest(page, own).iter().map(|exchange| log(exchange, secrets)).collect())
}

fn log(exchange: &Exchange, secrets: &BTreeSet<String>) -> ApiLog {
    ApiLog {
        request: ApiRequest {
            url: exchange.path.clone(),
            method: exchange.method.to_string(),
            header: headers(&exchange.headers, secrets),
            query_parameter: query(&exchange.query, secrets),
            ip_address: exchange.address.to_canonical().to_string(),
            request_timestamp: exchange.at,
            body: body(&exchange.request_body, secrets),
        },
        response: ApiResponse {
            response_time: exchange.seconds,
            code: exchange.status,
            body: body(&exchange.response_body, secrets),
        },
    }
}

/// Headers that are sent more than once stand side by side.
fn headers(lines: &str, secrets: &BTreeSet<String>) -> Map<String, Value> {
    let mut headers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in lines.lines().filter_map(|line| line.split_once(": ")) {
        let secret = secrets.contains(name) || SECRET_HEADERS.contains(&name);
        headers.entry(name).or_default().push(if secret { MASK } else { value });
    }
    headers.into_iter().map(|(name, values)| (name.to_owned(), values.join(", ").into())).collect()
}

fn query(query: &str, secrets: &BTreeSet<String>) -> String {
    let masked = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if secrets.contains(name) => format!("{name}={MASK}"),
        _ => pair.to_owned(),
    };
    query.split('&').map(masked).collect::<Vec<_>>().join("&")
}

/// A JSON body; `null` for a form, a broken one or none.
fn body(bytes: &[u8], secrets: &BTreeSet<String>) -> Value {
    match serde_json::from_slice(bytes) {
        Ok(body @ (Value::Object(_) | Value::Array(_))) => masked(body, secrets),
        _ => Value::Null,
    }
}

fn masked(value: Value, secrets: &BTreeSet<String>) -> Value {
    match value {
        Value::Object(members) => {
            let member = |(name, value)| {
                let value = if secrets.contains(&name) { MASK.into() } else { masked(value, secrets) };
                (name, value)
            };
            members.into_iter().map(member).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.into_iter().map(|item| masked(item, secrets)).collect(),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn secrets() -> BTreeSet<String> {
        ["password".to_owned(), "private-token".to_owned()].into()
    }

    #[test]
    fn secrets_are_masked_at_every_depth() {
        let sent = json!([{ "password": { "a": 1 }, "users": [{ "name": "n", "password": null }] }]);
        let logged = json!([{ "password": MASK, "users": [{ "name": "n", "password": MASK }] }]);
        assert_eq!(body(sent.to_string().as_bytes(), &secrets()), logged);
        assert_eq!(query("a=1&password=x&b", &secrets()), "a=1&password=***&b");
    }

    #[test]
    fn what_is_no_object_and_no_list_is_null() {
        for sent in ["", "--boundary", "{\"a\":", "\"text\"", "7"] {
            assert_eq!(body(sent.as_bytes(), &secrets()), Value::Null, "{sent}");
        }
    }
}
