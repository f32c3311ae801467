//! What a world file can hold, as docs/world-files.md tells it.

use rusqlite::Connection;

use super::{resource::Resource, tables::Table};
use crate::engine::api::Provider;

/// The rows of the table of a provider.
pub(crate) fn rows(provider: &dyn Provider) -> Vec<String> {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(provider.schema()).unwrap();
    let resources = provider.resources().into_iter().flat_map(|it| it.iter());
    resources.map(|resource| row(&db, resource)).collect()
}

/// The resources whose objects could be such that nobody can read them.
pub(crate) fn without_type(provider: &dyn Provider) -> Vec<&str> {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(provider.schema()).unwrap();
    let resources = provider.resources().into_iter().flat_map(|it| it.iter());
    let unchecked = resources
        .filter(|it| it.row_type.is_none() && Table::of(&db, it.table()).unwrap().has_body);
    unchecked.map(|it| it.name.as_str()).collect()
}

fn row(db: &Connection, resource: &Resource) -> String {
    let columns = Table::of(db, resource.table()).unwrap().columns;
    let columns: Vec<&str> = columns.iter().map(|it| it.name.as_str()).collect();
    let description = &resource.description;
    let own: Vec<&str> = description.own.keys().map(String::as_str).collect();
    let derived: Vec<&str> = description.derived.iter().map(String::as_str).collect();
    let code = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        names.join(", ")
    };
    let schema = description.schema.as_deref().unwrap_or_default();
    let key = description.key.as_slice().iter().map(String::as_str).collect::<Vec<_>>();
    let cells =
        [code(&[&resource.name]), schema.to_owned(), code(&key), code(&derived), code(&own)];
    format!("| {} | {} |", cells.join(" | "), code(&columns))
}
