use std::io::Cursor;

use base64::{Engine, engine::general_purpose::STANDARD};
use contract_tests::{Api, Call, Emulator};
use png::Decoder;
use serde_json::Value;

/// How far the pictures look back.
const WINDOWS: [&str; 4] = ["Days", "Weeks", "Months", "Years"];

const DAY: u32 = 86_400;

/// A colocation service with two uplinks, and a cross connect with two.
const COLOCATION: (i64, [i64; 2]) = (5201, [70511, 70512]);
const CROSS_CONNECT: (i64, [i64; 2]) = (8101, [70611, 70612]);
/// A service of the other customer and its uplink.
const THEIRS: (i64, i64) = (5206, 70561);

fn of_colocation<'a>(api: &'a Api, window: &str, colocation: i64, uplink: i64) -> Call<'a> {
    let call = api.call(&format!("getColocationNetworkUsageGraph{window}"));
    call.with("colocationId", colocation).with("upLinkId", uplink)
}

fn of_cross_connect<'a>(api: &'a Api, window: &str, cross_connect: i64, uplink: i64) -> Call<'a> {
    let call = api.call(&format!("getCrossConnectNetworkUsageGraph{window}"));
    call.with("crossConnectId", cross_connect).with("upLinkId", uplink)
}

/// What a picture shows, pixel by pixel in the order of reading.
struct Picture {
    width: usize,
    colours: Vec<[u8; 3]>,
}

async fn picture(call: Call<'_>) -> Picture {
    let Value::Array(answer) = call.ok().await else { panic!("a list is answered") };
    let [Value::String(picture)] = &answer[..] else { panic!("one picture is answered") };
    let picture = STANDARD.decode(picture).expect("base64");
    let mut reader = Decoder::new(Cursor::new(picture)).read_info().expect("a PNG");
    let mut bytes = vec![0; reader.output_buffer_size().expect("it fits")];
    reader.next_frame(&mut bytes).expect("a whole PNG");
    let colours = bytes.chunks_exact(3).map(|it| [it[0], it[1], it[2]]).collect();
    Picture { width: reader.info().width as usize, colours }
}

/// The colours of incoming and of outgoing traffic.
const COLOURS: [[u8; 3]; 2] = [[28, 126, 214], [232, 89, 12]];

/// Where the curves begin and end, in pixels from the left.
const FIELD: std::ops::Range<usize> = 72..956;

/// How many pixels have the colours of incoming and of outgoing traffic.
fn coloured(picture: &Picture) -> [usize; 2] {
    COLOURS.map(|colour| picture.colours.iter().filter(|it| **it == colour).count())
}

#[tokio::test]
async fn every_window_of_every_uplink_has_a_picture_of_its_own() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut pictures = Vec::new();
    for window in WINDOWS {
        for index in [0, 1] {
            let (id, uplinks) = COLOCATION;
            pictures.push(picture(of_colocation(&api, window, id, uplinks[index])).await);
            let (id, uplinks) = CROSS_CONNECT;
            pictures.push(picture(of_cross_connect(&api, window, id, uplinks[index])).await);
        }
    }
    for (index, picture) in pictures.iter().enumerate() {
        assert!(picture.width >= 800 && picture.colours.len() >= 800 * 300, "it can be read");
        let [incoming, outgoing] = coloured(picture);
        assert!(incoming > 500 && outgoing > 500, "{incoming} and {outgoing} pixels");
        assert!(pictures[..index].iter().all(|before| before.colours != picture.colours));
    }
}

#[tokio::test]
async fn a_month_has_its_peak_on_the_day_that_the_figures_say() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let (id, [uplink, _]) = COLOCATION;
    for hours in [0, 15] {
        api.advance(hours * 3_600).await;
        let clock = api.raw("GET", "/_mock/clock", None).await.json();
        let now = clock["now"].as_i64().unwrap();
        let raw = api
            .call("getColocationNetworkUsageRaw")
            .with("colocationId", id)
            .with("upLinkId", uplink);
        let raw = raw.with("startTime", now - 30 * i64::from(DAY)).with("endTime", now).ok().await;
        let days = raw[0]["data"].as_array().unwrap();
        assert_eq!(days.len(), 30);
        let month = picture(of_colocation(&api, "Months", id, uplink)).await;
        for (name, colour) in ["ingress", "egress"].into_iter().zip(COLOURS) {
            let bytes =
                |index: &usize| days[*index][name].as_str().unwrap().parse::<i64>().unwrap();
            let highest = (0..days.len()).max_by_key(bytes).unwrap();
            let middle = FIELD.start + FIELD.len() * (2 * highest + 1) / 60;
            assert!(middle.abs_diff(highest_pixel(&month, colour)) <= 4, "{name} on day {highest}");
        }
    }
}

/// How far from the left the highest pixel of a colour is.
fn highest_pixel(picture: &Picture, colour: [u8; 3]) -> usize {
    picture.colours.iter().position(|it| *it == colour).expect("a curve") % picture.width
}

#[tokio::test]
async fn a_picture_stays_the_same_until_time_goes_on() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let (id, [uplink, _]) = COLOCATION;
    let now = of_colocation(&api, "Days", id, uplink).ok().await;
    assert_eq!(of_colocation(&api, "Days", id, uplink).ok().await, now);
    api.advance(300).await;
    assert_ne!(of_colocation(&api, "Days", id, uplink).ok().await, now);
    let month = of_colocation(&api, "Months", id, uplink).ok().await;
    api.advance(DAY).await;
    assert_ne!(of_colocation(&api, "Months", id, uplink).ok().await, month);
}

#[tokio::test]
async fn a_new_name_is_the_title() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let (id, [uplink, _]) = COLOCATION;
    let before = of_colocation(&api, "Weeks", id, uplink).ok().await;
    let mut colocation = api.call("getColocation").with("colocationId", id).ok().await[0].take();
    colocation["name"] = "Raum für Spiele".into();
    api.call("updateColocation").with("colocationId", id).body(colocation).ok().await;
    assert_ne!(of_colocation(&api, "Weeks", id, uplink).ok().await, before);
}

#[tokio::test]
async fn only_the_uplinks_of_a_service_of_the_account_are_drawn() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for window in WINDOWS {
        let (colocation, [uplink, _]) = COLOCATION;
        let (cross_connect, [patch, _]) = CROSS_CONNECT;
        for (colocation, uplink) in [(colocation, patch), (colocation, 1), (1, uplink), THEIRS] {
            of_colocation(&api, window, colocation, uplink).refused(404, 10001).await;
        }
        for (cross_connect, uplink) in [(cross_connect, uplink), (1, patch), (8108, 70681)] {
            of_cross_connect(&api, window, cross_connect, uplink).refused(404, 10001).await;
        }
        let (colocation, uplink) = THEIRS;
        of_colocation(&emulator.other_customer(), window, colocation, uplink).ok().await;
    }
}

#[tokio::test]
async fn the_uplinks_of_a_cancelled_service_are_drawn_until_it_ends() {
    let emulator = Emulator::start();
    let api = emulator.api();
    of_colocation(&api, "Months", 5205, 70551).ok().await;
    of_cross_connect(&api, "Months", 8107, 70671).ok().await;
    api.advance(90 * DAY).await;
    of_colocation(&api, "Months", 5205, 70551).refused(404, 10001).await;
    of_cross_connect(&api, "Months", 8107, 70671).refused(404, 10001).await;
}
