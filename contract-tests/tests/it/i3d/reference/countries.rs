use std::collections::HashSet;

use contract_tests::Emulator;

#[tokio::test]
async fn every_country_is_listed_once() {
    let emulator = Emulator::start();
    let all = emulator.api().call("getCountries").range("start=0,results=300").ok().await;
    let all = all.as_array().unwrap();
    let codes: HashSet<&str> = all.iter().map(|it| it["code"].as_str().unwrap()).collect();
    let ids: HashSet<i64> = all.iter().map(|it| it["id"].as_i64().unwrap()).collect();
    assert_eq!((all.len(), codes.len(), ids.len()), (249, 249, 249));
    assert!(
        codes.iter().all(|code| code.len() == 2 && code.bytes().all(|it| it.is_ascii_uppercase()))
    );
}
