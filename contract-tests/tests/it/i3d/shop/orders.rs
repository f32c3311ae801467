use contract_tests::{Api, Emulator};
use proptest::{prelude::*, sample::Index, test_runner::TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// A server that is delivered at once and may be changed, at Rotterdam.
const SMALL: &str = "100601";
/// One that takes two disks, and whose parts may only grow.
const LARGE: &str = "100602";
/// One that is sold as it is.
const DEAL: &str = "100603";
/// One that no list shows.
const PRIVATE: &str = "100699";

fn new_order(config: &str, coupon: &str) -> Value {
    json!({ "configTag": config, "couponTag": coupon, "instantFinalize": false })
}

async fn ordered(api: &Api, config: &str, coupon: &str) -> Value {
    api.call("createCalcOrder").body(new_order(config, coupon)).ok().await
}

async fn ids(api: &Api) -> Vec<i64> {
    let orders = api.call("getCalcOrders").ok().await;
    orders.as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).collect()
}

/// The items of an order with another line for its group.
fn with(order: &Value, group: i64, item: i64, quantity: i64) -> Value {
    let kept =
        order["items"].as_array().unwrap().iter().filter(|line| line["groupId"] != group).cloned();
    kept.chain([json!({ "groupId": group, "itemId": item, "quantity": quantity })]).collect()
}

fn quote() -> Value {
    json!({
        "firstName": "Sanne", "lastName": "de Wit", "email": "sanne@lighthouse.example",
        "phone": "+31105550123",
    })
}

#[tokio::test]
async fn an_order_goes_from_the_cart_to_checkout_and_away() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = ids(&api).await;
    let order = ordered(&api, SMALL, "").await;
    let id = &order["id"];
    // A partner pays 95 % of the list: processor 7900, and 10 TB of traffic at 100 each.
    assert_eq!(
        (&order["price"], &order["setup"], &order["vat"]),
        (&json!(8455), &json!(0), &json!(1776))
    );
    assert_eq!((&order["vatPercentage"], &order["quantity"]), (&json!(21.0), &json!(1)));
    assert_eq!(
        (&order["title"], &order["configName"]),
        (&json!("Game Server S, Rotterdam"), &json!("Game Server S"))
    );
    assert_eq!(
        (&order["categoryId"], &order["categoryName"]),
        (&json!(1), &json!("Dedicated Game Servers"))
    );
    assert_eq!((&order["finalized"], &order["instantDeliverable"]), (&json!(false), &json!(true)));
    assert_eq!(order["createdAt"], order["modifiedAt"]);

    api.advance(60).await;
    let body = json!({ "quantity": 3, "items": with(&order, 1170, 11701, 4) });
    let changed = api.call("updateCalcOrder").with("orderId", id).body(body).ok().await;
    // Four addresses at 250, and 99 to set each up.
    assert_eq!((&changed["price"], &changed["setup"]), (&json!(3 * (8455 + 950)), &json!(3 * 376)));
    assert_eq!(
        changed["instantDeliverable"], false,
        "nobody keeps one with four addresses at hand"
    );
    assert_eq!(changed["modifiedAt"], order["createdAt"].as_i64().unwrap() + 60);
    assert_eq!(api.call("getCalcOrder").with("orderId", id).ok().await, changed);

    api.call("finalizeCalcOrder").with("orderId", id).ok().await;
    api.call("finalizeCalcOrder").with("orderId", id).ok().await;
    let listed = api.call("getCalcOrders").ok().await;
    let meta = json!({ "id": id, "finalized": true, "instantDeliverable": false });
    assert_eq!(listed.as_array().unwrap().last(), Some(&meta));
    let body = json!({ "quantity": 1, "items": order["items"] });
    let changed = api.call("updateCalcOrder").with("orderId", id).body(body).ok().await;
    assert_eq!(
        (&changed["finalized"], &changed["price"]),
        (&json!(true), &json!(8455)),
        "also at checkout"
    );

    api.call("deleteCalcOrder").with("orderId", id).ok().await;
    for operation in ["getCalcOrder", "deleteCalcOrder", "finalizeCalcOrder"] {
        api.call(operation).with("orderId", id).refused(404, 10001).await;
    }
    assert_eq!(ids(&api).await, before);
}

#[tokio::test]
async fn an_order_may_go_to_checkout_at_once() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut body = new_order(PRIVATE, "");
    body["instantFinalize"] = true.into();
    let order = api.call("createCalcOrder").body(body).ok().await;
    assert_eq!((&order["finalized"], &order["configTag"]), (&json!(true), &json!(PRIVATE)));
}

#[tokio::test]
async fn what_stands_in_the_carts_could_be_ordered_today() {
    let emulator = Emulator::start();
    for api in [emulator.api(), emulator.other_customer()] {
        for id in ids(&api).await {
            let order = api.call("getCalcOrder").with("orderId", id).ok().await;
            let body = json!({ "quantity": order["quantity"], "items": order["items"] });
            let same = api.call("updateCalcOrder").with("orderId", id).body(body).ok().await;
            assert_eq!(same["price"], order["price"]);
        }
    }
}

