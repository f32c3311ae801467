use std::collections::BTreeSet;

use contract_tests::{Api, Emulator};
use serde_json::Value;

const CATEGORIES: [&str; 4] =
    ["Dedicated Game Servers", "Dedicated Servers", "Colocation", "Backup Storage"];

async fn of_category(api: &Api, operation: &str, name: &str) -> Vec<Value> {
    let Value::Array(rows) = api.call(operation).with("categoryName", name).ok().await else {
        panic!("a list is answered")
    };
    rows
}

fn ids(rows: &Value, name: &str) -> BTreeSet<i64> {
    rows.as_array().unwrap().iter().map(|row| row[name].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_category_is_sold_where_it_has_configurations() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let categories = api.call("getCalcCategories").ok().await;
    let names: Vec<&str> =
        categories.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, CATEGORIES);
    let locations = api.call("getCalcLocations").ok().await;
    for category in categories.as_array().unwrap() {
        let sold = locations.as_array().unwrap().iter();
        let sold: Value = sold
            .filter(|it| it["categoryIds"].as_array().unwrap().contains(&category["id"]))
            .cloned()
            .collect();
        let configs = of_category(&api, "getCalcConfig", category["name"].as_str().unwrap()).await;
        assert_eq!(ids(&sold, "locationId"), ids(&configs.into(), "locationId"));
    }
}

#[tokio::test]
async fn a_configuration_costs_what_it_begins_with() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for category in CATEGORIES {
        for config in of_category(&api, "getCalcConfig", category).await {
            let groups = config["groups"].as_array().unwrap();
            let item = |group: &Value| {
                let items = group["items"].as_array().unwrap().iter();
                items.clone().find(|item| item["id"] == group["defaultItemId"]).cloned()
            };
            let begun: Vec<Value> = groups.iter().filter_map(item).collect();
            let sum =
                |name: &str| begun.iter().map(|item| item[name].as_i64().unwrap()).sum::<i64>();
            assert_eq!(config["price"], sum("price"), "{}", config["tag"]);
            assert_eq!(config["setup"], sum("setupPrice"), "{}", config["tag"]);
        }
    }
}

#[tokio::test]
async fn traffic_costs_what_a_terabyte_costs_at_the_location() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for (category, price_of_tb) in
        [("Dedicated Servers", "bwPriceDedi"), ("Colocation", "bwPriceColo")]
    {
        let traffic = |groups: &[Value]| {
            groups.iter().find(|it| it["type"] == "traffic").unwrap()["items"].clone()
        };
        let listed = of_category(&api, "getCalcItem", category).await;
        assert_eq!(traffic(&listed)[0]["price"], 0, "without a location it has no price");
        let configs = of_category(&api, "getCalcConfig", category).await;
        let prices: BTreeSet<i64> =
            configs.iter().map(|it| it[price_of_tb].as_i64().unwrap()).collect();
        assert!(prices.len() > 1, "it is not the same everywhere");
        for config in configs {
            for item in traffic(config["groups"].as_array().unwrap()).as_array().unwrap() {
                let terabytes = item["quantity"].as_i64().unwrap();
                assert_eq!(item["price"], terabytes * config[price_of_tb].as_i64().unwrap());
            }
        }
    }
}

#[tokio::test]
async fn a_private_configuration_is_not_listed() {
    let emulator = Emulator::start();
    for config in of_category(&emulator.api(), "getCalcConfig", CATEGORIES[0]).await {
        assert_eq!(config["flags"].as_i64().unwrap() & 64, 0);
        assert_eq!(config["fixed"], config["flags"].as_i64().unwrap() & 1 == 1);
        assert_eq!(config["noDowngrade"], config["flags"].as_i64().unwrap() & 4 == 0);
    }
}

#[tokio::test]
async fn an_unknown_category_has_nothing() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for operation in ["getCalcConfig", "getCalcItem"] {
        for name in ["Weather", "colocation", "1"] {
            api.call(operation).with("categoryName", name).refused(404, 10001).await;
        }
    }
}
