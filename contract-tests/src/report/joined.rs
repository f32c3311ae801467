//! Several APIs in one document: each was run by itself, and all of them are told together.

use std::collections::BTreeMap;

use super::{
    apis::{Apis, Operations},
    document::{Document, Entry, Totals},
};

impl Document {
    /// The documents of several APIs as one; `None` of none. One alone stays as it is.
    pub fn joined(documents: Vec<Document>) -> Option<Document> {
        let is_alone = documents.len() == 1;
        let mut documents = documents.into_iter();
        let mut all = documents.next()?;
        if is_alone {
            return Some(all);
        }
        all.name_api();
        for mut next in documents {
            next.name_api();
            all.add(next);
        }
        Some(all)
    }

    /// Says of each case and of what was reached which API it is.
    fn name_api(&mut self) {
        let Apis::One(name) = self.api else { return };
        self.api = Apis::Several(vec![name]);
        self.cases.iter_mut().for_each(|entry| entry.api = Some(name));
        if let Operations::One(reached) = &mut self.operations {
            let reached = std::mem::take(reached);
            self.operations = Operations::Several(BTreeMap::from([(name, reached)]));
        }
    }

    fn add(&mut self, next: Document) {
        if let (Apis::Several(names), Apis::Several(more)) = (&mut self.api, next.api) {
            names.extend(more);
        }
        if !self.target.split(", ").any(|target| target == next.target) {
            self.target = format!("{}, {}", self.target, next.target);
        }
        self.seed = self.seed.or(next.seed);
        self.verdict = self.verdict.worse(next.verdict);
        self.took_ms += next.took_ms;
        self.requests += next.requests;
        self.coverage += next.coverage;
        self.profiles.extend(next.profiles);
        self.cases.extend(next.cases);
        self.totals = Totals::of(&self.cases);
        if let (Operations::Several(all), Operations::Several(more)) =
            (&mut self.operations, next.operations)
        {
            all.extend(more);
        }
    }
}

impl Entry {
    /// What it belongs to, with the API where there are several.
    pub fn place(&self) -> String {
        let api = self.api.map(|api| format!("{api}: ")).unwrap_or_default();
        format!("{api}{}", self.group)
    }
}
