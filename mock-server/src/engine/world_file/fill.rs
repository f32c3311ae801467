//! From what a world file says to the rows of a world.

use std::sync::Arc;

use super::{
    customers,
    fault::Fault,
    file::WorldFile,
    put::{complete, put},
    read::NOBODY,
    resource::Resources,
};
use crate::engine::{api::Provider, context::Context, problem::Result, world::row};

/// Adds what a world file says to a world that has what the file stands on.
pub(in crate::engine) fn fill(
    cx: &Context,
    providers: &[Arc<dyn Provider>],
    file: &WorldFile,
) -> Result<()> {
    for section in &file.sections {
        let provider = &*providers[section.provider];
        let Some(resources) = provider.resources() else { continue };
        let filled = || -> Result<(), Fault> {
            for wanted in &section.customers {
                customers::add_with_data(cx, provider, resources, wanted)?;
            }
            put(cx, resources, &section.rows)?;
            for (account, line) in &section.accounts {
                require_customer(cx, resources, *account, *line)?;
            }
            complete(cx, provider)
        };
        filled().map_err(|fault| fault.refusal(&file.name))?;
    }
    for (sequence, last) in &file.sequences {
        row::go_on_above(cx.db, sequence, *last)?;
    }
    Ok(())
}

/// Refuses an account that no customer has.
fn require_customer(
    cx: &Context,
    resources: &Resources,
    account: i64,
    line: u64,
) -> Result<(), Fault> {
    let first = resources.of_customers();
    let sql = format!("SELECT 1 FROM {} WHERE account = ?1", first.table());
    let exists = cx.db.prepare_cached(&sql).and_then(|mut it| it.exists([account]));
    match exists {
        Err(error) => Err(Fault { line, message: error.to_string() }),
        Ok(false) if account != NOBODY => {
            let message = format!(
                "there is no customer {account}; add one to `customers`, or give {account} a {}",
                first.name
            );
            Err(Fault { line, message })
        }
        Ok(_) => Ok(()),
    }
}
