//! What the demo world says in one place holds in every other, for both of its customers.

use std::{collections::BTreeSet, net::IpAddr, ops::RangeInclusive};

use contract_tests::{Api, Call, Emulator, profiles::i3d_v3::PROFILE};
use openapi::{Location, Parameter, Route, plain};
use serde_json::Value;

/// As many rows as one request may ask for, which are more than any list of the demo world has.
const WHOLE: &str = "results=1000";

/// Both customers, each with the number of its SSH keys, dedicated servers and FlexMetal servers.
fn customers(emulator: &Emulator) -> [(Api, [usize; 3]); 2] {
    [(emulator.api(), [2, 60, 4]), (emulator.other_customer(), [1, 3, 1])]
}

async fn list(api: &Api, operation: &str) -> Vec<Value> {
    rows(api.call(operation).range(WHOLE)).await
}

async fn rows(call: Call<'_>) -> Vec<Value> {
    let Value::Array(rows) = call.ok().await else { panic!("a list is answered") };
    rows
}

fn column(rows: &[Value], name: &str) -> BTreeSet<String> {
    rows.iter().map(|row| plain(&row[name])).collect()
}

async fn tickets(api: &Api) -> Vec<Value> {
    let mut tickets = Vec::new();
    for id in column(&list(api, "getTickets").await, "id") {
        tickets.push(api.call("getTicket").with("ticketId", id).ok().await);
    }
    tickets
}

#[tokio::test]
async fn a_flex_metal_server_is_made_of_what_the_catalogue_offers() {
    let emulator = Emulator::start();
    for (api, [_, _, count]) in customers(&emulator) {
        let locations = list(&api, "getFlexMetalLocations").await;
        let systems = list(&api, "getOperatingsystems").await;
        let tags = column(&list(&api, "getFlexMetalTags").await, "tag");
        let contracts = contracts(&api).await;
        let servers = list(&api, "getFlexMetalServers").await;
        assert_eq!(servers.len(), count);
        for server in servers {
            let name = &server["name"];
            let same = |it: &&Value| {
                it["id"] == server["location"]["id"] && it["name"] == server["location"]["name"]
            };
            let location =
                locations.iter().find(same).unwrap_or_else(|| panic!("the location of {name}"));
            let call =
                api.call("getFlexMetalLocationInstanceTypes").with("locationId", &location["id"]);
            let mut offered = rows(call).await.into_iter();
            let wanted = &server["instanceType"];
            assert!(
                offered.any(|it| it["id"] == wanted["id"] && it["name"] == wanted["name"]),
                "{name}"
            );
            let installable = |it: &Value| it["slug"] == server["os"]["slug"] && it["active"] == 1;
            assert!(systems.iter().any(installable), "the operating system of {name}");
            let carried = server["tags"].as_array().unwrap().iter().map(plain);
            assert!(carried.collect::<BTreeSet<_>>().is_subset(&tags), "the tags of {name}");
            assert!(contracts.contains(&plain(&server["contractId"])), "the contract of {name}");
        }
    }
}

async fn contracts(api: &Api) -> BTreeSet<String> {
    let quotas = list(api, "getFlexMetalQuotaUsages").await;
    quotas
        .iter()
        .flat_map(|it| column(it["quotaUsage"].as_array().unwrap(), "contractId"))
        .collect()
}

#[tokio::test]
async fn a_dedicated_server_refers_to_what_the_catalogues_have() {
    let emulator = Emulator::start();
    for (api, [_, count, _]) in customers(&emulator) {
        let systems = column(&list(&api, "getOperatingsystems").await, "id");
        let currencies = column(&list(&api, "getCurrencies").await, "id");
        let sites = column(&list(&api, "getPingSiteAction").await, "dcLocationId");
        let flex_metal = list(&api, "getFlexMetalLocations").await;
        let account = api.call("getUser").ok().await["userId"].take();
        let servers = list(&api, "getDedicatedServers").await;
        assert_eq!(servers.len(), count);
        for server in servers {
            let name = plain(&server["clientServerName"]);
            assert!(systems.contains(&plain(&server["osId"])), "the operating system of {name}");
            assert!(currencies.contains(&plain(&server["currencyId"])), "the currency of {name}");
            assert!(sites.contains(&plain(&server["dcLocationId"])), "the data centre of {name}");
            let traffic =
                ["incomingTrafficSum", "outgoingTrafficSum"].map(|it| server[it].as_i64().unwrap());
            assert_eq!(server["trafficSum"], traffic[0] + traffic[1], "the traffic of {name}");
            assert_eq!(server["userId"], account, "the owner of {name}");
            if let Some(place) = flex_metal.iter().find(|it| it["id"] == server["dcLocationId"]) {
                let code = format!("{}-", plain(&place["shortName"]));
                assert!(
                    plain(&server["serverName"]).starts_with(&code),
                    "the data centre of {name}"
                );
            }
        }
    }
}

