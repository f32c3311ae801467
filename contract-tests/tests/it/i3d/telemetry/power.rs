//! Power of colocation services: units, readings, meters and sums.

use contract_tests::{Api, Call, Emulator};
use serde_json::{Value, json};

const STEP: i64 = 300;
const DAY: i64 = 86_400;
/// When the world begins: with the first second of a month.
const START: i64 = 1_767_225_600;
const COLOCATION: i64 = 5201;
const PDU: i64 = 9101;

async fn list(call: Call<'_>) -> Vec<Value> {
    let Value::Array(rows) = call.ok().await else { panic!("a list is answered") };
    rows
}

async fn pdus(api: &Api, colocation: i64) -> Vec<Value> {
    list(api.call("getColocationPdus").with("colocationId", colocation)).await
}

fn pdu(api: &Api, id: i64) -> Call<'_> {
    api.call("getTelemetryPdu").with("pduId", id)
}

async fn readings(call: Call<'_>) -> Vec<Value> {
    let answer = call.ok().await;
    assert_eq!((answer.as_array().unwrap().len(), &answer[0]["unit"]), (1, &Value::Null));
    answer[0]["data"].as_array().unwrap().clone()
}

fn sum(rows: &[Value], name: &str) -> i64 {
    rows.iter().map(|it| it[name].as_i64().unwrap()).sum()
}

async fn colocation(api: &Api) -> Value {
    api.call("getColocation").with("colocationId", COLOCATION).ok().await[0].take()
}

#[tokio::test]
async fn conduits_make_a_unit_and_units_make_a_service() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.advance(DAY as u32 + 1_234).await;
    let units = pdus(&api, COLOCATION).await;
    assert_eq!(sum(&units, "powerMeter"), colocation(&api).await["powerMeter"].as_i64().unwrap());
    for unit in &units {
        let conduits = unit["conduits"].as_array().unwrap();
        assert_eq!(sum(conduits, "powerMeter"), unit["powerMeter"].as_i64().unwrap());
        assert_eq!(unit["updatedAt"], START + DAY + 1_200);
        let at = |name: &str| unit[name].as_f64().unwrap();
        assert!(
            at("peakAmperage") <= at("amperage") && at("minVoltage") <= at("voltage"),
            "{unit}"
        );
        let last = pdu(&api, unit["id"].as_i64().unwrap()).with("startTime", &unit["updatedAt"]);
        let last = readings(last).await;
        assert_eq!(
            (&last[0]["powerMeter"], &last[0]["volts"]),
            (&unit["powerMeter"], &unit["voltage"])
        );
        let amps: f64 = conduits.iter().map(|it| it["amperage"].as_f64().unwrap()).sum();
        assert!((last[0]["amps"].as_f64().unwrap() - amps).abs() < 0.0005, "{unit}");
    }
}

#[tokio::test]
async fn meters_only_rise_and_readings_add_up_to_them() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let day = readings(pdu(&api, PDU)).await;
    let times: Vec<i64> = day.iter().map(|it| it["timestamp"].as_i64().unwrap()).collect();
    assert_eq!(times, (0..=288).map(|step| START - DAY + step * STEP).collect::<Vec<_>>());
    let meter = |at: usize| day[at]["powerMeter"].as_i64().unwrap();
    assert!((1..day.len()).all(|at| meter(at - 1) <= meter(at)));
    let kwh: f64 = day[1..].iter().map(|it| it["kwh"].as_f64().unwrap()).sum();
    // The counters of both conduits show whole kWh, and readings whole Wh.
    assert!((kwh - (meter(288) - meter(0)) as f64).abs() < 2.0 + 0.3, "{kwh}");
    for reading in &day {
        let of = |name: &str| reading[name].as_f64().unwrap();
        let watts = of("amps") * of("volts");
        assert!(watts * 0.9 / 12_000.0 < of("kwh") && of("kwh") < watts / 12_000.0, "{reading}");
    }
    let hour = pdu(&api, PDU).with("startTime", START - 9_000).with("endTime", START - 5_400);
    assert_eq!(readings(hour).await, day[258..=270], "any window shows the same");
}

#[tokio::test]
async fn the_history_of_a_service_is_the_difference_of_its_meters() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.advance(20 * DAY as u32 + 7_000).await;
    let colocation = colocation(&api).await;
    let days = colocation["powerSumHistory"].as_array().unwrap();
    assert_eq!((days.len(), &days[30]["date"]), (31, &json!("2026-01-20")));
    let kwh = |day: &Value, name: &str| day[name].as_str().unwrap().parse::<i64>().unwrap();
    for pair in days.windows(2) {
        assert_eq!(
            kwh(&pair[1], "powerMeter") - kwh(&pair[0], "powerMeter"),
            kwh(&pair[1], "powerUsed")
        );
    }
    let today = colocation["powerMeter"].as_i64().unwrap() - kwh(&days[30], "powerMeter");
    assert!(today >= 0);
    let this_month: i64 = days[11..].iter().map(|day| kwh(day, "powerUsed")).sum();
    let months = list(api.call("getTelemetryColocationPowerUsageCurrents")).await;
    assert_eq!(
        months[0],
        json!({ "id": COLOCATION, "name": colocation["name"], "kwh": this_month + today })
    );
    assert_eq!(months.len(), 5);
}

