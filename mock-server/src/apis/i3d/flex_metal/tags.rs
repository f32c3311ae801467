//! Tags, by which an account groups its FlexMetal servers.

use serde::{Deserialize, Serialize};

use super::fleet;
use crate::engine::{
    Body, Context, Operation, Page, Params, Problem, Result, RowType, Table, read, write,
};

pub(super) fn operations() -> [Operation; 5] {
    [
        read("getFlexMetalTags", list),
        write("createFlexMetalTag", create),
        read("getFlexMetalTag", get),
        write("updateFlexMetalTag", update),
        write("deleteFlexMetalTag", delete),
    ]
}

const TAGS: Table<Tag> = Table::new("flex_metal_tag", "tag");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[TAGS.row_type()];

#[derive(Serialize, Deserialize)]
struct Tag {
    tag: String,
}

#[derive(Deserialize)]
struct ByTag {
    tag: String,
}

/// Gives each account the tags that its servers carry.
pub(in crate::apis::i3d) fn complete(cx: &Context) -> Result<()> {
    let sql = "INSERT INTO flex_metal_tag (account, body)
               SELECT DISTINCT account, json_object('tag', tag) FROM flex_metal_server_tag AS carried
               WHERE NOT EXISTS (SELECT 1 FROM flex_metal_tag AS known
                                 WHERE known.account = carried.account AND known.tag = carried.tag)
               ORDER BY account, tag";
    cx.db.prepare_cached(sql)?.execute(())?;
    Ok(())
}

/// A tag as the API shows it: with what carries it.
#[derive(Serialize)]
struct FlexMetalTag {
    tag: String,
    resources: Summary,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    count: i64,
    flex_metal_servers: ResourceUsage,
}

#[derive(Serialize)]
struct ResourceUsage {
    count: i64,
}

fn list(cx: &Context, page: Page) -> Result<Vec<FlexMetalTag>> {
    TAGS.rows(cx, page)?.into_iter().map(|tag| shown(cx, tag)).collect()
}

fn create(cx: &Context, Body(new): Body<Tag>) -> Result<[FlexMetalTag; 1]> {
    if TAGS.has(cx, &new.tag)? {
        // Clients look for this text in the message.
        return Err(Problem::invalid_form(format!("Tag {} already exists", new.tag)));
    }
    TAGS.insert(cx, &new)?;
    Ok([shown(cx, new)?])
}

fn get(cx: &Context, Params(by): Params<ByTag>) -> Result<[FlexMetalTag; 1]> {
    Ok([shown(cx, TAGS.find(cx, by.tag)?)?])
}

fn update(
    cx: &Context,
    Params(by): Params<ByTag>,
    Body(new): Body<Tag>,
) -> Result<[FlexMetalTag; 1]> {
    TAGS.require(cx, &by.tag)?;
    if new.tag != by.tag {
        if TAGS.has(cx, &new.tag)? {
            return Err(Problem::conflict(format!("Tag {} already exists", new.tag)));
        }
        TAGS.replace(cx, &by.tag, &new)?;
        fleet::replace_tag(cx, &by.tag, Some(&new.tag))?;
    }
    Ok([shown(cx, new)?])
}

fn delete(cx: &Context, Params(by): Params<ByTag>) -> Result<()> {
    TAGS.remove(cx, &by.tag)?;
    fleet::replace_tag(cx, &by.tag, None)
}

fn shown(cx: &Context, Tag { tag }: Tag) -> Result<FlexMetalTag> {
    let count = fleet::count_tagged(cx, &tag)?;
    Ok(FlexMetalTag {
        tag,
        resources: Summary { count, flex_metal_servers: ResourceUsage { count } },
    })
}

/// Adds a tag to the account unless it is there.
pub(super) fn ensure(cx: &Context, tag: &str) -> Result<()> {
    if TAGS.has(cx, tag)? { Ok(()) } else { TAGS.insert(cx, &Tag { tag: tag.to_owned() }) }
}
