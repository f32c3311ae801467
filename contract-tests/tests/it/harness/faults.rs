//! Faults that are served: any client meets them, not only this harness.

use std::sync::Arc;

use contract_tests::{
    Target,
    fault::{Fault, FaultKind, Faulty, InTime},
    profiles::i3d_v3::PROFILE,
    record::{Bounds, Proxy},
};
use http::Method;
use reqwest::{Client, StatusCode};
use serde_json::json;

/// Serves an emulator with a fault.
async fn served(operation: &str, kind: FaultKind) -> Proxy {
    let target = Target::mock(&PROFILE, 1).unwrap();
    let fault = Fault { name: String::new(), operation: operation.to_owned(), kind };
    let faulty =
        target.behind(|inner| Arc::new(InTime(Arc::new(Faulty::new(inner, &PROFILE, fault)))));
    Proxy::start(faulty, "127.0.0.1:0".parse().unwrap(), Bounds::NOTHING).await.unwrap()
}

/// The status of a request with this key.
async fn status(proxy: &Proxy, method: Method, path: &str, key: &str) -> StatusCode {
    let client = Client::builder().no_proxy().build().unwrap();
    let request = client.request(method, format!("http://{}{path}", proxy.address));
    request.header(PROFILE.key_header, key).send().await.unwrap().status()
}

#[tokio::test]
async fn a_wrong_method_and_a_wrong_key_meet_their_faults() {
    let key = PROFILE.demo_keys.customer;
    let any = served("getCallbacks", FaultKind::AnyMethod).await;
    assert_eq!(status(&any, Method::PATCH, "/v3/callback", key).await, 200);
    assert_eq!(status(&any, Method::PATCH, "/v3/flexMetal/tags", key).await, 405);
    let open = served("getSshKeys", FaultKind::AdmitStranger).await;
    assert_eq!(status(&open, Method::GET, "/v3/sshKey", "whatever").await, 200);
    assert_eq!(status(&open, Method::GET, "/v3/flexMetal/tags", "whatever").await, 401);
}

#[tokio::test]
async fn what_is_served_is_altered() {
    let renamed =
        served("getCountries", FaultKind::Set { at: "/*/name".into(), value: json!("Nowhere") })
            .await;
    let client = Client::builder().no_proxy().build().unwrap();
    let request = client.get(format!("http://{}/v3/country", renamed.address));
    let answer =
        request.header(PROFILE.key_header, PROFILE.demo_keys.customer).send().await.unwrap();
    let countries: serde_json::Value = answer.json().await.unwrap();
    assert!(countries.as_array().unwrap().iter().all(|it| it["name"] == "Nowhere"), "{countries}");
}
