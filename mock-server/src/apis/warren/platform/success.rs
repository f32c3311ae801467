//! The answer of what has nothing else to say.

use serde::Serialize;

use crate::engine::Object;

/// `{"success": true}`.
#[derive(Serialize)]
pub(in crate::apis::warren) struct Success {
    success: bool,
}

/// It is done.
pub(in crate::apis::warren) fn success() -> Object<Success> {
    Object(Success { success: true })
}
