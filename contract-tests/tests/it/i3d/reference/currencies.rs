use contract_tests::Emulator;
use serde_json::Value;

#[tokio::test]
async fn prices_come_in_euros_dollars_and_yen() {
    let emulator = Emulator::start();
    let currencies = emulator.api().call("getCurrencies").ok().await;
    let shown: Vec<(i64, &str, i64)> = currencies.as_array().unwrap().iter().map(shown).collect();
    assert_eq!(shown, [(0, "EUR", 2), (1, "USD", 2), (9, "YEN", 0)]);
    assert_eq!(currencies[0]["conversionRateToEuro"], 1.0);
}

fn shown(currency: &Value) -> (i64, &str, i64) {
    let number = |name: &str| currency[name].as_i64().unwrap();
    (number("id"), currency["name"].as_str().unwrap(), number("decimals"))
}
