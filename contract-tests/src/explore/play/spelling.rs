//! Other spellings of a path.

use super::{Play, TargetOperation};
use crate::{
    Caller, Request, check,
    explore::{session::Played, step::Step},
};

/// How many spellings there are.
pub const SPELLINGS: u32 = 6;

impl Play<'_> {
    /// A path that no operation has is answered with 404; a slash at its end makes no difference
    /// where the API says so.
    pub(super) async fn other_path(
        &mut self,
        operation: Option<TargetOperation>,
        step: Step,
    ) -> Played {
        let request = match operation {
            Some(operation) => self.good(operation, step.slot, 0).await?,
            None => Request::example(step.route).ok(),
        };
        let Some(request) = request else { return Ok(()) };
        let right = request.sent(Caller::Customer);
        let (path, query) = right.target.split_once('?').unwrap_or((&right.target, ""));
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        let slashed = step.draw.is_multiple_of(SPELLINGS);
        let spelled = match step.draw % SPELLINGS {
            0 => format!("{path}/"),
            1 => format!("{path}/nothing-has-this-name/at-all"),
            2 => first_upper(path),
            3 => path.replacen('/', "/./", 1),
            4 => slash_as_text(path),
            _ => path.replacen('/', "//", 1),
        };
        let profile = self.session.target.profile;
        if slashed && (!profile.slash_means_nothing || right.method != http::Method::GET) {
            return Ok(());
        }
        let mut other = right.clone();
        other.target = spelled + &query;
        if !slashed {
            other.route = None;
            let received = self.session.send(other).await?;
            let message =
                format!("has the status {} for a path that no operation has", received.status);
            return match received.status {
                404 => Ok(()),
                _ => self.session.found(&check::UNKNOWN_PATH, &step.route.id, "", message),
            };
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

/// The path with its second slash encoded: a letter of the first name, which nothing is called, and
/// no separator.
fn slash_as_text(path: &str) -> String {
    let second = path.match_indices('/').nth(1).map_or(0, |(at, _)| at);
    format!("{}%2F{}", &path[..second], path[second..].trim_start_matches('/'))
}

/// The path with the first letter of its last fixed part in upper case.
fn first_upper(path: &str) -> String {
    let mut parts: Vec<String> = path.split('/').map(str::to_owned).collect();
    if let Some(part) = parts.get_mut(2) {
        *part = part
            .chars()
            .enumerate()
            .map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c })
            .collect();
    }
    parts.join("/")
}
