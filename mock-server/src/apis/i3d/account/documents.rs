//! Papers by which a customer proves who they are, such as a passport.

use serde::{Deserialize, Serialize};

use super::identity_papers::Paper;
use crate::engine::{
    Body, Context, Operation, Page, Params, Problem, Result, RowType, Rows, Table, read, write,
};

pub(super) fn operations() -> [Operation; 3] {
    [
        read("getAccountDocuments", list),
        write("createAccountDocument", create),
        write("deleteAccountDocument", delete),
    ]
}

const DOCUMENTS: Table<AccountDocument> = Table::new("account_document", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[DOCUMENTS.row_type()];

/// How many documents an account may have, because they are listed as a whole.
const DOCUMENTS_MAX: i64 = 100;

#[derive(Serialize, Deserialize)]
struct AccountDocument {
    id: i64,
    #[serde(flatten)]
    paper: Paper,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    document_id: i64,
}

fn list(cx: &Context) -> Result<Rows> {
    DOCUMENTS.page(cx, Page::ALL)
}

fn create(cx: &Context, Body(new): Body<Paper>) -> Result<[AccountDocument; 1]> {
    Problem::refuse(new.errors())?;
    if DOCUMENTS.count(cx, "TRUE", &[])? >= DOCUMENTS_MAX {
        let message = format!("An account has at most {DOCUMENTS_MAX} documents");
        return Err(Problem::invalid_form(message));
    }
    let document = AccountDocument { id: DOCUMENTS.next_id(cx)?, paper: new };
    DOCUMENTS.insert(cx, &document)?;
    Ok([document])
}

fn delete(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    DOCUMENTS.remove(cx, by.document_id)
}
