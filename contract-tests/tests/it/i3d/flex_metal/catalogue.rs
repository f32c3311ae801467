use contract_tests::Emulator;
use serde_json::json;

#[tokio::test]
async fn locations_and_their_instance_types_are_open_to_everybody() {
    let emulator = Emulator::start();
    let api = emulator.api().anonymous();
    let locations = api.call("getFlexMetalLocations").ok().await;
    assert_eq!(locations.as_array().unwrap().len(), 9);
    for location in locations.as_array().unwrap() {
        let types =
            api.call("getFlexMetalLocationInstanceTypes").with("locationId", &location["id"]);
        let types = types.ok().await;
        assert!(!types.as_array().unwrap().is_empty());
        assert!(types.as_array().unwrap().iter().all(|it| it["locationId"] == location["id"]));
    }
    let montreuil =
        api.call("getFlexMetalLocationInstanceTypes").with("locationId", 177).ok().await;
    let names: Vec<_> = montreuil.as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["bm8.std.32", "bm9.hmm.32"]);
}

#[tokio::test]
async fn nothing_is_to_be_had_at_an_unknown_location() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let types = |id: &str| api.call("getFlexMetalLocationInstanceTypes").with("locationId", id);
    assert_eq!(types("4242").ok().await, json!([]));
    types("rotterdam").refused(404, 10012).await;
}
