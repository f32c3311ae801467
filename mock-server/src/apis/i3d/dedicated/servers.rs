//! Dedicated servers, which a customer rents by contract and finds by labels.

use rusqlite::ToSql;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    label_expression::{Expression, SyntaxError},
    labels::{LabelChange, merged},
};
use crate::engine::{
    Body, Context, IntoReply, Operation, Page, Params, Problem, Reply, Result, RowType, Rows,
    Table, read, write,
};

pub(super) fn operations() -> [Operation; 4] {
    [
        read("getDedicatedServers", list),
        read("getDedicatedServerSummaries", list_summaries),
        read("getDedicatedServer", get),
        write("updateDedicatedServer", update),
    ]
}

pub(in crate::apis::i3d) const DEDICATED_SERVERS: Table<Host> =
    Table::new("dedicated_server", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[DEDICATED_SERVERS.row_type()];

/// A view of the same rows.
const SUMMARIES: Table<Host> = Table::new("dedicated_server_summary", "id");

/// A server as the API shows it.
type Host = Map<String, Value>;

#[derive(Deserialize)]
struct Filter {
    labels: Option<String>,
}

#[derive(Deserialize)]
struct Selection {
    fields: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    dedicated_server_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    project_name: Option<String>,
    client_server_name: Option<String>,
    client_state: Option<String>,
    #[serde(default)]
    labels: Vec<LabelChange>,
}

fn list(cx: &Context, Params(by): Params<Filter>, page: Page) -> Result<Rows> {
    let Some(labels) = by.labels else {
        return DEDICATED_SERVERS.page(cx, page);
    };
    let expression = Expression::parse(&labels).map_err(malformed)?;
    let (condition, values) = expression.to_sql();
    let values: Vec<&dyn ToSql> = values.iter().map(|it| it as _).collect();
    DEDICATED_SERVERS.page_where(cx, page, &condition, &values)
}

fn list_summaries(cx: &Context, Params(by): Params<Selection>, page: Page) -> Result<Reply> {
    let Some(fields) = by.fields else {
        return SUMMARIES.page(cx, page)?.into_reply();
    };
    let mut servers = SUMMARIES.rows(cx, page)?;
    for server in &mut servers {
        server.retain(|name, _| fields.contains(name));
    }
    servers.into_reply()
}

fn get(cx: &Context, Params(by): Params<ById>) -> Result<Rows> {
    DEDICATED_SERVERS.page_of(cx, by.dedicated_server_id)
}

fn update(cx: &Context, Params(by): Params<ById>, Body(new): Body<Change>) -> Result<[Host; 1]> {
    let server = DEDICATED_SERVERS.change(cx, by.dedicated_server_id, |server| {
        let texts = [
            ("projectName", new.project_name),
            ("clientServerName", new.client_server_name),
            ("clientState", new.client_state),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                server.insert(name.to_owned(), text.into());
            }
        }
        let labels = serde_json::from_value(server["labels"].take())?;
        server.insert("labels".to_owned(), json!(merged(labels, new.labels)?));
        Ok(())
    })?;
    Ok([server])
}

/// The ids of a server's uplinks.
pub(super) fn uplinks(cx: &Context, id: i64) -> Result<Vec<i64>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Uplink {
        uplink_id: i64,
    }
    let uplinks: Vec<Uplink> =
        serde_json::from_value(DEDICATED_SERVERS.find(cx, id)?["uplinks"].take())?;
    Ok(uplinks.into_iter().map(|it| it.uplink_id).collect())
}

fn malformed(error: SyntaxError) -> Problem {
    Problem {
        errors: vec![openapi::Violation::new("labels", error.to_string())],
        ..Problem::malformed("The label expression cannot be read")
    }
}
