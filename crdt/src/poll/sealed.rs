//! The key of a secret vote, and ballots sealed to it.
//!
//! A vote that is secret has a key of its own, drawn when it is opened. Its secret is sealed (HPKE, as
//! epochs are) to every box of the people who count; everybody seals his choice to the key. A sealed
//! choice opens only for its vote, its number on the roll and whoever wrote it, so nobody can put
//! another's ballot in again as his own, and two ballots that say the same look different.
//!
//! # What is promised
//!
//! Neighbours, relays, and the voter's own box afterwards, cannot tell what a ballot says: nobody can be
//! made to show it. Those who count can open each single ballot, and everybody sees who has voted.

use crate::{
    body::{BoxRef, Choice, Mark, Opening, PollKey, Sealed},
    id::{EnvelopeId, KeyId, PersonId},
    keys::{Secret, Stretched},
    secrets::{BoxSecret, seal_to},
};

use super::{Read, in_the_open};

/// Draws a key for a vote and hands its secret to these boxes; none where there is none that anything
/// can be sealed to. `seed` must be fresh.
pub fn draw(boxes: &[KeyId], seed: [u8; 32]) -> Option<PollKey> {
    let mut dice = Stretched::new(seed);
    let secret: [u8; 32] = dice.draw();
    let key = Secret::from_seed(secret).key();
    let purpose = key_purpose(&key);
    let shares = boxes
        .iter()
        .filter_map(|to| Some((BoxRef::from(*to), seal_to(to, &purpose, &secret, &mut dice)?)));
    let sealed = Sealed::new(shares);
    let any = sealed.recipients().next().is_some();
    any.then_some(PollKey { key, sealed })
}

/// The secret of a vote, for a box that counts.
pub fn open(poll: &PollKey, own: &BoxSecret) -> Option<BoxSecret> {
    let secret = own.open(&poll.sealed.of(own.reference())?, &key_purpose(&poll.key))?;
    let secret = Secret::from_seed(secret);
    (secret.key() == poll.key).then(|| BoxSecret::of(&secret))
}

/// Seals a choice; none where the vote's key is no point that anything can be sealed to. `seed` must
/// be fresh.
pub fn seal(
    poll: (&EnvelopeId, &KeyId),
    (voter, who): (u32, &PersonId),
    choice: u32,
    seed: [u8; 32],
) -> Option<Choice> {
    let mut plain = [0; 32];
    plain[..4].copy_from_slice(&choice.to_be_bytes());
    let purpose = ballot_purpose(poll.0, voter, who);
    seal_to(poll.1, &purpose, &plain, &mut Stretched::new(seed)).map(Choice::Sealed)
}

/// Reads a mark by whoever wrote it, with the vote's secret where that is here.
pub fn read(opening: &Opening, mark: &Mark, who: &PersonId, secret: Option<&BoxSecret>) -> Read {
    let (Choice::Sealed(sealed), Some(secret)) = (&mark.choice, secret) else {
        return in_the_open(opening, mark);
    };
    let plain = secret.open(sealed, &ballot_purpose(&mark.poll, mark.voter, who));
    let (choice, rest) = match plain.as_ref().and_then(|it| it.split_first_chunk::<4>()) {
        Some((choice, rest)) => (u32::from_be_bytes(*choice), rest),
        None => return Read::Spoilt,
    };
    let names_one = (choice as usize) < opening.choices.len() && rest.iter().all(|it| *it == 0);
    if names_one { Read::Choice(choice) } else { Read::Spoilt }
}

fn key_purpose(key: &KeyId) -> Vec<u8> {
    [b"linli/1 vote key".as_slice(), key.as_bytes()].concat()
}

fn ballot_purpose(poll: &EnvelopeId, voter: u32, who: &PersonId) -> Vec<u8> {
    let head = b"linli/1 ballot".as_slice();
    [head, poll.as_bytes(), &voter.to_be_bytes(), who.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Franchise;

    #[test]
    fn only_who_counts_opens_a_ballot_and_it_cannot_be_put_in_again() {
        let (desk, home) = (Secret::from_seed([1; 32]), Secret::from_seed([2; 32]));
        let key = draw(&[desk.key()], [3; 32]).expect("one box");
        let opened = open(&key, &BoxSecret::of(&desk)).expect("sealed to the desk");
        assert!(open(&key, &BoxSecret::of(&home)).is_none());

        let opening = Opening {
            choices: vec!["同意".into(), "不同意".into()],
            franchise: Franchise::Household,
            secret: Some(key.clone()),
            ..crate::poll::tests::opening()
        };
        let poll = EnvelopeId::from_bytes([4; 32]);
        let (li, wang) = (PersonId::from_bytes([5; 32]), PersonId::from_bytes([6; 32]));
        let choice =
            |to: u32, n: u8| seal((&poll, &key.key), (7, &li), to, [n; 32]).expect("a good key");
        let mark = |choice| Mark { poll, voter: 7, choice, instead: Vec::new() };
        let yes = mark(choice(0, 8));
        let no = mark(choice(1, 9));
        assert_eq!(read(&opening, &yes, &li, Some(&opened)), Read::Choice(0));
        assert_eq!(read(&opening, &no, &li, Some(&opened)), Read::Choice(1));
        assert_eq!(read(&opening, &yes, &li, None), Read::Sealed);
        assert_eq!(read(&opening, &yes, &wang, Some(&opened)), Read::Spoilt, "a copied ballot");
        assert_eq!(read(&opening, &Mark { voter: 8, ..yes }, &li, Some(&opened)), Read::Spoilt);
        assert_ne!(choice(0, 10), choice(0, 11), "the same choice looks different");
        let bare = mark(Choice::Open(0));
        assert_eq!(read(&opening, &bare, &li, Some(&opened)), Read::Spoilt, "told in the open");
        assert_eq!(read(&opening, &mark(choice(2, 12)), &li, Some(&opened)), Read::Spoilt);
    }
}
