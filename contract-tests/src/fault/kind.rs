//! The ways in which a server can be wrong.

use serde::Deserialize;
use serde_json::Value;

/// A fault of one operation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Its name, unique in the catalogue; empty for one that is in none.
    #[serde(default)]
    pub name: String,
    /// The operation that breaks.
    pub operation: String,
    /// How it breaks.
    pub kind: FaultKind,
}

/// How an operation breaks. Pointers are JSON pointers in which `*` stands for every row.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum FaultKind {
    // What a good answer looks like.
    /// It has another status.
    Status(u16),
    /// It has another media type.
    Media(String),
    /// It lacks a header.
    DropHeader(String),
    /// It lacks a member.
    Remove(String),
    /// It has one member more, or another value of one.
    Set {
        /// Where.
        at: String,
        /// What.
        value: Value,
    },
    /// A member of it is what the client sent as another one.
    Echo {
        /// Where.
        at: String,
        /// The member of the request.
        sent: String,
    },
    /// It breaks off in the middle.
    Truncate,
    /// It has a body where none may be.
    Body(String),
    /// Its rows stand in the reverse order.
    Reverse,
    /// It took so many seconds more; nobody waits for that, unless it is served [in
    /// time](super::InTime).
    Slow(u64),
    /// Its last row is missing.
    DropRow,
    /// Its first row stands twice.
    DoubleRow,

    // What a refusal looks like.
    /// A refusal with the first status has the second.
    RefusalStatus(u16, u16),
    /// It has another code.
    RefusalCode(i64),
    /// It lacks a member.
    RefusalWithout(String),
    /// Its message tells something internal.
    RefusalTells(String),

    // What is understood of a request.
    /// A member that was sent is not looked at.
    Forget(String),
    /// A member that was sent becomes another value, also in the answer.
    Store {
        /// The member.
        member: String,
        /// What it becomes.
        value: Value,
    },
    /// The same, but the answer shows what was sent.
    Pretend {
        /// The member.
        member: String,
        /// What it becomes.
        value: Value,
    },
    /// A form that is refused for this member is accepted with this value in its place.
    Tolerate {
        /// The member.
        member: String,
        /// What it becomes.
        value: Value,
    },
    /// Any method does what the right one does.
    AnyMethod,
    /// What the base path chooses, such as a location, is not looked at.
    AnyPlace,
    /// An unusual value of a member makes it fail.
    Fail {
        /// The member.
        member: String,
        /// What is unusual.
        when: Edge,
    },

    // Who may.
    /// Callers without a key are let in.
    AdmitNobody,
    /// Callers with a wrong key are let in.
    AdmitStranger,
    /// A key is good from everywhere.
    AdmitExcluded,
    /// Another customer is taken for the owner.
    AdmitOther,

    // Which part of a list.
    /// The page begins so many rows later.
    ShiftStart(i64),
    /// The page has so many rows more.
    ShiftResults(i64),
    /// The range is not looked at.
    IgnoreRange,
    /// Without a range there are so many rows.
    DefaultResults(u32),
    /// A start beyond the end is the start of the list.
    ClampStart,
    /// A range that cannot be understood is the default.
    TolerateRange,

    // What becomes of state.
    /// It says that it was done, and did nothing.
    Noop,
    /// What it changed or made is answered, and never stored: `read` still shows what was.
    LostUpdate {
        /// The operation that reads the same path.
        read: String,
    },
    /// What was made is in none of these operations; in none at all where there are none.
    Hide {
        /// The member that identifies it.
        key: String,
        /// The operations that do not show it.
        #[serde(default)]
        from: Vec<String>,
    },
    /// It is done twice.
    Twice,
    /// It is also done to another resource of the list.
    AlsoToAnother {
        /// The operation that lists them.
        list: String,
        /// The member that identifies them.
        key: String,
        /// The parameter of the path.
        parameter: String,
    },
    /// What does not exist is made by this operation.
    Upsert {
        /// The operation that makes one.
        create: String,
    },
    /// Every one that is made has the id of the first.
    ReuseId(String),
    /// Every so many times it answers what it answered before.
    Stale(u64),
    /// Two clients at the same time: of what the second sends, every other member is taken from the
    /// first.
    Race,
    /// A number in the answer grows each time somebody looks.
    Creeping(String),
}

/// What is unusual about a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edge {
    /// A text with more than twenty characters.
    Long,
    /// A text with a character beyond ASCII.
    NonAscii,
    /// A text of nothing.
    Empty,
    /// The number zero.
    Zero,
    /// It is not there.
    Absent,
}

impl Edge {
    /// Whether `value` is so.
    pub fn is(self, value: Option<&Value>) -> bool {
        let text = value.and_then(Value::as_str);
        match self {
            Edge::Long => text.is_some_and(|text| text.chars().count() > 20),
            Edge::NonAscii => text.is_some_and(|text| !text.is_ascii()),
            Edge::Empty => text == Some(""),
            Edge::Zero => value.and_then(Value::as_i64) == Some(0),
            Edge::Absent => value.is_none(),
        }
    }
}
