//! What of a request nobody is shown.

use std::collections::{BTreeMap, BTreeSet};

use openapi::MASK;
use serde_json::{Map, Value};

use super::world::Exchange;

/// Headers with credentials, beside those that contracts name.
const HEADERS: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "set-cookie"];

/// The names of what is secret, by one contract or several.
#[derive(Debug, Clone)]
pub struct Secrets<'a>(pub Vec<&'a BTreeSet<String>>);

impl Secrets<'_> {
    /// Whether a header, a parameter or a member of this name is secret.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|names| names.contains(name))
    }

    /// The headers of an exchange; the values of one that was sent more than once are joined.
    pub fn headers(&self, exchange: &Exchange) -> Map<String, Value> {
        let mut headers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in exchange.header_lines() {
            let secret = self.has(name) || HEADERS.contains(&name);
            headers.entry(name).or_default().push(if secret { MASK } else { value });
        }
        let joined =
            |(name, values): (&str, Vec<&str>)| (name.to_owned(), values.join(", ").into());
        headers.into_iter().map(joined).collect()
    }

    /// A query string.
    pub fn query(&self, query: &str) -> String {
        let masked = |pair: &str| match pair.split_once('=') {
            Some((name, _)) if self.has(name) => format!("{name}={MASK}"),
            _ => pair.to_owned(),
        };
        query.split('&').map(masked).collect::<Vec<_>>().join("&")
    }

    /// Masks the members of a body that no contract describes.
    pub fn mask(&self, body: &mut Value) {
        match body {
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask(item)),
            Value::Object(members) => {
                for (name, member) in members {
                    if self.has(name) { *member = MASK.into() } else { self.mask(member) }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_has_a_secret_name_is_masked() {
        let names = ["password".to_owned()].into();
        let secrets = Secrets(vec![&names]);
        assert_eq!(secrets.query("a=1&password=x&b"), "a=1&password=***&b");
        let mut body = json!([{ "password": "x", "a": { "password": 1, "b": 2 } }]);
        secrets.mask(&mut body);
        assert_eq!(body, json!([{ "password": "***", "a": { "password": "***", "b": 2 } }]));
    }
}