#[tokio::test]
async fn a_coupon_takes_its_part_off() {
    let emulator = Emulator::start();
    let api = emulator.other_customer();
    let full = ordered(&api, LARGE, "").await;
    assert_eq!(
        (&full["price"], &full["setup"], &full["vat"]),
        (&json!(37_600), &json!(6500), &json!(0))
    );
    for (coupon, price, setup) in
        [("WELCOME10", 33_840, 6500), ("FREESETUP", 37_600, 0), ("GAMEON", 32_901, 3250)]
    {
        let order = ordered(&api, LARGE, coupon).await;
        assert_eq!((&order["price"], &order["setup"]), (&json!(price), &json!(setup)), "{coupon}");
    }
}

#[tokio::test]
async fn what_is_not_sold_cannot_be_ordered() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let refused = async |config: &str, coupon: &str| {
        let call = api.call("createCalcOrder").body(new_order(config, coupon));
        call.refused(422, 11001).await.remove(0)
    };
    for config in ["", "game-server", "1", "99999999999999999999"] {
        assert_eq!(refused(config, "").await.0, "configTag", "{config:?}");
    }
    let of_coupon = |message: &str| ("couponTag".to_owned(), message.to_owned());
    assert_eq!(refused(SMALL, "welcome10").await, of_coupon("is the tag of no coupon"));
    assert_eq!(refused(SMALL, "SUMMER2025").await, of_coupon("has expired"));
    assert_eq!(refused("200601", "GAMEON").await, of_coupon("is no coupon for Dedicated Servers"));
}

#[tokio::test]
async fn every_rule_that_an_update_breaks_is_named() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let small = ordered(&api, SMALL, "").await;
    let refused = async |order: &Value, quantity: i64, items: Value| {
        let body = json!({ "quantity": quantity, "items": items });
        let call = api.call("updateCalcOrder").with("orderId", &order["id"]).body(body);
        call.refused(422, 11001).await.into_iter().map(|(property, _)| property).collect::<Vec<_>>()
    };
    assert_eq!(refused(&small, 0, small["items"].clone()).await, ["quantity"]);
    assert_eq!(refused(&small, 1, json!([])).await, ["items"; 6]);
    assert_eq!(
        refused(&small, 1, with(&small, 1130, 11301, 1)).await,
        ["items[6].groupId"],
        "one disk"
    );
    assert_eq!(
        refused(&small, 1, with(&small, 1120, 11202, 1)).await,
        ["items"],
        "two without RAID"
    );
    assert_eq!(
        refused(&small, 1, with(&small, 1110, 11104, 1)).await,
        ["items[5].itemId"],
        "excluded"
    );
    let several = refused(&small, 101, with(&small, 1170, 1, i64::MAX)).await;
    assert_eq!(several, ["quantity", "items[6].quantity", "items[6].itemId"]);

    let large = ordered(&api, LARGE, "").await;
    assert_eq!(
        refused(&large, 1, with(&large, 1110, 11101, 1)).await,
        ["items[6].itemId"],
        "a downgrade"
    );
    let deal = ordered(&api, DEAL, "").await;
    assert_eq!(
        refused(&deal, 1, with(&deal, 1110, 11103, 1)).await,
        ["items[5].itemId"],
        "immutable"
    );

    for order in [small, large, deal] {
        assert_eq!(
            api.call("getCalcOrder").with("orderId", &order["id"]).ok().await,
            order,
            "nothing changed"
        );
    }
}

#[tokio::test]
async fn a_quote_is_for_what_is_in_the_cart() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.call("createCalcOrdersQuote").body(quote()).ok().await;
    let mail = emulator.outbox().await.pop().unwrap();
    assert_eq!(
        (&mail["to"], &mail["kind"]),
        (&json!("sanne@lighthouse.example"), &json!("calc-quote-request"))
    );
    assert_eq!(mail["values"]["orderIds"], json!(ids(&api).await));
    let mut price = 0;
    for id in ids(&api).await {
        price += api.call("getCalcOrder").with("orderId", id).ok().await["price"].as_i64().unwrap();
    }
    assert_eq!(mail["values"]["price"], price);

    let mut for_another = quote();
    for_another["userId"] = 100_456.into();
    let errors = api.call("createCalcOrdersQuote").body(for_another).refused(422, 11001).await;
    assert_eq!(errors[0].0, "userId");

    for id in ids(&api).await {
        api.call("deleteCalcOrder").with("orderId", id).ok().await;
    }
    api.call("createCalcOrdersQuote").body(quote()).refused(404, 10001).await;
}

#[tokio::test]
async fn a_cart_holds_a_hundred_orders() {
    let emulator = Emulator::start();
    let api = emulator.api().with_key("i3dVisserKey11223344");
    for _ in 0..100 {
        ordered(&api, SMALL, "").await;
    }
    let errors = api.call("createCalcOrder").body(new_order(SMALL, "")).refused(422, 11001).await;
    assert_eq!(errors, [], "no property is at fault");
    api.call("deleteCalcOrder").with("orderId", ids(&api).await[0]).ok().await;
    ordered(&api, SMALL, "").await;
}

