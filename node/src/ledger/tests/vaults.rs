//! How long private details are kept, by clocks that the test sets: the office's node forgets them
//! some days after the end of a request, and believes no clock that cannot be right.

use super::*;
use crate::{
    api::{ActVerb, Private, VaultWord},
    identity::Resident,
};

const DAY: u64 = 24 * 60 * 60 * 1_000;

fn later(ms: u64) -> ClaimedTime {
    ClaimedTime(NOW.0 + ms)
}

/// A ride of the founder's own with a number and a diagnosis; it is over.
fn a_ride_that_is_over(ledger: &mut Ledger) -> EnvelopeId {
    let private =
        Private { phone: "138 0013 8000".into(), details: "dialysis".into(), ..Private::default() };
    let (title, details) = ("a ride".into(), String::new());
    let asks = Command::Ask { group: None, title, details, urgent: false, private };
    let Reply::Asked { id, .. } = ask(ledger, asks) else { panic!("asked") };
    assert_eq!(erased(ledger, id), [], "it goes on");
    ask(ledger, Command::Act { id: id.to_hex(), verb: ActVerb::Cancel });
    id
}

/// What is forgotten of it.
fn erased(ledger: &Ledger, id: EnvelopeId) -> Vec<VaultWord> {
    ledger.vault_page(&id).expect("its own").erased
}

/// The node looks by itself when the clock says so; in how long it will look again.
fn looks(ledger: &mut Ledger, claimed: ClaimedTime) -> Option<u64> {
    ledger.work(vec![Job::Turn(())], claimed).turn_in_ms
}

#[test]
fn a_diagnosis_is_kept_for_a_week_after_the_end_and_a_number_for_thirty_days() {
    let mut ledger = founded(None);
    let ride = a_ride_that_is_over(&mut ledger);
    let (one, both) = ([VaultWord::Sensitive], [VaultWord::Contact, VaultWord::Sensitive]);
    let days: [(u64, &[VaultWord]); 6] = [
        (0, &[]),
        (7 * DAY - 1, &[]),
        (7 * DAY, &one),
        (29 * DAY, &one),
        (30 * DAY - 1, &one),
        (30 * DAY, &both),
    ];
    for (ms, gone) in days {
        looks(&mut ledger, later(ms));
        assert_eq!(erased(&ledger, ride), gone, "after {} days", ms as f64 / DAY as f64);
    }
}

#[test]
fn a_ride_that_goes_on_is_never_too_old() {
    let mut ledger = founded(None);
    let ride = a_ride_that_is_over(&mut ledger);
    ask(&mut ledger, Command::Act { id: ride.to_hex(), verb: ActVerb::Reopen });
    looks(&mut ledger, later(400 * DAY));
    assert_eq!(erased(&ledger, ride), []);
}

#[test]
fn a_clock_that_stands_before_the_end_of_the_request_forgets_nothing() {
    let mut ledger = founded(None);
    let ride = a_ride_that_is_over(&mut ledger);
    for claimed in [ClaimedTime(0), ClaimedTime(NOW.0 - 1), ClaimedTime(NOW.0 - 40 * DAY)] {
        assert!(
            looks(&mut ledger, claimed).is_some(),
            "it looks again, the clock may be put right"
        );
        assert_eq!(erased(&ledger, ride), []);
    }
    looks(&mut ledger, later(30 * DAY));
    assert_eq!(erased(&ledger, ride).len(), 2, "it was put right");
}

#[test]
fn a_node_on_which_nothing_happens_wakes_up_when_something_is_due() {
    let mut ledger = founded(None);
    let ride = a_ride_that_is_over(&mut ledger);
    let mut claimed = later(7 * DAY - 90 * 60 * 1_000);
    loop {
        let ms = looks(&mut ledger, claimed);
        if !erased(&ledger, ride).is_empty() {
            break;
        }
        let ms = ms.expect("it looks again");
        assert!(ms > 0 && ms <= 60 * 60 * 1_000, "{ms}");
        claimed = ClaimedTime(claimed.0 + ms);
    }
    assert_eq!(claimed, later(7 * DAY), "not a moment earlier or later");
    for _ in 0..2 {
        looks(&mut ledger, later(30 * DAY));
    }
    assert_eq!(looks(&mut ledger, later(30 * DAY)), None, "then there is nothing to wait for");
}

