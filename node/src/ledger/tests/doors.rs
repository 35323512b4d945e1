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
