//! Which skills are to be found, and which thanks are public.
//!
//! # Rules
//!
//! 1. A skill is listed while its author has not withdrawn it. Nobody says one of somebody else.
//! 2. Thanks are public once whoever was thanked has published the very words that were sealed to him,
//!    and neither of the two has withdrawn.
//! 3. A withdrawal beats everything, in whatever order it came.
//! 4. Who may thank whom is for whoever knows the request: whoever asked, those who helped.
//!
//! # Deliberately absent
//!
//! Numbers: nothing here counts thanks, of anybody. What is counted is ranked, and what is ranked is done
//! for the rank.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    body::{Profile, Skill, Thank},
    id::{EnvelopeId, KeyId, PersonId, RequestId, short_hash},
    keys::Stretched,
    secrets::{BoxSecret, letter},
};

/// Bytes of salt before the words.
const SALT: usize = 32;

/// Something said that counts where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its place in the order.
    pub at: (u64, EnvelopeId),
    /// Who.
    pub who: PersonId,
    /// What.
    pub word: Profile,
}

/// What somebody has taken back of his own, or of what was said to him.
fn withdrawn(said: &[Said]) -> BTreeSet<(EnvelopeId, PersonId)> {
    let all = said.iter().filter_map(|it| match it.word {
        Profile::Withdraw { of } => Some((of, it.who)),
        _ => None,
    });
    all.collect()
}

/// Rule 1: whose skills are listed, the oldest first.
pub fn skills(said: &[Said]) -> Vec<(EnvelopeId, PersonId, &Skill)> {
    let withdrawn = withdrawn(said);
    let mut found: Vec<(&Said, &Skill)> = said
        .iter()
        .filter_map(|it| match &it.word {
            Profile::Skill(skill) => Some((it, skill)),
            _ => None,
        })
        .filter(|(it, _)| !withdrawn.contains(&(it.at.1, it.who)))
        .collect();
    found.sort_unstable_by_key(|(it, _)| it.at);
    found.dedup_by_key(|(it, _)| it.at.1);
    found.into_iter().map(|(it, skill)| (it.at.1, it.who, skill)).collect()
}

/// Thanks, as far as they have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thanks<'a> {
    /// Which.
    pub id: EnvelopeId,
    /// From whom.
    pub from: PersonId,
    /// To whom.
    pub to: PersonId,
    /// For what.
    pub request: RequestId,
    /// What was sealed.
    pub thank: &'a Thank,
    /// The words, where they are public.
    pub public: Option<&'a str>,
}

/// Rules 2 and 3: thanks that nobody has withdrawn, the oldest first.
pub fn thanks(said: &[Said]) -> Vec<Thanks<'_>> {
    let withdrawn = withdrawn(said);
    let mut published: BTreeMap<EnvelopeId, Vec<Spoken<'_>>> = BTreeMap::new();
    for it in said {
        if let Profile::Publish { of, text, salt } = &it.word {
            published.entry(*of).or_default().push((it, text, salt));
        }
    }
    let mut found: Vec<(&Said, &Thank)> = said
        .iter()
        .filter_map(|it| match &it.word {
            Profile::Thank(thank) => Some((it, thank)),
            _ => None,
        })
        .filter(|(it, thank)| {
            ![it.who, thank.to].iter().any(|who| withdrawn.contains(&(it.at.1, *who)))
        })
        .collect();
    found.sort_unstable_by_key(|(it, _)| it.at);
    found.dedup_by_key(|(it, _)| it.at.1);
    let public = |it: &Said, thank: &Thank| {
        let words = published.get(&it.at.1)?.iter();
        let mut said = words
            .filter(|(by, text, salt)| by.who == thank.to && digest(salt, text) == thank.digest);
        said.next().map(|(_, text, _)| *text)
    };
    found
        .into_iter()
        .map(|(it, thank)| Thanks {
            id: it.at.1,
            from: it.who,
            to: thank.to,
            request: thank.request,
            thank,
            public: public(it, thank),
        })
        .collect()
}

/// Who published which words, and what was hashed with them.
type Spoken<'a> = (&'a Said, &'a str, &'a [u8; SALT]);

fn digest(salt: &[u8; SALT], text: &str) -> [u8; 32] {
    short_hash("linli/1 thanks", &[salt, text.as_bytes()])
}

/// Seals words to the boxes of the two; none where there is none that anything can be sealed to. `seed`
/// must be fresh.
pub fn write(
    to: PersonId,
    request: RequestId,
    text: &str,
    boxes: &[KeyId],
    seed: [u8; 32],
) -> Option<Thank> {
    let mut dice = Stretched::new(seed);
    let (key, salt): ([u8; 32], [u8; SALT]) = (dice.draw(), dice.draw());
    let purpose = purpose(&to, &request);
    let plain = [&salt, text.as_bytes()].concat();
    let (sealed, letter) = letter::seal(&purpose, &plain, boxes, key, &mut dice)?;
    Some(Thank { to, request, digest: digest(&salt, text), sealed, letter })
}

