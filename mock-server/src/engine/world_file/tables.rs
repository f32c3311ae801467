//! The columns of tables, as the database tells them.

use rusqlite::Connection;

/// A column that is neither the owner nor the object, nor follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: String,
}

/// A table with an owner.
#[derive(Debug)]
pub(super) struct Table {
    /// Whether its rows have an object.
    pub(super) has_body: bool,
    pub(super) columns: Vec<Column>,
}

impl Table {
    /// The table of this name.
    pub(super) fn of(db: &Connection, name: &str) -> rusqlite::Result<Table> {
        let sql = "SELECT name, type FROM pragma_table_info(?1)";
        let mut statement = db.prepare_cached(sql)?;
        let columns =
            statement.query_map([name], |row| Ok(Column { name: row.get(0)?, kind: row.get(1)? }));
        let mut columns = columns?.collect::<rusqlite::Result<Vec<_>>>()?;
        columns.retain(|column| column.name != "account");
        let all = columns.len();
        columns.retain(|column| column.name != "body");
        Ok(Table { has_body: columns.len() < all, columns })
    }
}
