//! Traffic of colocation services and cross connects, over time and in sums.

use contract_tests::{Api, Call, Emulator};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// When the world begins: with the first second of a month.
const START: i64 = 1_767_225_600;
/// Billed by volume; `getTelemetryColocationNetworks` adds its uplinks up.
const COLOCATION: i64 = 5201;
const UPLINKS: [i64; 2] = [70511, 70512];

fn network(api: &Api, colocation: i64) -> Call<'_> {
    api.call("getTelemetryColocationNetworks").with("colocationId", colocation)
}

fn raw(api: &Api, uplink: i64) -> Call<'_> {
    api.call("getColocationNetworkUsageRaw")
        .with("colocationId", COLOCATION)
        .with("upLinkId", uplink)
}

fn cross_connect(api: &Api, id: i64, uplink: i64) -> Call<'_> {
    api.call("getTelemetryCrossConnectUsageRaw").with("crossConnectId", id).with("uplinkId", uplink)
}

/// The entries of an answer that is one series.
async fn data(call: Call<'_>) -> Vec<Value> {
    let answer = call.ok().await;
    assert_eq!(answer.as_array().unwrap().len(), 1);
    answer[0]["data"].as_array().unwrap().clone()
}

fn timestamps(data: &[Value]) -> Vec<i64> {
    data.iter().map(|it| it["timestamp"].as_i64().unwrap()).collect()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

fn sum(data: &[Value], name: &str) -> i64 {
    data.iter().map(|it| number(&it[name])).sum()
}

#[tokio::test]
async fn the_last_day_is_answered_hour_by_hour_unless_something_else_is_asked_for() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let last_day = network(&api, COLOCATION).ok().await;
    assert_eq!(last_day[0]["unit"], "hour");
    let last_day = data(network(&api, COLOCATION)).await;
    assert_eq!(
        timestamps(&last_day),
        (0..24).map(|hour| START - DAY + hour * HOUR).collect::<Vec<_>>()
    );

    api.advance(HOUR as u32 / 2).await;
    let begun = data(network(&api, COLOCATION)).await.pop().unwrap();
    assert_eq!(begun["timestamp"], START);
    api.advance(HOUR as u32 / 2).await;
    let whole = data(network(&api, COLOCATION)).await.pop().unwrap();
    assert!(
        whole["networkEgress"].as_i64() > begun["networkEgress"].as_i64(),
        "an hour that has begun grows"
    );
    api.advance(7 * HOUR as u32).await;
    let call = network(&api, COLOCATION).with("startTime", START).with("endTime", START);
    assert_eq!(data(call).await, [whole], "and then stays as it is");
}

#[tokio::test]
async fn days_are_made_of_hours_and_a_service_of_its_uplinks() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.advance(9 * DAY as u32 + 12_345).await;
    let hours = data(network(&api, COLOCATION).with("startTime", START)).await;
    let mut days = Vec::new();
    for uplink in UPLINKS {
        let answer = raw(&api, uplink).with("startTime", START).ok().await;
        assert_eq!(answer[0]["unit"], "day");
        let of_uplink = answer[0]["data"].as_array().unwrap().clone();
        assert_eq!(
            timestamps(&of_uplink),
            (0..10).map(|day| START + day * DAY).collect::<Vec<_>>()
        );
        days.extend(of_uplink);
    }
    assert_eq!(sum(&hours, "networkIngress"), sum(&days, "ingress"));
    assert_eq!(sum(&hours, "networkEgress"), sum(&days, "egress"));
    assert_eq!(sum(&days, "sum"), sum(&days, "ingress") + sum(&days, "egress"));

    let colocation = api.call("getColocation").with("colocationId", COLOCATION).ok().await;
    let gigabytes = |name: &str| sum(&days, name) / 1_000_000_000;
    assert_eq!(colocation[0]["incomingTrafficSum"], gigabytes("ingress"));
    assert_eq!(colocation[0]["outgoingTrafficSum"], gigabytes("egress"));
    assert_eq!(colocation[0]["trafficSum"], gigabytes("ingress") + gigabytes("egress"));
    assert_eq!(colocation[0]["trafficSumMonthMbit"], 0);
}

#[tokio::test]
async fn a_cross_connect_sums_what_its_uplinks_carried_this_month() {
    let emulator = Emulator::start();
    let (api, theirs) = (emulator.api(), emulator.other_customer());
    api.advance(5 * DAY as u32).await;
    let mut days = data(cross_connect(&theirs, 8108, 70681).with("startTime", START)).await;
    days.extend(data(cross_connect(&theirs, 8108, 70682).with("startTime", START)).await);
    let shown = theirs.call("getCrossConnect").with("crossConnectId", 8108).ok().await;
    assert_eq!(shown[0]["incomingTrafficSum"], sum(&days, "ingress") / 1_000_000_000);
    assert_eq!(shown[0]["outgoingTrafficSum"], sum(&days, "egress") / 1_000_000_000);
}

