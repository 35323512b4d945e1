//! One core, its links played by the test.

use crdt::genesis::{Genesis, RULES_VERSION};

use super::*;

const LINK: LinkId = LinkId(1);

fn key(seed: u8) -> KeyId {
    KeyId::from_bytes([seed; 32])
}

/// A home with a link to one neighbour, whom it knows; what it said so far is drained.
fn linked(now: Moment) -> Core {
    let genesis = Genesis {
        root_keys: vec![key(9)],
        threshold: 1,
        salt: [0; 16],
        rules: RULES_VERSION,
        founded: Bucket(0),
    };
    let (me, peer) = (key(1), key(2));
    let (boxes, book) = (BTreeSet::from([me, peer]), PeerBook::new(me, 8, Vec::new()));
    let mut core = Core::new(me, genesis.id(), Vec::new(), Carried::new(), boxes, book, 0);
    core.handle(Input::LinkUp { link: LINK, peer, transport: "tcp", outbound: true }, now);
    drain(&mut core);
    core
}

fn drain(core: &mut Core) -> Vec<Output> {
    std::iter::from_fn(|| core.poll()).collect()
}

fn closed(outputs: &[Output]) -> bool {
    outputs.iter().any(|output| matches!(output, Output::Close(LINK, _)))
}

#[test]
fn a_link_in_doubt_is_closed_a_second_later_unless_anything_is_heard_on_it() {
    let begin = Moment(10_000);
    // (what is heard, whether the link is closed)
    for (heard, gone) in [(false, true), (true, false)] {
        let mut core = linked(begin);
        core.handle(Input::Doubted(key(2)), begin);
        let due = begin + DOUBT_MS;
        assert!(core.next_wakeup().is_some_and(|(at, _)| at <= due));
        if heard {
            // Goodbye or garbage would end the session; this kind is skipped, and heard all the same.
            core.handle(Input::Frame(LINK, vec![0xff]), begin + DOUBT_MS / 2);
        }
        drain(&mut core);
        core.handle(Input::Tick, due);
        assert_eq!(closed(&drain(&mut core)), gone, "heard: {heard}");
    }
}

#[test]
fn whoever_waits_for_ever_is_answered_when_enough_are_equal_and_holds_nobody_up() {
    let begin = Moment(10_000);
    let mut core = linked(begin);
    let wait = |id, count| Input::Wait {
        wait: WaitId(id),
        count,
        peer: None,
        until: begin + u64::MAX.saturating_mul(1000),
    };
    core.handle(wait(1, 1), begin);
    core.handle(Input::Tick, begin + 1_000_000);
    assert!(!drain(&mut core).iter().any(|it| matches!(it, Output::Waited(..))), "not yet equal");
    core.handle(wait(2, 0), begin + 1_000_001);
    let told = drain(&mut core);
    assert!(told.iter().any(|it| matches!(it, Output::Waited(WaitId(2), true))), "{told:?}");
    assert!(core.next_wakeup().is_some_and(|(at, _)| at <= begin + u64::MAX));
}

#[test]
fn a_doubt_about_somebody_without_a_link_is_nothing() {
    let mut core = linked(Moment(0));
    core.handle(Input::Doubted(key(3)), Moment(0));
    core.handle(Input::Tick, Moment(DOUBT_MS));
    assert!(!closed(&drain(&mut core)));
}

#[test]
fn what_is_to_come_is_known_from_the_comparison_on_before_any_of_it_is_stored() {
    let begin = Moment(10_000);
    let mut core = linked(begin);
    let steps = [
        (sync::Output::Differs { missing_here: 3000, missing_there: 2 }, (0, 3000)),
        (sync::Output::Progress { received: 1200, total: 3000 }, (1200, 3000)),
        (sync::Output::Equal { at: begin, root: Fingerprint::default() }, (0, 0)),
    ];
    for (output, progress) in steps {
        core.carry_out(LINK, output, begin);
        assert_eq!(core.peers()[&key(2)].progress, progress);
        let told = drain(&mut core);
        assert!(progress.0 > 0 || told.iter().any(|it| matches!(it, Output::MeshChanged)));
    }
}
