//! The requests of an account and their answers, with every secret masked.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::contract;
use crate::engine::{Context, Exchange, Operation, Page, Params, Problem, Result, read};
use openapi::{Contract, MASK};

pub(super) fn operations() -> [Operation; 2] {
    [read("getAccountApiLogs", list), read("getAccountApiLog", list_of_type)]
}

/// Headers with credentials, beside those that the contract names.
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
    let own =
        |it: &Exchange| it.api == Some(contract::NAME) && it.account == Some(account) && wanted(it);
    let contract = contract::contract();
    Ok(cx.journal().newest(page, own).iter().map(|exchange| log(exchange, contract)).collect())
}

fn log(exchange: &Exchange, contract: &Contract) -> ApiLog {
    let secrets = contract.secrets();
    let operation = exchange.operation.expect("an account is known of an operation only");
    let route = contract.route(operation).expect("it is in the contract");
    let mut request_body = body(&exchange.request_body);
    if let Some(expected) = &route.body {
        expected.mask(&mut request_body, secrets);
    }
    let mut response_body = body(&exchange.response_body);
    if let Some(response) = route.response(exchange.status) {
        response.mask(&mut response_body, secrets);
    }
    ApiLog {
        request: ApiRequest {
            url: exchange.path.clone(),
            method: exchange.method.to_string(),
            header: headers(&exchange.headers, secrets),
            query_parameter: query(&exchange.query, secrets),
            ip_address: exchange.address.to_canonical().to_string(),
            request_timestamp: exchange.at,
            body: request_body,
        },
        response: ApiResponse {
            response_time: exchange.seconds,
            code: exchange.status,
            body: response_body,
        },
    }
}

/// The headers; the values of one that was sent more than once are joined.
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
fn body(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes)
        .ok()
        .filter(|body: &Value| body.is_object() || body.is_array())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_a_query_are_masked() {
        assert_eq!(
            query("a=1&password=x&b", &["password".to_owned()].into()),
            "a=1&password=***&b"
        );
    }

    #[test]
    fn what_is_no_object_and_no_list_is_null() {
        for sent in ["", "--boundary", "{\"a\":", "\"text\"", "7"] {
            assert_eq!(body(sent.as_bytes()), Value::Null, "{sent}");
        }
    }
}
