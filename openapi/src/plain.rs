//! JSON values as plain text, for people and for URLs.

use serde_json::Value;

/// A text as it is, without quotes; anything else as JSON.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
