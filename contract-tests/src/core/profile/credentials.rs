//! Where the key of a caller travels.

use serde_json::Value;

use crate::core::{
    exchange::Sent,
    fields::{Written, field, object, pairs},
    multipart::{self, WirePart},
};

/// Where the key of a caller travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credentials {
    /// In this header, in lower case.
    Header(&'static str),
    /// In two members of the body, which is JSON or a form. Such a key is written `USER:KEY`.
    Members {
        /// The member with the name or number of the user, which is no secret.
        user: &'static str,
        /// The member with the key.
        key: &'static str,
    },
}

impl Credentials {
    /// The header that carries the key, where one does.
    pub fn header(self) -> Option<&'static str> {
        match self {
            Credentials::Header(name) => Some(name),
            Credentials::Members { .. } => None,
        }
    }

    /// The members of a body that carry it; the transport adds them, so that no request has them
    /// before.
    pub fn members(self) -> Vec<&'static str> {
        match self {
            Credentials::Header(_) => Vec::new(),
            Credentials::Members { user, key } => vec![user, key],
        }
    }

    /// Whether a member of a body at this place carries it.
    pub fn is_member(self, property: &str) -> bool {
        self.members().contains(&property)
    }

    /// Whether a key has the form that is wanted here.
    pub fn fits(self, key: &str) -> bool {
        match self {
            Credentials::Header(_) => true,
            Credentials::Members { .. } => key.contains(':'),
        }
    }

    /// How a key is written in the environment, where it is not alone.
    pub fn form(self) -> Option<&'static str> {
        match self {
            Credentials::Header(_) => None,
            Credentials::Members { .. } => Some("USER:KEY"),
        }
    }

    /// The part of a key that may appear in no output.
    pub fn secret(self, key: &str) -> &str {
        match self {
            Credentials::Header(_) => key,
            Credentials::Members { .. } => key.split_once(':').map_or(key, |(_, secret)| secret),
        }
    }

    /// Puts a key into a request. A body that is neither an object nor a form has no place for it.
    pub fn add(self, sent: &mut Sent, key: &str) {
        self.remove(sent);
        match self {
            Credentials::Header(name) => sent.headers.push((name.to_owned(), key.to_owned())),
            Credentials::Members { user, key: member } => {
                let (name, secret) = key.split_once(':').unwrap_or(("", key));
                sent.body = match Written::of(sent) {
                    Written::UrlEncoded => {
                        let pairs = [(user, name), (member, secret)];
                        let pairs = form_urlencoded::Serializer::new(String::new())
                            .extend_pairs(pairs)
                            .finish()
                            .into_bytes();
                        let between: &[u8] = if sent.body.is_empty() { b"" } else { b"&" };
                        [&sent.body, between, &pairs].concat()
                    }
                    Written::Multipart(boundary, mut parts) => {
                        parts.extend([(user, name), (member, secret)].map(of_part));
                        multipart::write(&boundary, &parts)
                    }
                    Written::Json => with_members(&sent.body, (user, name), (member, secret)),
                };
            }
        }
    }

    /// Takes the key out of a request.
    pub fn remove(self, sent: &mut Sent) {
        match self {
            Credentials::Header(name) => sent.headers.retain(|(other, _)| other != name),
            Credentials::Members { .. } if self.shown(sent).is_none() => {}
            Credentials::Members { user, key } => {
                let stays = |name: &str| name != user && name != key;
                sent.body = match Written::of(sent) {
                    Written::UrlEncoded => form_urlencoded::Serializer::new(String::new())
                        .extend_pairs(pairs(&sent.body).iter().filter(|(name, _)| stays(name)))
                        .finish()
                        .into_bytes(),
                    Written::Multipart(boundary, mut parts) => {
                        parts.retain(|part| part.name().is_none_or(stays));
                        multipart::write(&boundary, &parts)
                    }
                    Written::Json => {
                        let mut members = object(&sent.body);
                        members.retain(|name, _| stays(name));
                        Value::Object(members).to_string().into_bytes()
                    }
                };
            }
        }
    }

    /// The key in a request, if there is one.
    pub fn shown(self, sent: &Sent) -> Option<String> {
        match self {
            Credentials::Header(name) => {
                sent.headers.iter().find(|(other, _)| other == name).map(|(_, key)| key.clone())
            }
            Credentials::Members { user, key } => {
                let (user, key) = (field(sent, user), field(sent, key));
                (user.is_some() || key.is_some())
                    .then(|| format!("{}:{}", user.unwrap_or_default(), key.unwrap_or_default()))
            }
        }
    }
}

