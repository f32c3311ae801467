use contract_tests::Emulator;
use serde_json::{Value, json};

use super::{data, refusal, v2};

#[tokio::test]
async fn every_invoice_has_the_amounts_of_version_3() {
    let emulator = Emulator::start();
    let (old, new) = (v2(&emulator), emulator.api());
    let all = data(&old, "getInvoiceIds", json!({ "dateStart": "01-01-2000" })).await;
    let ids = all["invoiceIds"].as_array().unwrap();
    assert!(ids.len() > 30, "{} invoices", ids.len());
    for id in ids {
        let told = data(&old, "getInvoiceDetails", json!({ "invoiceId": id })).await;
        let (told, shown) = (
            &told["invoices"][0],
            &new.call("getAccountInvoice").with("invoiceId", id).ok().await[0],
        );
        let cents = |value: &Value| (value.as_f64().unwrap() * 100.0).round() as i64;
        let text =
            |value: &Value| value.as_str().unwrap().replace([',', '.'], "").parse::<i64>().unwrap();
        assert_eq!(cents(&told["amountNet"]), text(&shown["amountIncVat"]), "{id}");
        assert_eq!(cents(&told["vat"]), text(&shown["vatAmount"]), "{id}");
        assert_eq!(told["number"], shown["invoiceNumber"]);
        assert_eq!(told["createdOn"], shown["creationDate"]);
        let paid = if shown["paymentStatus"] == 1 { "paid" } else { "unpaid" };
        assert_eq!(told["status"], paid, "{id}");
        let due = shown["dueDate"].as_str().unwrap().replace("-0", "-");
        assert_eq!(told["payBefore"].as_str().unwrap().replace("-0", "-"), due, "{id}");
    }
}

#[tokio::test]
async fn a_selection_is_of_the_last_thirty_days_unless_it_says_otherwise() {
    let emulator = Emulator::start();
    let api = v2(&emulator);
    let ids = async |body: Value| {
        let body = data(&api, "getInvoiceIds", body).await;
        body["invoiceIds"].as_array().unwrap().clone()
    };
    let (all, recent) = (ids(json!({ "dateStart": "01-01-2000" })).await, ids(json!({})).await);
    assert!(recent.len() < all.len() && !recent.is_empty(), "{recent:?}");
    assert_eq!(all[all.len() - recent.len()..], recent, "the newest, the smallest first");
    let of = async |status: i64| ids(json!({ "dateStart": "01-01-2000", "status": status })).await;
    let (paid, unpaid) = (of(1).await, of(0).await);
    assert_eq!(paid.len() + unpaid.len(), all.len());
    assert!(!paid.is_empty() && !unpaid.is_empty());
    // The day on which the world begins has invoices; both ends of a selection belong to it.
    let day = json!({ "dateStart": "01-01-2026", "dateEnd": "01-01-2026" });
    assert!(!ids(day).await.is_empty());
    assert!(ids(json!({ "dateStart": "02-01-2026", "dateEnd": "03-01-2026" })).await.is_empty());
    api.advance(31 * 86_400).await;
    assert!(ids(json!({})).await.is_empty(), "a month later there is nothing new");
    for (date, why) in [
        ("2026-01-01", "dateStart: must match ^\\d\\d-\\d\\d-\\d{4}$"),
        ("31-02-2026", "dateStart: is no date of the form DD-MM-YYYY"),
    ] {
        assert_eq!(refusal(&api, "getInvoiceIds", json!({ "dateStart": date })).await, why);
    }
}
