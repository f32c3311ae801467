//! Faults that are served: any client meets them, not only this harness.

use std::sync::Arc;

use contract_tests::{
    Api, Target,
    fault::{Fault, FaultKind, Faulty, InTime},
    profiles::i3d_v3::PROFILE,
    record::{Bounds, Proxy},
};
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
async fn status(proxy: &Proxy, method: &str, path: &str, key: &str) -> u16 {
    behind(proxy, key).raw(method, path, None).await.status
}

fn behind(proxy: &Proxy, key: &str) -> Api {
    Api::new(&PROFILE, format!("http://{}", proxy.address)).with_key(key)
}

#[tokio::test]
async fn a_wrong_method_and_a_wrong_key_meet_their_faults() {
    let key = PROFILE.demo_keys.customer;
    let any = served("getCallbacks", FaultKind::AnyMethod).await;
    assert_eq!(status(&any, "PATCH", "/v3/callback", key).await, 200);
    assert_eq!(status(&any, "PATCH", "/v3/flexMetal/tags", key).await, 405);
    let open = served("getSshKeys", FaultKind::AdmitStranger).await;
    assert_eq!(status(&open, "GET", "/v3/sshKey", "whatever").await, 200);
    assert_eq!(status(&open, "GET", "/v3/flexMetal/tags", "whatever").await, 401);
}

#[tokio::test]
async fn what_is_served_is_altered() {
    let renamed =
        served("getCountries", FaultKind::Set { at: "/*/name".into(), value: json!("Nowhere") })
            .await;
    let api = behind(&renamed, PROFILE.demo_keys.customer);
    let countries = api.raw("GET", "/v3/country", None).await.json();
    assert!(countries.as_array().unwrap().iter().all(|it| it["name"] == "Nowhere"), "{countries}");
}
