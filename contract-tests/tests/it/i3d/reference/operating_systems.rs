use contract_tests::Emulator;
use serde_json::Value;

#[tokio::test]
async fn the_systems_for_flex_metal_are_marked() {
    let emulator = Emulator::start();
    let systems = emulator.api().call("getOperatingsystems").ok().await;
    let of_slug = |slug: &str| -> Value {
        systems
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["slug"] == slug)
            .cloned()
            .unwrap_or_default()
    };
    for slug in
        ["ubuntu-2204-lts", "ubuntu-2404-lts", "debian-12", "talos-omni-1123", "custom-ipxe"]
    {
        assert_eq!(of_slug(slug)["availableForFlexMetal"], 1, "{slug}");
        assert_eq!(of_slug(slug)["osGroup"], 2, "{slug}");
    }
    assert_eq!(of_slug("windows-server-2022")["osGroup"], 1);
    assert_eq!(of_slug("freebsd-14")["availableForFlexMetal"], 0);
    emulator.api().anonymous().call("getOperatingsystems").refused(401, 10004).await;
}
