//! The cart of the shop.

use serde_json::{Value, json};

use crate::core::profile::{
    family::{Action, Family, Members, Order},
    random::Gen,
};

pub(super) static FAMILIES: &[Family] = &[Family {
    name: "orders",
    list: "getCalcOrders",
    create: "createCalcOrder",
    read: "getCalcOrder",
    update: "updateCalcOrder",
    delete: "deleteCalcOrder",
    actions: &[Action {
        operation: "finalizeCalcOrder",
        effect: |order, _| drop(order.insert("finalized".to_owned(), true.into())),
        ..Action::NONE
    }],
    parameter: "orderId",
    values: &[
        ("configTag", |_| CONFIGURATION.into()),
        ("couponTag", |random| (*random.pick(&["", "WELCOME10"])).into()),
        ("quantity", |random| (1 + random.below(9)).into()),
        ("items", items),
    ],
    settle: of_the_configuration,
    shows: shown,
    only_alone: &[
        "createdAt",
        "modifiedAt",
        "quantity",
        "title",
        "categoryId",
        "categoryName",
        "configTag",
        "configName",
        "configFlags",
        "price",
        "setup",
        "vat",
        "vatPercentage",
        "items",
    ],
    touched: &["modifiedAt"],
    // Prices follow from the items.
    volatile: &["price", "setup", "vat", "instantDeliverable"],
    order: Order::Ascending,
    limit: 40,
    ..Family::NONE
}];

/// The configuration whose items are known here.
const CONFIGURATION: &str = "100601";

/// Sets the configuration of every order, so that an update fits it.
fn of_the_configuration(_: &mut Gen, order: &mut Members) {
    if let Some(tag) = order.get_mut("configTag") {
        *tag = CONFIGURATION.into();
    }
}

/// The items of the configuration, with a random number of addresses.
fn items(random: &mut Gen) -> Value {
    let fixed =
        [(1100, 11001), (1110, 11103), (1120, 11201), (1140, 11402), (1150, 11501), (1160, 11602)];
    let mut items: Vec<Value> = fixed
        .iter()
        .map(|(group, item)| json!({ "itemId": item, "groupId": group, "quantity": 1 }))
        .collect();
    items.push(json!({ "itemId": 11701, "groupId": 1170, "quantity": 1 + random.below(20) }));
    items.into()
}

/// An order shows whether it is at checkout, and not its coupon.
fn shown(sent: &Members) -> Members {
    let mut shown = sent.clone();
    shown.shift_remove("couponTag");
    if let Some(finalized) = shown.shift_remove("instantFinalize") {
        shown.insert("finalized".to_owned(), finalized);
    }
    shown
}
