//! Files that come with a message: as base64 in a list, or as parts of a form.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

use crate::{
    apis::i3d::support::ticket_attachments,
    engine::{Context, Part, Problem, Result},
};

/// The field of a form with files, also as one of a list.
const FIELD: &str = "attachment";

/// How many files a message may have.
const FILES_MAX: usize = 10;

/// A file in base64.
#[derive(Deserialize)]
pub(super) struct NewFile {
    name: String,
    content: String,
    size: Option<usize>,
}

/// Uploads all files of a request; returns their ids.
pub(super) fn add_all(cx: &Context, files: Vec<NewFile>, parts: Vec<Part>) -> Result<Vec<i64>> {
    let parts: Vec<Part> = parts
        .into_iter()
        .filter(|part| part.name.starts_with(FIELD) && part.file_name.is_some())
        .collect();
    if files.len() + parts.len() > FILES_MAX {
        return Err(Problem::invalid(FIELD, format!("must be at most {FILES_MAX} files")));
    }
    let mut ids = Vec::new();
    for (index, file) in files.into_iter().enumerate() {
        let property = format!("attachments[{index}]");
        let content = STANDARD.decode(file.content.as_bytes()).map_err(|_| {
            Problem::invalid(&format!("{property}.content"), "must be encoded in base64")
        })?;
        if file.size.is_some_and(|size| size != content.len()) {
            let message = format!("is not that of the content, which has {} bytes", content.len());
            return Err(Problem::invalid(&format!("{property}.size"), message));
        }
        ids.push(ticket_attachments::add(cx, &property, file.name, &content)?);
    }
    for part in parts {
        let name = part.file_name.unwrap_or_default();
        ids.push(ticket_attachments::add(cx, FIELD, name, &part.bytes)?);
    }
    Ok(ids)
}
