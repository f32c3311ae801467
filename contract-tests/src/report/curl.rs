//! The curl line of a request, to be copied into a shell.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::Method;

use crate::core::{
    exchange::{Caller, Sent},
    multipart::{self, WirePart},
    profile::{ApiProfile, credentials::Credentials},
    request::member,
    shell::quoted,
    transport::credentials::{EXCLUDED_KEY, KEY, OTHER_KEY},
};

/// The curl line that sends a request to the server at `base`. A key is named by its variable and
/// never shown.
pub(super) fn line(sent: &Sent, base: &str, profile: &ApiProfile) -> String {
    let mut with_key = sent.clone();
    let key = Key::of(sent.caller, profile);
    if let (Credentials::Members { .. }, Some(key)) = (profile.credentials, &key) {
        profile.credentials.add(&mut with_key, &key.standing_in());
    }
    let Body { own_headers, mut flags, fed } = Body::of(&with_key);
    if user_is_number(sent, profile) {
        let [user, _] = STANDING_IN;
        flags.iter_mut().for_each(|flag| *flag = flag.replace(&format!("\"{user}\""), user));
    }
    flags.iter_mut().for_each(|flag| *flag = key.iter().fold(flag.clone(), Key::put_into));
    let mut words = vec!["curl -i".to_owned()];
    match sent.method {
        Method::GET if sent.body.is_empty() => {}
        Method::HEAD => words.push("--head".to_owned()),
        _ => words.push(format!("-X {}", sent.method)),
    }
    if sent.target.contains(['[', ']', '{', '}']) {
        words.push("--globoff".to_owned());
    }
    if sent.target.split(['/', '?']).any(|segment| matches!(segment, "." | "..")) {
        words.push("--path-as-is".to_owned());
    }
    words.push(quoted(&format!("{base}{}", sent.target)));
    let of_key = profile.credentials.header().zip(key);
    words.extend(of_key.map(|(name, key)| format!("-H \"{name}: {}\"", key.in_quotes())));
    let headers = sent.headers.iter().filter(|(name, _)| !own_headers || name != "content-type");
    words.extend(headers.map(|(name, value)| format!("-H {}", quoted(&header(name, value)))));
    words.extend(flags);
    let feed = fed.map(|bytes| format!("echo {} | base64 -d | ", STANDARD.encode(bytes)));
    feed.unwrap_or_default() + &words.join(" ")
}

/// Whether the contract wants the user in a body as a number.
fn user_is_number(sent: &Sent, profile: &ApiProfile) -> bool {
    let Credentials::Members { user, .. } = profile.credentials else { return false };
    let schema = sent.route.and_then(|route| member::schema(route, user));
    schema.is_some_and(|schema| schema["type"] == "integer")
}

/// The key of a caller: the variable that holds it, or one that nobody has.
enum Key {
    Variable(&'static str),
    Known(&'static str),
}

/// Stand in a body for the user and the key of a variable until it is quoted.
const STANDING_IN: [&str; 2] = ["UserOfTheCaller", "KeyOfTheCaller"];

impl Key {
    fn of(caller: Caller, profile: &ApiProfile) -> Option<Key> {
        match caller {
            Caller::Customer => Some(Key::Variable(KEY)),
            Caller::Other => Some(Key::Variable(OTHER_KEY)),
            Caller::Nobody => None,
            Caller::Stranger => Some(Key::Known(profile.demo_keys.stranger)),
            Caller::Excluded => Some(Key::Variable(EXCLUDED_KEY)),
        }
    }

    /// What a shell reads as the key in double quotes.
    fn in_quotes(&self) -> String {
        match self {
            Key::Variable(name) => format!("${name}"),
            Key::Known(key) => (*key).to_owned(),
        }
    }

    fn standing_in(&self) -> String {
        match self {
            Key::Variable(_) => STANDING_IN.join(":"),
            Key::Known(key) => (*key).to_owned(),
        }
    }

    /// The word of a command with the parts of the variable where they stand in.
    fn put_into(word: String, key: &Key) -> String {
        let Key::Variable(name) = key else { return word };
        let parts = [format!("${{{name}%%:*}}"), format!("${{{name}#*:}}")];
        STANDING_IN.iter().zip(parts).fold(word, |word, (standing, part)| {
            let is_quoted = word.contains('\'');
            let part = if is_quoted { format!("'\"{part}\"'") } else { format!("\"{part}\"") };
            word.replace(standing, &part)
        })
    }
}

/// A header as curl reads it: one without a value ends with a semicolon, otherwise it would be left
/// out.
fn header(name: &str, value: &str) -> String {
    if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") }
}

/// How curl is given a body.
#[derive(Default)]
struct Body<'a> {
    /// Whether curl says itself what type the body has.
    own_headers: bool,
    flags: Vec<String>,
    /// What no argument can hold, and comes through a pipe.
    fed: Option<&'a [u8]>,
}

impl Body<'_> {
    fn of(sent: &Sent) -> Body<'_> {
        if sent.body.is_empty() {
            return Body::default();
        }
        let media =
            sent.headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value);
        let text =
            std::str::from_utf8(&sent.body).ok().filter(|text| !text.contains(is_unprintable));
        if let Some(flags) = text.zip(media).and_then(|(text, media)| form(text, media)) {
            return Body { own_headers: true, flags, fed: None };
        }
        let (flag, fed) = match text {
            Some(text) => (format!("--data-raw {}", quoted(text)), None),
            None => ("--data-binary @-".to_owned(), Some(sent.body.as_slice())),
        };
        // Without a type curl would say that it is a form.
        let no_type = media.is_none().then(|| "-H content-type:".to_owned());
        Body { own_headers: false, flags: no_type.into_iter().chain([flag]).collect(), fed }
    }
}

