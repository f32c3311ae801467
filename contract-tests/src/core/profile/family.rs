//! A family of resources as data: what the harness must know of it beyond the contract.

use serde_json::{Map, Value};

use super::random::Gen;
use crate::core::check::Check;

/// Makes the value of one member.
pub type Make = fn(&mut Gen) -> Value;

/// The members of an object.
pub type Members = Map<String, Value>;

/// Resources of one kind. Operations are named by their id; an empty name stands for none.
#[derive(Clone, Copy)]
pub struct Family {
    /// Its name in reports.
    pub name: &'static str,
    /// Lists them.
    pub list: &'static str,
    /// Makes one.
    pub create: &'static str,
    /// Reads one.
    pub read: &'static str,
    /// Changes one.
    pub update: &'static str,
    /// Removes one.
    pub delete: &'static str,
    /// Whether one in this state can be removed; `None` where the state does not tell.
    pub removable: fn(&Value) -> Option<bool>,
    /// What else can be done with one.
    pub actions: &'static [Action],
    /// Other lists that show the same resources.
    pub views: &'static [View],
    /// Parameters that choose rows of the list.
    pub filters: &'static [Filter],
    /// The member that identifies a resource; empty for a family of one.
    pub key: &'static str,
    /// The parameter of the path that names one.
    pub parameter: &'static str,
    /// The family that its resources are parts of.
    pub parent: &'static str,
    /// The member whose values are unique.
    pub unique: &'static str,
    /// Values of members that the schema alone does not tell.
    pub values: &'static [(&'static str, Make)],
    /// Makes a generated body valid, where members depend on each other.
    pub settle: fn(&mut Gen, &mut Members),
    /// What an answer shows of a body that was sent, where that is not the body itself.
    pub shows: fn(&Members) -> Members,
    /// What an answer shows of a new one beyond what was sent.
    pub initial: fn() -> Value,
    /// What a member becomes that is not sent.
    pub absent: fn() -> Value,
    /// Whether the answer to a change shows the resource; otherwise it shows no more than its key.
    pub shows_changes: bool,
    /// Members that are sent and shown nowhere.
    pub write_only: &'static [&'static str],
    /// Members that are shown where one is read alone, and not in a list.
    pub only_alone: &'static [&'static str],
    /// Members that are shown in a list, and not, or in another way, where one is read alone.
    pub only_listed: &'static [&'static str],
    /// Members that change without a request.
    pub volatile: &'static [&'static str],
    /// Members that every change of a resource may set, and that never go back where they are
    /// numbers.
    pub touched: &'static [&'static str],
    /// A member that moves along these values, only forward.
    pub states: Option<(&'static str, &'static [&'static str])>,
    /// Whether a change keeps what is not sent.
    pub merges: bool,
    /// What a change does to a resource, given what was sent, where members are not simply
    /// replaced.
    pub changes: Option<fn(&mut Members, &Members)>,
    /// The states of which a removed one has one, where it can still be read.
    pub remains: &'static [&'static str],
    /// The order of its list.
    pub order: Order,
    /// Whether they stand at the place that the base path chooses, and are seen there only.
    pub located: bool,
    /// How many are made at most: the limit of the world.
    pub limit: usize,
    /// Seconds after which volatile members no longer change.
    pub settles_after_seconds: u32,
    /// Families whose resources a step of this one may change.
    pub disturbs: &'static [&'static str],
    /// Checks whose law does not hold of it, each with the reason.
    pub off: &'static [(&'static Check, &'static str)],
}

/// Something that can be done with a resource beside reading, changing and removing it.
#[derive(Clone, Copy)]
pub struct Action {
    /// The operation.
    pub operation: &'static str,
    /// Whether it can be done to a resource in this state; `None` where the state does not tell.
    pub allowed: fn(&Value) -> Option<bool>,
    /// What it changes, given what was sent.
    pub effect: fn(&mut Members, &Value),
    /// What is true of a resource to which it was done.
    pub done: fn(&Value) -> bool,
    /// Values of members of its body.
    pub values: &'static [(&'static str, Make)],
    /// Makes a generated body valid, where its schema does not tell all.
    pub settle: fn(&mut Gen, &mut Members),
}

/// Another list of the same resources.
#[derive(Clone, Copy)]
pub struct View {
    /// The operation.
    pub operation: &'static str,
    /// Which resources it shows.
    pub shows: fn(&Value) -> bool,
}

/// A parameter of a list that chooses rows.
#[derive(Clone, Copy)]
pub struct Filter {
    /// The parameter.
    pub parameter: &'static str,
    /// The values by which a row is found.
    pub values: fn(&Value) -> Vec<String>,
}

/// In which order a list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Always the same, whichever that is.
    Stable,
    /// By the key, the smallest first.
    Ascending,
    /// By the key, the largest first.
    Descending,
}

/// What an operation does in its family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// It lists all.
    List,
    /// It makes one.
    Create,
    /// It reads one.
    Read,
    /// It changes one.
    Update,
    /// It removes one.
    Delete,
    /// It does something else to one: the action of this number.
    Action(usize),
    /// It lists some: the view of this number.
    View(usize),
}

fn no_members() -> Value {
    Value::Null
}

impl Action {
    /// An action that can always be done and changes nothing that is known.
    pub const NONE: Action = Action {
        operation: "",
        allowed: |_| Some(true),
        effect: |_, _| {},
        done: |_| true,
        values: &[],
        settle: |_, _| {},
    };
}

impl Family {
    /// A family of nothing, to be filled in.
    pub const NONE: Family = Family {
        name: "",
        list: "",
        create: "",
        read: "",
        update: "",
        delete: "",
        removable: |_| Some(true),
        actions: &[],
        views: &[],
        filters: &[],
        key: "id",
        parameter: "",
        parent: "",
        unique: "",
        values: &[],
        settle: |_, _| {},
        shows: Clone::clone,
        initial: no_members,
        absent: no_members,
        shows_changes: true,
        write_only: &[],
        only_alone: &[],
        only_listed: &[],
        volatile: &[],
        touched: &[],
        states: None,
        merges: false,
        changes: None,
        remains: &[],
        order: Order::Stable,
        located: false,
        limit: 40,
        settles_after_seconds: 0,
        disturbs: &[],
        off: &[],
    };

    /// Whether a check is left out for it.
    pub fn is_off(&self, check: &'static Check) -> bool {
        self.off.iter().any(|(off, _)| *off == check)
    }

    /// Its operations with what they do.
    pub fn operations(&self) -> impl Iterator<Item = (Role, &'static str)> {
        let plain = [
            (Role::List, self.list),
            (Role::Create, self.create),
            (Role::Read, self.read),
            (Role::Update, self.update),
            (Role::Delete, self.delete),
        ];
        let actions =
            self.actions.iter().enumerate().map(|(index, it)| (Role::Action(index), it.operation));
        let views =
            self.views.iter().enumerate().map(|(index, it)| (Role::View(index), it.operation));
        plain.into_iter().filter(|(_, id)| !id.is_empty()).chain(actions).chain(views)
    }

    /// What an operation does in it.
    pub fn role(&self, operation: &str) -> Option<Role> {
        self.operations().find(|(_, id)| *id == operation).map(|(role, _)| role)
    }

    /// Whether its resources come and go.
    pub fn grows(&self) -> bool {
        !self.create.is_empty()
    }
}