/// The founder's box, on which somebody now lives who was never let in, and who comes first.
fn with_a_guest_first(folder: &Path) -> Ledger {
    let Identity { person_name, person, writer, sealed, copied, .. } = identity("Chen");
    let chen = Resident { name: person_name, person, writer, sealed, copied };
    let guest = identity("a guest");
    let both = Identity { box_key: key("box", "Chen"), others: vec![chen], ..guest };
    Ledger::open(Some(folder), both, genesis(), [3; 32]).expect("opens")
}

fn as_chen(ledger: &mut Ledger, command: Command) -> Reply {
    ask(ledger, Command::As { person: "Chen".into(), command: Box::new(command) })
}

#[test]
fn what_a_box_owes_is_written_by_whoever_on_it_may() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ledger = founded(Some(folder.path()));
    let invite = Command::Invite { role: RoleWord::Member, group: None };
    let Reply::Invite { link } = ask(&mut ledger, invite) else { panic!("a link") };
    let door = Invitation::from_link(&link).expect("a sound link");
    let (_, introduction) = newcomer("Zhao", &door);
    work(&mut ledger, Job::Receive((), introduction.into()));
    let private = Private { phone: "138 0013 8000".into(), ..Private::default() };
    let (title, details) = ("a ride".into(), String::new());
    let asks = Command::Ask { group: None, title, details, urgent: false, private };
    let Reply::Asked { id, .. } = ask(&mut ledger, asks) else { panic!("asked") };
    drop(ledger);

    let mut ledger = with_a_guest_first(folder.path());
    let (id, zhao) = (id.to_hex(), key("paper", "Zhao").person().to_hex());
    as_chen(&mut ledger, Command::Assign { id: id.clone(), person: zhao });
    looks(&mut ledger, NOW);
    let open = Command::OpenVault { id: id.clone(), reason: String::new() };
    let Reply::Vaults(page) = as_chen(&mut ledger, open.clone()) else { panic!("a vault") };
    let released = page.openings.iter().filter(|it| it.released_to.is_some());
    let by: Vec<&str> = released.map(|it| it.who.as_str()).collect();
    assert_eq!(by, ["Chen"], "not by the guest, whose word counts for nothing");

    as_chen(&mut ledger, Command::Act { id, verb: ActVerb::Cancel });
    looks(&mut ledger, later(30 * DAY));
    let Reply::Vaults(page) = as_chen(&mut ledger, open) else { panic!("a vault") };
    assert_eq!(page.erased, [VaultWord::Contact]);
}

#[test]
fn a_guest_who_comes_first_on_a_box_does_not_keep_a_newcomer_from_his_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ledger = founded(Some(folder.path()));
    let invite = Command::Invite { role: RoleWord::Member, group: None };
    let Reply::Invite { link } = ask(&mut ledger, invite) else { panic!("a link") };
    drop(ledger);

    let mut ledger = with_a_guest_first(folder.path());
    let door = Invitation::from_link(&link).expect("a sound link");
    let (_, introduction) = newcomer("Zhao", &door);
    work(&mut ledger, Job::Receive((), introduction.into()));
    work(&mut ledger, Job::Turn(()));
    let (roster, ring) = (ledger.truth.roster(), ledger.truth.keyring());
    let zhao = roster.boxes_of(key("paper", "Zhao").person());
    let scopes: Vec<_> = roster.groups().into_iter().map(|group| group.id.scope()).collect();
    assert!(!scopes.is_empty() && !zhao.is_empty());
    for scope in scopes {
        let readers = roster.readers(&scope);
        assert!(readers.is_superset(&zhao));
        assert!(ring.lacking(&scope, &readers).is_empty(), "Chen lives here too, and may");
    }
}
