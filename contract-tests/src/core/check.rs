//! The catalogue of checks: each has a stable code, the law it holds a server to, and what to do
//! when it is broken.

use serde::{Serialize, Serializer};

/// A check.
#[derive(Debug, PartialEq, Eq)]
pub struct Check {
    /// Its stable code, as in `C101`.
    pub code: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// The law that must hold, in one sentence.
    pub law: &'static str,
    /// Why the law matters, and where to look when it is broken.
    pub explain: &'static str,
    /// Whether a breach is only a warning.
    pub warns: bool,
}

/// What checks are about; its number is the first digit of their codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// An answer alone.
    Answer = 1,
    /// What a request holds.
    Input,
    /// Who sends a request.
    Access,
    /// What requests leave behind.
    State,
    /// The parts of lists.
    Pages,
    /// A run or a recording as a whole.
    Run,
}

/// A check is serialised as its code.
impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

/// The check of this code; upper and lower case are the same.
pub fn find(code: &str) -> Option<&'static Check> {
    CHECKS.iter().copied().find(|check| check.code.eq_ignore_ascii_case(code))
}

macro_rules! checks {
    ($(
        [$subject:ident]
        $($name:ident $code:literal $severity:ident $law:literal $explain:literal)*
    )*) => {
        $($(#[doc = $law] pub static $name: Check = Check {
            code: $code,
            subject: Subject::$subject,
            law: $law,
            explain: $explain,
            warns: matches!(Severity::$severity, Severity::Warning),
        };)*)*
        /// Every check, by code.
        pub static CHECKS: &[&Check] = &[$($(&$name),*),*];
    };
}

enum Severity {
    Error,
    Warning,
}

