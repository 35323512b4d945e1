//! Every form that can be wrong says so beside its field, and gives back what was typed.
//!
//! One table of all addresses that take a form: a new one fails here until it has a row. Behind the pages is
//! a real node, so that what it refuses is what people meet.

use std::collections::BTreeSet;

use crate::{
    actors::{Browser, Page, at_home_with, config},
    office::{Home, office},
};
use axum::http::StatusCode;

/// What a wrong form is answered with.
enum Says {
    /// A sentence beside the field of this id.
    At(&'static str),
    /// A sentence above: the form has no field that is typed into, or none that it is about.
    Above,
}
use Says::{Above, At};

/// Where it goes, what is typed, where it says what is wrong, and what of the typed comes back.
type Row = (&'static str, Vec<(&'static str, &'static str)>, Says, &'static [&'static str]);

/// Longer than any line or text may be; 16,384 bytes.
fn long() -> &'static str {
    Box::leak("长".repeat(5_500).into_boxed_str())
}

/// Forms that cannot be wrong, and why; what comes of a button whose thing is gone is in `stale`.
const BARE: [(&str, &str); 25] = [
    ("/forks", "a button"),
    ("/notices/seen", "a button"),
    ("/groups/{group}/join", "a button"),
    ("/me", "one of those who live here"),
    ("/me/elder", "a button"),
    ("/me/phones", "a button"),
    ("/groups/{group}/messages/{message}/withdraw", "a button"),
    ("/groups/{group}/board/unpin", "a button"),
    ("/requests/{request}/act", "a button"),
    ("/requests/{request}/checklist/tick", "a button"),
    ("/language", "a button"),
    ("/knock/stop", "a button"),
    ("/rota/swap", "a button, or one of a list: `series`"),
    ("/rota/absent", "a button"),
    ("/join/picture", "files: `setup`"),
    ("/late/{removal}/admit", "a button"),
    ("/network/homes/{peer}", "a button"),
    ("/directory", "buttons"),
    ("/hours/sign/{activity}", "two buttons"),
    ("/people/{person}/devices/{key}/revoke", "the fields of a removal: `removal` shows both"),
    ("/news/new", "files: `telling`"),
    ("/groups/{group}/photo", "files: `photos`"),
    ("/news/{id}/photos/{number}/fetch", "a button"),
    ("/requests/{request}/photo", "files: `photos`"),
    ("/ask/photo", "files: `photos`"),
];

#[expect(clippy::too_many_lines, reason = "a table: one row for each form")]
fn rows() -> Vec<Row> {
    let long = long();
    vec![
        ("/ask", vec![("title", ""), ("details", "two stairs")], At("title"), &["two stairs"]),
        ("/ask", vec![("title", "ring 13800001234")], At("title"), &["ring 13800001234"]),
        (
            "/ask",
            vec![("title", "A ride"), ("details", "ring 13800001234")],
            At("details"),
            &["value=\"A ride\"", "ring 13800001234"],
        ),
        ("/ask", vec![("title", "A ride"), ("from", "soon")], At("from"), &["value=\"soon\""]),
        ("/ask", vec![("title", "A ride"), ("places", "many")], At("places"), &["value=\"many\""]),
        ("/ask", vec![("title", "A ride"), ("places", "0")], At("places"), &["value=\"0\""]),
        (
            "/ask",
            vec![("title", "A ride"), ("from", "2030-05-01T10:00"), ("until", "2030-05-01T08:00")],
            At("until"),
            &["2030-05-01T10:00", "2030-05-01T08:00"],
        ),
        (
            "/ask",
            vec![("title", "A ride"), ("needs", "ring 13800001234"), ("consent", "written")],
            At("needs"),
            &["ring 13800001234", "value=\"written\" selected"],
        ),
        (
            "/groups/new",
            vec![("name", ""), ("kind", "vetted"), ("vouches", "99")],
            At("vouches"),
            &["99"],
        ),
        ("/groups/{group}/post", vec![("text", long)], At("text"), &[LONG_START]),
        ("/me/paper", vec![("words", "abandon ability")], At("words"), &["abandon ability"]),
        (
            "/me/key",
            vec![("what", "set"), ("new", "two rivers"), ("again", "two rovers")],
            At("again"),
            &[],
        ),
        ("/me/key", vec![("what", "set"), ("new", "short"), ("again", "short")], At("new"), &[]),
        (
            "/me/key",
            vec![("what", "certify"), ("key", "a key"), ("key_use", "box")],
            At("key"),
            &["a key", "value=\"box\" selected"],
        ),
        (
            "/me/key",
            vec![("what", "revoke"), ("words", "abandon ability")],
            At("words"),
            &["abandon ability"],
        ),
        (
            "/roots",
            vec![("what", "revoke"), ("which", "ffff"), ("paper1", "abandon ability")],
            At("paper1"),
            &["ffff", "abandon ability"],
        ),
        ("/places", vec![("does", "new"), ("name", long)], At("name"), &[LONG_START]),
        ("/places", vec![("does", "live"), ("place", "Nowhere")], At("place"), &[]),
        (
            "/groups/{team}/team",
            vec![("does", "rules"), ("kind", "vetted"), ("vouches", "many")],
            At("rules-vouches"),
            &["value=\"many\""],
        ),
        ("/me/leave", vec![], At("sure"), &[]),
        ("/me/leave", vec![("sure", "yes")], At("anyway"), &[]),
        (
            "/people/{person}/grant",
            vec![("role", "admin")],
            At("role"),
            &["value=\"admin\" selected"],
        ),
        ("/people/{person}/remove", vec![("what", "staff:"), ("keep", "none")], At("what"), &[]),
        ("/invite", vec![("role", "admin")], At("role"), &["value=\"admin\" selected"]),
        ("/requests/{request}/private/erase", vec![], At("class"), &[]),
        (
            "/groups/{group}/messages/{message}/edit",
            vec![("text", long)],
            At("text"),
            &[LONG_START],
        ),
        ("/groups/{group}/board/describe", vec![("text", long)], At("description"), &[LONG_START]),
        (
            "/groups/{group}/messages/{theirs}/act",
            vec![("what", "take_down"), ("reason", long)],
            At("reason"),
            &[LONG_START],
        ),
        ("/news/{news}/act", vec![("what", "correct"), ("text", long)], At("text"), &[LONG_START]),
        (
            "/news/{news}/act",
            vec![("what", "correct"), ("text", "The canteen"), ("until", "some day")],
            At("until"),
            &["The canteen", "some day"],
        ),
        (
            "/news/{news}/act",
            vec![("what", "withdraw"), ("reason", long)],
            At("reason"),
            &[LONG_START],
        ),
        (
            "/desk/cases/{request}",
            vec![("what", "answer"), ("answer", "the canteen"), ("until", "some day")],
            At("until"),
            &["the canteen", "some day"],
        ),
        (
            "/desk/duty",
            vec![("what", "rota"), ("people", "Wang"), ("hours", "12")],
            At("people"),
            &["Wang", "12"],
        ),
        (
            "/desk/duty",
            vec![
                ("what", "hand_over"),
                ("person", "Nobody"),
                ("phone", "5550"),
                ("until", "2030-05-01T10:00"),
            ],
            At("person"),
            &["Nobody", "5550", "2030-05-01T10:00"],
        ),
        (
            "/hours/certify",
            vec![("person", "Nobody"), ("from", "2026-01-01"), ("until", "2026-12-31")],
            At("person"),
            &["Nobody", "2026-01-01", "2026-12-31"],
        ),
        (
            "/me/add",
            vec![("name", long), ("link", "linli:join/x")],
            At("name"),
            &[LONG_START, "linli:join/x"],
        ),
        ("/groups/{group}/board/pin", vec![("text", long)], At("pin"), &[LONG_START]),
        ("/requests/{request}/facts/place", vec![("value", long)], At("value"), &[LONG_START]),
        ("/requests/{request}/facts/title", vec![("value", "")], At("value"), &[]),
        ("/requests/{request}/checklist", vec![("text", long)], At("item"), &[LONG_START]),
        ("/requests/{request}/private", vec![("reason", long)], At("reason"), &[LONG_START]),
        (
            "/requests/{request}/private/confide",
            vec![("person", "Nobody"), ("reason", "he drives her")],
            At("person"),
            &["Nobody", "he drives her"],
        ),
        ("/people/{person}/meet", vec![("number", "1234")], At("number"), &["1234"]),
        ("/people/{me}/name", vec![("what", "net"), ("name", "")], At("net"), &[]),
        ("/people/{me}/name", vec![("what", "real"), ("name", long)], At("real"), &[LONG_START]),
        (
            "/people/{person}/name",
            vec![("what", "open"), ("reason", long)],
            At("reason"),
            &[LONG_START],
        ),
        ("/people/{me}/name", vec![("what", "forget")], At("sure"), &[]),
        (
            "/people/{person}/remove",
            vec![("keep", "until"), ("until", "yesterday")],
            At("until"),
            &["yesterday"],
        ),
        (
            "/people/{person}/rebind",
            vec![("keep", "all"), ("to", "Nobody"), ("number", "1234")],
            At("to"),
            &["Nobody", "1234"],
        ),
        ("/approvals", vec![("code", "111111"), ("answer", "yes")], Above, &[]),
        ("/desk/cases/{request}", vec![("what", "note"), ("words", "")], At("words"), &[]),
        (
            "/desk/cases/{request}",
            vec![("what", "visit"), ("outcome", "door shut"), ("follow_up", "soon")],
            At("follow_up"),
            &["door shut", "soon"],
        ),
        ("/desk/cases/{request}", vec![("what", "visit"), ("outcome", "")], At("outcome"), &[]),
        ("/desk/cases/{request}", vec![("what", "decline"), ("reason", "")], At("decline"), &[]),
        (
            "/desk/cases/{request}",
            vec![("what", "grant"), ("person", "Nobody")],
            At("grant"),
            &["Nobody"],
        ),
        (
            "/desk/cases/{request}",
            vec![("what", "duplicate"), ("other", "ffffffff")],
            At("duplicate"),
            &["ffffffff"],
        ),
        (
            "/desk/intake",
            vec![("title", "stairs"), ("name", "Chen"), ("phone", long), ("door", "5-301")],
            At("phone"),
            &["stairs", "Chen", "5-301"],
        ),
        ("/network/dial", vec![("address", "over there")], At("address"), &["over there"]),
        (
            "/across",
            vec![("does", "add"), ("name", "Elm"), ("address", "elm")],
            At("address"),
            &["Elm", "elm"],
        ),
        (
            "/across",
            vec![("does", "carry"), ("request", "ffffffff"), ("title", "a ride")],
            At("request"),
            &["ffffffff", "a ride"],
        ),
        ("/across", vec![("does", "take"), ("text", "who knows")], At("text"), &["who knows"]),
        (
            "/groups/{team}/team",
            vec![("does", "criterion"), ("text", long)],
            At("criterion-text"),
            &[LONG_START],
        ),
        (
            "/groups/{team}/team",
            vec![("does", "list"), ("text", long), ("vouches", "7")],
            At("listing-about"),
            &[LONG_START, "value=\"7\""],
        ),
        (
            "/groups/{team}/team",
            vec![("does", "suspend"), ("person", "{me}"), ("reason", long)],
            At("pause-reason"),
            &[LONG_START],
        ),
        (
            "/groups/{team}/team",
            vec![
                ("does", "attest"),
                ("person", "{me}"),
                ("criterion", "{criterion}"),
                ("until", "some day"),
            ],
            At("until"),
            &["some day"],
        ),
        (
            "/skills",
            vec![("does", "add"), ("kind", "other"), ("text", ""), ("phone", "139")],
            At("text"),
            &["139"],
        ),
        (
            "/skills",
            vec![("does", "add"), ("kind", "nurse"), ("text", "nights"), ("place", "Nowhere")],
            At("place"),
            &["nights", "Nowhere"],
        ),
        (
            "/thanks",
            vec![("does", "give"), ("request", "{request}"), ("to", "Wang"), ("text", "")],
            At("text"),
            &["Wang"],
        ),
        (
            "/votes/new",
            vec![
                ("title", "A lift"),
                ("choices", "Yes"),
                ("ends", "2030-05-01T08:00"),
                ("grace", "many"),
            ],
            At("choices"),
            &["A lift", ">Yes</textarea>", "many"],
        ),
        (
            "/votes/new",
            vec![
                ("title", "A lift"),
                ("choices", "Yes\nNo"),
                ("ends", "2030-05-01T08:00"),
                ("group", "Nowhere"),
            ],
            At("group"),
            &["A lift", "Nowhere"],
        ),
        (
            "/votes/{vote}",
            vec![("does", "enter"), ("voter", "99"), ("choice", "2")],
            At("voter"),
            &["value=\"99\"", "value=\"2\" selected"],
        ),
        (
            "/votes/{vote}",
            vec![("does", "cancel"), ("reason", long)],
            At("cancel-reason"),
            &[LONG_START],
        ),
        ("/votes/{vote}", vec![("does", "cast"), ("choice", "77")], At("choice"), &[]),
        (
            "/activities/new",
            vec![
                ("title", "Sandbags"),
                ("from", "soon"),
                ("until", "2030-05-01T10:00"),
                ("roles", "wall 5"),
            ],
            At("from"),
            &["Sandbags", "soon", "wall 5"],
        ),
        (
            "/activities/new",
            vec![
                ("title", "Sandbags"),
                ("from", "2030-05-01T12:00"),
                ("until", "2030-05-01T10:00"),
                ("roles", "wall 5"),
            ],
            At("until"),
            &["Sandbags", "wall 5"],
        ),
        (
            "/activities/{activity}/act",
            vec![("verb", "call_off"), ("reason", long)],
            At("reason"),
            &[LONG_START],
        ),
        (
            "/activities/{activity}/act",
            vec![("verb", "grant"), ("role", "{role}"), ("person", "Nobody")],
            At("person-{role}"),
            &["Nobody"],
        ),
        ("/look/{request}", vec![("verb", "add"), ("places", long)], At("places"), &[LONG_START]),
        ("/hours/sign", vec![("mark", "1234 5678")], At("mark"), &["1234 5678"]),
        (
            "/hours/sheet/{activity}",
            vec![("verb", "in"), ("paper", "1"), ("person", "Nobody"), ("at", "2026-11-23T09:00")],
            At("names"),
            &["Nobody", "2026-11-23T09:00"],
        ),
        (
            "/hours/sheet/{activity}",
            vec![("verb", "in"), ("paper", "1"), ("person", "Wang"), ("at", "nine")],
            At("at"),
            &["Wang", "nine"],
        ),
    ]
}

/// How a text that is too long begins where it comes back.
const LONG_START: &str = "长长长长长长";

/// The same on a box that is in no community.
fn rows_before() -> Vec<Row> {
    vec![
        (
            "/join",
            vec![("link", "linli:join/x"), ("home", "3-201")],
            At("link"),
            &["linli:join/x", "3-201"],
        ),
        (
            "/found",
            vec![("community", ""), ("home", "3-201"), ("person", "Li")],
            At("community"),
            &["3-201", "Li"],
        ),
        ("/knock", vec![("home", ""), ("person", "Li")], At("home"), &["Li"]),
        (
            "/recover",
            vec![("words", "abandon"), ("link", "linli:join/x"), ("home", "3-201")],
            At("words"),
            &["abandon", "linli:join/x", "3-201"],
        ),
    ]
}

/// Every address of `web.rs` that takes a form.
fn addresses() -> BTreeSet<String> {
    let source = include_str!("../../src/web.rs").split_whitespace().collect::<Vec<_>>().join(" ");
    let routes = source.split(".route(").skip(1).filter_map(|rest| {
        let route = rest.split(".merge(").next()?.split("fn ").next()?;
        let path = route.split('"').nth(1)?;
        route.contains("post(").then(|| path.to_owned())
    });
    routes.collect()
}

#[test]
fn every_address_that_takes_a_form_has_a_row() {
    let same = |pattern: &str, path: &str| {
        let (pattern, path) = (pattern.split('/'), path.split('/'));
        let is_like = |(one, other): (&str, &str)| one == other || one.starts_with('{');
        pattern.clone().count() == path.clone().count() && pattern.zip(path).all(is_like)
    };
    let mut known: Vec<&str> = BARE.iter().map(|(path, _)| *path).collect();
    known.extend(rows().iter().chain(&rows_before()).map(|(path, ..)| *path));
    known.push("/pair");
    let all = addresses();
    assert!(all.len() > 50, "the addresses are read: {all:?}");
    let missing: Vec<_> =
        all.iter().filter(|it| !known.iter().any(|path| same(it, path))).collect();
    assert!(missing.is_empty(), "no row for {missing:?}");
    let gone: Vec<_> = known.iter().filter(|path| !all.iter().any(|it| same(it, path))).collect();
    assert!(gone.is_empty(), "no such address: {gone:?}");
}

/// The tag that has this id.
fn tag<'a>(page: &'a Page, id: &str) -> &'a str {
    let at = page.html.find(&format!(" id=\"{id}\"")).unwrap_or_else(|| panic!("no field {id}"));
    let begin = page.html[..at].rfind('<').unwrap();
    let end = page.html[at..].find('>').unwrap() + at;
    &page.html[begin..end]
}

