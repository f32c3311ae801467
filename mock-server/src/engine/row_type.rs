//! What a row of a table reads as, for those who write rows without knowing their types.

use serde::{Serialize, de::DeserializeOwned};

/// What a table holds.
pub trait Row: Serialize + DeserializeOwned {}
impl<T: Serialize + DeserializeOwned> Row for T {}

/// What the rows of a table read as.
#[derive(Clone, Copy)]
pub struct RowType {
    /// The table.
    pub table: &'static str,
    reads: fn(&str) -> serde_json::Result<()>,
}

impl RowType {
    /// Rows of `table` that read as `T`.
    pub const fn of<T: Row>(table: &'static str) -> RowType {
        RowType { table, reads: |body| serde_json::from_str::<T>(body).map(drop) }
    }

    /// Refuses an object that no operation could read.
    pub fn check(&self, body: &str) -> serde_json::Result<()> {
        (self.reads)(body)
    }
}

impl std::fmt::Debug for RowType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.table)
    }
}
