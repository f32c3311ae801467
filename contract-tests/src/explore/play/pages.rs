//! Pages and filters of a list, compared with the whole list.

use super::{Play, TargetOperation, request::WHOLE};
use crate::{
    core::{
        check::{self, Check},
        profile::{
            family::{Filter, Members, Role},
            random::Gen,
        },
    },
    explore::{
        model::{difference, plain},
        session::Played,
        step::{BodyChoice, PageChoice, Part},
    },
};

impl Play<'_> {
    /// Asks for a part of a list and compares it with the whole list.
    pub(super) async fn pages(
        &mut self,
        operation: TargetOperation,
        slot: u32,
        choice: PageChoice,
    ) -> Played {
        self.load_parents(operation.family).await?;
        let Some(parent) = self.parent(operation.family, slot) else { return Ok(()) };
        let filters = match operation.role {
            Role::List => operation.family.filters,
            _ => &[],
        };
        if choice.part == Part::Filtered && !filters.is_empty() {
            let round = choice.round as usize;
            return self.filtered(operation, parent, &filters[round % filters.len()], round).await;
        }
        let is_paged = self.profile().is_paged(operation.route);
        if !is_paged || operation.family.is_off(&check::PAGE_IS_SLICE) {
            return Ok(());
        }
        let whole = self.reference(operation, parent.clone()).await?;
        let count = u32::try_from(whole.len()).unwrap_or(u32::MAX);
        let mut random = Gen::new(0, &operation.route.id, choice.number());
        let mut below = |end: u32| random.below(end.max(1) as usize) as u32;
        let page = (below(count), 1 + below(5));
        let (page, check) = match choice.part {
            Part::SecondRow => (Some((1, 1)), &check::PAGE_IS_SLICE),
            Part::Default => (None, &check::PAGE_EDGES),
            Part::BehindTheEnd => (Some((count, 5)), &check::PAGE_EDGES),
            Part::Empty => (Some((0, 0)), &check::PAGE_EDGES),
            Part::AllPages => {
                let size = 1 + below(count.div_ceil(2));
                return self.concatenated(operation, parent, &whole, size).await;
            }
            Part::Whole => (Some((0, count.max(1))), &check::PAGE_EDGES),
            Part::OverTheEnd => (Some((count.saturating_sub(1), 2)), &check::PAGE_EDGES),
            Part::FarBehind => (Some((count + 10, 1)), &check::PAGE_EDGES),
            Part::Random | Part::Filtered => (Some(page), &check::PAGE_IS_SLICE),
        };
        self.slice(operation, parent, &whole, page, check).await
    }

    /// The whole list; read again unless nothing can have changed since it was read last.
    async fn reference(
        &mut self,
        operation: TargetOperation,
        parent: Option<String>,
    ) -> Played<Vec<Members>> {
        if operation.role != Role::List {
            return self.whole(operation, parent).await;
        }
        if self.refusals > 0 || !self.collection(operation.family).listed.contains_key(&parent) {
            self.observe(operation.family).await?;
        }
        Ok(self.collection(operation.family).listed.get(&parent).cloned().unwrap_or_default())
    }

    /// A page is the part of the whole list that was asked for.
    async fn slice(
        &mut self,
        operation: TargetOperation,
        parent: Option<String>,
        whole: &[Members],
        page: Option<(u32, u32)>,
        check: &'static Check,
    ) -> Played {
        let profile = self.profile();
        let range = page.and_then(|(start, rows)| profile.range(operation.route, start, rows));
        let rows = self.fetch(operation, parent, range.clone(), &[]).await?;
        let default = profile.paging.map_or(u32::MAX, |paging| paging.default_rows);
        let (start, results) = page.unwrap_or((0, default));
        let expected: Vec<&Members> =
            whole.iter().skip(start as usize).take(results as usize).collect();
        let words = range.unwrap_or_else(|| "no range".to_owned());
        self.expect_rows(operation, &rows, &expected, check, &words)
    }

    fn expect_rows(
        &mut self,
        operation: TargetOperation,
        rows: &[Members],
        expected: &[&Members],
        check: &'static Check,
        words: &str,
    ) -> Played {
        let key = |row: &Members| row.get(operation.family.key).map(plain).unwrap_or_default();
        if rows.len() != expected.len() {
            let message =
                format!("has {} rows for {words} instead of {}", rows.len(), expected.len());
            return self.session.found(check, &operation.route.id, "", message);
        }
        let pairs = rows.iter().zip(expected);
        for (index, (row, expected)) in pairs.enumerate() {
            if key(row) != key(expected) {
                let message = format!("is {} for {words} instead of {}", key(row), key(expected));
                return self.session.found(
                    check,
                    &operation.route.id,
                    &format!("/{index}"),
                    message,
                );
            }
            if let Some(difference) = difference(expected, row, &[operation.family.volatile]) {
                let at = format!("/{index}/{}", difference.member);
                return self.session.found(check, &operation.route.id, &at, difference.to_string());
            }
        }
        Ok(())
    }

    /// All pages together make the whole list. Long lists are read in few pages.
    async fn concatenated(
        &mut self,
        operation: TargetOperation,
        parent: Option<String>,
        whole: &[Members],
        size: u32,
    ) -> Played {
        const PAGES_MAX: u32 = 6;
        let count = u32::try_from(whole.len()).unwrap_or(u32::MAX);
        let size = size.max(count.div_ceil(PAGES_MAX)).max(1);
        let mut all = Vec::new();
        for start in (0..=count).step_by(size as usize) {
            let range = self.profile().range(operation.route, start, size);
            all.extend(self.fetch(operation, parent.clone(), range, &[]).await?);
        }
        let words = format!("pages of {size}");
        let expected: Vec<&Members> = whole.iter().collect();
        self.expect_rows(operation, &all, &expected, &check::PAGES_MAKE_THE_LIST, &words)
    }

    /// A filter gives exactly the rows that have the value, and a page is a part of those.
    async fn filtered(
        &mut self,
        operation: TargetOperation,
        parent: Option<String>,
        filter: &'static Filter,
        round: usize,
    ) -> Played {
        let whole = self.reference(operation, parent.clone()).await?;
        let values: Vec<String> =
            whole.iter().flat_map(|row| (filter.values)(&row.clone().into())).collect();
        if values.is_empty() {
            return Ok(());
        }
        let value = values[round % values.len()].clone();
        let has = |row: &&Members| (filter.values)(&(*row).clone().into()).contains(&value);
        let chosen: Vec<&Members> = whole.iter().filter(has).collect();
        let query = [(filter.parameter, value.as_str())];
        let page = self.profile().range(operation.route, 0, WHOLE);
        let rows = self.fetch(operation, parent.clone(), page, &query).await?;
        let words = format!("{}={value}", filter.parameter);
        self.expect_rows(operation, &rows, &chosen, &check::COUNT, &words)?;
        let second = self.profile().range(operation.route, 1, 1);
        if second.is_none() || chosen.len() < 2 {
            return Ok(());
        }
        let rows = self.fetch(operation, parent, second, &query).await?;
        self.expect_rows(
            operation,
            &rows,
            &chosen[1..2],
            &check::COUNT,
            &format!("{words} and the second page"),
        )
    }

    /// Changes the list between two pages: rows that keep their place are shown exactly once.
    pub(super) async fn pages_under_change(
        &mut self,
        change: TargetOperation,
        slot: u32,
        choice: BodyChoice,
    ) -> Played {
        let family = change.family;
        let Some(route) = self.families.route(family.list).filter(|_| family.parent.is_empty())
        else {
            return Ok(());
        };
        let operation = TargetOperation { family, role: Role::List, route };
        let before = self.reference(operation, None).await?;
        let half = u32::try_from(before.len() / 2).unwrap_or(u32::MAX);
        let (first, second) =
            (self.profile().range(route, 0, half), self.profile().range(route, half, half));
        if half == 0 || first.is_none() || family.is_off(&check::PAGE_IS_SLICE) {
            return Ok(());
        }
        let mut pages = self.fetch(operation, None, first, &[]).await?;
        match change.role {
            Role::Delete => self.delete(change, slot).await?,
            _ => self.create(change, 0, choice, false).await?,
        }
        let after = self.reference(operation, None).await?;
        pages.extend(self.fetch(operation, None, second, &[]).await?);
        let key = |row: &Members| row.get(family.key).map(plain).unwrap_or_default();
        for (row, later) in before.iter().zip(&after).take(2 * half as usize) {
            let times = pages.iter().filter(|it| key(it) == key(row)).count();
            if key(row) == key(later) && times != 1 {
                let message = format!(
                    "shows {} {times} times in two pages, though it kept its place",
                    key(row)
                );
                return self.session.found(&check::PAGES_UNDER_CHANGE, &route.id, "", message);
            }
        }
        Ok(())
    }
}
