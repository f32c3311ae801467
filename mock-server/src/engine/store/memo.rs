//! What was looked up in one state of the database: the same question has the same answer until
//! something is committed.

use std::{any::Any, cell::RefCell, collections::HashMap};

use foldhash::quality::RandomState;

use crate::engine::problem::Result;

/// How many answers are kept.
const ANSWERS_MAX: usize = 256;

/// Answers by their question; forgotten with the state they are true of.
#[derive(Debug, Default)]
pub struct Memo(RefCell<HashMap<String, Box<dyn Any + Send>, RandomState>>);

impl Memo {
    /// The answer to `question`, which only `look_up` knows the first time.
    pub(in crate::engine) fn answer<T: Copy + Send + 'static>(
        &self,
        question: &str,
        look_up: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let known = self.0.borrow().get(question).and_then(|answer| answer.downcast_ref().copied());
        if let Some(answer) = known {
            return Ok(answer);
        }
        let answer = look_up()?;
        let mut answers = self.0.borrow_mut();
        if answers.len() == ANSWERS_MAX {
            answers.clear();
        }
        answers.insert(question.to_owned(), Box::new(answer));
        Ok(answer)
    }

    pub(super) fn clear(&mut self) {
        self.0.get_mut().clear();
    }
}
