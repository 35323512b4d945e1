//! Runyuan in small: a dozen homes, a driver or two, every stage of a request.

use super::*;
use crate::{
    api::{
        ActivityCommand, ActivityReply, CaseCommand, CaseReply, DeskList, HoursCommand, HoursReply,
        RosterReply,
    },
    identity::Folder,
};

const SMALL: Plan = Plan {
    households: 40,
    people: 152,
    per_building: 5,
    drivers: 3,
    volunteers: 9,
    activities: 10,
    requests: 32,
    lines: 60,
};

fn one(office: &mut Ledger, command: Command) -> Reply {
    tell(office, vec![command], clock::claimed()).expect("the office may").0.pop().expect("one")
}

#[test]
fn everybody_of_the_plan_is_there_and_every_list_of_the_desk_has_something() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("office");
    let mut steps = Vec::new();
    found(&data, &SMALL, &mut |done, of| steps.push((done, of))).expect("it is founded");
    assert_eq!((steps.first(), steps.last()), (Some(&(0, 40)), Some(&(40, 40))));
    let kept = Folder::open(&data).expect("it is a home");
    let (identity, genesis) = home::residence(&kept).expect("in a community");
    let mut office = home::open(&data, &identity, &genesis).expect("it opens");

    let Reply::People { people, .. } = one(&mut office, Command::everybody()) else {
        panic!("people")
    };
    assert_eq!(people.len(), SMALL.people + 2, "and the two of the office");
    let Reply::Groups { groups } = one(&mut office, Command::Groups) else { panic!("groups") };
    assert_eq!(groups.len(), 13);
    let members = |office: &mut Ledger, group: usize| {
        let asked = Command::Roster(RosterCommand::Members { group: GROUPS[group].0.to_owned() });
        match one(office, asked) {
            Reply::Roster(RosterReply::Members(page)) => page.members.len(),
            other => panic!("members, and heard {other:?}"),
        }
    };
    assert_eq!(members(&mut office, FLEET), SMALL.drivers + 1, "and who founded it");
    assert!(members(&mut office, VOLUNTEERS) > SMALL.volunteers);
    let desk = Command::Case(CaseCommand::Desk { list: None, last: None });
    let Reply::Case(reply) = one(&mut office, desk) else { panic!("a desk") };
    let CaseReply::Desk(page) = *reply else { panic!("a desk") };
    for list in [DeskList::Unanswered, DeskList::Unclaimed, DeskList::CallBacks] {
        let rows = page.lists.iter().find(|it| it.list == list).expect("every list is there");
        assert!(rows.count > 0, "{list:?}");
    }
    let totals = Command::Hours(HoursCommand::Totals { team: None });
    let Reply::Hours(HoursReply::Totals(totals)) = one(&mut office, totals) else {
        panic!("hours")
    };
    assert_eq!(totals.minutes, 9 * 600, "ten hours of everybody");
    assert_eq!((totals.people.len(), totals.activities.len()), (9, 9));
    let coming = Command::Activity(ActivityCommand::List { all: false });
    let Reply::Activity(ActivityReply::List { activities }) = one(&mut office, coming) else {
        panic!("activities")
    };
    assert_eq!((activities.len(), activities[0].taken), (1, 3), "each driver has a place");
}
