//! Billing accounts, cards, credit, invoices, prices and usage.

use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::{BOUND, FORBIDDEN, NOTHING, customer, empty};

const ACCOUNT: i64 = 129_072;
const INCORRECT: &str = r#"{"errors":{"Error":"Provided billing account is incorrect."}}"#;

/// Hundredths, which are exact.
fn cents(amount: &Value) -> i64 {
    (amount.as_f64().expect("an amount") * 100.0).round() as i64
}

async fn invoices(api: &Api, account: i64) -> Vec<Value> {
    let list = api.call("listInvoices").with("billing_account_id", account).ok().await;
    list.as_array().cloned().unwrap_or_default()
}

async fn unpaid(api: &Api, account: i64) -> i64 {
    let unpaid = api.call("getUnpaidAmount").with("billing_account_id", account).ok().await;
    cents(&unpaid["message"])
}

#[tokio::test]
async fn the_sums_of_an_invoice_follow_from_its_records_and_the_unpaid_amount_from_all() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    for account in [ACCOUNT, 129_188] {
        let all = invoices(&api, account).await;
        assert!(
            all.windows(2).all(|pair| pair[0]["created"].as_i64() > pair[1]["created"].as_i64())
        );
        let mut open = 0;
        for invoice in &all {
            let records = invoice["records_list"].as_array().unwrap();
            let sum: f64 = records.iter().filter_map(|it| it["amount"].as_f64()).sum();
            let totals = &invoice["totals"];
            let part = |name: &str| cents(&totals[name]);
            assert!((sum * 100.0 - part("subtotal") as f64).abs() <= 0.5001, "{invoice}");
            let net = part("subtotal") - part("discount_amount") + part("credit");
            assert_eq!(part("total"), net + part("vat_tax"), "{invoice}");
            for record in records {
                let price = record["item_price"].as_f64().unwrap();
                let amount = price * record["qty"].as_f64().unwrap();
                assert!((record["amount"].as_f64().unwrap() - amount).abs() < 1e-6, "{record}");
            }
            let paid: i64 = invoice["transaction_list"]
                .as_array()
                .unwrap()
                .iter()
                .map(|payment| cents(&payment["amount"]))
                .sum();
            open += part("total") - paid;
            let status = if part("total") > paid { 5 } else { 10 };
            assert_eq!(invoice["status"], status, "{invoice}");
            let id = invoice["id"].as_i64().unwrap();
            assert_eq!(api.call("getInvoice").with("invoice_id", id).ok().await, *invoice);
        }
        assert_eq!(unpaid(&api, account).await, open);
    }
    // Three years of months, of which the last is not settled yet.
    assert_eq!(invoices(&api, ACCOUNT).await.len(), 37);
    assert!(unpaid(&api, ACCOUNT).await > 0);
}

#[tokio::test]
async fn a_month_of_a_machine_is_an_invoice_that_is_paid() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    assert!(invoices(&api, 6).await.is_empty());
    let new = json!({
        "name": "web-1", "os_name": "ubuntu", "os_version": "24.04-lts", "disks": 20, "vcpu": 2,
        "ram": 2048, "username": "example", "password": "Password123", "reserve_public_ip": false,
    });
    let machine = api.call("createVm").body(new).ok().await;
    let usage = async || {
        let rows = api.call("getUsage").with("billing_account_id", 6).ok().await;
        let rows = rows.as_array().cloned().unwrap_or_default();
        rows.iter().filter_map(|row| row["cost"].as_f64()).sum::<f64>()
    };
    api.advance(10 * 3600).await;
    let ten_hours = usage().await;
    api.advance(10 * 3600).await;
    assert!((usage().await - 2.0 * ten_hours).abs() < 1e-9, "twice the time costs twice as much");
    // Stops and starts within an hour cost no more than the hour.
    let before = usage().await;
    for operation in ["stopVm", "startVm", "stopVm", "startVm"] {
        api.call(operation).body(json!({ "uuid": machine["uuid"] })).ok().await;
        api.advance(60).await;
    }
    assert!(usage().await - before < 0.03, "two hours of all of it cost more");
    api.advance(3600 - 240).await;
    // A stopped machine costs what its disk does.
    api.call("stopVm").body(json!({ "uuid": machine["uuid"] })).ok().await;
    let before = usage().await;
    api.advance(3600).await;
    assert!((usage().await - before - 0.002).abs() < 1e-9);

    api.advance(31 * 86_400).await;
    let all = invoices(&api, 6).await;
    let total = cents(&all[0]["totals"]["total"]);
    assert_eq!((all.len(), &all[0]["status"]), (1, &json!(5)));
    assert_eq!(unpaid(&api, 6).await, total);
    let half = json!({ "billing_account_id": 6, "amount": 0.5 });
    let paid = api.call("payAmount").body(half).ok().await;
    assert_eq!((&paid["amount_used"], &paid["amount_left"]), (&json!(0.5), &json!(0)));
    let words =
        format!("All amount were used. Invoices (#{}) were paid fully or partially.", all[0]["id"]);
    assert_eq!((&paid["message"], &paid["paid_invoices"]), (&json!(words), &json!([all[0]["id"]])));
    let rest = json!({ "billing_account_id": 6, "amount": 100 });
    let paid = api.call("payAmount").body(rest).ok().await;
    assert_eq!(cents(&paid["amount_used"]), total - 50);
    assert_eq!((unpaid(&api, 6).await, &invoices(&api, 6).await[0]["status"]), (0, &json!(10)));
    let nothing = json!({ "billing_account_id": 6, "amount": 1 });
    assert_eq!(api.call("payAmount").body(nothing).ok().await["paid_invoices"], json!([]));
}

