//! The parameters of a new machine, and which values they can have.

use serde::Serialize;

use super::{
    images,
    limits::{DISKS, NAME, PASSWORD, PUBLIC_KEY, Pattern, RAM, Range, USERNAME, VCPU, WINDOWS},
};
use crate::engine::{Context, Operation, Result, read};

pub(super) fn operations() -> [Operation; 1] {
    [read("getVmParameters", list)]
}

#[derive(Serialize)]
struct Parameter {
    #[serde(flatten)]
    constraint: Constraint,
    description: &'static str,
    mandatory: bool,
    parameter: &'static str,
    r#type: &'static str,
    /// The parameter on whose value the limits depend.
    #[serde(skip_serializing_if = "Option::is_none")]
    limited_by: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    limits: Vec<Limit>,
    /// Parameters that make it unnecessary.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    ignore_for: &'static [&'static str],
}

#[derive(Serialize)]
#[serde(tag = "constraint", rename_all = "lowercase")]
enum Constraint {
    Range {
        min: u32,
        max: u32,
    },
    Regexp {
        expression: &'static str,
    },
    Enum {
        #[serde(skip_serializing_if = "Vec::is_empty")]
        values: Vec<&'static str>,
    },
}

/// What differs for an operating system.
#[derive(Serialize)]
struct Limit {
    os_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mandatory: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<&'static [String]>,
}

/// What makes an image unnecessary: a machine from a disk or from another machine has its system.
const SOURCES: &[&str] = &["disk_uuid", "source_uuid"];

fn list(cx: &Context) -> Result<[Parameter; 9]> {
    let images = images::of_caller(cx)?;
    let names = images.iter().map(|image| image.os_name.as_str()).collect();
    let versions = images
        .iter()
        .map(|image| Limit { values: Some(&image.versions), ..Limit::of(&image.os_name) });
    let optional = Limit { mandatory: Some(false), ..Limit::of(WINDOWS) };
    Ok([
        range(&DISKS, "Size of main storage in gigabytes."),
        pattern(&NAME, "Name of the VM"),
        one_of("os_name", "OS name of VM base image.", names),
        one_of("os_version", "OS version of VM base image.", Vec::new())
            .limited(versions.collect()),
        pattern(&PASSWORD, "Password for logging in to the VM.").without_source(),
        Parameter {
            mandatory: false,
            ..pattern(&PUBLIC_KEY, "Public key for logging in to the VM.").without_source()
        },
        range(&RAM, "Amount of RAM."),
        pattern(&USERNAME, "Username for logging in to the VM.")
            .without_source()
            .limited(vec![optional]),
        range(&VCPU, "Number of CPUs."),
    ])
}

fn range(range: &Range, description: &'static str) -> Parameter {
    let constraint = Constraint::Range { min: range.min, max: range.max };
    let parameter = Parameter::new(range.parameter, "integer", description, constraint);
    match range.windows_min {
        None => parameter,
        min => parameter.limited(vec![Limit { min, ..Limit::of(WINDOWS) }]),
    }
}

fn pattern(pattern: &Pattern, description: &'static str) -> Parameter {
    let constraint = Constraint::Regexp { expression: pattern.expression };
    Parameter::new(pattern.parameter, "string", description, constraint)
}

fn one_of(
    parameter: &'static str,
    description: &'static str,
    values: Vec<&'static str>,
) -> Parameter {
    let constraint = Constraint::Enum { values };
    Parameter::new(parameter, "string", description, constraint).without_source()
}

impl Parameter {
    fn new(
        parameter: &'static str,
        r#type: &'static str,
        description: &'static str,
        constraint: Constraint,
    ) -> Parameter {
        Parameter {
            constraint,
            description,
            mandatory: true,
            parameter,
            r#type,
            limited_by: None,
            limits: Vec::new(),
            ignore_for: &[],
        }
    }

    /// The same, needed only where the machine is made from nothing.
    fn without_source(self) -> Parameter {
        Parameter { ignore_for: SOURCES, ..self }
    }

    /// The same, with what differs for operating systems.
    fn limited(self, limits: Vec<Limit>) -> Parameter {
        Parameter { limited_by: Some("os_name"), limits, ..self }
    }
}

impl Limit {
    fn of(os_name: &'static str) -> Limit {
        Limit { os_name, mandatory: None, min: None, values: None }
    }
}