/// Whether a character may do something to a terminal or a file instead of being shown.
pub(super) fn is_unprintable(character: char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\r' | '\t')
}

/// The parts of a multipart form as flags; `None` where the body is none.
fn form(text: &str, media: &str) -> Option<Vec<String>> {
    let parts = multipart::read(multipart::boundary(media)?, text.as_bytes())?;
    parts.iter().map(part).collect()
}

fn part(part: &WirePart) -> Option<String> {
    let (name, content) = (part.name()?, String::from_utf8_lossy(&part.content));
    let Some(file) = part.file_name() else {
        return Some(format!("--form-string {}", quoted(&format!("{name}={content}"))));
    };
    let media = part.media().map(|media| format!(";type={media}")).unwrap_or_default();
    let content = content.replace('\\', r"\\").replace('"', "\\\"");
    Some(format!("-F {}", quoted(&format!("{name}=\"{content}\";filename=\"{file}\"{media}"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        core::{
            profile::sample::NOTES,
            request::{Encoding, Request},
        },
        profiles::i3d_v3::PROFILE,
    };

    const BASE: &str = "http://127.0.0.1:8080";

    fn example(operation: &str) -> Sent {
        let route = PROFILE.contract.route(operation).expect("the contract has the operation");
        Request::example(&PROFILE, route).expect("it has an example").sent(Caller::Customer)
    }

    fn shown(sent: &Sent) -> String {
        line(sent, BASE, &PROFILE)
    }

    #[test]
    fn every_kind_of_request_can_be_copied() {
        let mut lines = vec![shown(&example("getSshKeys")), shown(&example("createFlexMetalTag"))];
        let mut quoting = example("createFlexMetalTag");
        quoting.body = br#"{"tag":"it's"}"#.to_vec();
        quoting.caller = Caller::Stranger;
        lines.push(shown(&quoting));
        let mut strange = example("getSshKeys");
        strange.target = "/v3/../v3/sshKey?a[]=1&b={2}".to_owned();
        (strange.method, strange.caller) = (Method::HEAD, Caller::Nobody);
        strange.headers = vec![("x-empty".to_owned(), String::new())];
        lines.push(shown(&strange));
        let mut untyped = example("getSshKeys");
        (untyped.method, untyped.caller, untyped.body) =
            (Method::PUT, Caller::Other, b"text".to_vec());
        lines.push(shown(&untyped));
        untyped.body = vec![0, 159, 146, 150];
        lines.push(shown(&untyped));
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn a_form_is_shown_by_its_parts() {
        let mut sent = example("getSshKeys");
        sent.method = Method::POST;
        sent.headers =
            vec![("content-type".to_owned(), "multipart/form-data; boundary=b".to_owned())];
        let form = "--b\r\n\
            Content-Disposition: form-data; name=\"title\"\r\n\r\n@home; \"it's\"\r\n\
                    --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.txt\"\r\n\
                    Content-Type: text/plain\r\n\r\nsay \"hi\"\\\r\n--b--\r\n";
        sent.body = form.as_bytes().to_vec();
        let whole = shown(&sent);
        sent.body.truncate(100);
        insta::assert_snapshot!([whole, shown(&sent)].join("\n"));
    }

    #[test]
    fn a_key_in_a_body_is_named_by_the_parts_of_its_variable() {
        let route = NOTES.contract.route("readNote").expect("the contract has the operation");
        let read = Request::example(&NOTES, route).expect("it has an example");
        let shown = |caller, encoding| {
            let encoded = read.encoded(encoding).expect("a form has words for it");
            line(&encoded.sent(caller), BASE, &NOTES)
        };
        let lines = [
            shown(Caller::Customer, Encoding::Json),
            shown(Caller::Other, Encoding::UrlEncoded),
            shown(Caller::Customer, Encoding::Multipart),
            shown(Caller::Stranger, Encoding::Json),
            shown(Caller::Nobody, Encoding::Json),
        ];
        insta::assert_snapshot!(lines.join("\n"));
    }
}
