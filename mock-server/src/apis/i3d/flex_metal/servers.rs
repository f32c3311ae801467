//! FlexMetal servers: ordered by customers, delivered and released as the clock goes on.

use rusqlite::ToSql;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    fleet::SERVERS,
    lifecycle::{FlexMetalServer, Os, Server, Status},
    order::{self, NewServer},
    tags,
};
use crate::{
    apis::i3d::{
        self, account,
        reference::{self, operating_systems::Family},
    },
    engine::{Body, Context, Operation, Page, Params, Problem, Result, read, write},
};

pub(super) fn operations() -> [Operation; 7] {
    [
        read("getFlexMetalServers", list),
        write("createFlexMetalServer", create),
        read("getFlexMetalServer", get),
        write("deleteFlexMetalServer", delete),
        read("getFlexMetalServerRootPasswords", get_root_password),
        write("createFlexMetalServerTag", add_tag),
        write("deleteFlexMetalServerTag", remove_tag),
    ]
}

/// How many tags a server carries at most.
const TAGS_MAX: usize = 60;
/// A server whose name begins like this fails, so that clients can be tested with a failure.
const FAILING: &str = "fail-";
const TAGGED_ALL: &str = "uuid IN (
    SELECT server FROM flex_metal_server_tag
    WHERE account = ? AND tag IN (SELECT value FROM json_each(?))
    GROUP BY server HAVING count(*) = (SELECT count(DISTINCT value) FROM json_each(?)))";

#[derive(Deserialize)]
struct Filter {
    status: Option<StatusFilter>,
    #[serde(default)]
    tag: Vec<String>,
}

/// The groups of states that the filter of the list names.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StatusFilter {
    Creating,
    Provisioning,
    Delivered,
    Failed,
    Releasing,
    Released,
}

#[derive(Deserialize)]
struct ByUuid {
    uuid: Uuid,
}

#[derive(Deserialize)]
struct ByUuidAndTag {
    uuid: Uuid,
    tag: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RootPassword {
    root_password: String,
}

impl StatusFilter {
    /// The same rule as [`Server::status`], for the database; `?` is the time.
    fn condition(&self) -> &'static str {
        match self {
            StatusFilter::Creating => "releasing_at IS NULL AND provisioning_at > ?",
            StatusFilter::Provisioning => {
                "releasing_at IS NULL AND ? BETWEEN provisioning_at AND ready_at - 1"
            }
            StatusFilter::Delivered => "releasing_at IS NULL AND ready_at <= ? AND NOT fails",
            StatusFilter::Failed => "releasing_at IS NULL AND ready_at <= ? AND fails",
            StatusFilter::Releasing => "released_at > ?",
            // The plus keeps the index on this column away: it would sort the whole history for
            // each page.
            StatusFilter::Released => "+released_at <= ?",
        }
    }
}

fn list(cx: &Context, Params(by): Params<Filter>, page: Page) -> Result<Vec<FlexMetalServer>> {
    let (account, tags) = (cx.account()?, serde_json::to_string(&by.tag)?);
    let mut conditions = vec!["TRUE"];
    let mut values: Vec<&dyn ToSql> = Vec::new();
    if let Some(group) = &by.status {
        conditions.push(group.condition());
        values.push(&cx.now);
    }
    if !by.tag.is_empty() {
        conditions.push(TAGGED_ALL);
        values.extend([&account as &dyn ToSql, &tags, &tags]);
    }
    let servers = SERVERS.rows_where(cx, page, &conditions.join(" AND "), &values)?;
    Ok(servers.into_iter().map(|server| server.shown(cx.now)).collect())
}