#[tokio::test]
async fn credit_is_bought_with_a_card_or_by_an_invoice_and_pays_what_comes() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let account =
        async || api.call("getBillingAccount").with("billing_account_id", ACCOUNT).ok().await;
    let credit = async || cents(&account().await["credit_amount"]);
    assert_eq!(credit().await, 0, "the first ten were used up");
    let buy = |card: i64| {
        api.call("buyCredit").body(json!({
            "billing_account_id": ACCOUNT, "payment_object_id": card, "amount": "200.00",
        }))
    };
    assert_eq!(buy(61).ok().await, json!({ "success": true }));
    assert_eq!(credit().await, 20_000);
    assert_eq!(buy(63).response().await.status, 400, "the card of another user");
    let request = json!({ "billing_account_id": ACCOUNT, "amount": 20 });
    api.call("requestCreditInvoice").body(request.clone()).ok().await;
    assert_eq!((credit().await, invoices(&api, ACCOUNT).await.len()), (20_000, 38));
    let due = unpaid(&api, ACCOUNT).await;
    let pay = json!({ "billing_account_id": ACCOUNT, "amount": due as f64 / 100.0 });
    api.call("payAmount").body(pay).ok().await;
    assert_eq!((credit().await, unpaid(&api, ACCOUNT).await), (22_000, 0));
    // The next invoice is paid by credit.
    api.advance(31 * 86_400).await;
    let next = &invoices(&api, ACCOUNT).await[0];
    let used = -cents(&next["totals"]["credit"]);
    assert!(used > 0 && next["totals"]["total"] == 0 && next["status"] == 10, "{next}");
    assert_eq!(credit().await, 22_000 - used);
    let list = api.call("listCredit").with("billing_account_id", ACCOUNT).ok().await;
    assert_eq!(
        (cents(&list[0]["amount"]), &list[0]["description"]),
        (-used, &json!("Invoice payment"))
    );
    api.call("buyCreditAtOldPath")
        .body(json!({ "billing_account_id": ACCOUNT, "payment_object_id": 61, "amount": 1 }))
        .ok()
        .await;
    api.call("requestCreditInvoiceAtOldPath").body(request).ok().await;
}

#[tokio::test]
async fn what_only_people_may_do_is_refused_to_tokens() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    for (operation, body) in [
        ("addCard", json!({ "billing_account_id": ACCOUNT, "token": "val" })),
        ("payAll", json!({ "billing_account_id": ACCOUNT })),
        ("payInvoice", json!({ "invoice_id": 1 })),
    ] {
        let refused = api.call(operation).body(body).response().await;
        assert_eq!((refused.status, refused.text()), (403, FORBIDDEN.to_owned()), "{operation}");
    }
    assert_eq!(api.call("hasActiveCampaigns").ok().await, json!({ "success": true }));
}

