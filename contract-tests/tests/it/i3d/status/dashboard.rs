use contract_tests::{Api, Emulator};
use serde_json::Value;

use crate::i3d::flex_metal::servers::{order, ordered, release};

async fn amounts(api: &Api) -> [i64; 4] {
    let services = api.call("getDashboardServices").ok().await;
    let names = ["Dedicated servers", "FlexMetal servers", "Colocation", "Cross connects"];
    let amount = |name: &str| {
        let service = services.as_array().unwrap().iter().find(|it| it["service"] == name);
        service.unwrap()["amount"].as_i64().unwrap()
    };
    names.map(amount)
}

#[tokio::test]
async fn services_are_counted_for_each_customer() {
    let emulator = Emulator::start();
    let (first, second) = (emulator.api(), emulator.other_customer());
    assert_eq!(amounts(&first).await, [60, 2, 5, 7]);
    assert_eq!(amounts(&second).await, [3, 1, 1, 1]);
    assert_eq!(amounts(&first.with_key("i3dVisserKey11223344")).await, [0; 4]);
}

#[tokio::test]
async fn a_flex_metal_server_counts_from_its_order_to_its_release() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let server = ordered(&api, order("web")).await;
    assert_eq!(amounts(&api).await[1], 3);
    release(&api, &server).await;
    assert_eq!(amounts(&api).await[1], 2);
}

#[tokio::test]
async fn the_status_of_the_whole_is_that_of_its_worst_part() {
    let emulator = Emulator::start();
    let status = emulator.api().call("getDashboardStatuses").ok().await[0].take();
    let worst = |parts: &Value| {
        parts.as_array().unwrap().iter().map(|it| it["status"].as_i64().unwrap()).max()
    };
    assert_eq!(status["status"].as_i64(), worst(&status["groups"]));
    for group in status["groups"].as_array().unwrap() {
        assert_eq!(group["status"].as_i64(), worst(&group["components"]), "{group}");
    }
    assert_eq!(status["status"], 2, "a link of the demo world loses packets");
}
