//! The two ceilings, servers that the emulator is compared with: axum alone, and axum with one
//! SELECT or one INSERT.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use anyhow::Result;
use axum::{
    Router,
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
    routing::{get, post, put},
    serve::ListenerExt,
};
use rusqlite::Connection;

/// A ceiling, by what it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Ceiling {
    /// A constant JSON text.
    Hello,
    /// One prepared SELECT by key for a GET, one INSERT with its commit for a POST.
    Sqlite,
}

/// Serves a ceiling until it is killed.
pub(crate) fn serve(ceiling: Ceiling, listen: SocketAddr) -> Result<()> {
    let app = match ceiling {
        Ceiling::Hello => {
            let constant = async || json(r#"{"status":"OK"}"#.to_owned());
            Router::new().route("/row/{key}", get(constant).post(constant))
        }
        Ceiling::Sqlite => sqlite()?,
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        println!("http://{}", listener.local_addr()?);
        let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
        Ok(axum::serve(listener, app).await?)
    })
}

type Connections = Arc<Mutex<Vec<Connection>>>;

/// Rows that a PUT sets, a GET selects and a POST adds, with as many connections as there can be
/// requests at a time.
fn sqlite() -> Result<Router> {
    let file = std::env::temp_dir().join(format!("ceiling-{}.db", std::process::id()));
    let open = |_| -> Result<Connection> {
        let db = Connection::open(&file)?;
        db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;")?;
        Ok(db)
    };
    let connections: Vec<Connection> = (0..8).map(open).collect::<Result<_>>()?;
    connections[0].execute_batch(
        "CREATE TABLE row (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
         CREATE TABLE added (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;",
    )?;
    std::fs::remove_file(&file)?;
    let connections: Connections = Arc::new(Mutex::new(connections));
    Ok(Router::new()
        .route("/row/{key}", get(read).merge(put(write)))
        .route("/row", post(add))
        .with_state(connections))
}

async fn read(State(connections): State<Connections>, Path(key): Path<String>) -> Response {
    let db =
        connections.lock().expect("nobody panics").pop().expect("a connection for each thread");
    let body = db
        .prepare_cached("SELECT body FROM row WHERE key = ?1")
        .and_then(|mut select| select.query_row([key], |row| row.get(0)))
        .expect("the row was put");
    connections.lock().expect("nobody panics").push(db);
    json(body)
}

async fn write(State(connections): State<Connections>, Path(key): Path<String>, body: String) {
    let connections = connections.lock().expect("nobody panics");
    connections[0].execute("INSERT INTO row VALUES (?1, ?2)", [key, body]).expect("the row is new");
}

async fn add(State(connections): State<Connections>, body: String) -> Response {
    let connections = connections.lock().expect("nobody panics");
    let mut insert = connections[0]
        .prepare_cached("INSERT INTO added (body) VALUES (?1)")
        .expect("the table is there");
    insert.execute([&body]).expect("every row is new");
    drop(insert);
    drop(connections);
    json(body)
}

fn json(body: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