/// What a client knows that computes the price of an order by itself.
struct Figures {
    config: Value,
    margin: i64,
    vat: i64,
}

impl Figures {
    async fn of(api: &Api, category: &str, tag: &str) -> Figures {
        let configs = api.call("getCalcConfig").with("categoryName", category).ok().await;
        let config = configs
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["tag"] == tag.parse::<i64>().unwrap())
            .unwrap()
            .clone();
        let margin =
            api.call("getCalcUtilitiesMarginFactors").with("categoryName", category).ok().await;
        let vat = api
            .call("getCalcUtilitiesServiceVatPercentage")
            .with("serviceName", category)
            .ok()
            .await;
        let parts = |value: &Value, whole: f64| (value.as_f64().unwrap() * whole).round() as i64;
        Figures {
            config,
            margin: parts(&margin["marginFactor"], 1e4),
            vat: parts(&vat["taxPercent"], 1e2),
        }
    }

    fn group(&self, id: &Value) -> &Value {
        self.config["groups"].as_array().unwrap().iter().find(|it| it["id"] == *id).unwrap()
    }

    fn item(&self, line: &Value) -> &Value {
        let items = self.group(&line["groupId"])["items"].as_array().unwrap().iter();
        items.clone().find(|it| it["id"] == line["itemId"]).unwrap()
    }

    /// Price, setup and VAT.
    fn amounts(&self, quantity: i64, items: &[Value]) -> [i64; 3] {
        let number = |value: &Value| value.as_f64().unwrap() as i64;
        let part = |cents: i64, ten_thousandths: i64| (cents * ten_thousandths + 5000) / 10_000;
        let own = |line: &Value| number(&self.item(line)["price"]) * number(&line["quantity"]);
        let mut sums = [0; 3];
        for line in items {
            let item = self.item(line);
            let linked = items.iter().filter(|other| other["groupId"] == item["priceLinkGroupId"]);
            let linked = part(linked.map(own).sum(), 100 * number(&item["priceLinkPercentage"]));
            let list = own(line) + linked * number(&line["quantity"]);
            let price = quantity * part(list, self.margin);
            let setup = quantity
                * part(number(&item["setupPrice"]) * number(&line["quantity"]), self.margin);
            for (sum, line) in sums.iter_mut().zip([price, setup, part(price + setup, self.vat)]) {
                *sum += line;
            }
        }
        sums
    }

    /// What the order begins with, and then `changes` of it: the group, its item, and how many.
    fn items(&self, changes: &[(Index, Index, i64)]) -> Vec<Value> {
        let groups = self.config["groups"].as_array().unwrap();
        let line = |group: &Value, item: &Value, quantity: i64| {
            json!({
                "groupId": group["id"], "itemId": item, "quantity": quantity,
            })
        };
        let begun = groups.iter().filter(|group| group["defaultItemId"] != 0);
        let mut items: Vec<Value> =
            begun.map(|group| line(group, &group["defaultItemId"], 1)).collect();
        for (group, item, quantity) in changes {
            let group = group.get(groups);
            let quantity = if group["flags"].as_i64().unwrap() & 1 == 1 { *quantity } else { 1 };
            items.retain(|line| line["groupId"] != group["id"]);
            items.push(line(group, &item.get(group["items"].as_array().unwrap())["id"], quantity));
        }
        items
    }
}

#[test]
fn a_client_can_compute_what_any_cart_costs() {
    let emulator = Emulator::start();
    let runtime = Runtime::new().unwrap();
    let changes = proptest::collection::vec((any::<Index>(), any::<Index>(), 1..=256_i64), 0..4);
    for (category, tag) in
        [("Dedicated Game Servers", SMALL), ("Colocation", "300601"), ("Backup Storage", "400601")]
    {
        for api in [emulator.api(), emulator.other_customer()] {
            let figures = runtime.block_on(Figures::of(&api, category, tag));
            let id = runtime.block_on(ordered(&api, tag, ""))["id"].take();
            let config = ProptestConfig {
                cases: 40,
                failure_persistence: None,
                ..ProptestConfig::default()
            };
            let tried =
                TestRunner::new(config).run(&(1..=100_i64, &changes), |(quantity, changes)| {
                    let items = figures.items(&changes);
                    let body = json!({ "quantity": quantity, "items": items });
                    let call = api.call("updateCalcOrder").with("orderId", &id).body(body);
                    let answer = runtime.block_on(call.send());
                    // What the rules forbid has no price.
                    prop_assume!(answer.status != 422);
                    let order = answer.json();
                    let amounts = [&order["price"], &order["setup"], &order["vat"]]
                        .map(|it| it.as_i64().unwrap());
                    prop_assert_eq!(amounts, figures.amounts(quantity, &items));
                    Ok(())
                });
            tried.unwrap_or_else(|error| panic!("{tag}: {error}"));
        }
    }
}
