//! Tokens for programs, and commands that are done once however often they are asked for.
//!
//! Of a token only a hash is kept, in `kept`, which no peer ever sees. A command under a key is
//! carried out in the savepoint that also notes what to answer: either both are there after a power
//! cut or neither.

use serde::{Deserialize, Serialize};

use crdt::{
    id::{GroupId, RequestId, to_hex},
    limits::NAME_BYTES_MAX,
};

use super::{
    After, Failed, Ledger,
    decide::{checked, one_line, say, too_long},
    series::Shown,
};
use crate::api::{ApiError, Command, ErrorKind, Reply, TokenCommand, TokenReply, TokenRow};

/// Tokens of one box: a program each for everything that anybody automates at home.
const TOKENS_MAX: usize = 64;

/// Scopes that a token is given; there are six.
const SCOPES_MAX: usize = 16;

/// Commands whose answers are remembered of one person and one way, the page or a token of his: a program that
/// repeats one does so within minutes, and a draft on a phone within days.
const ONCE_MAX: usize = 512;

const TOKENS_KEPT: &str = "tokens";
const ONCE_KEPT: &str = "once/";

/// Digits that tell people and their ways apart among the keys of one box.
const WAY_DIGITS: usize = 32;

/// A token as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    row: TokenRow,
    hash: String,
}

/// A command that was done under a key.
#[derive(Serialize, Deserialize)]
struct Once {
    /// The lowest goes first.
    number: u64,
    /// The hash of the command.
    asked: String,
    answer: Answer,
}

/// What to answer when it is asked for again.
#[derive(Serialize, Deserialize)]
enum Answer {
    Say(Box<Reply>),
    Read(Box<Command>),
    Opened(RequestId),
    Group(GroupId),
    Rides(Shown),
}

impl Ledger {
    /// Makes tokens, takes them back, knows them.
    pub(super) fn tokens(&mut self, command: TokenCommand) -> Result<After, Failed> {
        let mut all: Vec<Kept> = self.kept_as(TOKENS_KEPT)?.unwrap_or_default();
        let reply = match command {
            TokenCommand::New { name, scopes } => {
                let name = checked("name", one_line(&name), NAME_BYTES_MAX)?;
                if scopes.is_empty() || scopes.len() > SCOPES_MAX {
                    return Err(too_long("scopes", SCOPES_MAX).into());
                }
                if all.len() >= TOKENS_MAX {
                    let limit = [("limit", TOKENS_MAX.to_string())];
                    return Err(ApiError::new(ErrorKind::TokensFull, limit).into());
                }
                let text = format!("linli_{}", to_hex(&self.dice.draw::<32>()));
                let (person, made_ms) = (self.person()?, self.claimed);
                let id = to_hex(&self.dice.draw::<4>());
                let token = TokenRow { id, name, scopes, person, made_ms };
                all.push(Kept { row: token.clone(), hash: hash_of(&text).to_string() });
                self.keep_as(TOKENS_KEPT, &all)?;
                TokenReply::Made { text: text.into(), token }
            }
            TokenCommand::List => {
                let me = self.person()?;
                let mine = all.into_iter().map(|it| it.row).filter(|row| row.person == me);
                TokenReply::Tokens { tokens: mine.collect() }
            }
            TokenCommand::Revoke { token } => {
                let me = self.person()?;
                let named = |it: &Kept| it.row.id == token || it.row.name == token;
                let at = all.iter().position(|it| it.row.person == me && named(it));
                let gone = all.remove(at.ok_or_else(unknown)?).row;
                self.keep_as(TOKENS_KEPT, &all)?;
                TokenReply::Revoked { token: gone }
            }
            TokenCommand::Check { token } => {
                let hash = hash_of(&token.0);
                // A hash compares in the same time wherever it differs.
                let is_it = |it: &Kept| blake3::Hash::from_hex(&it.hash).is_ok_and(|it| it == hash);
                let found = all.into_iter().find(is_it).ok_or_else(unknown)?;
                TokenReply::Known { token: found.row }
            }
        };
        Ok(say(Reply::Token(reply)))
    }

    /// Carries a command out, or says again what came of it the first time.
    pub(super) fn once(&mut self, key: &str, command: Command) -> Result<After, Failed> {
        let me = self.person()?;
        // Whoever is busy, or his program, pushes out nobody else's.
        let way = key.split('/').next().unwrap_or_default();
        let hash = |of: &str| blake3::hash(format!("{}/{of}", me.to_hex()).as_bytes()).to_hex();
        let mine = format!("{ONCE_KEPT}{}/", &hash(way)[..WAY_DIGITS]);
        let slot = format!("{mine}{}", hash(key));
        // Under the key, so that nobody who has the disk tries what a short command may have said.
        let mut asked = blake3::Hasher::new_keyed(blake3::hash(key.as_bytes()).as_bytes());
        serde_json::to_writer(&mut asked, &command).expect("commands are plain values");
        let asked = asked.finalize().to_string();
        if let Some(done) = self.kept_as::<Once>(&slot)? {
            if done.asked != asked {
                return Err(ApiError::new(ErrorKind::KeyReused, []).into());
            }
            return Ok(match done.answer {
                Answer::Say(reply) => After::Say(reply),
                Answer::Read(command) => After::Read(*command),
                Answer::Opened(id) => After::Opened(id),
                Answer::Group(id) => After::Group(id),
                Answer::Rides(shown) => After::Rides(shown),
            });
        }
        let after = self.decide(command)?;
        let answer = match &after {
            After::Say(reply) => Answer::Say(reply.clone()),
            After::Read(command) => Answer::Read(Box::new(command.clone())),
            After::Opened(id) => Answer::Opened(*id),
            After::Group(id) => Answer::Group(*id),
            After::Rides(shown) => Answer::Rides(shown.clone()),
            // Who lives here is changed by hand, at the box.
            After::Keep(_) | After::Renamed { .. } => return Ok(after),
        };
        let number = self.make_room(&mine)?;
        self.keep_as(&slot, &Once { number, asked, answer })?;
        Ok(after)
    }

    /// Forgets the oldest of these keys; the number of the next.
    fn make_room(&mut self, mine: &str) -> Result<u64, Failed> {
        let kept = self.truth.read().kept_under(mine)?;
        let number = |bytes: &[u8]| serde_json::from_slice::<Once>(bytes).map_or(0, |it| it.number);
        let mut all: Vec<(u64, String)> =
            kept.into_iter().map(|(slot, bytes)| (number(&bytes), slot)).collect();
        all.sort();
        let next = all.last().map_or(1, |(number, _)| number + 1);
        for (_, slot) in all.iter().take((all.len() + 1).saturating_sub(ONCE_MAX)) {
            self.truth.forget(slot)?;
        }
        if next == 1 {
            self.forget_unsorted()?;
        }
        Ok(next)
    }

    /// Keys of an earlier release, which are nobody's in particular, would otherwise stay for ever.
    fn forget_unsorted(&mut self) -> Result<(), Failed> {
        for (slot, _) in self.truth.read().kept_under(ONCE_KEPT)? {
            if !slot[ONCE_KEPT.len()..].contains('/') {
                self.truth.forget(&slot)?;
            }
        }
        Ok(())
    }
}

fn unknown() -> ApiError {
    ApiError::new(ErrorKind::UnknownToken, [])
}

fn hash_of(token: &str) -> blake3::Hash {
    blake3::Hash::from_bytes(blake3::derive_key("linli/1 token", token.as_bytes()))
}
