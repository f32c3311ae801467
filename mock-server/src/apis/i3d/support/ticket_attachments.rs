//! Attachments: files that are uploaded first, and become part of the ticket or reply that names
//! them.

use base64::{Engine, engine::general_purpose::STANDARD};
use openapi::Violation;
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

use crate::engine::{
    Context, File, Form, Object, Operation, Params, Part, Problem, Result, RowType, Table, read,
    write,
};

pub(super) fn operations() -> [Operation; 3] {
    [
        read("getTicketAttachment", get),
        write("createTicketsAttachment", create),
        write("deleteTicketsAttachment", delete),
    ]
}

const ATTACHMENTS: Table<Attachment> = Table::new("ticket_attachment", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[ATTACHMENTS.row_type()];

/// How many files a message may have.
const ATTACHMENTS_MAX: usize = 10;

/// A kind of file that support accepts.
struct FileType {
    extension: &'static str,
    mime: &'static str,
    /// Its content starts with one of these; any content starts with the empty one.
    starts: &'static [&'static [u8]],
}

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

const OLE: &[&[u8]] = &[b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"];
const ZIP: &[&[u8]] = &[b"PK\x03\x04"];
const JPEG: &[&[u8]] = &[b"\xFF\xD8\xFF"];

const FILE_TYPES: [FileType; 11] = [
    FileType { extension: "png", mime: "image/png", starts: &[b"\x89PNG\r\n\x1A\n"] },
    FileType { extension: "jpeg", mime: "image/jpeg", starts: JPEG },
    FileType { extension: "jpg", mime: "image/jpeg", starts: JPEG },
    FileType { extension: "gif", mime: "image/gif", starts: &[b"GIF87a", b"GIF89a"] },
    FileType { extension: "pdf", mime: "application/pdf", starts: &[b"%PDF-"] },
    FileType { extension: "doc", mime: "application/msword", starts: OLE },
    FileType { extension: "docx", mime: DOCX, starts: ZIP },
    FileType { extension: "xls", mime: "application/vnd.ms-excel", starts: OLE },
    FileType { extension: "xlsx", mime: XLSX, starts: ZIP },
    FileType { extension: "rtf", mime: "application/rtf", starts: &[b"{\\rtf"] },
    FileType { extension: "txt", mime: "text/plain", starts: &[b""] },
];

/// An uploaded file, without its content.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct Attachment {
    pub(in crate::apis::i3d) id: i64,
    pub(in crate::apis::i3d) name: String,
    pub(in crate::apis::i3d) mime: String,
    pub(in crate::apis::i3d) size: usize,
    uploaded_time: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UploadedAttachment {
    attachment_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByTicketAndId {
    ticket_id: i64,
    attachment_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    attachment_id: i64,
}

/// The content in base64, because JSON has no bytes.
fn get(cx: &Context, Params(by): Params<ByTicketAndId>) -> Result<Object<String>> {
    let file = file(cx, by.ticket_id, by.attachment_id)?;
    Ok(Object(STANDARD.encode(file.bytes)))
}

/// A file of a ticket.
pub(in crate::apis::i3d) fn file(cx: &Context, ticket: i64, id: i64) -> Result<File> {
    let sql = "SELECT content FROM ticket_attachment JOIN ticket_reply ON ticket_reply.id = reply
               WHERE ticket_attachment.account = ?1 AND ticket_attachment.id = ?2 AND ticket = ?3";
    let content =
        cx.db.prepare_cached(sql)?.query_row((cx.account()?, id, ticket), |row| row.get(0));
    let bytes: Vec<u8> = content.optional()?.ok_or_else(Problem::not_found)?;
    let name = ATTACHMENTS.find(cx, id)?.name;
    let media = file_type(&name, &bytes).map_or("application/octet-stream", |it| it.mime);
    Ok(File { media, bytes })
}

fn create(cx: &Context, Form(parts): Form) -> Result<Object<UploadedAttachment>> {
    let file = only_file(parts)?;
    let attachment_id = add(cx, "attachment", file.file_name.unwrap_or_default(), &file.bytes)?;
    Ok(Object(UploadedAttachment { attachment_id }))
}

/// Uploads a file, which `property` of the request holds; returns its id.
pub(in crate::apis::i3d) fn add(
    cx: &Context,
    property: &str,
    name: String,
    content: &[u8],
) -> Result<i64> {
    let file_type =
        file_type(&name, content).map_err(|message| Problem::invalid(property, message))?;
    let attachment = Attachment {
        id: ATTACHMENTS.next_id(cx)?,
        name,
        mime: file_type.mime.to_owned(),
        size: content.len(),
        uploaded_time: cx.now,
    };
    ATTACHMENTS.insert_with(cx, &attachment, &[("content", &content)])?;
    Ok(attachment.id)
}

fn delete(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    if ATTACHMENTS.has(cx, by.attachment_id)? && !is_free(cx, by.attachment_id)? {
        return Err(Problem::invalid("attachmentId", "belongs to a ticket already"));
    }
    ATTACHMENTS.remove(cx, by.attachment_id)
}

/// Why these files cannot become part of a message.
pub(super) fn errors(cx: &Context, ids: &[i64]) -> Result<Vec<Violation>> {
    let mut errors = Vec::new();
    if ids.len() > ATTACHMENTS_MAX {
        errors.push(Violation::new(
            "attachmentIds",
            format!("must have at most {ATTACHMENTS_MAX} items"),
        ));
    }
    for (index, id) in ids.iter().enumerate() {
        if ids[..index].contains(id) || !is_free(cx, *id)? {
            let message = format!("names {id}, which is no uploaded file that is still free");
            errors.push(Violation::new("attachmentIds", message));
        }
    }
    Ok(errors)
}

/// The files with these ids.
pub(super) fn all_of(cx: &Context, ids: &[i64]) -> Result<Vec<Attachment>> {
    ids.iter().map(|id| ATTACHMENTS.find(cx, id)).collect()
}

/// Makes the files part of a reply.
pub(super) fn attach(cx: &Context, ids: &[i64], reply: i64) -> Result<()> {
    let sql = "UPDATE ticket_attachment SET reply = ?3 WHERE account = ?1 AND id = ?2";
    let mut update = cx.db.prepare_cached(sql)?;
    for id in ids {
        update.execute((cx.account()?, id, reply))?;
    }
    Ok(())
}

/// Whether the account has this file and it is no part of a reply.
fn is_free(cx: &Context, id: i64) -> Result<bool> {
    ATTACHMENTS.has_where(cx, "id = ? AND reply IS NULL", &[&id])
}

/// The one file of the form.
fn only_file(parts: Vec<Part>) -> Result<Part> {
    let mut files = parts.into_iter().filter(|part| {
        part.name == "attachment" && part.file_name.is_some() && !part.bytes.is_empty()
    });
    match (files.next(), files.next()) {
        (Some(file), None) => Ok(file),
        (Some(_), Some(_)) => Err(Problem::invalid("attachment", "must be one file")),
        (None, _) => Err(Problem::invalid("attachment", "must be a file with content")
            .code(11002)
            .because("File upload(s) expected but not found")),
    }
}

/// The type of a file by its name; refuses content of another type.
fn file_type(name: &str, content: &[u8]) -> Result<&'static FileType, String> {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let known = FILE_TYPES.iter().find(|it| it.extension.eq_ignore_ascii_case(extension));
    let known = known.ok_or_else(|| {
        let extensions = FILE_TYPES.map(|it| it.extension).join(", ");
        format!("Invalid type of file, the possible values are: {extensions}")
    })?;
    let agrees = known.starts.iter().any(|start| content.starts_with(start));
    if agrees { Ok(known) } else { Err(format!("is named {}, but is none", known.extension)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_content_of_a_file_agree() {
        let mime = |name, content: &[u8]| file_type(name, content).map(|it| it.mime).ok();
        assert_eq!(mime("Screen.Shot.PNG", b"\x89PNG\r\n\x1A\n rest"), Some("image/png"));
        assert_eq!(mime("photo.jpg", b"\xFF\xD8\xFF\xE0"), Some("image/jpeg"));
        assert_eq!(mime("old.gif", b"GIF87a"), Some("image/gif"));
        assert_eq!(mime("mtr.txt", b"any bytes"), Some("text/plain"));
        assert_eq!(mime("photo.png", b"\xFF\xD8\xFF\xE0"), None);
        assert_eq!(mime("photo.png", b""), None);
        assert_eq!(mime("run.exe", b"MZ"), None);
        assert_eq!(mime("png", b"\x89PNG\r\n\x1A\n"), None);
    }
}