fn create(cx: &Context, Body(new): Body<NewServer>) -> Result<[FlexMetalServer; 1]> {
    if !account::customer::allows_flex_metal(cx)? {
        return Err(Problem::forbidden());
    }
    let order = order::check(cx, &new)?;
    let mut tags = Vec::new();
    for tag in new.tags {
        tags::ensure(cx, &tag)?;
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    let server = Server {
        uuid: cx.new_uuid()?,
        id: u32::try_from(SERVERS.next_id(cx)?).expect("a world has fewer servers"),
        failure: new
            .name
            .starts_with(FAILING)
            .then(|| "The server failed its hardware check".to_owned()),
        name: new.name,
        location: order.location,
        instance_type: order.instance_type,
        os: Os { slug: new.os.slug },
        tags,
        contract_id: order.contract_id,
        created_at: cx.now,
        delivery_seconds: cx.settings::<i3d::Settings>()?.delivery_seconds.into(),
        releasing_at: None,
        released_at: None,
    };
    SERVERS.insert(cx, &server)?;
    Ok([server.shown_as(Status::Created)])
}

fn get(cx: &Context, Params(by): Params<ByUuid>) -> Result<[FlexMetalServer; 1]> {
    Ok([SERVERS.find(cx, by.uuid.to_string())?.shown(cx.now)])
}

fn delete(cx: &Context, Params(by): Params<ByUuid>) -> Result<[FlexMetalServer; 1]> {
    let mut status = Status::Released;
    let server = SERVERS.change(cx, by.uuid.to_string(), |server| {
        status = server.release(cx.now);
        Ok(())
    })?;
    Ok([server.shown_as(status)])
}

fn get_root_password(cx: &Context, Params(by): Params<ByUuid>) -> Result<[RootPassword; 1]> {
    let server = SERVERS.find(cx, by.uuid.to_string())?;
    let system = reference::operating_systems::of_slug(&server.os.slug);
    let windows = system.is_some_and(|system| system.family() == Family::Windows);
    let password = server.root_password(cx.now).filter(|_| windows);
    Ok([RootPassword { root_password: password.ok_or_else(Problem::not_found)? }])
}

/// Adds a tag to a server, and to the account if it does not have the tag yet.
fn add_tag(cx: &Context, Params(by): Params<ByUuidAndTag>) -> Result<[FlexMetalServer; 1]> {
    let server = SERVERS.change(cx, by.uuid.to_string(), |server| {
        if server.tags.contains(&by.tag) {
            return Ok(());
        }
        if server.tags.len() >= TAGS_MAX {
            return Err(Problem::invalid(
                "tag",
                format!("is one more than the {TAGS_MAX} of a server"),
            ));
        }
        tags::ensure(cx, &by.tag)?;
        server.tags.push(by.tag);
        Ok(())
    })?;
    Ok([server.shown(cx.now)])
}

fn remove_tag(cx: &Context, Params(by): Params<ByUuidAndTag>) -> Result<[FlexMetalServer; 1]> {
    let server = SERVERS.change(cx, by.uuid.to_string(), |server| {
        let at =
            server.tags.iter().position(|tag| *tag == by.tag).ok_or_else(Problem::not_found)?;
        server.tags.remove(at);
        Ok(())
    })?;
    Ok([server.shown(cx.now)])
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn a_list_by_status_neither_walks_nor_sorts_what_was_given_back() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(include_str!("schema.sql")).unwrap();
        let plan = |group: StatusFilter| -> Vec<String> {
            let condition = group.condition().replace('?', "7");
            let list =
                "EXPLAIN QUERY PLAN SELECT body FROM flex_metal_server WHERE account = 7 AND";
            let mut plan = db
                .prepare(&format!("{list} ({condition}) ORDER BY uuid LIMIT 7 OFFSET 7"))
                .unwrap();
            plan.query_map((), |row| row.get("detail")).unwrap().map(Result::unwrap).collect()
        };
        for group in [
            StatusFilter::Creating,
            StatusFilter::Provisioning,
            StatusFilter::Delivered,
            StatusFilter::Failed,
        ] {
            let steps = plan(group);
            assert!(steps.len() == 1 && steps[0].contains("flex_metal_server_kept"), "{steps:?}");
        }
        assert!(
            plan(StatusFilter::Releasing)[0]
                .contains("flex_metal_server_released (account=? AND released_at>?)")
        );
        assert_eq!(plan(StatusFilter::Released).len(), 1, "a page of it is read in order");
    }
}
