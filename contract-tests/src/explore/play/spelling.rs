//! Requests at other spellings of a path.

use super::{Play, TargetOperation};
use crate::{
    core::{check, exchange::Caller, profile::refusals::RefusalKind},
    explore::{
        session::Played,
        step::{BodyChoice, Spelling, Step},
    },
};

impl Play<'_> {
    /// A path that no operation has is refused as such. A slash at the end changes nothing where
    /// the API says so.
    pub(super) async fn other_path(
        &mut self,
        step: Step,
        operation: Option<TargetOperation>,
        spelling: Spelling,
    ) -> Played {
        let request = match operation {
            Some(operation) => {
                self.valid_request(operation, step.slot, BodyChoice::EXAMPLE).await?
            }
            None => self.example_of(step.route),
        };
        let Some(request) = request else { return Ok(()) };
        let right = request.sent(Caller::Customer);
        let (path, query) = right.target.split_once('?').unwrap_or((&right.target, ""));
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        let slashed = spelling == Spelling::SlashAtEnd;
        let spelled = spelling.spell(path);
        let profile = self.profile();
        let ignores_slash = profile.contract.ignored_path_endings.iter().any(|it| it == "/");
        if slashed && !(ignores_slash && profile.only_reads(&right)) {
            return Ok(());
        }
        let mut other = right.clone();
        other.target = spelled + &query;
        if !slashed {
            other.route = None;
            let received = self.session.send(other).await?;
            if self.refuses(RefusalKind::NoRoute, step.route, &received) {
                return Ok(());
            }
            let message = format!("{} for a path that no operation has", self.ending(&received));
            return self.session.found(&check::UNKNOWN_PATH, &step.route.id, "", message);
        }
        let one = self.session.send(right).await?;
        let two = self.session.send(other).await?;
        if one.status == two.status {
            return Ok(());
        }
        let message = format!(
            "has the status {} with a slash at the end, and {} without",
            two.status, one.status
        );
        self.session.found(&check::UNKNOWN_PATH, &step.route.id, "", message)
    }
}
