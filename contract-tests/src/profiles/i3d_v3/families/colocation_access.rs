//! Visitors of the data center, and their documents.

use serde_json::{Value, json};

use super::words::words;
use crate::core::profile::{
    family::{Action, Family, Filter, Members, Order},
    random::Gen,
};

pub(super) static FAMILIES: &[Family] = &[
    Family {
        name: "visitors",
        list: "getColocationAccesses",
        create: "createColocationAccess",
        read: "getColocationAccess",
        update: "updateColocationAccess",
        delete: "deleteColocationAccess",
        actions: &[
            Action {
                operation: "updateColocationAccessRevoke",
                allowed: |visitor| Some(visitor["status"] != "denied"),
                done: |visitor| visitor["status"] == "revoked",
                ..Action::NONE
            },
            Action {
                operation: "reactivateColocationAccess",
                allowed: |visitor| Some(visitor["status"] != "denied"),
                done: |visitor| visitor["status"] != "revoked",
                ..Action::NONE
            },
        ],
        filters: &[Filter {
            parameter: "status",
            values: |visitor| vec![visitor["status"].as_str().unwrap_or_default().to_owned()],
        }],
        parameter: "accessId",
        values: &[
            ("firstName", words),
            ("lastName", words),
            ("mobile", words),
            ("companyName", words),
            ("birthDate", |random| {
                format!("19{}-0{}-17", 60 + random.below(40), 1 + random.below(9)).into()
            }),
            ("temporaryAccess", flag),
            ("visitRequester", flag),
            ("permanentRequester", flag),
            ("colocatedAccessServer", |_| json!([])),
        ],
        settle: |_, visitor: &mut Members| drop(visitor.shift_remove("visitorId")),
        initial: || json!({ "status": "pending" }),
        absent: || {
            json!({
                "temporaryAccess": null,
                "visitRequester": null,
                "permanentRequester": null,
            })
        },
        write_only: &["colocatedAccessServer"],
        volatile: &[
            "status",
            "newEntry",
            "checked",
            "dateverified",
            "dateonlist",
            "dateofflist",
            "adminNotesReadOnly",
            "accountDocument",
        ],
        touched: &["colocatedAccessServers", "datacenterId"],
        order: Order::Ascending,
        limit: 30,
        settles_after_seconds: 61,
        ..Family::NONE
    },
    Family {
        name: "papers of visitors",
        list: "getColocationAccessDocuments",
        create: "createColocationAccessDocument",
        read: "getColocationAccessDocument",
        update: "updateColocationAccessDocument",
        delete: "deleteColocationAccessDocument",
        parameter: "documentId",
        parent: "visitors",
        values: &[("documentNumber", words), ("documentExpiration", words)],
        order: Order::Ascending,
        limit: 18,
        ..Family::NONE
    },
];

fn flag(random: &mut Gen) -> Value {
    random.pick(&[json!(0), json!(1), Value::Null]).clone()
}