/// Reads words that were sealed to this box: what was hashed with them, and the words.
pub fn read(thank: &Thank, own: &BoxSecret) -> Option<([u8; SALT], String)> {
    let purpose = purpose(&thank.to, &thank.request);
    let plain = letter::open(&purpose, &thank.sealed, &thank.letter, own)?;
    let (salt, text) = plain.split_first_chunk::<SALT>()?;
    let text = String::from_utf8(text.to_vec()).ok()?;
    (digest(salt, &text) == thank.digest).then_some((*salt, text))
}

fn purpose(to: &PersonId, request: &RequestId) -> Vec<u8> {
    [b"linli/1 letter".as_slice(), to.as_bytes(), request.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        body::{Place, SkillKind},
        keys::Secret,
    };

    const WANG: PersonId = PersonId::from_bytes([1; 32]);
    const ZHANG: PersonId = PersonId::from_bytes([2; 32]);
    const OTHER: PersonId = PersonId::from_bytes([3; 32]);
    const RIDE: RequestId = RequestId::from_bytes([9; 32]);

    fn id(n: u8) -> EnvelopeId {
        EnvelopeId::from_bytes([n; 32])
    }

    fn said(n: u8, who: PersonId, word: Profile) -> Said {
        Said { at: (u64::from(n), id(n)), who, word }
    }

    fn skill(n: u8, who: PersonId) -> Said {
        let (text, phone) = (String::new(), String::new());
        let (kind, area) = (SkillKind::Law, Place::community());
        let skill = Skill { kind, text, area, through_desk: false, phone };
        said(n, who, Profile::Skill(skill))
    }

    fn takes_back(n: u8, who: PersonId, of: u8) -> Said {
        said(n, who, Profile::Withdraw { of: id(of) })
    }

    fn letter() -> Thank {
        let boxes = [Secret::from_seed([1; 32]), Secret::from_seed([2; 32])].map(|it| it.key());
        write(ZHANG, RIDE, "谢谢张师傅", &boxes, [7; 32]).expect("good boxes")
    }

    fn publishes(n: u8, who: PersonId, text: &str) -> Said {
        let own = BoxSecret::of(&Secret::from_seed([2; 32]));
        let (salt, _) = read(&letter(), &own).expect("sealed to Zhang");
        said(n, who, Profile::Publish { of: id(1), text: text.into(), salt })
    }

    #[test]
    fn a_skill_is_listed_until_its_author_takes_it_back() {
        let listed = |said: &[Said]| skills(said).len();
        assert_eq!(listed(&[skill(1, WANG), skill(2, ZHANG)]), 2);
        assert_eq!(listed(&[takes_back(2, WANG, 1), skill(1, WANG)]), 0, "in whatever order");
        assert_eq!(listed(&[skill(1, WANG), takes_back(2, OTHER, 1)]), 1, "nobody else does");
        assert_eq!(listed(&[skill(1, WANG), skill(1, WANG)]), 1);
    }

    #[test]
    fn thanks_are_public_once_both_want_it() {
        let thank = said(1, WANG, Profile::Thank(letter()));
        let shown = |more: &[Said]| {
            let all = [std::slice::from_ref(&thank), more].concat();
            let found = thanks(&all);
            found.first().map(|it| it.public.map(str::to_owned))
        };
        let words = "谢谢张师傅";
        type Row = (&'static str, Vec<Said>, Option<Option<String>>);
        let table: [Row; 7] = [
            ("nobody has said yes", vec![], Some(None)),
            ("whoever was thanked", vec![publishes(2, ZHANG, words)], Some(Some(words.into()))),
            ("somebody else", vec![publishes(2, OTHER, words)], Some(None)),
            ("whoever thanks", vec![publishes(2, WANG, words)], Some(None)),
            ("with other words", vec![publishes(2, ZHANG, "他真慢")], Some(None)),
            ("and taken back", vec![takes_back(3, WANG, 1), publishes(2, ZHANG, words)], None),
            ("by the other", vec![publishes(2, ZHANG, words), takes_back(3, ZHANG, 1)], None),
        ];
        for (what, more, wanted) in table {
            assert_eq!(shown(&more), wanted, "{what}");
        }
        let more = [publishes(2, ZHANG, words), takes_back(3, OTHER, 1)];
        assert_eq!(shown(&more), Some(Some(words.into())), "no third one takes it back");
    }

    #[test]
    fn only_the_two_can_read_the_words_before() {
        let thank = letter();
        let of = |n: u8| read(&thank, &BoxSecret::of(&Secret::from_seed([n; 32])));
        assert_eq!(of(1).map(|it| it.1).as_deref(), Some("谢谢张师傅"));
        assert!(of(2).is_some() && of(3).is_none());
        let changed = Thank { to: OTHER, ..thank };
        assert!(read(&changed, &BoxSecret::of(&Secret::from_seed([1; 32]))).is_none());
    }

    proptest! {
        #[test]
        fn any_order_comes_to_the_same(order in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle()) {
            let all = [
                skill(1, WANG),
                skill(2, ZHANG),
                takes_back(3, WANG, 1),
                said(4, WANG, Profile::Thank(letter())),
                takes_back(5, OTHER, 2),
                takes_back(6, ZHANG, 4),
            ];
            let shuffled: Vec<Said> = order.into_iter().map(|at| all[at].clone()).collect();
            prop_assert_eq!(skills(&shuffled), skills(&all));
            prop_assert_eq!(thanks(&shuffled), thanks(&all));
        }
    }
}
