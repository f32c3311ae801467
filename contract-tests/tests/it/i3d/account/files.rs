use contract_tests::Emulator;

/// What begins a PDF, in base64.
const PDF: &str = "JVBERi0x";

#[tokio::test]
async fn every_file_of_the_list_can_be_downloaded_and_has_its_size() {
    let emulator = Emulator::start();
    for (api, count) in [(emulator.api(), 2), (emulator.other_customer(), 1)] {
        let files = api.call("getAccountFiles").ok().await;
        let files = files.as_array().unwrap();
        assert_eq!(files.len(), count);
        for file in files {
            let content = api.call("downloadAccountFile").with("fileId", &file["id"]).ok().await;
            let base64 = content.as_str().unwrap();
            let padding = base64.bytes().filter(|it| *it == b'=').count();
            assert_eq!(file["size"], base64.len() / 4 * 3 - padding);
            assert_eq!(base64.starts_with(PDF), file["type"] == "application/pdf");
        }
    }
}
