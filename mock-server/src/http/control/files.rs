//! Worlds as files: written by an export, read by an import, and what `--db` keeps.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tower::ServiceExt;
use tower_http::services::ServeFile;

use super::shared::{Answer, Control, unknown_snapshot};
use crate::{
    engine::Snapshot,
    http::{
        refusal::{Refusal, failed, refuse},
        worlds::{Chosen, InWorld},
    },
};

/// The media type of a world.
pub(super) const FILE: &str = "application/vnd.sqlite3";
/// How many bytes an import may have.
const IMPORT_MAX: u64 = 1 << 30;

pub(super) async fn export(InWorld(world): InWorld, chosen: Chosen, request: Request) -> Answer {
    let copied = world.snapshot().await;
    let copied = copied.map_err(|_| failed("the world could not be copied"))?;
    Ok(file(&Arc::new(copied), chosen.name(), request).await)
}

pub(super) async fn export_snapshot(
    State(control): State<Control>,
    Path(name): Path<String>,
    request: Request,
) -> Answer {
    let kept = control.worlds.snapshot(&name).ok_or_else(unknown_snapshot)?;
    Ok(file(&kept.snapshot, &name, request).await)
}

/// A snapshot as a download.
async fn file(snapshot: &Arc<Snapshot>, name: &str, request: Request) -> Response {
    let mime = FILE.parse().expect("a media type");
    // It opens the file, which may be removed while it is sent.
    let Ok(answer) = ServeFile::new_with_mime(snapshot.path(), &mime).oneshot(request).await;
    let mut answer = answer.map(Body::new);
    let disposition = format!("attachment; filename=\"{name}.db\"");
    let disposition = HeaderValue::from_str(&disposition).expect("a name is ASCII");
    answer.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    answer.into_response()
}

/// Reads a file that a client sends.
pub(super) async fn read(sent: Body) -> Result<Snapshot, Refusal> {
    let broken = |_| failed("the file could not be kept");
    let snapshot = Snapshot::empty().map_err(|_| failed("the file could not be kept"))?;
    let file = tokio::fs::File::options().write(true).open(snapshot.path()).await;
    let mut file = file.map_err(broken)?;
    let (mut sent, mut bytes) = (sent.into_data_stream(), 0);
    while let Some(part) = sent.next().await {
        let part = part.map_err(|error| refuse(StatusCode::BAD_REQUEST, &error.to_string()))?;
        bytes += part.len() as u64;
        if bytes > IMPORT_MAX {
            let why = format!("a file may have {IMPORT_MAX} bytes");
            return Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, &why));
        }
        file.write_all(&part).await.map_err(broken)?;
    }
    file.flush().await.map_err(broken)?;
    Ok(snapshot)
}
