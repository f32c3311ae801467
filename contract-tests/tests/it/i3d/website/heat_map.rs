use contract_tests::Emulator;

#[tokio::test]
async fn the_points_of_the_heat_map_are_on_the_earth_and_weigh_something() {
    let emulator = Emulator::start();
    let map = emulator.api().anonymous().call("getInternalServicesHeatmapDatas").ok().await;
    assert_eq!(
        (map.as_array().unwrap().len(), map[0]["type"].as_str()),
        (1, Some("FeatureCollection"))
    );
    let features = map[0]["features"].as_array().unwrap();
    assert!(features.len() > 40);
    for feature in features {
        assert_eq!(feature["geometry"]["type"], "Point");
        let place = feature["geometry"]["coordinates"].as_array().unwrap();
        let [longitude, latitude] = [0, 1].map(|at| place[at].as_f64().unwrap());
        assert!(
            place.len() == 2 && longitude.abs() <= 180.0 && latitude.abs() <= 90.0,
            "{feature}"
        );
        assert!(feature["properties"]["value"].as_i64().unwrap() > 0);
    }
    // Tokyo is in the east: longitude comes first.
    assert!(features.iter().any(|it| it["geometry"]["coordinates"][0] == 139.69));
}
