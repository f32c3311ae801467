//! What a world file cannot say is told with its line, and leaves nothing behind.

use mock_server::Config;

use super::{configuration, file, refusal};

#[test]
fn every_fault_of_the_text_is_told_with_its_line() {
    let text = "
from: yesterday
i3d:
  100123:
    sshKey:
    - name: 7
      publicKey: none
      createdAt: {ago: 3 moons}
      shade: dark
      _columns: {colour: red}
    - [name]
    sshKeys: []
    dedicatedServer: nothing
  me: {}
  7:
    ticketReply:
    - {title: a, fullUserName: b, content: c, replyByI3d: 2, _columns: {ticket: first}}
aws: {}
";
    let one = "sshKey of account 100123";
    let faults = refusal(text);
    let expected = [
        "2: `from` is demo, empty or nothing".to_owned(),
        format!("6: {one}: `name` must be of type string"),
        format!("8: {one}: `createdAt`: "),
        format!("9: {one}: `shade` is not a known property"),
        format!("10: {one}: `_columns.colour` is no column; there are none"),
        format!("11: {one} has members: names with values"),
        "12: `sshKeys` is unknown; there are accountDetails, ".to_owned(),
        "13: `dedicatedServer` is a list".to_owned(),
        "14: `me` is neither an account nor `customers`".to_owned(),
        "17: ticketReply of account 7: `_columns.ticket` must be a whole number".to_owned(),
        "17: ticketReply of account 7: `replyByI3d` must be one of 0, 1".to_owned(),
        "18: `aws` is unknown; there are from, clock, sequences, i3d, warren".to_owned(),
    ];
    assert_eq!(faults.len(), expected.len() + 1, "{faults:#?}");
    for expected in &expected {
        let expected = format!("world.yaml:{expected}");
        assert!(faults.iter().any(|it| it.starts_with(&expected)), "{expected} in {faults:#?}");
    }
}

#[test]
fn rows_that_contradict_each_other_are_told_with_their_lines() {
    let reply = "title: a, fullUserName: b, content: c, replyByI3d: 0";
    for (text, expected) in [
        (
            "i3d:\n 100123:\n  flexMetalTag:\n  - {tag: a}\n  - {tag: a}\n".to_owned(),
            "5: flexMetalTag of account 100123: `tag` is the same as in line 4",
        ),
        (
            format!("i3d:\n 100123:\n  ticketReply:\n  - {{{reply}, _columns: {{ticket: 7}}}}\n"),
            "4: ticketReply of account 100123: \
             it refers to something that the world does not have",
        ),
        (
            format!("i3d:\n 100123:\n  ticketReply:\n  - {{{reply}}}\n"),
            "4: ticketReply of account 100123: `ticket` must be given",
        ),
        (
            "from: demo\ni3d:\n 100456:\n  apiKey:\n  - {key: i3dOfficeKey24681357, category: 0, \
             note: a, assignOdpServerIps: 0, expiresAt: null}\n"
                .to_owned(),
            "5: apiKey of account 100456: another object has the same `key`",
        ),
        (
            "from: empty\ni3d:\n 7:\n  flexMetalTag: [{tag: a}]\n".to_owned(),
            "3: there is no customer 7; add one to `customers`, or give 7 a accountDetails",
        ),
        (
            "warren:\n 8:\n  s3_user:\n  - {displayName: a, userId: a, maxBuckets: 5000000000}\n"
                .to_owned(),
            "4: s3_user of account 8: it cannot be read: invalid value: integer `5000000000`",
        ),
        ("from: [".to_owned(), "1: "),
        ("i3d:\n 7: {}\n 7: {}\n".to_owned(), "3: duplicate mapping key: 7"),
    ] {
        let faults = refusal(&text);
        assert_eq!(faults.len(), 1, "{faults:#?}");
        assert!(faults[0].starts_with(&format!("world.yaml:{expected}")), "{faults:#?}");
    }
}

#[test]
fn a_file_with_a_fault_leaves_no_database_behind() {
    for text in ["aws: {}", "i3d: {7: {}}"] {
        let (folder, path) = file(text);
        let db = folder.path().join("kept.db");
        let config = Config { db: Some(db), ..configuration(path) };
        assert!(mock_server::start(config).is_err());
        let left = std::fs::read_dir(folder.path()).unwrap();
        let left: Vec<_> = left.map(|it| it.unwrap().file_name()).collect();
        assert_eq!(left, ["world.yaml"]);
    }
}