#[tokio::test]
async fn a_billing_account_is_changed_chosen_and_deleted() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let change = json!({ "billing_account_id": ACCOUNT, "title": "New", "country": "ID" });
    let changed = api.call("updateBillingAccount").body(change).ok().await;
    assert_eq!((&changed["title"], &changed["company_name"]), (&json!("New"), &Value::Null));
    assert_eq!(changed["email"], "cloudia@example.com");
    let by = |id: i64| json!({ "billing_account_id": id });
    let refused = api.call("deleteBillingAccount").body(by(ACCOUNT)).response().await;
    assert_eq!(refused.status, 400, "the default one");
    api.call("setDefaultBillingAccount").body(by(129_189)).ok().await;
    let refused = api.call("deleteBillingAccount").body(by(ACCOUNT)).response().await;
    assert_eq!(refused.status, 400, "it pays for something");
    api.call("setDefaultBillingAccount").body(by(ACCOUNT)).ok().await;
    api.call("deleteBillingAccount").body(by(129_189)).ok().await;
    for unknown in [129_189, 6] {
        let refused = api.call("deleteBillingAccount").body(by(unknown)).response().await;
        assert_eq!((refused.status, refused.text()), (400, INCORRECT.to_owned()), "{unknown}");
    }
    let count = async |shadow: bool| {
        let call = api.call("listBillingAccounts");
        let call = if shadow { call.with("show_shadow", "x") } else { call };
        call.ok().await.as_array().map(Vec::len)
    };
    assert_eq!((count(false).await, count(true).await), (Some(2), Some(3)));
    let unknown = api.call("getInvoice").with("invoice_id", 7).response().await;
    assert_eq!(unknown.status, 400);
}

#[tokio::test]
async fn recurring_payments_buy_credit_where_less_is_left_than_the_threshold() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let configure = |api: &Api, id: i64, on: bool| {
        let path = format!("/v1/payment/billing_account/{id}/recurring_payment");
        let body = json!({
            "is_recurring_payment_enabled": if on { "True" } else { "False" },
            "recurring_payment_amount": 52, "recurring_payment_threshold": "55",
        });
        let api = api.clone();
        async move { api.raw("PUT", &path, Some(body)).await.json() }
    };
    let off = configure(&api, ACCOUNT, false).await;
    assert_eq!(off["payment_report"], json!({ "triggered": false, "errors": [] }));
    let on = configure(&api, ACCOUNT, true).await;
    assert_eq!(on["payment_report"], json!({ "triggered": true, "errors": [] }));
    assert_eq!(
        (&on["account"]["credit_amount"], &on["account"]["recurring_payment_threshold"]),
        (&json!(52), &json!(55))
    );
    // A token that opens one billing account opens no other.
    let bound = api.with_key(BOUND);
    let other = bound.call("getBillingAccount").with("billing_account_id", 129_188);
    let other = other.response().await;
    assert_eq!((other.status, other.text()), (403, FORBIDDEN.to_owned()));
    bound.call("getBillingAccount").with("billing_account_id", ACCOUNT).ok().await;
    // Without a card there is nothing to pay with.
    let without = configure(&empty(&emulator), 6, true).await;
    assert_eq!(
        without["payment_report"]["errors"],
        json!(["Billing account has no verified card."])
    );
    let again = api.call("configureRecurringPayment").with("billing_account_id", 1);
    let again = again.body(json!({
        "is_recurring_payment_enabled": true,
        "recurring_payment_amount": 1,
        "recurring_payment_threshold": 1,
    }));
    assert_eq!(again.response().await.status, 400);
}

