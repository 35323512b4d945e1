//! Who comes in, and by which link.

use super::*;

fn invite(ledger: &mut Ledger, role: RoleWord) -> Invitation {
    let Reply::Invite { link } = ask(ledger, Command::Invite { role, group: None }) else {
        panic!("a link")
    };
    Invitation::from_link(&link).expect("a link of ours")
}

/// Does this introduction make the box of `name` known?
fn lets_in(ledger: &mut Ledger, name: &str, introduction: Vec<Envelope>) -> bool {
    let box_key = identity(name).box_key.key();
    match work(ledger, Job::Introduce((), box_key, introduction)).0 {
        Done::Introduced(known) => known.is_ok(),
        _ => panic!("an introduction is answered"),
    }
}

#[test]
fn a_link_that_gives_a_role_is_for_one_person_and_any_other_for_many() {
    let mut office = founded(None);
    for (role, second_comes_in) in
        [(RoleWord::Member, true), (RoleWord::Steward, false), (RoleWord::Staff, false)]
    {
        let door = invite(&mut office, role);
        let names = [format!("first {role:?}"), format!("second {role:?}")];
        let came_in = names.each_ref().map(|name| {
            let (_, introduction) = newcomer(name, &door);
            lets_in(&mut office, name, introduction)
        });
        assert_eq!(came_in, [true, second_comes_in], "{role:?}");
        let roles = names.map(|name| {
            let roles = office.truth.roster().live_roles(identity(&name).person.expect("a person"));
            roles.iter().any(|role| role.role > crdt::body::Role::Member)
        });
        assert_eq!(roles, [role != RoleWord::Member, false], "{role:?}");
    }
}

#[test]
fn whoever_knocks_without_an_invitation_is_turned_away_before_the_roster_is_asked() {
    let mut office = founded(None);
    let door = invite(&mut office, RoleWord::Member);
    let sieve = |office: &Ledger, name: &str, brought: &[Envelope]| {
        let key = identity(name).box_key.key();
        stranger::may_become_known(office.truth.roster(), &office.community, key, brought)
    };
    let (_, wang) = newcomer("Wang", &door);
    assert!(sieve(&office, "Wang", &wang));
    assert!(!sieve(&office, "Li", &wang), "another's introduction");
    assert!(!sieve(&office, "Wang", &wang[..3]), "certificates alone");
    assert!(!sieve(&office, "Wang", &[]));
    let unknown = Invitation { secret: [9; 16], ..door.clone() };
    let (_, guessing) = newcomer("Zhao", &unknown);
    assert!(!sieve(&office, "Zhao", &guessing), "the key of a door that nobody opened");
    let elsewhere = Invitation { invite: EnvelopeId::from_bytes([3; 32]), ..door };
    let (_, lost) = newcomer("Qian", &elsewhere);
    assert!(!sieve(&office, "Qian", &lost), "an invitation that nobody wrote");
    assert!(!lets_in(&mut office, "Qian", lost));
    // A member's further box brings certificates alone.
    assert!(lets_in(&mut office, "Wang", wang.clone()));
    assert!(sieve(&office, "Wang", &wang[..3]));
}

/// A home that has come in by an invitation and has heard all that the office holds.
fn moved_in(office: &mut Ledger, name: &str, door: &Invitation) -> Ledger {
    let (mut home, introduction) = newcomer(name, door);
    assert!(lets_in(office, name, introduction));
    everything_to(office, &mut home);
    home
}

/// The sieve wants an invitation that is known, and the only one who could tell of it was turned away.
#[test]
fn a_newcomer_is_let_in_where_nobody_has_heard_of_his_invitation_yet() {
    let mut office = founded(None);
    let door = invite(&mut office, RoleWord::Member);
    let mut li = moved_in(&mut office, "Li", &door);
    // Cut off from Li: somebody else moves in, and then Zhao, by an invitation that builds on that.
    let later = invite(&mut office, RoleWord::Member);
    moved_in(&mut office, "Sun", &later);
    let last = invite(&mut office, RoleWord::Member);
    let zhao = moved_in(&mut office, "Zhao", &last);
    let all = zhao.introduction().expect("reads");
    let own: Vec<Envelope> = newcomer("Zhao", &last).1;
    assert!(all.len() > own.len(), "the chain, too");
    assert_eq!(all.last().map(Envelope::id), own.last().map(Envelope::id), "his own last");
    assert!(!lets_in(&mut li, "Zhao", own), "alone it shows nothing that Li could know");
    assert!(lets_in(&mut li, "Zhao", all));
    let person = identity("Zhao").person.expect("a person");
    assert!(li.truth.roster().is_admitted(person));

    // Whoever has no right to invite cannot bring an invitation along, whatever role he cites.
    let (mut thief, _) = newcomer("Thief", &door);
    everything_to(&office, &mut thief);
    let admin = office.truth.roster().live_roles(office.identity.person.expect("a person"));
    let grant =
        admin.iter().find(|role| role.role > crdt::body::Role::Staff).expect("runs it").grant;
    let secret = [8; 16];
    let (group, key) = (door.group.clone(), crdt::invitation::invitation_key(&secret).key());
    let forged = crdt::body::Statement::Invite { group, key, once: false };
    thief.alone(NOW, |it| it.state(forged, Some(grant), &[]).map(|_| ())).expect("writes");
    let mut brought = crate::store::truth::tests::village::everything(&thief.truth);
    brought.retain(|it| it.header().writer == thief.identity.writer.writer());
    let invite = brought.last().expect("the forged one").id();
    let (_, own) = newcomer("Friend", &Invitation { invite, secret, ..door });
    let friend = identity("Friend").box_key.key();
    let brought: Vec<Envelope> = brought.into_iter().chain(own).collect();
    let known = office.truth.roster();
    assert!(!stranger::may_become_known(known, &office.community, friend, &brought));
}