#[tokio::test]
async fn a_long_time_is_answered_day_by_day_and_begins_with_the_service() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let all =
        network(&api, COLOCATION).with("startTime", i64::MIN).with("endTime", i64::MAX).ok().await;
    assert_eq!(all[0]["unit"], "day");
    let days = all[0]["data"].as_array().unwrap();
    assert_eq!(timestamps(days), (0..800).map(|day| START - (800 - day) * DAY).collect::<Vec<_>>());
    let past = network(&api, COLOCATION).with("startTime", 0).with("endTime", START - 900 * DAY);
    assert_eq!(data(past).await, [Value::Null; 0]);
    let future = network(&api, COLOCATION).with("startTime", START + 1).with("endTime", i64::MAX);
    assert_eq!(data(future).await, [Value::Null; 0]);
}

#[tokio::test]
async fn an_impossible_window_is_refused_and_the_longest_life_is_bounded() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for (start, end) in [(START, START - 1), (i64::MAX, i64::MIN), (START, START - 100 * DAY)] {
        let errors = network(&api, COLOCATION)
            .with("startTime", start)
            .with("endTime", end)
            .refused(422, 11001)
            .await;
        assert_eq!(errors[0].0, "startTime");
        let errors = raw(&api, UPLINKS[0])
            .with("startTime", start)
            .with("endTime", end)
            .refused(422, 11001)
            .await;
        assert_eq!(errors[0].0, "startTime");
        let call = cross_connect(&api, 8101, 70611).with("startTime", start).with("endTime", end);
        assert_eq!(call.refused(422, 11001).await[0].0, "startTime");
    }
    let clock = json!({ "now": 253_402_207_199_i64, "frozen": true });
    assert_eq!(api.raw("PUT", "/_mock/clock", Some(clock)).await.status, 200);
    network(&api, COLOCATION).ok().await;
    network(&api, COLOCATION).with("startTime", 0).refused(422, 11001).await;
    raw(&api, UPLINKS[0]).with("startTime", 0).refused(422, 11001).await;
    cross_connect(&api, 8101, 70611).with("startTime", 0).refused(422, 11001).await;
    api.call("getColocations").ok().await;
    api.call("getCrossConnects").ok().await;
    api.call("getColocationAlerts").with("colocationId", COLOCATION).ok().await;
}

#[tokio::test]
async fn everybody_sees_the_traffic_of_every_service_but_a_customer_only_their_own() {
    let emulator = Emulator::start();
    let (mine, theirs, nobody) =
        (emulator.api(), emulator.other_customer(), emulator.api().anonymous());
    assert_eq!(network(&nobody, 5206).ok().await, network(&theirs, 5206).ok().await);
    assert_eq!(network(&nobody, COLOCATION).ok().await, network(&mine, COLOCATION).ok().await);
    network(&mine, 5206).refused(404, 10001).await;
    network(&theirs, COLOCATION).refused(404, 10001).await;
    network(&nobody, 42).refused(404, 10001).await;
}

#[tokio::test]
async fn an_uplink_belongs_to_one_service() {
    let emulator = Emulator::start();
    let api = emulator.api();
    raw(&api, 70521).refused(404, 10001).await;
    raw(&emulator.other_customer(), UPLINKS[0]).refused(404, 10001).await;
    cross_connect(&api, 8101, 70621).refused(403, 10003).await;
    cross_connect(&api, 8108, 70681).refused(403, 10003).await;
}

#[tokio::test]
async fn who_uses_more_than_was_ordered_is_listed() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let overuse = || api.call("getTelemetryColocationOveruseCurrents");
    assert_eq!(overuse().ok().await, json!([]), "a month that has just begun has no use");
    api.advance(30 * DAY as u32).await;
    let colocations = api.call("getColocations").ok().await;
    let colocation =
        |id: i64| colocations.as_array().unwrap().iter().find(|it| it["id"] == id).unwrap();
    let listed = overuse().ok().await;
    let ids: Vec<i64> =
        listed.as_array().unwrap().iter().map(|it| it["coloId"].as_i64().unwrap()).collect();
    assert_eq!(ids, [5202, 5204]);
    for row in listed.as_array().unwrap() {
        let service = colocation(row["coloId"].as_i64().unwrap());
        assert_eq!(row["coloName"], service["name"]);
        assert_eq!(row["orderedBandwidth"], service["bandwidthContractual"]);
        assert_eq!(
            row["usedBandwidth"], service["outgoingTrafficSum"],
            "incoming traffic of both is free"
        );
        assert!(row["usedBandwidth"].as_f64() > row["orderedBandwidth"].as_f64());
    }
    assert_eq!(
        emulator.other_customer().call("getTelemetryColocationOveruseCurrents").ok().await,
        json!([])
    );
}

#[test]
fn any_window_shows_the_same_hours_in_any_order() {
    let (emulator, runtime) = (Emulator::start(), Runtime::new().unwrap());
    let api = emulator.api();
    let window = |start: i64, end: i64| {
        let call =
            network(&api, COLOCATION).with("startTime", START - start).with("endTime", START - end);
        runtime.block_on(data(call))
    };
    let whole = window(30 * DAY, 0);
    let config =
        ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() };
    let tried = TestRunner::new(config).run(&(0..30 * DAY, 0..30 * DAY), |(a, b)| {
        let (start, end) = (a.max(b), a.min(b));
        let inside = |it: &&Value| {
            (START - start..=START - end).contains(&it["timestamp"].as_i64().unwrap())
        };
        let expected: Vec<Value> = whole.iter().filter(inside).cloned().collect();
        prop_assert_eq!(window(start, end), expected);
        Ok(())
    });
    tried.unwrap();
}
