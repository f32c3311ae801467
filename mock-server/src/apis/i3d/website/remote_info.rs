//! What the API sees of its caller.

use http::{HeaderMap, header};
use serde::Serialize;

use crate::engine::{Context, Headers, Object, Operation, Result, read};

pub(super) fn operations() -> [Operation; 1] {
    [read("getUserGetUserRemoteInfos", get)]
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserRemoteInformation {
    ip_address_from_server_variable: String,
    ip_address_from_request: String,
    x_forward_for: String,
    x_forward_host: String,
    user_agent: String,
}

/// No proxy is trusted, so both addresses are where the connection comes from.
fn get(cx: &Context, Headers(headers): Headers) -> Result<Object<UserRemoteInformation>> {
    let address = cx.caller.address.to_canonical().to_string();
    Ok(Object(UserRemoteInformation {
        ip_address_from_server_variable: address.clone(),
        ip_address_from_request: address,
        x_forward_for: all(&headers, "x-forwarded-for"),
        x_forward_host: all(&headers, "x-forwarded-host"),
        user_agent: all(&headers, header::USER_AGENT.as_str()),
    }))
}

/// The values of a header, which may stand in several lines; empty without one.
fn all(headers: &HeaderMap, name: &str) -> String {
    let values = headers.get_all(name).iter().map(|it| String::from_utf8_lossy(it.as_bytes()));
    values.collect::<Vec<_>>().join(", ")
}
