//! Finding what a person may read on this box.
//!
//! Several people may live on one box, which then holds the keys of all of them: what is found is
//! decided by who asks, not by what can be decrypted. What an owner took down is found by its author
//! and the owners, what this box hides by nobody.

use std::collections::{BTreeMap, BTreeSet};

use crdt::id::GroupId;

use super::{Failed, Ledger, decide::too_long};
use crate::{
    api::{FoundPage, FoundRow, FoundWord, Reply, SearchQuery},
    store::views::{FoundKind, FoundLine, Pieces, Sought},
};

/// What somebody types to look for something, in bytes.
const WORDS_BYTES_MAX: usize = 256;

/// Things on one page, and as many as are usual.
const FOUND_MAX: u32 = 100;
const FOUND_USUALLY: u32 = 20;

/// Characters of a text that are shown.
const EXCERPT_CHARS_MAX: usize = 120;

impl Ledger {
    /// Looks for something.
    pub(super) fn search(&mut self, query: SearchQuery) -> Result<Reply, Failed> {
        let me = self.person()?;
        let sought = self.sought(&query)?;
        let roster = self.truth.roster();
        let lines = self.views.groups()?;
        let readable: BTreeMap<GroupId, String> = lines
            .into_iter()
            .filter(|line| roster.may_read(me, &line.scope))
            .map(|line| (line.id, line.name))
            .collect();
        let owned: BTreeSet<GroupId> =
            readable.keys().copied().filter(|id| roster.is_owner(id, me)).collect();
        let hidden = self.hidden_here()?;
        let found = self.views.search(&sought, |line| {
            readable.contains_key(&line.group)
                && !hidden.contains(&line.id)
                && (!line.taken_down || line.author == Some(me) || owned.contains(&line.group))
        })?;
        let row = |line: FoundLine| self.found_row(line, &sought.pieces, &readable);
        let rows = found.lines.into_iter().map(row).collect::<Result<_, Failed>>()?;
        Ok(Reply::Found(FoundPage { found: rows, more: found.more.map(|place| place.to_string()) }))
    }

    fn sought(&self, query: &SearchQuery) -> Result<Sought, Failed> {
        let pieces = Some(&query.words).filter(|words| words.len() <= WORDS_BYTES_MAX);
        let pieces = pieces.and_then(|words| Pieces::of(words));
        let named = query.by.as_deref().map(|by| self.person_named(by)).transpose()?;
        let last = if query.last == 0 { FOUND_USUALLY } else { query.last.min(FOUND_MAX) };
        let nowhere = || too_long("before", WORDS_BYTES_MAX);
        let before = query.before.as_deref().map(|it| it.parse().map_err(|_| nowhere()));
        Ok(Sought {
            pieces: pieces.ok_or_else(|| too_long("words", WORDS_BYTES_MAX))?,
            group: query.group.as_deref().map(|group| self.group_id(group)).transpose()?,
            author: if query.mine { Some(self.person()?) } else { named },
            kind: query.kind.map(kind_of),
            since: query.since,
            until: query.until,
            last: last as usize,
            before: before.transpose()?,
        })
    }

    fn found_row(
        &self,
        line: FoundLine,
        pieces: &Pieces,
        groups: &BTreeMap<GroupId, String>,
    ) -> Result<FoundRow, Failed> {
        let author = line.author.map(|author| self.views.name_of(&author)).transpose()?;
        let request = match line.kind {
            FoundKind::Request => self.views.request(&line.id)?,
            _ => None,
        };
        let request = request.map(|it| self.request_row(it)).transpose()?;
        let (code, status) = request.map(|it| (it.code.clone(), it.state().to_owned())).unzip();
        Ok(FoundRow {
            kind: word_of(line.kind),
            id: line.id,
            group: line.group,
            group_name: groups.get(&line.group).cloned().unwrap_or_default(),
            author,
            mine: line.author.is_some() && line.author == self.identity.person,
            text: pieces.excerpt(&line.text, EXCERPT_CHARS_MAX),
            claimed_ms: line.claimed,
            code,
            status,
        })
    }
}

fn kind_of(word: FoundWord) -> FoundKind {
    match word {
        FoundWord::Message => FoundKind::Message,
        FoundWord::Request => FoundKind::Request,
        FoundWord::Board => FoundKind::Board,
        FoundWord::Question => FoundKind::Question,
        FoundWord::Vote => FoundKind::Vote,
        FoundWord::Series => FoundKind::Series,
    }
}

fn word_of(kind: FoundKind) -> FoundWord {
    match kind {
        FoundKind::Message => FoundWord::Message,
        FoundKind::Request => FoundWord::Request,
        FoundKind::Board => FoundWord::Board,
        FoundKind::Question => FoundWord::Question,
        FoundKind::Vote => FoundWord::Vote,
        FoundKind::Series => FoundWord::Series,
    }
}
