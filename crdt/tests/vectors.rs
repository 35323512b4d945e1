//! `docs/vectors/envelopes.json` for whoever writes another implementation: from fixed seeds the
//! same bytes, on every machine and in every release.
//!
//! The test makes everything anew and compares it with the file. Where they differ, what this
//! release makes is put beside the build (the failure says where): a difference that is wanted is a
//! new version of the format, never a new file under the old version.

use crdt::{
    body::{
        Act, Activity, ActivityRole, Announcement, Approval, Ask, AskKind, Attach, Attachment,
        Attestation, Ballot, BlobKey, Body, Card, Certificate, Choice, Consent, Count, Criterion,
        Deed, DocumentForm, DutyRota, Exception, Franchise, GroupKind, GroupSort, HandOver,
        Holding, How, Intake, KeyUse, Listing, Mark, MarkKind, MarkRef, Media, News, NewsClass,
        OnDuty, Opening, Oversight, Part, Place, Plan, Position, Posted, Presence, Profile,
        Promise, Proof, Reach, Receipt, RidePlan, RotaEdit, Series, SignedStatement, Sitting,
        Skill, SkillKind, Statement, Talk, Team, Terms, Verb, Verdict, Visit, Voter,
    },
    bundle::BundleWriter,
    code::Code,
    document::{DocumentState, Edit, Fact, FactEdit, edit},
    envelope::{Draft, Envelope},
    genesis::{Genesis, RULES_VERSION},
    id::{BlobId, CommunityId, EnvelopeId, KeyId, PersonId, ScopeId, to_hex},
    invitation::Invitation,
    keys::{Check, Secret},
    paper, poll, profile,
    rota::{Leg, LocalTime, ride_id},
    secrets::BoxSecret,
    sync::Fingerprint,
    team,
    time::{Bucket, ClaimedTime},
};
use serde_json::{Value, json};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/vectors/envelopes.json");
const FOUNDED: Bucket = Bucket(2_968);
const CLAIMED_MS: u64 = 1_795_420_800_000;
/// 2026-12-01 07:30.
const SERIES_STARTS_MIN: u32 = 29_936_610;

/// The founder's home: one writer, one person, and what was written so far.
struct Home {
    community: CommunityId,
    writer: Secret,
    person: Secret,
    written: Vec<(&'static str, Envelope)>,
}

impl Home {
    fn write(
        &mut self,
        what: &'static str,
        scope: ScopeId,
        auth: Option<EnvelopeId>,
        deps: Vec<EnvelopeId>,
        body: &Body,
    ) -> EnvelopeId {
        let last = self.last_in(scope);
        let lamport = last.map_or(1, |(_, _, lamport)| lamport + 1);
        let draft = Draft {
            kind: body.kind(),
            scope,
            tip: last.map(|(seq, id, _)| (seq, id)),
            deps,
            auth,
            lamport,
            bucket: FOUNDED,
            claimed: ClaimedTime(CLAIMED_MS),
            epoch: None,
            body: body.encode(),
        };
        let envelope = Envelope::write(draft, &self.writer, &self.community);
        let id = envelope.id();
        self.written.push((what, envelope));
        id
    }

    fn state(
        &mut self,
        what: &'static str,
        statement: Statement,
        auth: Option<EnvelopeId>,
        seconds: &[&Secret],
    ) -> EnvelopeId {
        let scope = self.community.roster();
        let seq = self.last_in(scope).map_or(1, |(seq, _, _)| seq + 1);
        let writer = self.writer.writer();
        let at = Position { community: self.community, writer, scope, seq, auth };
        let signed = SignedStatement::sign(statement, &at, seconds);
        let deps = self.last_in(scope).map(|(_, id, _)| id).into_iter().collect();
        self.write(what, scope, auth, deps, &Body::Statement(signed))
    }

