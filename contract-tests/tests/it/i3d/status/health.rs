use contract_tests::Emulator;
use serde_json::json;

#[tokio::test]
async fn anybody_may_ask_whether_the_api_works() {
    let emulator = Emulator::start();
    let health = emulator.api().anonymous().call("getHealth").ok().await;
    assert_eq!(health, json!({ "status": "OK" }));
}