#[tokio::test]
async fn one_card_is_primary_and_paying_by_invoice_waits_for_somebody() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let cards = async || api.call("listCards").with("billing_account_id", ACCOUNT).ok().await;
    let by = |id: &Value| json!({ "payment_object_id": id });
    api.call("setPrimaryCard").body(by(&json!(62))).ok().await;
    let primary: Vec<Value> =
        cards().await.as_array().unwrap().iter().map(|it| it["is_primary"].clone()).collect();
    assert_eq!(primary, [json!(false), json!(true)]);
    let applied = api.call("applyForInvoicePayment").body(json!({ "billing_account_id": ACCOUNT }));
    let applied = applied.ok().await;
    assert_eq!((&applied["identifier"], &applied["is_verified"]), (&json!("N/A"), &json!(false)));
    assert_eq!(applied["valid_thru"], 4_102_358_400_i64);
    let refused = api.call("setPrimaryCard").body(by(&applied["id"])).response().await;
    assert_eq!(refused.status, 400);
    assert_eq!(api.call("removeCard").body(by(&json!(61))).ok().await, json!({ "success": true }));
    assert_eq!(api.call("getCard").with("payment_object_id", 61).response().await.status, 400);
    assert_eq!(cards().await.as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn prices_are_public_and_a_resource_can_be_paid_for_by_another_account() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let policy = api.call("getPricingPolicy").ok().await;
    assert_eq!(
        (&policy["policy"][0]["price"], &policy["policy"][0]["numCpus"]),
        (&json!(0.00521), &json!(1))
    );
    let machine = "018d0c5e-7c00-7000-8000-00000000d001";
    let paid = async |account: i64| {
        let usage = api.call("getUsage").with("billing_account_id", account).ok().await;
        let rows = usage.as_array().unwrap().iter().filter(|row| row["owner_uuid"] == machine);
        rows.filter(|row| row["uptime_types"][0] == "VM_COMPUTE").count()
    };
    api.advance(3600).await;
    assert_eq!((paid(ACCOUNT).await, paid(129_188).await), (1, 0));
    let to = json!({ "uuid": machine, "billing_account_id": 129_188 });
    api.call("setResourceBilling").body(to).ok().await;
    api.advance(3600).await;
    assert_eq!((paid(ACCOUNT).await, paid(129_188).await), (1, 1));
    let unknown = json!({ "uuid": NOTHING, "billing_account_id": 129_188 });
    let unknown = api.call("setResourceBilling").body(unknown).response().await;
    let words = format!(r#"{{"errors":{{"Error":"No such virtual machine exists: {NOTHING}"}}}}"#);
    assert_eq!((unknown.status, unknown.text()), (400, words));
}

#[tokio::test]
async fn a_machine_is_one_line_with_the_disks_that_its_billing_account_pays_for() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let lines = async |account: i64| {
        let usage = api.call("getUsage").with("billing_account_id", account).ok().await;
        let rows = usage.as_array().cloned().unwrap_or_default().into_iter();
        rows.filter(|row| row["hours"].as_f64() > Some(0.0)).collect::<Vec<_>>()
    };
    let named = |rows: &[Value], name: &str| {
        rows.iter().filter(|row| row["description"] == name).cloned().collect::<Vec<_>>()
    };
    api.advance(3600).await;
    let web = named(&lines(ACCOUNT).await, "web-1, 2 CPUs, 2 GB RAM, 90 GB disk");
    let types = json!(["VM_COMPUTE", "VM_RUNNING", "MAIN_STORAGE"]);
    assert_eq!((web.len(), &web[0]["uptime_types"]), (1, &types));
    let configuration = json!({
        "cpus": 2, "disk_size_GB": 90, "os_name": "ubuntu", "ram_MB": 2048, "vm_name": "web-1",
    });
    assert_eq!(web[0]["configurations"], json!([configuration]));
    assert!((web[0]["price"].as_f64().unwrap() - 0.017 - 90.0 * 0.0001).abs() < 1e-9);
    let stopped = named(&lines(129_188).await, "batch-1, 4 CPUs, 4 GB RAM, 20 GB disk, stopped");
    assert_eq!((stopped.len(), &stopped[0]["price"]), (1, &json!(0.002)));

    // One that is detached, and one that another account pays for, are lines of their own.
    let (vm, disk) =
        ("018d0c5e-7c00-7000-8000-00000000d001", "018d0c5e-7c00-7000-8000-00000000e002");
    let both = json!({ "uuid": vm, "storage_uuid": disk });
    api.call("detachDisk").body(both.clone()).ok().await;
    api.advance(3600).await;
    let rows = lines(ACCOUNT).await;
    assert_eq!(named(&rows, "web-1, 2 CPUs, 2 GB RAM, 40 GB disk").len(), 1);
    assert_eq!(named(&rows, "Web server data, 50 GB disk").len(), 1);
    api.call("attachDisk").body(both).ok().await;
    let other = json!({ "billing_account_id": 129_188 });
    api.call("modifyDisk").with("disk_uuid", disk).body(other).ok().await;
    api.advance(3600).await;
    assert_eq!(named(&lines(129_188).await, "Web server data, 50 GB disk")[0]["hours"], 1);
    let rows = lines(ACCOUNT).await;
    let web = named(&rows, "web-1, 2 CPUs, 2 GB RAM, 40 GB disk");
    assert_eq!((web.len(), &web[0]["hours"]), (1, &json!(2)));
}

