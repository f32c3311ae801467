use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

async fn margin(api: &Api, category: &str) -> Value {
    api.call("getCalcUtilitiesMarginFactors").with("categoryName", category).ok().await
}

async fn vat(api: &Api, service: &str) -> Value {
    let call = api.call("getCalcUtilitiesServiceVatPercentage").with("serviceName", service);
    call.ok().await["taxPercent"].take()
}

#[tokio::test]
async fn a_partner_has_a_margin_of_its_own_in_each_category() {
    let emulator = Emulator::start();
    let partner = |id: i64, factor: f64| {
        json!({
            "resellerTypeId": 2, "resellerTypeName": "Partner", "categoryId": id,
            "marginFactor": factor,
        })
    };
    assert_eq!(margin(&emulator.api(), "Dedicated Servers").await, partner(2, 0.925));
    assert_eq!(margin(&emulator.api(), "Backup Storage").await, partner(4, 1.0));
    let theirs = margin(&emulator.other_customer(), "Dedicated Servers").await;
    assert_eq!(
        (&theirs["resellerTypeName"], &theirs["marginFactor"]),
        (&json!("End customer"), &json!(1.0))
    );
    emulator
        .api()
        .call("getCalcUtilitiesMarginFactors")
        .with("categoryName", "Weather")
        .refused(404, 10001)
        .await;
}

#[tokio::test]
async fn vat_is_that_of_the_account() {
    let emulator = Emulator::start();
    assert_eq!(vat(&emulator.api(), "Colocation").await, 21.0);
    assert_eq!(vat(&emulator.api().with_key("i3dVisserKey11223344"), "Colocation").await, 21.0);
    assert_eq!(vat(&emulator.other_customer(), "Colocation").await, 0.0, "an export has none");
    let unknown = emulator.api();
    unknown
        .call("getCalcUtilitiesServiceVatPercentage")
        .with("serviceName", "Weather")
        .refused(403, 10003)
        .await;
}