    /// (seq, id, lamport) of the end of the chain in a scope.
    fn last_in(&self, scope: ScopeId) -> Option<(u64, EnvelopeId, u64)> {
        let in_scope = |it: &&(&str, Envelope)| it.1.header().scope == scope;
        let (_, last) = self.written.iter().rev().find(in_scope)?;
        Some((last.header().seq, last.id(), last.header().lamport))
    }
}

fn secret(seed: u8) -> Secret {
    Secret::from_seed([seed; 32])
}

fn genesis() -> Genesis {
    let mut root_keys: Vec<KeyId> = [1, 2, 3].map(|seed| secret(seed).key()).into();
    root_keys.sort_unstable();
    Genesis { root_keys, threshold: 2, salt: [7; 16], rules: RULES_VERSION, founded: FOUNDED }
}

/// Writes one envelope of every kind that this release writes.
fn write_all(home: &mut Home) -> EnvelopeId {
    let person = home.person.person();
    let paper = home.person.clone();
    let subject = KeyId::from(home.writer.writer());
    let certify = Statement::Certify { subject, person, key_use: KeyUse::Writer };
    home.state("certify", certify, None, &[&paper]);
    let everybody = Statement::Genesis {
        parent: Place::community(),
        kind: GroupKind::Invite,
        need: 0,
        oversight: Oversight::Staff,
        everyone: true,
        history: None,
    };
    let root = EnvelopeId::from(home.community);
    let all = home.state("group", everybody, Some(root), &[&secret(1), &secret(2)]);
    let scope = all.scope();
    let card = Card { name: "王芳".into(), home: "5-2-301".into(), office: true, place: None };
    home.write("card", home.community.directory(), Some(root), vec![], &Body::Card(card));
    let talk = |text: &str| {
        Body::Talk(Talk::Message { text: text.into(), reply_to: None, imported: None })
    };
    let first = home.write("message", scope, Some(root), vec![], &talk("停电了 the power is out"));
    home.write("answer", scope, Some(root), vec![first], &talk("3-1-102 有蜡烛"));
    let ask = home.write("ask", scope, Some(root), vec![], &Body::Act(Act::Ask(a_ride())));
    let claim = Deed {
        request: ask,
        verb: Verb::Claim,
        role: Part::Member,
        about: None,
        instead: None,
        other: None,
        offer: None,
        note: String::new(),
    };
    home.write("claim", scope, Some(root), vec![ask], &Body::Act(Act::Do(claim)));
    let state = DocumentState::new(DocumentForm::Request, ask);
    let place = Edit::Request(FactEdit::Set(Fact::Place, "东门 east gate".into()));
    let edited = edit(&state, home.writer.writer(), &[place]).expect("a place can be said");
    home.write("change", scope, Some(root), edited.deps, &Body::Change(edited.change));
    let remarks = [
        ("take down", Talk::TakeDown { of: first, reason: "广告 an advertisement".into() }),
        ("put back", Talk::PutBack { of: first }),
        ("report", Talk::Report { of: first, reason: "广告".into() }),
        ("leave", Talk::Leave {}),
        ("exception", Talk::Exception { person, reason: "drives an ambulance".into() }),
        ("area", Talk::Area { within: Place::community(), name: "风尚水郡".into() }),
    ];
    for (what, talk) in remarks {
        home.write(what, scope, Some(root), vec![], &Body::Talk(talk));
    }
    write_series(home, scope, root);
    write_news(home, scope, root, (first, ask));
    for (what, act) in later_acts(ask, person) {
        home.write(what, scope, Some(root), vec![ask], &Body::Act(act));
    }
    write_votes(home, scope, root);
    write_profiles(home, scope, root, ask);
    let photographed = Body::Act(Act::Ask(a_photo_of_handwriting()));
    home.write("ask with a photo", scope, Some(root), vec![], &photographed);
    write_activities(home, scope, root, ask);
    write_teams(home, scope, root);
    all
}

fn write_series(home: &mut Home, scope: ScopeId, root: EnvelopeId) {
    let (role, rota) = (Part::Desk, vec![home.person.person()]);
    let start = LocalTime::from_minutes(SERIES_STARTS_MIN);
    let planned = Series {
        title: "每周二透析 dialysis on Tuesdays".into(),
        details: String::new(),
        urgency: 3,
        start,
        zone: "Asia/Shanghai".into(),
        rule: "FREQ=WEEKLY;BYDAY=TU".into(),
        back_after_min: Some(240),
        rota: rota.clone(),
        checks: vec!["油 fuel".into()],
        role,
        subject: None,
    };
    let series = home.write("series", scope, Some(root), vec![], &Body::Act(Act::Series(planned)));
    let edit = RotaEdit { series, role, from_k: 2, rota, note: "he moves away".into() };
    let edit = home.write("rota", scope, Some(root), vec![series], &Body::Act(Act::Rota(edit)));
    let plan = RidePlan::At(start.plus(60));
    let moved = Exception { series, role, start, plan, note: "清明节".into() };
    home.write("exception", scope, Some(root), vec![edit], &Body::Act(Act::Except(moved)));
}

fn write_votes(home: &mut Home, scope: ScopeId, root: EnvelopeId) {
    let person = home.person.person();
    let roll = Body::Ballot(Ballot::Roll { voters: vec![Voter(vec![person])] });
    let roll = home.write("roll", scope, Some(root), vec![], &roll);
    let opening = Opening {
        title: "6 栋装电梯 a lift for building 6".into(),
        details: String::new(),
        choices: vec!["同意 yes".into(), "不同意 no".into()],
        place: Place::community(),
        franchise: Franchise::Household,
        roll: vec![roll],
        voters: 1,
        on_paper: 1,
        counters: vec![person],
        ends_ms: CLAIMED_MS + 86_400_000,
        grace_ms: 3_600_000,
        secret: poll::sealed::draw(&[secret(8).key()], [9; 32]),
    };
    let key = opening.secret.as_ref().map(|it| it.key).expect("sealed to one box");
    let opening = Body::Ballot(Ballot::Open(opening));
    let poll = home.write("vote", scope, Some(root), vec![roll], &opening);
    let choice = poll::sealed::seal((&poll, &key), (0, &person), 1, [10; 32]).expect("a key");
    let mark = |voter, choice| Mark { poll, voter, choice, instead: Vec::new() };
    let cast = Body::Ballot(Ballot::Cast(mark(0, choice)));
    let cast = home.write("ballot", scope, Some(root), vec![poll], &cast);
    let entered = Body::Ballot(Ballot::Enter(mark(1, Choice::Open(0))));
    home.write("paper ballot", scope, Some(root), vec![poll], &entered);
    let sheet = Body::Ballot(Ballot::Sheet { poll, ballots: vec![cast] });
    let sheet = home.write("sheet", scope, Some(root), vec![poll], &sheet);
    let report = Body::Ballot(Ballot::Report { poll, sheets: vec![sheet] });
    let report = home.write("report", scope, Some(root), vec![poll, sheet], &report);
    let count = Count { votes: vec![0, 1], contradicting: 0, unconfirmed: 0, spoilt: 0 };
    let (reports, reason) = (vec![report], String::new());
    let close = Body::Ballot(Ballot::Close { poll, reports, count: Some(count), reason });
    home.write("closing", scope, Some(root), vec![poll, report], &close);
    let cancel = Body::Ballot(Ballot::Cancel { poll, reason: "写错了 a slip".into() });
    home.write("vote cancelled", scope, Some(root), vec![poll], &cancel);
}

fn write_profiles(home: &mut Home, scope: ScopeId, root: EnvelopeId, request: EnvelopeId) {
    let person = home.person.person();
    let skill = Skill {
        kind: SkillKind::SignLanguage,
        text: "手语 sign language".into(),
        area: Place::community(),
        through_desk: false,
        phone: "138 0000 1234".into(),
    };
    let skill = Body::Profile(Profile::Skill(skill));
    let of = home.write("skill", scope, Some(root), vec![], &skill);
    let gone = Body::Profile(Profile::Withdraw { of });
    home.write("skill withdrawn", scope, Some(root), vec![of], &gone);
    let box_key = secret(8);
    let boxes = [box_key.key()];
    let thank = profile::write(person, request, "谢谢 thanks", &boxes, [11; 32]).expect("a box");
    let own = BoxSecret::of(&box_key);
    let (salt, text) = profile::read(&thank, &own).expect("sealed to this box");
    let thank = Body::Profile(Profile::Thank(thank));
    let of = home.write("thanks", scope, Some(root), vec![], &thank);
    let publish = Body::Profile(Profile::Publish { of, text, salt });
    home.write("thanks published", scope, Some(root), vec![of], &publish);
}

fn write_teams(home: &mut Home, scope: ScopeId, root: EnvelopeId) {
    let (person, group) = (home.person.person(), EnvelopeId::from_bytes([6; 32]));
    let listing = Listing {
        group,
        name: "爱心车队".into(),
        about: "接送就医 rides to clinics".into(),
        sort: GroupSort::Team,
        area: Place::community(),
        vouches: 2,
    };
    home.write("team listed", scope, Some(root), vec![], &Body::Team(Team::List(listing)));
    let criterion = Criterion { group, text: "五年驾龄 five years".into(), required: true };
    let criterion = Body::Team(Team::Criterion(criterion));
    let criterion = home.write("criterion", scope, Some(root), vec![], &criterion);
    let apply = Body::Team(Team::Apply { group, meets: vec![criterion] });
    let of = home.write("application", scope, Some(root), vec![], &apply);
    let boxes = [secret(8).key()];
    let decline = team::decline(group, of, "人满了 full", &boxes, [12; 32]).expect("a box");
    home.write("application declined", scope, Some(root), vec![], &Body::Team(decline));
    let seen = Attestation { person, criterion, seen_ms: 7, until_ms: Some(9) };
    let seen =
        home.write("attestation", scope, Some(root), vec![], &Body::Team(Team::Attest(seen)));
    let suspend = Body::Team(Team::Suspend { person, reason: "过期 ran out".into() });
    let suspend = home.write("suspension", scope, Some(root), vec![], &suspend);
    let (unmet, reason) = (vec![criterion], "急 urgent".into());
    let words = [
        ("criterion dropped", Team::Drop { group, of: criterion }),
        ("attestation retracted", Team::Retract { of: seen }),
        ("team exception", Team::Exception { person, unmet, missing: 1, reason }),
        ("suspension lifted", Team::Lift { of: vec![suspend] }),
    ];
    for (name, word) in words {
        home.write(name, scope, Some(root), vec![], &Body::Team(word));
    }
}

fn write_news(
    home: &mut Home,
    scope: ScopeId,
    root: EnvelopeId,
    (first, ask): (EnvelopeId, EnvelopeId),
) {
    let person = home.person.person();
    let news = [
        ("alert", News::Tell(an_alert())),
        ("correction", News::Correct { of: first, text: "修好了".into(), until_ms: None }),
        ("news withdrawal", News::Withdraw { of: first, reason: "搞错了".into() }),
        ("forward", News::Forward { of: first, note: String::new() }),
        ("mine", News::Mine { of: first }),
        ("duty rota", News::Rota(a_rota(person))),
        ("hand-over", News::HandOver(a_hand_over(person))),
    ];
    for (what, news) in news {
        home.write(what, scope, Some(root), vec![first], &Body::News(news));
    }
    let receipt = Receipt { reached: vec![first], seen: vec![ask] };
    home.write("receipt", scope, Some(root), vec![], &Body::Receipt(receipt));
    let holding = Holding { has: vec![BlobId::from_bytes([6; 32])], gone: vec![] };
    home.write("holding", scope, Some(root), vec![], &Body::Holding(holding));
}

fn write_activities(home: &mut Home, scope: ScopeId, root: EnvelopeId, request: EnvelopeId) {
    let person = home.person.person();
    let plan = Plan {
        title: "清理河道 river clean-up".into(),
        details: String::new(),
        place: "北门".into(),
        from_ms: CLAIMED_MS,
        until_ms: CLAIMED_MS + 7_200_000,
        roles: vec![ActivityRole { name: "搬运 carry".into(), request }],
        checks: vec!["手套 gloves".into()],
    };
    let plan = Body::Activity(Activity::Plan(plan));
    let activity = home.write("activity plan", scope, Some(root), vec![request], &plan);
    let came = Presence { person, kind: MarkKind::In, at_min: 29_000_000, corrects: None };
    let marks = Activity::Marks { activity, how: How::Code, marks: vec![came.clone()] };
    let marks = home.write("marks", scope, Some(root), vec![], &Body::Activity(marks));
    let struck = MarkRef { envelope: marks, line: 0 };
    let struck = Presence { kind: MarkKind::Struck, corrects: Some(struck), ..came };
    let sittings = vec![Sitting { from_min: 29_000_000, until_min: 29_000_090 }];
    let note = "按名单 by the list".to_owned();
    let approval = Approval { person, sittings, corrects: vec![marks], note };
    let certificate = Certificate {
        person,
        name: "张师傅".into(),
        from_min: 28_000_000,
        until_min: 29_500_000,
        minutes: 600,
        activities: 4,
        team: Some(activity),
    };
    let others = [
        ("calling off", Activity::CallOff { activity, reason: "下雨 rain".into() }),
        ("heard", Activity::Heard { activity }),
        ("mark struck out", Activity::Marks { activity, how: How::Paper, marks: vec![struck] }),
        ("approval", Activity::Approve { activity, lines: vec![approval] }),
        ("certificate", Activity::Certify(certificate)),
    ];
    for (what, said) in others {
        home.write(what, scope, Some(root), vec![], &Body::Activity(said));
    }
}

fn a_photo() -> Attachment {
    Attachment {
        blob: BlobId::from_bytes([6; 32]),
        key: BlobKey([7; 32]),
        bytes: 90_000,
        media: Media::Photo,
        name: String::new(),
        thumbnail: vec![0xff, 0xd8],
    }
}

fn a_file() -> Attachment {
    let name = "通知 notice.pdf".into();
    Attachment { media: Media::File, name, thumbnail: Vec::new(), ..a_photo() }
}

/// What somebody wrote by hand and photographed.
fn a_photo_of_handwriting() -> Ask {
    let terms = Terms { photos: Some(vec![a_photo()]), ..Terms::default() };
    Ask { terms: Some(terms), ..a_ride() }
}

fn an_alert() -> Announcement {
    Announcement {
        class: NewsClass::Alert,
        text: "水管爆了 a pipe has burst".into(),
        area: Place::community(),
        from_ms: None,
        until_ms: Some(CLAIMED_MS + 1),
        answers: None,
        question: None,
        reach: Reach::Community,
        attachments: vec![a_photo()],
        said_in: Some("all".into()),
    }
}

fn a_rota(person: PersonId) -> DutyRota {
    let people = vec![OnDuty { person, phone: "8000 1234".into() }];
    DutyRota { place: Place::community(), people, begins_ms: CLAIMED_MS, shift_ms: 28_800_000 }
}

fn a_hand_over(person: PersonId) -> HandOver {
    let to = OnDuty { person, phone: "8000 1234".into() };
    let (from_ms, until_ms) = (CLAIMED_MS, CLAIMED_MS + 1);
    HandOver { place: Place::community(), to, from_ms, until_ms }
}

/// An ask with everything that may be said, a visit, a phone verdict, an addition and a closing by default.
fn later_acts(request: EnvelopeId, person: PersonId) -> [(&'static str, Act); 5] {
    let terms = Terms {
        kind: Some(AskKind::Help),
        prefer_single: true,
        area: Some(Place::community().below(request)),
        zone: "5 栋".into(),
        from_ms: Some(1_800_000_000_000),
        until_ms: Some(1_800_000_600_000),
        needs: vec!["扶上车 help into the car".into()],
        requester: Some(person),
        subject: Some(person),
        proxy: Some(person),
        consent: Some(Consent::ByPhone),
        intake: Some(Intake::Phone),
        posted: Some(Posted { case: request, team: request }),
        to_desk: false,
        photos: None,
    };
    let ask = Ask { role: Part::Desk, message: Some(request), terms: Some(terms), ..a_ride() };
    let promise = Promise { what: "装扶手 a handrail".into(), due_ms: 1_800_000_000_000 };
    let visit = Visit {
        request,
        role: Part::Desk,
        at_ms: 1_790_000_000_000,
        people: vec!["小李".into()],
        outcome: "家里平安 all is well".into(),
        promise: Some(promise),
        photo: None,
    };
    let attachments = vec![a_photo(), a_file()];
    let words = "解决了 solved".to_owned();
    let verdict = Verdict { request, role: Part::Desk, solved: true, words };
    let close = Deed {
        request,
        verb: Verb::Close,
        role: Part::Desk,
        about: None,
        instead: None,
        other: None,
        offer: Some(request),
        note: String::new(),
    };
    [
        ("ask with terms", Act::Ask(ask)),
        ("visit", Act::Visit(visit)),
        ("verdict", Act::Verdict(verdict)),
        ("attach", Act::Attach(Attach { request, role: Part::Requester, attachments })),
        ("close", Act::Do(close)),
    ]
}

fn a_ride() -> Ask {
    Ask {
        title: "带王奶奶去透析 a ride to dialysis".into(),
        details: "Tuesday 08:00".into(),
        urgency: 3,
        places: 1,
        prefer_speed: false,
        open: true,
        role: Part::Requester,
        message: None,
        terms: None,
    }
}

fn envelope_as_json((what, envelope): &(&'static str, Envelope)) -> Value {
    json!({
        "what": what,
        "kind": envelope.header().kind.0,
        "header": to_hex(envelope.header_bytes()),
        "signature": to_hex(envelope.signature()),
        "id": envelope.id().to_hex(),
        "body": to_hex(envelope.body().expect("just written")),
    })
}

fn make() -> Value {
    let genesis = genesis();
    let community = genesis.id();
    let (writer, person) = (secret(4), secret(5));
    let mut home = Home { community, writer, person, written: Vec::new() };
    let all = write_all(&mut home);
    let request = home.written.iter().find(|(what, _)| *what == "ask").expect("asked").1.id();
    let series = home.written.iter().find(|(what, _)| *what == "series").expect("planned").1.id();
    let start = LocalTime::from_minutes(SERIES_STARTS_MIN);
    let ride = |leg| ride_id(&series, start, leg).to_hex();
    let mut set = Fingerprint::EMPTY;
    home.written.iter().for_each(|(_, envelope)| set.add(&envelope.id()));
    let group = Place::community().below(all);
    let invitation = Invitation {
        genesis: genesis.clone(),
        name: "幸福里 Happy Lane".into(),
        invite: request,
        group: group.clone(),
        secret: [9; 16],
        addresses: vec!["/ip4/192.168.1.20/tcp/4801".into()],
    };
    let proof = Proof::give(&invitation.key(), &community, &home.person.person(), &group);
    json!({
        "seeds": "root keys 01, 02, 03; writer 04; paper key 05: each that byte 32 times",
        "genesis": { "bytes": to_hex(&genesis.encode()), "id": community.to_hex() },
        "derived": {
            "writer": home.writer.writer().to_hex(),
            "person": home.person.person().to_hex(),
            "roster": community.roster().to_hex(),
            "directory": community.directory().to_hex(),
            "group_scope": all.scope().to_hex(),
            "group_board": all.board().to_hex(),
            "request_facts": request.facts().to_hex(),
            "request_code": Code::of(&request).to_string(),
            "ride_out": ride(Leg::Out),
            "ride_back": ride(Leg::Back),
        },
        "envelopes": home.written.iter().map(envelope_as_json).collect::<Vec<Value>>(),
        "fingerprint": { "bytes": to_hex(&set.to_bytes()), "short": set.short() },
        "invitation": {
            "secret": to_hex(&invitation.secret),
            "key": invitation.key().key().to_hex(),
            "link": invitation.to_link(),
            "proof": to_hex(&proof.signature),
        },
        "bundle": to_hex(&bundle(&community, &home.written)),
        "paper": { "seed": to_hex(&[5; 32]), "words": paper::to_words(&home.person).join(" ") },
    })
}

/// All of them on a stick.
fn bundle(community: &CommunityId, written: &[(&str, Envelope)]) -> Vec<u8> {
    let (mut bundle, mut bytes) = BundleWriter::new(community);
    for (_, envelope) in written {
        bytes.extend(bundle.put(envelope).unwrap_or_default());
    }
    bytes.extend(bundle.end());
    bytes
}

#[test]
fn the_same_seeds_give_the_bytes_of_the_file() {
    let made = make();
    let file: Option<Value> =
        std::fs::read_to_string(FILE).ok().and_then(|text| serde_json::from_str(&text).ok());
    if file.as_ref() != Some(&made) {
        let beside = concat!(env!("CARGO_TARGET_TMPDIR"), "/envelopes.json");
        let text = serde_json::to_string_pretty(&made).expect("plain values") + "\n";
        std::fs::write(beside, text).expect("the build folder can be written");
        panic!("{FILE} has other bytes than this release makes; those stand in {beside}");
    }
}

#[test]
fn the_bytes_of_the_file_read_back_and_are_signed() {
    let text = std::fs::read_to_string(FILE).expect("the vectors are in the repository");
    let file: Value = serde_json::from_str(&text).expect("they are JSON");
    let envelopes = file["envelopes"].as_array().expect("a list");
    for entry in envelopes {
        let bytes = |field: &str| unhex(entry[field].as_str().expect("hexadecimal"));
        let signature = bytes("signature").try_into().expect("64 bytes");
        let envelope = Envelope::assemble(bytes("header"), signature, Some(bytes("body")))
            .expect("a sound envelope");
        assert_eq!(envelope.id().to_hex(), entry["id"], "{}", entry["what"]);
        let check = envelope.check(&genesis().id());
        assert_eq!(Check::all(&[check], [0; 32]), [true], "{}", entry["what"]);
        let body = Body::decode(envelope.header().kind, &bytes("body")).expect("a sound body");
        assert_eq!(body.encode(), bytes("body"), "{}", entry["what"]);
    }
    let link = file["invitation"]["link"].as_str().expect("a link");
    assert_eq!(Invitation::from_link(link).expect("a sound link").genesis, genesis());
    let words = file["paper"]["words"].as_str().expect("words");
    assert_eq!(paper::from_words(words).expect("sound words").person(), secret(5).person());
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let pair = std::str::from_utf8(pair).expect("ASCII");
            u8::from_str_radix(pair, 16).expect("hexadecimal")
        })
        .collect()
}