fn half_an_hour(call: Call<'_>) -> Call<'_> {
    call.with("startTime", START - 3_600).with("endTime", START - 1_800)
}

#[tokio::test]
async fn all_units_together_are_the_sum_of_each() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let all = readings(half_an_hour(api.call("getTelemetryColocationPowerUsages"))).await;
    assert_eq!(all.len(), 7);
    let mut meters = [0; 7];
    let mut amps = [0.0; 7];
    for id in 9101..=9107 {
        for (at, reading) in readings(half_an_hour(pdu(&api, id))).await.iter().enumerate() {
            meters[at] += reading["powerMeter"].as_i64().unwrap();
            amps[at] += reading["amps"].as_f64().unwrap();
        }
    }
    for (at, reading) in all.iter().enumerate() {
        assert_eq!(reading["powerMeter"], meters[at]);
        assert!((reading["amps"].as_f64().unwrap() - amps[at]).abs() < 0.0005);
        assert!((227.0..=233.0).contains(&reading["volts"].as_f64().unwrap()));
    }
    let visser = api.with_key("i3dVisserKey11223344");
    assert_eq!(readings(visser.call("getTelemetryColocationPowerUsages")).await, [Value::Null; 0]);
}

#[tokio::test]
async fn a_page_of_years_of_readings_is_found() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let paged = || {
        api.call("getTelemetryColocationPdu").with("colocationId", COLOCATION).with("pduId", PDU)
    };
    // Years of readings cost no more than the page.
    let ever = paged().with("startTime", 0).range("start=200000,results=1");
    assert_eq!(list(ever).await[0]["timestamp"], START - 800 * DAY + 200_000 * STEP);
    paged().with("startTime", START).with("endTime", START - 1).refused(400, 10008).await;
}

#[tokio::test]
async fn what_is_impossible_is_400() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let all = || api.call("getTelemetryColocationPowerUsages");
    for (start, end) in [(START, START - 1), (i64::MAX, i64::MIN)] {
        for call in [pdu(&api, PDU), all()] {
            let errors =
                call.with("startTime", start).with("endTime", end).refused(400, 10008).await;
            assert_eq!(errors[0].0, "startTime");
        }
    }
    for call in [pdu(&api, PDU), all()] {
        assert_eq!(
            call.with("startTime", START - 32 * DAY).refused(400, 10008).await[0].0,
            "startTime"
        );
    }
    for call in [pdu(&api, PDU), all()] {
        assert_eq!(readings(call.with("startTime", START - 31 * DAY)).await.len(), 31 * 288 + 1);
    }
    assert_eq!(readings(pdu(&api, PDU).with("endTime", i64::MAX)).await.len(), 289);
    let clock = json!({ "now": 253_402_207_199_i64, "frozen": true });
    assert_eq!(api.raw("PUT", "/_mock/clock", Some(clock)).await.status, 200);
    assert_eq!(readings(pdu(&api, PDU)).await.len(), 288);
    let paged =
        api.call("getTelemetryColocationPdu").with("colocationId", COLOCATION).with("pduId", PDU);
    assert_eq!(list(paged.with("startTime", 0).range("start=800000000,results=1")).await.len(), 1);
    api.call("getColocationPdus").with("colocationId", COLOCATION).ok().await;
}

#[tokio::test]
async fn a_unit_of_another_customer_or_service_does_not_exist() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let of = |colocation: i64, id: i64| {
        api.call("getTelemetryColocationPdu").with("colocationId", colocation).with("pduId", id)
    };
    pdu(&api, 9108).refused(400, 10008).await;
    of(5206, 9108).refused(400, 10008).await;
    of(5202, PDU).refused(400, 10008).await;
    of(42, PDU).refused(400, 10008).await;
    readings(pdu(&emulator.other_customer(), 9108)).await;
}

#[tokio::test]
async fn a_service_that_has_ended_has_no_more_readings() {
    let emulator = Emulator::start();
    let api = emulator.api();
    // Its contract ends on 2026-02-11.
    api.advance(60 * DAY as u32).await;
    assert_eq!(readings(pdu(&api, 9107)).await, [Value::Null; 0]);
    let last = readings(pdu(&api, 9107).with("startTime", START + 40 * DAY)).await;
    assert_eq!(last.last().unwrap()["timestamp"], START + 41 * DAY);
}
