//! What the v3 API tells of itself.

mod api_logs;