#[tokio::test]
async fn an_ssh_key_is_one_line_of_open_ssh() {
    let emulator = Emulator::start();
    let mut all = BTreeSet::new();
    let mut total = 0;
    for (api, [count, _, _]) in customers(&emulator) {
        let keys = list(&api, "getSshKeys").await;
        assert_eq!(keys.len(), count);
        for key in &keys {
            let line = plain(&key["publicKey"]);
            let parts: Vec<&str> = line.split(' ').collect();
            let [kind, blob, comment] = parts[..] else {
                panic!("{line} is no key with a comment")
            };
            assert!(["ssh-ed25519", "ssh-rsa"].contains(&kind) && comment.contains('@'), "{line}");
            // The blob begins with the length and the name of its kind.
            let bytes = base64(blob);
            let (length, rest) = bytes.split_at(4);
            assert_eq!(length, u32::try_from(kind.len()).unwrap().to_be_bytes(), "{line}");
            assert!(rest.starts_with(kind.as_bytes()), "{line}");
            assert!(kind != "ssh-ed25519" || bytes.len() == 51, "{line}");
            // The emulator reads it as well.
            let body = serde_json::json!({ "name": key["name"], "publicKey": line });
            api.call("createSshKey").body(body).ok().await;
        }
        total += count;
        all.extend(column(&keys, "publicKey"));
    }
    assert_eq!(all.len(), total, "no key stands twice");
}

fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.trim_end_matches('=').bytes();
    let digits = digits.map(|it| DIGITS.iter().position(|digit| *digit == it).expect("base64"));
    let bits: Vec<bool> =
        digits.flat_map(|it| (0..6).rev().map(move |place| it >> place & 1 == 1)).collect();
    bits.chunks_exact(8)
        .map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | u8::from(*bit)))
        .collect()
}

#[tokio::test]
async fn a_ticket_names_servers_that_exist_and_has_its_files() {
    let emulator = Emulator::start();
    let mut files = 0;
    for (api, _) in customers(&emulator) {
        let servers = column(&list(&api, "getDedicatedServers").await, "clientServerName");
        for ticket in tickets(&api).await {
            let named = words(&ticket.to_string()).into_iter().filter(|it| is_server_name(it));
            for name in named {
                assert!(servers.contains(&name), "ticket {} names {name}", ticket["id"]);
            }
            for reply in ticket["replies"].as_array().unwrap() {
                assert_eq!(reply["title"], ticket["title"], "ticket {}", ticket["id"]);
                for file in reply["attachments"].as_array().unwrap() {
                    let call = api.call("getTicketAttachment").with("ticketId", &ticket["id"]);
                    let content = call.with("attachmentId", &file["id"]).ok().await;
                    assert_eq!(file["size"], base64(&plain(&content)).len(), "{}", file["name"]);
                    files += 1;
                }
            }
        }
    }
    assert!(files > 0);
}

