//! What docs/world-files.md shows works as it stands there.

use contract_tests::Emulator;
use serde_json::Value;

use super::world;

const PAGE: &str = include_str!("../../../../../docs/world-files.md");

/// The blocks of the page in this language.
fn blocks(language: &str) -> Vec<&str> {
    let mark = format!("```{language}\n");
    PAGE.split(&mark).skip(1).filter_map(|it| it.split("```").next()).collect()
}

#[tokio::test]
async fn the_files_of_the_page_make_worlds() {
    let files = blocks("yaml");
    assert!(!files.is_empty());
    for file in files {
        let emulator = world(file);
        let api = emulator.api().with_key("KeyOfSeven0123456789");
        let servers = api.call("getFlexMetalServers").ok().await;
        assert_eq!(servers[0]["status"], "delivered");
        let ticket = api.call("getTicket").with("ticketId", 1).ok().await;
        assert_eq!(ticket["replies"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn the_customers_of_the_page_are_made() {
    let emulator = Emulator::start();
    let sent = PAGE.split("/_mock/customers -d '").skip(1);
    let sent = sent.filter_map(|it| it.split('\'').next());
    let wanted: Vec<&str> = sent.chain(blocks("json")).collect();
    assert_eq!(wanted.len(), 3);
    for wanted in wanted {
        let body: Value = serde_json::from_str(wanted).unwrap();
        let made = emulator.api().raw("POST", "/_mock/customers", Some(body)).await;
        assert_eq!(made.status, 201, "{wanted}: {}", made.text());
    }
}