/// The page without what it says of mistakes: a sentence that repeats what was typed gives nothing back.
fn without_sentences(html: &str) -> String {
    let mut rest = html.to_owned();
    for (begin, end) in [(r#"<p class="wrong""#, "</p>"), (r#"<div class="card wrong""#, "</div>")]
    {
        while let Some(at) = rest.find(begin) {
            let until = rest[at..].find(end).map_or(rest.len(), |it| at + it);
            rest.replace_range(at..until, "");
        }
    }
    rest
}

/// What is wrong with the answer to a wrong form; nothing where it is as it should be.
fn faults(page: &Page, says: &Says, names: &dyn Fn(&str) -> String, back: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut must = |is: bool, what: String| faults.extend((!is).then_some(what));
    must(page.status == StatusCode::UNPROCESSABLE_ENTITY, format!("answers {}", page.status));
    must(page.html.contains("data-failed"), "a draft would be forgotten".into());
    match says {
        Above => {
            must(page.html.contains(r#"class="card wrong" role="alert""#), "says nothing".into())
        }
        At(id) => {
            let id = names(id);
            let said = page.html.contains(&format!(r#"id="wrong-{id}""#));
            must(said, format!("nothing is said beside {id}"));
            if said {
                let tag = tag(page, &id);
                must(tag.contains(&format!("wrong-{id}")), format!("{id} does not say where"));
                must(tag.contains("aria-invalid"), format!("{id} does not say that it is wrong"));
            }
        }
    }
    let given_back = without_sentences(&page.html);
    for text in back {
        must(given_back.contains(&names(text)), format!("“{text}” is lost"));
    }
    faults
}

async fn wrong_answers(
    browser: &mut Browser,
    rows: Vec<Row>,
    names: &dyn Fn(&str) -> String,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, typed, says, back) in rows {
        let typed: Vec<(&str, String)> =
            typed.iter().map(|(name, value)| (*name, names(value))).collect();
        let typed: Vec<(&str, &str)> =
            typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = browser.post(&names(path), &typed).await;
        let shown: Vec<_> =
            typed.iter().map(|(_, value)| &value[..value.len().min(20) / 3 * 3]).collect();
        let faults = faults(&page, &says, names, back);
        wrong.extend(
            (!faults.is_empty()).then(|| format!("{path} {shown:?}: {}", faults.join("; "))),
        );
    }
    wrong
}

#[tokio::test]
async fn a_wrong_form_says_what_is_wrong_beside_the_field_and_keeps_what_was_typed() {
    let Home { node, names, folder: _folder } = office().await;
    let mut li = Browser::new(&at_home_with(node.handle.clone()), "en");
    let me = names.iter().find(|(name, _)| *name == "{me}").unwrap().1.clone();
    li.get("/me").await;
    li.post("/me", &[("person", &me)]).await;
    li.get("/").await;
    let named = |text: &str| {
        names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    };
    let mut wrong = wrong_answers(&mut li, rows(), &named).await;

    let empty = tempfile::tempdir().unwrap();
    let before = crate::setup::fresh(&empty).await;
    let mut nobody = Browser::new(&at_home_with(before.handle.clone()), "en");
    nobody.get("/").await;
    wrong.extend(wrong_answers(&mut nobody, rows_before(), &named).await);

    let mut stranger = Browser::new(&node::web::router(node.handle.clone(), config(true).0), "en");
    stranger.get("/pair").await;
    let pair = vec![("/pair", vec![("code", "000000")], At("code"), &["000000"][..])];
    wrong.extend(wrong_answers(&mut stranger, pair, &named).await);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    node.stop().await;
    before.stop().await;
}
