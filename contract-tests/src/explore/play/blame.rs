//! Finds the operation that is at fault when two disagree: a third one is called, and the one
//! that differs from the other two is reported.

use super::{Cause, Play, TargetOperation, request::About};
use crate::{
    core::{
        check::{self, Check},
        exchange::{Caller, Received},
        profile::{
            family::{Family, Members, Role},
            paging::Paging,
        },
    },
    explore::{
        model::{Difference, Mismatch, Row, difference, same},
        session::Played,
        step::BodyChoice,
    },
};

/// What another operation shows of a resource.
#[derive(Debug)]
pub(super) enum Witness {
    /// There is no such operation.
    Absent,
    /// The resource does not exist.
    Gone,
    /// It looks like this.
    Seen(Members),
}

impl Play<'_> {
    /// Reports the operation that is at fault for a list that differs from the model.
    pub(super) async fn explain_list(
        &mut self,
        operation: TargetOperation,
        parent: Option<String>,
        list: &[Members],
        mismatch: Mismatch,
    ) -> Played {
        let again = self.whole(operation, parent.clone()).await?;
        let second = self.collection(operation.family).mismatch(parent.as_ref(), &again);
        let (words, at) = (mismatch.words(), mismatch.pointer());
        if second.as_ref() != Some(&mismatch) {
            let words = format!("{words}, and something else when it is asked again");
            return self.session.found(&check::IDEMPOTENT, &operation.route.id, &at, words);
        }
        if matches!(mismatch, Mismatch::Double(_) | Mismatch::Disorder(_)) {
            return self.session.found(&check::PAGES_MAKE_THE_LIST, &operation.route.id, "", words);
        }
        if self.pages_differ(operation, parent.clone(), list).await? {
            let words = format!("{words}, and something else where no range is asked for");
            return self.session.found(&check::PAGE_IS_SLICE, &operation.route.id, &at, words);
        }
        let about = About { key: Some(mismatch.key().to_owned()), parent };
        let witness = self.item_of(operation.family, &about).await?;
        let by_list = match (&mismatch, &witness) {
            (_, Witness::Absent) => {
                self.list_is_at_fault(operation.family, &about, list, &mismatch).await?
            }
            (Mismatch::Missing(_), Witness::Seen(_)) | (Mismatch::Extra(_), Witness::Gone) => true,
            (Mismatch::Differs(_, difference), Witness::Seen(seen)) => agrees(seen, difference),
            _ => false,
        };
        match self.last.clone().filter(|_| !by_list) {
            Some(cause) => self.report_cause(
                &cause,
                mismatch.key(),
                &at,
                &format!("then {} {words}", operation.route.id),
            ),
            None => self.session.found(&check::ITEM_IS_ROW, &operation.route.id, &at, words),
        }
    }

    /// Whether a list that fits the default page has other rows if no range is asked for.
    async fn pages_differ(
        &mut self,
        operation: TargetOperation,
        parent: Option<String>,
        list: &[Members],
    ) -> Played<bool> {
        let paging = self.profile().paging.filter(|paging| paging.pages(operation.route));
        let is_short = |paging: Paging| list.len() < paging.default_rows as usize;
        if !paging.is_some_and(is_short) {
            return Ok(false);
        }
        let key = |row: &Members| row.get(operation.family.key).cloned();
        let plainly = self.fetch(operation, parent, None, &[]).await?;
        Ok(!plainly.iter().map(key).eq(list.iter().map(key)))
    }

    /// Reports the last change as the cause.
    fn report_cause(&mut self, cause: &Cause, key: &str, at: &str, words: &str) -> Played {
        let is_subject = cause.key.as_deref() == Some(key);
        let check: &'static Check = if is_subject { cause.check } else { cause.frame };
        self.session.found(check, &cause.route.id, at, words.to_owned())
    }

    /// Whether the list is at fault where no operation reads the resource alone: a change or a
    /// removal of the resource shows whether it exists.
    async fn list_is_at_fault(
        &mut self,
        family: &'static Family,
        about: &About,
        list: &[Members],
        mismatch: &Mismatch,
    ) -> Played<bool> {
        match mismatch {
            Mismatch::Missing(_) => {
                let update = self.succeeds(family, Role::Update, family.update, about).await?;
                let works = match update {
                    None => self.succeeds(family, Role::Delete, family.delete, about).await?,
                    works => works,
                };
                Ok(works == Some(true))
            }
            Mismatch::Extra(_) => {
                Ok(self.succeeds(family, Role::Delete, family.delete, about).await? == Some(false))
            }
            Mismatch::Differs(_, difference) => {
                self.never_shows(family, about, list, difference).await
            }
            _ => Ok(true),
        }
    }

    /// Whether the list never shows a member. If all rows have the same value, the list is at fault
    /// rather than the last change, unless the list shows what another change sets.
    async fn never_shows(
        &mut self,
        family: &'static Family,
        about: &About,
        list: &[Members],
        Difference { member, expected, .. }: &Difference,
    ) -> Played<bool> {
        let first = list.first().and_then(|row| row.get(member));
        if list.len() < 2 || list.iter().any(|row| row.get(member) != first) {
            return Ok(false);
        }
        let (Some(update), Some(key)) = (self.families.route(family.update), about.key.as_deref())
        else {
            return Ok(true);
        };
        if self.last.as_ref().is_some_and(|cause| cause.route == update) {
            return Ok(true);
        }
        let operation = TargetOperation { family, role: Role::Update, route: update };
        let Some(request) = self.request(operation, about, BodyChoice::MOST) else {
            return Ok(true);
        };
        let request = request.with_member(member, expected.clone());
        self.session.send(request.sent(Caller::Customer)).await?;
        let shown = match self.row_of(family, key, about.parent.clone()).await? {
            Witness::Seen(row) => row.get(member) == Some(expected),
            _ => false,
        };
        Ok(!shown)
    }

    /// Whether an operation on a resource succeeds; `None` where there is no such operation.
    async fn succeeds(
        &mut self,
        family: &'static Family,
        role: Role,
        operation: &str,
        about: &About,
    ) -> Played<Option<bool>> {
        let Some(route) = self.families.route(operation) else { return Ok(None) };
        let Some(request) =
            self.request(TargetOperation { family, role, route }, about, BodyChoice::EXAMPLE)
        else {
            return Ok(None);
        };
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        Ok(Some(self.is_success(&received)))
    }

    /// Reports the operation that is at fault for a resource that differs from the model when it
    /// is read alone.
    pub(super) async fn explain_item(
        &mut self,
        operation: TargetOperation,
        row: &Row,
        difference: &Difference,
    ) -> Played {
        let (at, words) = (format!("/{}", difference.member), difference.to_string());
        let about = About::row(row);
        if let Witness::Seen(seen) = self.item_of(operation.family, &about).await?
            && agrees(&seen, difference)
        {
            let words = format!("{words}, and is right when it is asked again");
            return self.session.found(&check::IDEMPOTENT, &operation.route.id, &at, words);
        }
        let by_item = match self.row_of(operation.family, &row.key, row.parent.clone()).await? {
            Witness::Seen(seen) => agrees(&seen, difference),
            _ => false,
        };
        match self.last.clone().filter(|cause| !by_item && cause.key.as_deref() == Some(&row.key)) {
            Some(cause) => self.report_cause(
                &cause,
                &row.key,
                &at,
                &format!("then {} {words}", operation.route.id),
            ),
            None => self.session.found(&check::ITEM_IS_ROW, &operation.route.id, &at, words),
        }
    }

    /// Reports the operation that is at fault for a resource that exists and cannot be read, or
    /// that can be read and does not exist.
    pub(super) async fn explain_presence(
        &mut self,
        operation: TargetOperation,
        row: &Row,
        received: &Received,
    ) -> Played {
        let again = self.item_of(operation.family, &About::row(row)).await?;
        let is_inconsistent = matches!(again, Witness::Seen(_)) == row.alive;
        let listed = self.row_of(operation.family, &row.key, row.parent.clone()).await?;
        let by_item = match listed {
            Witness::Seen(_) => row.alive,
            Witness::Gone => !row.alive,
            Witness::Absent => false,
        };
        let exists = if row.alive { "exists" } else { "is gone" };
        let words = format!("answers {} for {}, which {exists}", received.status, row.key);
        let cause = self.last.clone().filter(|_| !is_inconsistent && !by_item);
        match cause.filter(|cause| cause.key.as_deref() == Some(&row.key)) {
            Some(cause) => self.report_cause(
                &cause,
                &row.key,
                "",
                &format!("then {} {words}", operation.route.id),
            ),
            None => {
                let check = if row.alive { &check::READ_YOUR_WRITE } else { &check::GONE };
                self.session.found(check, &operation.route.id, "", words)
            }
        }
    }

    /// The first member of a resource that is not as expected where it is shown alone.
    pub(super) fn answer_differs(
        family: &Family,
        expected: &Members,
        came: Option<&Members>,
    ) -> Option<Difference> {
        let skip = [family.volatile, family.only_listed];
        difference(expected, came.unwrap_or(&Members::new()), &skip)
    }
}

fn agrees(seen: &Members, difference: &Difference) -> bool {
    same(&difference.expected, seen.get(&difference.member).unwrap_or(&serde_json::Value::Null))
}
