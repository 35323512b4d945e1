//! What may hang where everybody passes.

use super::*;
use crate::api::{GroupKindWord, NewsCommand, NewsReply, NewsWord, Telling};

#[test]
fn what_was_said_to_one_group_or_one_unit_is_not_for_all() {
    let mut ledger = founded(None);
    let (name, kind) = ("Choir".to_owned(), GroupKindWord::Open);
    ask(
        &mut ledger,
        Command::GroupNew { name, kind, vouches: 0, terms: crate::api::GroupTerms::default() },
    );
    for (group, class, forwardable) in [
        ("all", NewsWord::Notice, false),
        ("all", NewsWord::Addressed, true),
        ("Choir", NewsWord::Notice, false),
        ("Choir", NewsWord::Notice, true),
    ] {
        let telling = Telling {
            group: Some(group.to_owned()),
            class,
            forwardable,
            text: format!("{group} {class:?} {forwardable}"),
            ..Telling::default()
        };
        ask(&mut ledger, Command::News(NewsCommand::Tell(Box::new(telling))));
    }
    let list = Command::News(NewsCommand::List { all: false });
    let Reply::News(NewsReply::List { news }) = ask(&mut ledger, list) else { panic!("a list") };
    let mut for_all: Vec<&str> =
        news.iter().filter(|row| row.for_all).map(|row| row.text.as_str()).collect();
    for_all.sort_unstable();
    assert_eq!((news.len(), for_all), (4, vec!["Choir Notice true", "all Notice false"]));
}