fn words(text: &str) -> BTreeSet<String> {
    let inside = |it: char| it.is_ascii_alphanumeric() || "-.:".contains(it);
    let words = text.split(|it| !inside(it)).map(|it| it.trim_end_matches(['.', ':']));
    words.filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

/// Whether a word looks like `match-eu-01`.
fn is_server_name(word: &str) -> bool {
    let plain = word.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-');
    let number =
        word.rsplit_once('-').is_some_and(|(_, end)| end.len() == 2 && end.parse::<u8>().is_ok());
    plain && number && word.starts_with(|it: char| it.is_ascii_lowercase())
}

#[tokio::test]
async fn no_answer_of_a_customer_has_an_address_of_the_other() {
    let emulator = Emulator::start();
    let [(first, _), (second, _)] = customers(&emulator);
    for (one, other) in [(&first, &second), (&second, &first)] {
        let theirs = addresses(other).await;
        assert!(theirs.len() > 6);
        for (operation, answer) in answers(one).await {
            for address in words(&answer).iter().filter_map(|it| it.parse::<IpAddr>().ok()) {
                assert!(
                    !theirs.contains(&address),
                    "{operation} shows {address} of the other customer"
                );
            }
        }
        for (range, entry) in ranges(one).await {
            let foreign = theirs.iter().find(|&it| range.contains(it));
            assert_eq!(foreign, None, "is of the other customer but within {entry}");
        }
    }
}

/// The addresses of the servers of a customer, and the ends of its whitelists.
async fn addresses(api: &Api) -> BTreeSet<IpAddr> {
    let mut servers = list(api, "getDedicatedServers").await;
    let mut flex_metal = list(api, "getFlexMetalServers").await;
    let lists = servers.iter_mut().map(|it| it["ipAddress"].take());
    let lists = lists.chain(flex_metal.iter_mut().map(|it| it["ipAddresses"].take()));
    let mut addresses: BTreeSet<IpAddr> = lists
        .flat_map(|it| column(it.as_array().unwrap(), "ipAddress"))
        .map(|it| it.parse().unwrap())
        .collect();
    addresses
        .extend(ranges(api).await.iter().flat_map(|(range, _)| [*range.start(), *range.end()]));
    addresses
}

/// The ranges of a customer's whitelists, each with its entry.
async fn ranges(api: &Api) -> Vec<(RangeInclusive<IpAddr>, Value)> {
    let mut entries = list(api, "getAccountWhitelists").await;
    for key in list(api, "getAccountApiKeys").await {
        entries.extend(
            rows(api.call("getAccountApiKeyWhitelists").with("apiKeyId", &key["id"])).await,
        );
    }
    entries.into_iter().map(|entry| (range(&entry), entry)).collect()
}

fn range(entry: &Value) -> RangeInclusive<IpAddr> {
    let address = |it: &Value| it.as_str().unwrap().parse::<IpAddr>().unwrap();
    let Some(net) = entry["ipRange"].as_str() else {
        return address(&entry["ipStart"])..=address(&entry["ipEnd"]);
    };
    let (first, prefix) = net.split_once('/').unwrap();
    let (first, prefix) =
        (first.parse::<std::net::Ipv4Addr>().unwrap(), prefix.parse::<u32>().unwrap());
    let last = first.to_bits() | u32::MAX.checked_shr(prefix).unwrap_or_default();
    first.into()..=std::net::Ipv4Addr::from_bits(last).into()
}

/// Whatever a customer can look at, by operation.
async fn answers(api: &Api) -> Vec<(String, String)> {
    let mut answers = Vec::new();
    for route in PROFILE.operations().filter(|route| route.method == "GET" && names_nothing(route))
    {
        let call = api.call(&route.id);
        let ranged = route.parameter(Location::Header, "RANGED-DATA").is_some();
        let answer = if ranged { call.range(WHOLE) } else { call }.send().await;
        assert_eq!(answer.status, route.success, "{}: {}", route.id, answer.text());
        answers.push((route.id.clone(), answer.text()));
    }
    for id in column(&list(api, "getDedicatedServers").await, "id") {
        let server = api.call("getDedicatedServer").with("dedicatedServerId", id).ok().await;
        answers.push(("getDedicatedServer".to_owned(), server.to_string()));
    }
    for uuid in column(&list(api, "getFlexMetalServers").await, "uuid") {
        let server = api.call("getFlexMetalServer").with("uuid", uuid).ok().await;
        answers.push(("getFlexMetalServer".to_owned(), server.to_string()));
    }
    answers
        .extend(tickets(api).await.into_iter().map(|it| ("getTicket".to_owned(), it.to_string())));
    let whitelists = ranges(api).await.into_iter();
    answers.extend(
        whitelists.map(|(_, it)| ("getAccountApiKeyWhitelists".to_owned(), it.to_string())),
    );
    answers
}

/// Whether an operation can be asked without naming anything.
fn names_nothing(route: &Route) -> bool {
    let names = |it: &Parameter| it.required && it.location != Location::Header;
    !route.parameters.iter().any(names)
}
