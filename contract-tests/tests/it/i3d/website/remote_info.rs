use contract_tests::Emulator;
use serde_json::json;

#[tokio::test]
async fn a_caller_learns_what_the_api_sees_of_them() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let plain = api.call("getUserGetUserRemoteInfos").ok().await;
    let nothing = json!({
        "ipAddressFromServerVariable": "127.0.0.1", "ipAddressFromRequest": "127.0.0.1",
        "xForwardFor": "", "xForwardHost": "", "userAgent": ""
    });
    assert_eq!(plain, nothing);

    let call = api.call("getUserGetUserRemoteInfos").header("user-agent", "studio/1.2");
    let call = call
        .header("x-forwarded-for", "203.0.113.9, 198.51.100.1")
        .header("x-forwarded-for", "192.0.2.1");
    let forwarded = call.header("x-forwarded-host", "api.lighthouse.example").ok().await;
    let seen = json!({
        "ipAddressFromServerVariable": "127.0.0.1", "ipAddressFromRequest": "127.0.0.1",
        "xForwardFor": "203.0.113.9, 198.51.100.1, 192.0.2.1",
        "xForwardHost": "api.lighthouse.example",
        "userAgent": "studio/1.2"
    });
    assert_eq!(forwarded, seen);
}
