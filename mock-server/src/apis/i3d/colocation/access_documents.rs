//! Documents by which a visitor of the data center proves who they are.

use serde::{Deserialize, Serialize};

use super::access_lifecycle::ACCESSES;
use crate::{
    apis::i3d::account::identity_papers::Paper,
    engine::{
        Body, Context, Operation, Page, Params, Problem, Result, RowType, Rows, Table, read, write,
    },
};

pub(super) fn operations() -> [Operation; 5] {
    [
        read("getColocationAccessDocuments", list),
        write("createColocationAccessDocument", create),
        read("getColocationAccessDocument", get),
        write("updateColocationAccessDocument", update),
        write("deleteColocationAccessDocument", delete),
    ]
}

const DOCUMENTS: Table<AccessDocument> = Table::new("colocation_access_document", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[DOCUMENTS.row_type()];

/// How many documents a visitor may have.
const DOCUMENTS_MAX: i64 = 20;

const OF_ACCESS: &str = "access = ?";

#[derive(Serialize, Deserialize)]
pub(super) struct AccessDocument {
    id: i64,
    #[serde(flatten)]
    paper: Paper,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByAccess {
    access_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    access_id: i64,
    document_id: i64,
}

fn list(cx: &Context, Params(by): Params<ByAccess>) -> Result<Rows> {
    ACCESSES.require(cx, by.access_id)?;
    DOCUMENTS.page_where(cx, Page::ALL, OF_ACCESS, &[&by.access_id])
}

fn create(
    cx: &Context,
    Params(by): Params<ByAccess>,
    Body(new): Body<Paper>,
) -> Result<[AccessDocument; 1]> {
    ACCESSES.require(cx, by.access_id)?;
    Problem::refuse(new.errors())?;
    if DOCUMENTS.count(cx, OF_ACCESS, &[&by.access_id])? >= DOCUMENTS_MAX {
        let message = format!("A visitor has at most {DOCUMENTS_MAX} documents");
        return Err(Problem::invalid_form(message));
    }
    let document = AccessDocument { id: DOCUMENTS.next_id(cx)?, paper: new };
    DOCUMENTS.insert_with(cx, &document, &[("access", &by.access_id)])?;
    Ok([document])
}

fn get(cx: &Context, Params(by): Params<ById>) -> Result<Rows> {
    by.require(cx)?;
    DOCUMENTS.page_of(cx, by.document_id)
}

fn update(
    cx: &Context,
    Params(by): Params<ById>,
    Body(new): Body<Paper>,
) -> Result<[AccessDocument; 1]> {
    by.require(cx)?;
    Problem::refuse(new.errors())?;
    let document = AccessDocument { id: by.document_id, paper: new };
    DOCUMENTS.replace(cx, by.document_id, &document)?;
    Ok([document])
}

fn delete(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    by.require(cx)?;
    DOCUMENTS.remove(cx, by.document_id)
}

/// The documents of a visitor.
pub(super) fn of(cx: &Context, access: i64) -> Result<Vec<AccessDocument>> {
    DOCUMENTS.rows_where(cx, Page::ALL, OF_ACCESS, &[&access])
}

impl ById {
    /// Refuses a document that this visitor does not have.
    fn require(&self, cx: &Context) -> Result<()> {
        let ids = [&self.access_id as _, &self.document_id as _];
        DOCUMENTS.require_where(cx, "access = ? AND id = ?", &ids)
    }
}
