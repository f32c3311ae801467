//! An answer, judged by the contract.

use openapi::Route;
use reqwest::Response;
use serde_json::Value;

/// Statuses that a server may answer before an operation runs; the contract sums them up as `default`.
const PLATFORM: [u16; 8] = [400, 401, 403, 405, 413, 422, 429, 501];

/// An answer that keeps the contract.
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: http::HeaderMap,
    /// Its body.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// Reads an answer; panics in plain words if it breaks the contract.
    pub async fn judged(route: &Route, response: Response) -> Answer {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response
            .bytes()
            .await
            .unwrap_or_else(|error| panic!("{} sends its whole body: {error}", route.id));
        let answer = Answer { status, headers, bytes: bytes.to_vec() };
        let listed = route.documents(status) || PLATFORM.contains(&status) || answer.is_unknown_route();
        assert!(listed, "{} answers {status}, which its contract does not list: {}", route.id, answer.text());
        let media = answer.headers.get("content-type").map(|it| it.to_str().expect("a media type is ASCII"));
        assert!(media.is_some() || answer.bytes.is_empty(), "{} sends a body without a media type", route.id);
        let expected = route.response(status).unwrap_or_else(|| panic!("{} may answer {status}", route.id));
        let violations = expected.check(media.map(|media| (media, answer.bytes.as_slice())));
        assert!(violations.is_empty(), "{} answers {status} against its contract: {violations:?}", route.id);
        answer
    }

    /// Whether the server knows no such route, which is no answer of the operation.
    fn is_unknown_route(&self) -> bool {
        self.status == 404 && self.json()["errorCode"] == 10012
    }

    /// The body as JSON; `null` where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}
