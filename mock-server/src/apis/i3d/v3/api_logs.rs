//! The requests of an account and their answers, with every secret masked.

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::contract;
use crate::engine::{Context, Exchange, Operation, Page, Params, Problem, Result, Secrets, read};
use openapi::Contract;

pub(super) fn operations() -> [Operation; 2] {
    [read("getAccountApiLogs", list), read("getAccountApiLog", list_of_type)]
}

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
    let shown = Secrets(vec![secrets]);
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
            header: shown.headers(exchange),
            query_parameter: shown.query(&exchange.query),
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
    fn what_is_no_object_and_no_list_is_null() {
        for sent in ["", "--boundary", "{\"a\":", "\"text\"", "7"] {
            assert_eq!(body(sent.as_bytes()), Value::Null, "{sent}");
        }
    }
}
