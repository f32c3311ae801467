//! What each brand of an API has of a document that several share.

use serde_json::{Map, Value};

/// The brands that have an object; without it, all do.
const BRANDS: &str = "x-brands";

/// The document without what only other brands have; `None` for an unknown brand.
pub(crate) fn document_of(text: &str, brand: &str) -> Option<String> {
    let mut document: Value = serde_json::from_str(text).ok()?;
    if !names(&document, brand) {
        return None;
    }
    strip(&mut document, brand);
    Some(document.to_string())
}

/// Whether the brands of an object, which it says, include `brand`.
fn names(object: &Value, brand: &str) -> bool {
    let brands = object[BRANDS].as_array().into_iter().flatten();
    brands.into_iter().any(|it| it == brand)
}

fn has(value: &Value, brand: &str) -> bool {
    value.get(BRANDS).is_none() || names(value, brand)
}

fn strip(value: &mut Value, brand: &str) {
    match value {
        Value::Object(members) => {
            members.remove(BRANDS);
            *members = std::mem::take(members)
                .into_iter()
                .filter(|(_, member)| has(member, brand))
                .map(|(name, mut member)| {
                    strip(&mut member, brand);
                    (name, member)
                })
                .collect::<Map<_, _>>();
        }
        Value::Array(items) => {
            items.retain(|item| has(item, brand));
            items.iter_mut().for_each(|item| strip(item, brand));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brand_has_what_all_have_and_what_is_its_own() {
        let text = r#"{"x-brands":["a","b"],"servers":[{"url":"/","x-brands":["a"]},{"url":"/b"}],
            "properties":{"x":{"x-brands":["b"],"type":"string"},"y":{"type":"string"}}}"#;
        let of = |brand| document_of(text, brand).map(|it| it.parse::<Value>().unwrap());
        let a = of("a").unwrap();
        assert_eq!(a["servers"], serde_json::json!([{ "url": "/" }, { "url": "/b" }]));
        assert_eq!(a["properties"], serde_json::json!({ "y": { "type": "string" } }));
        let b = of("b").unwrap();
        assert_eq!(b["servers"], serde_json::json!([{ "url": "/b" }]));
        assert_eq!((&b["properties"]["x"], b.get("x-brands")), (&b["properties"]["y"], None));
        assert_eq!(of("c"), None);
    }
}
