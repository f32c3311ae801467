use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

const DAY: i64 = 86_400;
/// Billed by volume; in and out count.
const BY_VOLUME: i64 = 5201;
/// Billed by bandwidth; only what goes out counts.
const BY_BANDWIDTH: i64 = 5202;
/// When the world begins: with the first second of a month.
const START: i64 = 1_767_225_600;

fn alert(percentage: i64) -> Value {
    json!({ "percentage": percentage, "sendMail": 1, "sendTicket": 0 })
}

async fn create(api: &Api, colocation: i64, percentage: i64) -> Value {
    let call = api.call("createColocationAlert").with("colocationId", colocation);
    call.body(alert(percentage)).ok().await[0].take()
}

async fn alerts(api: &Api, colocation: i64) -> Vec<Value> {
    let listed = api.call("getColocationAlerts").with("colocationId", colocation).ok().await;
    listed.as_array().unwrap().clone()
}

#[tokio::test]
async fn an_alert_lives_from_create_to_delete() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = alerts(&api, BY_VOLUME).await;
    let created = create(&api, BY_VOLUME, 55).await;
    assert_eq!(
        (&created["percentage"], &created["triggered"], &created["createdAt"]),
        (&json!(55), &json!(0), &json!(START))
    );
    assert_eq!(alerts(&api, BY_VOLUME).await, [before.clone(), vec![created.clone()]].concat());

    let of = |operation: &str, colocation: i64| {
        api.call(operation)
            .with("colocationId", colocation)
            .with("colocationAlertId", &created["id"])
    };
    let changed = of("updateColocationAlert", BY_VOLUME)
        .body(json!({ "percentage": 60, "sendMail": 0, "sendTicket": 1 }));
    let changed = changed.ok().await;
    assert_eq!((&changed[0]["percentage"], &changed[0]["sendTicket"]), (&json!(60), &json!(1)));
    assert_eq!(alerts(&api, BY_VOLUME).await.last(), Some(&changed[0]));

    of("updateColocationAlert", BY_BANDWIDTH).body(alert(1)).refused(404, 10001).await;
    of("deleteColocationAlert", BY_BANDWIDTH).refused(404, 10001).await;
    of("deleteColocationAlert", BY_VOLUME).ok().await;
    of("deleteColocationAlert", BY_VOLUME).refused(404, 10001).await;
    of("updateColocationAlert", BY_VOLUME).body(alert(1)).refused(404, 10001).await;
    assert_eq!(alerts(&api, BY_VOLUME).await, before);
}

#[tokio::test]
async fn a_share_is_from_1_to_100_percent() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for percentage in [-1, 0, 101, i64::MAX] {
        let create = api
            .call("createColocationAlert")
            .with("colocationId", BY_VOLUME)
            .body(alert(percentage));
        assert_eq!(create.refused(422, 11001).await[0].0, "percentage");
        let update = api.call("updateColocationAlert").with("colocationId", BY_VOLUME);
        let update = update.with("colocationAlertId", 311).body(alert(percentage));
        assert_eq!(update.refused(422, 11001).await[0].0, "percentage");
    }
    for percentage in [1, 100] {
        create(&api, BY_VOLUME, percentage).await;
    }
}

#[tokio::test]
async fn a_service_has_only_so_many_alerts() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for _ in alerts(&api, BY_VOLUME).await.len()..100 {
        create(&api, BY_VOLUME, 99).await;
    }
    let one_more =
        api.call("createColocationAlert").with("colocationId", BY_VOLUME).body(alert(99));
    one_more.refused(422, 11001).await;
    create(&api, BY_BANDWIDTH, 99).await;
}

#[tokio::test]
async fn an_alert_is_raised_when_the_volume_of_a_month_reaches_the_share() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let id = create(&api, BY_VOLUME, 20).await["id"].clone();
    let triggered = async || {
        let all = alerts(&api, BY_VOLUME).await;
        all.iter().find(|it| it["id"] == id).unwrap()["triggered"].as_i64().unwrap()
    };
    let percent = async || {
        let colocation = api.call("getColocation").with("colocationId", BY_VOLUME).ok().await;
        let used = colocation[0]["trafficSum"].as_i64().unwrap();
        100 * used / colocation[0]["bandwidthContractual"].as_i64().unwrap()
    };
    let mut raised = 0;
    for day in 0..31 {
        let (at, percent) = (triggered().await, percent().await);
        assert_eq!(at > 0, percent >= 20, "day {day}: {percent} percent, raised at {at}");
        assert!(raised == 0 || raised == at, "it is raised once a month");
        assert!(at == 0 || (START..=START + day * DAY).contains(&at));
        raised = at;
        api.advance(DAY as u32).await;
    }
    // In the next month the last time is still that of this month, until the share is reached
    // again.
    assert_eq!(triggered().await, raised);
    api.advance(27 * DAY as u32).await;
    assert!(triggered().await > START + 31 * DAY);
    // Who comes late is told at once.
    let late = create(&api, BY_VOLUME, 5).await;
    assert_eq!(late["triggered"], late["createdAt"]);
}

#[tokio::test]
async fn an_alert_is_raised_when_the_bandwidth_is_above_the_share() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.advance(3 * DAY as u32).await;
    for percentage in [1, 100] {
        create(&api, BY_BANDWIDTH, percentage).await;
        api.advance(DAY as u32).await;
        let last = alerts(&api, BY_BANDWIDTH).await.pop().unwrap();
        assert!(last["triggered"].as_i64() > last["createdAt"].as_i64(), "{last}");
    }
    // An unmetered service has the bandwidth of its uplink, which it does not come near to.
    create(&api, 5203, 90).await;
    api.advance(9 * DAY as u32).await;
    assert_eq!(alerts(&api, 5203).await[0]["triggered"], 0);
}
