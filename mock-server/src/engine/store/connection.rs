//! What connections to a database have in common.

use std::path::Path;

use rusqlite::{Connection, config::DbConfig};

/// Prepared statements kept on each connection: every statement of every operation.
const STATEMENTS_MAX: usize = 512;

/// A connection that only reads the database at `path`.
pub(super) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    settle(&db)?;
    db.execute_batch("PRAGMA query_only = ON")?;
    Ok(db)
}

/// What all connections have in common.
pub(super) fn settle(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY;",
    )?;
    // Otherwise a prepared statement is planned anew for every LIMIT that is bound to it.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(())
}
