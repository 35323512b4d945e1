//! What the office answered before, found again by the words of a question.
//!
//! The words are the search's: whatever a search finds, a question finds.
//!
//! # Deliberately absent
//!
//! Likeness of meaning. A question in quite other words is asked, and a person answers it.

use crdt::lifecycle::Case;

use crate::{
    api::{NewCase, NewsReply, NewsRow, NewsState},
    ledger::{Failed, Ledger},
    store::views::{likeness, words},
};

/// Saved answers that one look finds.
const FOUND_MAX: usize = 20;

/// Saved answers that are shown before a question is asked.
const SHOWN_FIRST_MAX: usize = 3;

/// Answers to one request that are told, the first of them.
const GIVEN_MAX: usize = 20;

/// Words of a question that stand in an answer that is shown first: this many of so many, and no
/// less than two where it has more than one.
const LIKE_ENOUGH: (usize, usize) = (2, 3);

impl Ledger {
    /// Saved answers, those most like these words first; what is not in force comes last.
    pub(super) fn faq(&self, text: &str) -> Result<NewsReply, Failed> {
        let mut found = self.likenesses(text)?;
        // Newest first stays as it is among equals.
        found.sort_by_key(|(likeness, row)| {
            (row.state != NewsState::Holds, std::cmp::Reverse(*likeness))
        });
        let news = found.into_iter().map(|(_, row)| row).take(FOUND_MAX).collect();
        Ok(NewsReply::List { news })
    }

    /// Answers in force that are likely what a question asks for, the likeliest first.
    pub(super) fn answers_for(&self, question: &str) -> Result<Vec<NewsRow>, Failed> {
        let all = words(question).len();
        let (some, of) = LIKE_ENOUGH;
        let mut found = self.likenesses(question)?;
        found.retain(|(likeness, row)| {
            let is_like = likeness * of >= all * some && *likeness >= all.min(2);
            is_like && *likeness > 0 && row.state == NewsState::Holds
        });
        found.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
        Ok(found.into_iter().map(|(_, row)| row).take(SHOWN_FIRST_MAX).collect())
    }

    /// What whoever asks is shown first, where he wants to be.
    pub(in crate::ledger) fn answers_to_ask(&self, new: &NewCase) -> Result<Vec<NewsRow>, Failed> {
        // What cannot wait is asked for at once.
        if !new.unless_answered || new.urgency >= Some(3) {
            return Ok(Vec::new());
        }
        self.answers_for(&format!("{} {}", new.title, new.details))
    }

    /// What the office has answered to a request, and to the message that it was made of, as far as whoever
    /// asks reads it; the first of it first.
    pub(in crate::ledger) fn answers_given(&self, case: &Case) -> Result<Vec<NewsRow>, Failed> {
        let mut rows = Vec::new();
        for asked in std::iter::once(case.request).chain(case.message) {
            for line in self.views.answers_to(&asked)?.into_iter().take(GIVEN_MAX) {
                let reads = self.is_in(&line.group);
                let row = self.news_row(line)?;
                rows.extend((reads || row.forwardable).then_some(row));
            }
        }
        Ok(rows)
    }

    fn likenesses(&self, text: &str) -> Result<Vec<(usize, NewsRow)>, Failed> {
        let wanted = words(text);
        let mut found = Vec::new();
        for line in self.views.saved_answers()? {
            let said = format!("{} {}", line.question.as_deref().unwrap_or_default(), line.text);
            let likeness = likeness(&wanted, &said);
            if likeness > 0 || wanted.is_empty() {
                found.push((likeness, self.news_row(line)?));
            }
        }
        Ok(found)
    }
}