checks! {
    [Answer]
    NO_SERVER_ERROR "C101" Error "No request is answered with 5xx."
        "A server error is a fault of the server, whatever was sent. Send the request of the \
        report again and read the server's log."
    DOCUMENTED_STATUS "C102" Error "The status is one that the contract lists for the operation."
        "A client that was written by the contract does not expect another. Either the server is \
        wrong, or the contract lacks the status."
    MEDIA_TYPE "C103" Error "A body has the media type that the contract promises."
        "Look at Content-Type and at `content` of the response in the contract. An answer without \
        a body needs no type."
    WELL_FORMED "C104" Error "A body is what its media type claims: JSON in UTF-8, no key twice."
        "Most parsers keep the last of two equal keys, some the first, so clients would see \
        different values."
    SCHEMA "C105" Error "A body satisfies the schema of the contract."
        "The pointer names the property. Compare the body with the schema; a captured answer of \
        the real API decides which is wrong."
    NOTHING_UNKNOWN "C106" Error "A body has no property that the contract does not know."
        "An unknown property is a change of the API that the contract has not followed, or a leak \
        of something internal."
    NO_SECRET_BACK "C107" Error "What was sent as a secret does not come back."
        "Passwords and tokens that a client sends must not be readable afterwards. Look where the \
        operation copies its input."
    EMPTY_BODY "C108" Error "204, 304 and answers to HEAD have no body, and Content-Length is the \
        length of the body."
        "A body where none may be confuses connections that are used again."
    ALLOW "C110" Error "405 says in Allow which methods there are, and OPTIONS agrees."
        "RFC 9110 requires Allow with 405. The methods of the contract for that path must be among \
        them."
    STATUS_FITS_METHOD "C111" Error "The status fits the method: no 201 for GET or DELETE, no 304 \
        without a condition, no 413 or 415 without a body."
        "The server probably answers by a common default instead of the operation's own status."
    ERROR_SHAPE "C112" Error "Every refusal has the one shape of errors of the API, with a code \
        that belongs to its status."
        "Clients read the code, or the text, to know what to do. The same code always has the \
        same status."
    NOTHING_INTERNAL "C113" Error "A refusal tells nothing internal: no stack trace, no SQL, no \
        path of a file."
        "Such text helps attackers and no client. Look which error is passed through as it is."
    LATENCY "C114" Warning "An answer comes within the limit."
        "A slow answer is no breach, but a client may give up. Machines that are shared are slow \
        at times: look at the trend."
    NO_KEY_BACK "C115" Error "No answer repeats the key of the caller, unless it is the operation \
        that lists keys."
        "Logs and error pages that repeat credentials are leaks."

    [Input]
    ACCEPTS_VALID "C201" Error "A request that satisfies the contract is not refused as invalid."
        "Either the server checks something that the contract does not say, or the example needs a \
        state that the world does not have."
    REFUSES_INVALID "C202" Error "A request that breaks the contract in one thing is refused with \
        4xx."
        "The case names what was broken. A server that accepts it stores what no client may send."
    REFUSES_MISSING "C203" Error "A request without a required property, parameter or body is \
        refused."
        "The server probably fills in a default that the contract does not know."
    REFUSES_BOUNDARY "C204" Error "Values just outside of their bounds are refused, values on the \
        bounds are not."
        "Off by one: compare the bound in the contract with the comparison in the server."
    IGNORES_READ_ONLY "C205" Error "What only the server sets is ignored or refused in a request, \
        never stored."
        "The server copies the whole request into what it stores."
    OTHER_METHOD "C206" Error "A method that the path does not have is answered with 405."
        "404 would say that the path does not exist, 2xx that the method did something."
    UNKNOWN_PATH "C207" Error "A path that no operation has is answered with 404."
        "Slashes at the end, doubled slashes and other cases are decided once and for all paths \
        alike."
    SAME_REQUEST "C208" Error "The same request in another notation has the same answer."
        "The order of keys and white space carry no meaning in JSON."

    [Access]
    REFUSES_UNAUTHENTICATED "C301" Error "Without a key, or with a wrong one, every protected \
        operation answers 401 before it looks at anything else."
        "An operation that answers 404 or 422 to a stranger tells what exists. One that answers \
        2xx is open."
    REFUSAL_CHANGES_NOTHING "C302" Error "A request that was refused for its credentials changed \
        nothing."
        "The server checks the credentials too late."
    FOREIGN_IS_UNKNOWN "C303" Error "What belongs to another customer is answered like what does \
        not exist, or with 403."
        "The server looks up by id alone and forgets the owner."

    [State]
    READ_YOUR_WRITE "C401" Error "What was created can be read, and has the values that were sent."
        "The server lost a property, changed it on the way, or did not store it."
    NEW_ID "C402" Error "A created id is new: no other resource has it or had it."
        "Ids that are given twice make clients act on the wrong resource."
    GONE "C403" Error "What was deleted cannot be read any more."
        "The delete answered success and did nothing, or left a part behind."
    REFUSES_NONEXISTENT "C404" Error "Deleting, changing or using what does not exist is refused \
        and creates nothing."
        "The server creates on update, or answers success to a delete of nothing."
    CHANGE_IS_KEPT "C405" Error "What was changed is read back as it was sent, and nothing else of \
        it changed."
        "The update lost a property, or reset one that was not sent."
    IDEMPOTENT "C406" Error "The same change twice is the same as once, and reading changes \
        nothing."
        "Look for counters or appended lists in the update."
    REFUSAL_IS_HARMLESS "C407" Error "A change that was refused left everything as it was."
        "The server writes before it checks, and does not roll back."
    FRAME "C408" Error "A step changes what it is about and nothing else."
        "Another resource changed, appeared or vanished: look for a missing condition on the id or \
        on the owner."
    PARENT "C409" Error "A child belongs to its parent: it is gone with it, and cannot be reached \
        through another."
        "The server looks up the child by its own id alone, or leaves orphans."
    UNIQUE "C410" Error "What must be unique is refused the second time and makes no second \
        resource."
        "The check for duplicates is missing, or looks at another property."
    IMMUTABLE "C411" Error "What never changes does not change; states move only along allowed \
        ways."
        "Ids and times of creation are set once."
    ITEM_IS_ROW "C412" Error "A resource reads the same alone and in its list."
        "Two places build the same object and one was forgotten."
    RETRY "C413" Error "A request that is repeated because its answer was lost leaves an allowed \
        state."
        "The second try must not do damage beyond a second resource."
    LINEARIZABLE "C414" Error "What happens at the same time looks as if it had happened one after \
        the other."
        "Two writes were mixed, or one was lost."
    PLACES_ARE_APART "C415" Error "What stands at one place is not seen at another."
        "The server looks at everything that the customer has, wherever it stands."

    [Pages]
    PAGE_IS_SLICE "C501" Error "A page is that part of the whole list."
        "Compare start and number with the rows: skipped, doubled or cut at the wrong place."
    PAGES_MAKE_THE_LIST "C502" Error "Pages of any size make the whole list: none twice, none \
        missing, in the same order."
        "The order is not total, or the last row of a page is the first of the next."
    PAGE_EDGES "C503" Error "Past the end the list is empty, no results are none, and without a \
        range the default counts."
        "Off by one at an edge, or a start beyond the end is clamped."
    BAD_RANGE "C504" Error "A range that cannot be understood is refused, never replaced by the \
        default."
        "A client that asks for something impossible must hear of it."
    COUNT "C505" Error "A filter and a page may be applied together, in this order."
        "The server takes the page first and filters afterwards."
    PAGES_UNDER_CHANGE "C506" Error "While rows come and go between pages, no row that stayed \
        comes twice."
        "The order of the list depends on something that changes."

    [Run]
    DRIFT "C601" Error "The target answers as the recording does."
        "Either the API changed, or the emulator is wrong: `compare` says which, by the contract."
    STALE "C602" Error "A fixture is valid against the contract of today, and was confirmed not \
        long ago."
        "Record it again, or correct the contract."
    EMPTY_RUN "C603" Error "A run checks something: every filter matched, every file was played."
        "Look at the filter and at the folder; a run of nothing proves nothing."
    WEAK_RUN "C604" Warning "Every operation of the run reached success at least once."
        "An operation that was always refused was not tested beyond its refusals."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        let codes: Vec<&str> = CHECKS.iter().map(|check| check.code).collect();
        assert!(codes.is_sorted_by(|one, next| one < next), "{codes:?}");
        let digit = |check: &Check| check.code[1..2].parse() == Ok(check.subject as u8);
        assert!(CHECKS.iter().all(|check| digit(check)), "the code tells the subject");
        assert_eq!(find("c105"), Some(&SCHEMA));
        assert_eq!(find("C999"), None);
    }
}
