use contract_tests::Emulator;
use serde_json::Value;

#[tokio::test]
async fn fifteen_sites_are_open_to_everybody() {
    let emulator = Emulator::start();
    let api = emulator.api().anonymous();
    let sites = api.call("getPingSiteAction").ok().await;
    let sites = sites.as_array().unwrap();
    assert_eq!(sites.len(), 15);
    assert_eq!(sites[0]["dcLocationName"], "i3d-eu-west-1");
    for site in sites {
        assert_eq!(site["ipv4"].as_array().unwrap().len(), 1);
        assert!(site["ipv6"].is_array());
    }
}

#[tokio::test]
async fn details_tell_the_same_sites_with_their_beacons() {
    let emulator = Emulator::start();
    let api = emulator.api().anonymous();
    let sites = api.call("getPingSiteAction").ok().await;
    let details = api.call("getPingSiteDetailAction").ok().await;
    for (site, detail) in sites.as_array().unwrap().iter().zip(details.as_array().unwrap()) {
        assert_eq!(site["dcLocationId"], detail["dcLocationId"]);
        assert_eq!(site["country"], detail["countryName"]);
        assert_eq!(site["hostname"], detail["beacons"][0]["hostName"]);
        assert_eq!(site["ipv4"][0], detail["beacons"][0]["ip"]);
    }
    assert_eq!(details.as_array().unwrap().len(), 15);
}

#[tokio::test]
async fn sites_stand_in_listed_countries_and_name_the_regions_of_servers() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let countries = api.call("getCountries").range("results=300").ok().await;
    let details = api.call("getPingSiteDetailAction").ok().await;
    for site in details.as_array().unwrap() {
        let country =
            countries.as_array().unwrap().iter().find(|it| it["id"] == site["countryId"]).unwrap();
        assert_eq!(
            (&country["name"], &country["continent"]),
            (&site["countryName"], &site["continentName"])
        );
        let by = async |labels: String| {
            api.call("getDedicatedServers").with("labels", labels).ok().await
        };
        let by_name = by(format!("region_name={}", site["regionName"])).await;
        assert_eq!(by_name, by(format!("dc_location_id={}", site["dcLocationId"])).await);
    }
}

#[tokio::test]
async fn the_latency_of_a_link_grows_with_its_length() {
    let emulator = Emulator::start();
    let api = emulator.api().anonymous();
    let map = api.call("getPingSiteLatencyAction").ok().await;
    let response = &map[0]["response"];
    let links = response["rpmRaw"].as_array().unwrap();
    let latency = |name: &str| -> f64 {
        let link = links.iter().find(|it| it["link"] == name).unwrap();
        link["latency5m"].as_str().unwrap().parse().unwrap()
    };
    assert!(latency("nlrtm1-defra3") < 10.0);
    assert!((70.0..100.0).contains(&latency("nlrtm1-usqas1")));
    let count = |features: &Value| features.as_array().unwrap().len();
    let features = &response["features"];
    let states = count(&features["ok"]) + count(&features["loss"]) + count(&features["down"]);
    assert_eq!((states, count(&response["routerPoints"])), (links.len(), 15));

    api.advance(60).await;
    let later = api.call("getPingSiteLatencyAction").ok().await;
    assert_eq!(&later[0]["response"], response);
    assert_ne!(later[0]["serverTime"], map[0]["serverTime"]);
}