fn of_part((name, text): (&str, &str)) -> WirePart {
    WirePart::text(name, text)
}

/// A JSON object with two members more. It keeps its notation, and one that breaks off stays so.
fn with_members(body: &[u8], user: (&str, &str), key: (&str, &str)) -> Vec<u8> {
    let Some(at) = body.iter().position(|byte| !byte.is_ascii_whitespace()) else {
        return body.to_vec();
    };
    if body[at] != b'{' {
        return body.to_vec();
    }
    let (before, rest) = body.split_at(at + 1);
    let number = user.1.parse::<u64>().ok().filter(|number| number.to_string() == user.1);
    let id = number.map_or_else(|| Value::from(user.1), Value::from);
    let (of_user, of_key) = (Value::from(user.0), Value::from(key.0));
    let comma = if rest.trim_ascii_start().starts_with(b"}") { "" } else { "," };
    let members = format!("{of_user}:{id},{of_key}:{}{comma}", Value::from(key.1));
    [before, members.as_bytes(), rest].concat()
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::core::exchange::Caller;

    const URL_ENCODED: &str = "application/x-www-form-urlencoded";
    const MEMBERS: Credentials = Credentials::Members { user: "userId", key: "apiKey" };

    fn sent(media: &str, body: &str) -> Sent {
        Sent {
            route: None,
            caller: Caller::Customer,
            method: Method::POST,
            target: "/".to_owned(),
            headers: vec![("content-type".to_owned(), media.to_owned())],
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_key_is_added_and_taken_out_again_in_every_encoding() {
        let form = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n";
        for (media, body, with_key) in [
            ("application/json", r#"{"a":1}"#, r#"{"userId":7,"apiKey":"k:\"","a":1}"#),
            ("application/json", "{}", r#"{"userId":7,"apiKey":"k:\""}"#),
            (URL_ENCODED, "a=1", "a=1&userId=7&apiKey=k%3A%22"),
            ("multipart/form-data; boundary=b", form, ""),
        ] {
            let before = sent(media, body);
            let mut after = before.clone();
            MEMBERS.add(&mut after, "7:k:\"");
            assert_eq!(MEMBERS.shown(&after).as_deref(), Some("7:k:\""), "{media}");
            let text = String::from_utf8_lossy(&after.body);
            assert!(with_key.is_empty() || text == with_key, "{media}: {text}");
            MEMBERS.remove(&mut after);
            assert_eq!(after, before, "{media}");
        }
    }

    #[test]
    fn what_is_no_object_stays_as_it_is_and_what_breaks_off_still_does() {
        for (body, expected) in [
            ("[1]", "[1]"),
            ("", ""),
            (" {\"name\":", " {\"userId\":\"x\",\"apiKey\":\"k\",\"name\":"),
        ] {
            let mut broken = sent("application/json", body);
            MEMBERS.add(&mut broken, "x:k");
            assert_eq!(String::from_utf8_lossy(&broken.body), expected);
        }
        assert_eq!(MEMBERS.secret("7:abc"), "abc");
        assert!(MEMBERS.fits("7:abc") && !MEMBERS.fits("abc"));
        assert_eq!(Credentials::Header("key").secret("7:abc"), "7:abc");
    }
}
