//! Vacancies, and applying for one.

use http::header;
use serde::{Deserialize, Serialize};

use crate::{
    apis::i3d::account::NO_CUSTOMER,
    engine::{
        Context, Form, IntoReply, Operation, Page, Params, Part, Problem, ProblemKind, Reply,
        Result, RowType, Rows, Table, read, write,
    },
};

pub(super) fn operations() -> [Operation; 4] {
    [
        read("getJobs", list),
        read("getJob", get),
        write("createJobSolicit", create_solicit),
        write("uploadJobSolicitFiles", upload_files),
    ]
}

const JOBS: Table<Job> = Table::new("job", "id");

const SOLICITS: Table<Solicit> = Table::new("job_solicit", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[JOBS.row_type(), SOLICITS.row_type()];

/// The largest file of an application.
const FILE_BYTES_MAX: usize = 5 * 1024 * 1024;
/// How many files an application may have.
const FILES_MAX: usize = 10;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    id: i64,
    slug: String,
    title: String,
    header_image: String,
    tile_image: String,
    intro_text: String,
    text: String,
    intake_date: i64,
}

/// An application. The content of its files is not stored, because no operation reads it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Solicit {
    id: i64,
    job_id: i64,
    created_at: i64,
    files: Vec<SolicitFile>,
}

#[derive(Serialize, Deserialize)]
struct SolicitFile {
    name: String,
    size: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByJob {
    job_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BySolicit {
    job_id: i64,
    solicit_id: i64,
}

fn list(cx: &Context) -> Result<Rows> {
    JOBS.page(&cx.on_behalf_of(NO_CUSTOMER), Page::ALL)
}

fn get(cx: &Context, Params(by): Params<ByJob>) -> Result<Rows> {
    JOBS.page_of(&cx.on_behalf_of(NO_CUSTOMER), by.job_id)
}

/// The upload of files needs credentials, so only an applicant with credentials gets its location.
fn create_solicit(cx: &Context, Params(by): Params<ByJob>) -> Result<Reply> {
    let job = JOBS.find(&cx.on_behalf_of(NO_CUSTOMER), by.job_id)?;
    if job.intake_date < cx.now {
        return Err(Problem::malformed("One could apply for this job until its intake date"));
    }
    let applicant = &cx.on_behalf_of(cx.caller.account.unwrap_or(NO_CUSTOMER));
    let solicit = Solicit {
        id: SOLICITS.next_id(cx)?,
        job_id: job.id,
        created_at: cx.now,
        files: Vec::new(),
    };
    SOLICITS.insert(applicant, &solicit)?;
    let reply = ().into_reply()?;
    Ok(match cx.caller.account {
        Some(_) => {
            let files = format!("/v3/jobs/{}/solicit/{}/files", job.id, solicit.id);
            reply.with_header(header::LOCATION, files)
        }
        None => reply,
    })
}

fn upload_files(cx: &Context, Params(by): Params<BySolicit>, Form(parts): Form) -> Result<()> {
    SOLICITS.require_where(cx, "id = ? AND job_id = ?", &[&by.solicit_id, &by.job_id])?;
    let files = files(parts)?;
    let uploaded = SOLICITS.change(cx, by.solicit_id, |solicit| {
        solicit.files.extend(files);
        if solicit.files.len() > FILES_MAX {
            return Err(Problem::malformed(format!(
                "An application has {FILES_MAX} files at most"
            )));
        }
        Ok(())
    });
    uploaded.map(drop)
}

/// The files of a form; fields that are not files are ignored.
fn files(parts: Vec<Part>) -> Result<Vec<SolicitFile>> {
    let mut files = Vec::new();
    for part in parts.into_iter().filter(|part| !part.bytes.is_empty()) {
        let Some(name) = part.file_name else { continue };
        let size = part.bytes.len();
        if size > FILE_BYTES_MAX {
            let message = format!("The file {name} is larger than {FILE_BYTES_MAX} bytes");
            return Err(Problem::new(ProblemKind::TooLarge).because(message));
        }
        files.push(SolicitFile { name, size });
    }
    if files.is_empty() {
        return Err(Problem::malformed("File upload(s) expected but not found").code(11002));
    }
    Ok(files)
}