#[tokio::test]
async fn the_replicas_of_a_machine_are_one_line_that_has_its_name() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let usage = async |name: &str| {
        let usage = api.call("getUsage").with("billing_account_id", ACCOUNT).ok().await;
        let rows = usage.as_array().cloned().unwrap_or_default().into_iter();
        rows.filter(|row| row["description"] == name).collect::<Vec<_>>()
    };
    let (vm, disk) =
        ("018d0c5e-7c00-7000-8000-00000000d001", "018d0c5e-7c00-7000-8000-00000000e002");
    // Of each disk one, of 40 and of 50 GB, at a ten-thousandth a GB.
    api.call("createReplica").body(json!({ "uuid": disk })).ok().await;
    api.call("createReplica").body(json!({ "uuid": vm, "r_type": "backup" })).ok().await;
    api.advance(3600).await;
    let rows = usage("web-1, snapshots").await;
    assert_eq!((rows.len(), &rows[0]["price"]), (1, &json!(0.009)));
    assert_eq!((&rows[0]["owner_uuid"], &rows[0]["hours"]), (&json!(vm), &json!(1)));
    assert_eq!(rows[0]["configurations"][0]["disk_size_GB"], 90);
    assert_eq!(usage("web-1, backups").await.len(), 1);
    // Those of a disk that no machine has bear its name; what is told of last month stays.
    let both = json!({ "uuid": vm, "storage_uuid": disk });
    api.advance(31 * 86_400).await;
    let told = invoices(&api, ACCOUNT).await;
    api.call("detachDisk").body(both).ok().await;
    api.call("modifyVm").body(json!({ "uuid": vm, "name": "web-9" })).ok().await;
    api.advance(3600).await;
    assert_eq!(usage("Web server data, snapshots").await.len(), 1);
    assert_eq!(usage("web-9, snapshots").await.len(), 1);
    assert_eq!(invoices(&api, ACCOUNT).await, told);
    let lines = told[0]["records_list"].as_array().cloned().unwrap_or_default();
    assert_eq!(lines.iter().filter(|line| line["name"] == "web-1, snapshots").count(), 1);
}

#[tokio::test]
async fn an_invoice_keeps_the_billing_account_with_all_members() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let credit = async |invoice: &Value| {
        let snapshot = invoice["account_snapshot"].as_str().expect("JSON in a text");
        let snapshot: Value = serde_json::from_str(snapshot).expect("JSON");
        let members: Vec<&str> = snapshot.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members.join(" "), SNAPSHOT);
        assert_eq!((&snapshot["user_id"], &snapshot["is_deleted"]), (&json!(8), &json!(false)));
        snapshot["credit_amount"].clone()
    };
    assert_eq!(credit(&invoices(&api, ACCOUNT).await[0]).await, 0);
    let card = json!({ "billing_account_id": ACCOUNT, "payment_object_id": 61, "amount": 200 });
    api.call("buyCredit").body(card).ok().await;
    api.advance(31 * 86_400).await;
    assert_eq!(credit(&invoices(&api, ACCOUNT).await[0]).await, 200);
}

/// The members of the billing account that an invoice keeps.
const SNAPSHOT: &str = "address_line1 address_line2 city company_name company_reg_code \
                        company_vat_number country county created credit_amount email id \
                        is_deleted post_index title user_id";

#[tokio::test]
async fn an_invoice_keeps_the_name_that_the_billing_account_had() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let title = |invoice: &Value| {
        let snapshot = invoice["account_snapshot"].as_str().expect("JSON in a text");
        serde_json::from_str::<Value>(snapshot).expect("JSON")["title"].clone()
    };
    let request = json!({ "billing_account_id": ACCOUNT, "amount": 20 });
    api.call("requestCreditInvoice").body(request.clone()).ok().await;
    let before = invoices(&api, ACCOUNT).await;
    let change = json!({ "billing_account_id": ACCOUNT, "title": "New" });
    api.call("updateBillingAccount").body(change).ok().await;
    assert_eq!(invoices(&api, ACCOUNT).await, before);
    api.call("requestCreditInvoice").body(request).ok().await;
    api.advance(31 * 86_400).await;
    let all = invoices(&api, ACCOUNT).await;
    // The month that went by, the one before, and both invoices for credit.
    let titles: Vec<Value> = all[..4].iter().map(title).collect();
    assert_eq!(titles, ["New", "Production", "New", "Production"]);
    assert_eq!((&all[1], &all[3..]), (&before[0], &before[1..]));
}
