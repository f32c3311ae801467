//! The provider and its API, as a crate of its own would write them.

use std::sync::{Arc, LazyLock};

use http::{HeaderName, header::WWW_AUTHENTICATE};
use mock_server::engine::{
    Api, Body, Context, Credential, Environment, Identity, IntoReply, Object, Operation, Page,
    Params, Presented, Problem, ProblemKind, Provider, Refused, Reply, Result, Table, read, write,
};
use openapi::{Contract, Route};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    let mut document: Value = serde_saphyr::from_str(include_str!("machines.yaml")).expect("YAML");
    let paths = document["paths"].as_object_mut().expect("paths").values_mut();
    let items = paths.flat_map(|path| path.as_object_mut().expect("a path item").values_mut());
    for operation in items.filter(|it| it.is_object()) {
        operation["responses"]["default"] = json!({ "$ref": "#/components/responses/Refused" });
    }
    Contract::compile(Box::leak(document.to_string().into_boxed_str()))
});

/// The machine that every account has from the beginning.
pub const FIRST: &str = "018f0000-0000-7000-8000-000000000001";

pub struct Machines;

impl Provider for Machines {
    fn name(&self) -> &'static str {
        "machines"
    }

    fn schema(&self) -> &'static str {
        "CREATE TABLE machine (
             account  INTEGER NOT NULL,
             body     TEXT NOT NULL,
             location TEXT NOT NULL,
             disks    INTEGER NOT NULL DEFAULT 0,
             uuid     TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'uuid') STORED,
             UNIQUE (account, uuid)
         ) STRICT;
         -- What the schema forbids and the operation does not is a fault of the operation.
         CREATE TRIGGER machine_inserted BEFORE INSERT ON machine
         WHEN new.body ->> 'name' = 'unwritable' BEGIN SELECT RAISE(ABORT, 'never'); END;"
    }

    fn seed(&self, cx: &Context) -> Result<()> {
        let cx = cx.on_behalf_of(1);
        let machine = Machine {
            uuid: FIRST.parse().expect("a UUID"),
            name: "old".to_owned(),
            vcpu: 1,
            running: true,
            tags: Vec::new(),
        };
        MACHINES.insert_with(&cx, &machine, &[("location", &"north")])
    }

    fn apply_settings(&self, _: &Context) -> Result<()> {
        Ok(())
    }

    fn apis(&self) -> Vec<Arc<dyn Api>> {
        vec![Arc::new(MachinesApi)]
    }
}

struct MachinesApi;

impl Api for MachinesApi {
    fn name(&self) -> &'static str {
        "machines-v1"
    }

    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn operations(&self) -> Vec<Operation> {
        vec![
            read("listMachines", list),
            write("createMachine", create),
            write("deleteMachine", delete),
            read("getMachine", get),
            write("addDisk", add_disk),
        ]
    }

    /// A token in the header or in the query.
    fn authenticate(&self, _: &Context, presented: &Presented) -> Result<Identity> {
        let query = openapi::form::decode(presented.query.as_bytes());
        let header = presented.headers.get("apikey").and_then(|it| it.to_str().ok());
        let account = match header.or_else(|| query.get("apikey")?.as_str()) {
            None => return Ok(Identity::default()),
            Some("meow") => 1,
            Some("woof") => 2,
            Some(_) => return Err(Problem::forbidden()),
        };
        Ok(Identity {
            account: Some(account),
            credential: Some(Credential::Key(account)),
            ..Identity::default()
        })
    }

    fn refuse(&self, problem: &Problem, _: Option<&Route>) -> Refused {
        let (status, message) = match problem.kind {
            ProblemKind::Unauthenticated => (401, "No API key found in request"),
            ProblemKind::Forbidden => (403, "Invalid authentication credentials"),
            ProblemKind::NoRoute => (404, "no route and no API found with those values"),
            ProblemKind::Invalid => (400, "The request is wrong"),
            kind => (kind.status(), "The request is refused"),
        };
        let named =
            problem.errors.iter().map(|it| (it.property.clone(), it.message.clone().into()));
        let errors: Map<String, Value> = named.collect();
        let challenge =
            (status == 401).then(|| (WWW_AUTHENTICATE, "Key realm=\"test\"".to_owned()));
        Refused {
            status,
            headers: challenge.into_iter().collect(),
            body: match errors.is_empty() {
                true => json!({ "message": message }),
                false => json!({ "errors": errors }),
            },
        }
    }

    fn response_headers(&self, environment: &Environment) -> Vec<(HeaderName, String)> {
        let id = environment.exchange_id().simple().to_string();
        vec![(HeaderName::from_static("x-correlation-id"), id)]
    }
}

const MACHINES: Table<Machine> = Table::new("machine", "uuid");

#[derive(Serialize, Deserialize)]
struct Machine {
    uuid: Uuid,
    name: String,
    vcpu: u8,
    running: bool,
    tags: Vec<String>,
}

#[derive(Deserialize)]
struct New {
    name: String,
    vcpu: u8,
    #[serde(default)]
    running: bool,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Deserialize)]
struct ByUuid {
    uuid: Uuid,
}

#[derive(Deserialize)]
struct Disk {
    uuid: Uuid,
    size: u32,
}

#[derive(Serialize)]
struct Size {
    size: u32,
}

fn location(cx: &Context) -> &'static str {
    let variable = CONTRACT.server_variable.as_ref().expect("there are locations");
    cx.caller.server_variable.unwrap_or(&variable.default)
}

fn list(cx: &Context) -> Result<Vec<Machine>> {
    MACHINES.rows_where(cx, Page::ALL, "location = ?", &[&location(cx)])
}

fn find(cx: &Context, uuid: Uuid) -> Result<Machine> {
    let condition = "location = ? AND uuid = ?";
    MACHINES.require_where(cx, condition, &[&location(cx), &uuid.to_string()])?;
    MACHINES.find(cx, uuid.to_string())
}

fn get(cx: &Context, Params(by): Params<ByUuid>) -> Result<Object<Machine>> {
    find(cx, by.uuid).map(Object)
}

fn create(cx: &Context, Body(new): Body<New>) -> Result<Object<Machine>> {
    let New { name, vcpu, running, tags } = new;
    let machine = Machine { uuid: cx.new_uuid()?, name, vcpu, running, tags };
    MACHINES.insert_with(cx, &machine, &[("location", &location(cx))])?;
    Ok(Object(machine))
}

fn delete(cx: &Context, Body(by): Body<ByUuid>) -> Result<()> {
    find(cx, by.uuid)?;
    MACHINES.remove(cx, by.uuid.to_string())
}

/// The first disk of a machine is made, the others make it larger.
fn add_disk(cx: &Context, Body(disk): Body<Disk>) -> Result<Reply> {
    find(cx, disk.uuid)?;
    let sql = "UPDATE machine SET disks = disks + ?2 WHERE uuid = ?1 RETURNING disks";
    let row = (disk.uuid.to_string(), disk.size);
    let size = cx.db.prepare_cached(sql)?.query_row(row, |row| row.get(0))?;
    let reply = Object(Size { size }).into_reply()?;
    Ok(if size == disk.size { reply.with_status(201) } else { reply })
}
