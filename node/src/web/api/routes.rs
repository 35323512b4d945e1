//! Which address does what: one line for each command.
//!
//! A line is a method, an address, the command's words (`roster/why` is the command `roster` with
//! the act `why`), the scope that a token needs, and the reply's words; `""` where several may come.
//! What stands in braces in the address are fields of the command; the others come in the query of
//! `GET` and `DELETE`, in the JSON body of the rest. Nothing else is to be written for a new command:
//! its shape, the description and the tests follow from here.
//!
//! A command without a line stands in [`ELSEWHERE`] with its reason; a test fails otherwise.

use crate::api::ScopeWord::{self, Desk, Home, People, Post, Read, Requests};

/// How something is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Adds, or does.
    Post,
    /// Says what something is from now on.
    Put,
    /// Takes something away.
    Delete,
}

impl Method {
    /// As OpenAPI writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Delete => "delete",
        }
    }

    /// Do its arguments come in a body?
    pub const fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Put)
    }
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// How.
    pub method: Method,
    /// Where, below `/api/v1`.
    pub path: &'static str,
    /// The command's words.
    pub does: &'static str,
    /// What a token must allow.
    pub scope: ScopeWord,
    /// The reply's words.
    pub says: &'static str,
}

const fn get(path: &'static str, does: &'static str, says: &'static str) -> Route {
    Route { method: Method::Get, path, does, scope: Read, says }
}

const fn to(
    method: Method,
    path: &'static str,
    does: &'static str,
    scope: ScopeWord,
    says: &'static str,
) -> Route {
    Route { method, path, does, scope, says }
}

const fn post(
    path: &'static str,
    does: &'static str,
    scope: ScopeWord,
    says: &'static str,
) -> Route {
    to(Method::Post, path, does, scope, says)
}

const fn put(
    path: &'static str,
    does: &'static str,
    scope: ScopeWord,
    says: &'static str,
) -> Route {
    to(Method::Put, path, does, scope, says)
}

const fn delete(
    path: &'static str,
    does: &'static str,
    scope: ScopeWord,
    says: &'static str,
) -> Route {
    to(Method::Delete, path, does, scope, says)
}

/// Every address.
pub const ROUTES: &[Route] = &[
    // This home.
    get("/status", "status", "status"),
    get("/mesh", "mesh", "mesh"),
    get("/progress", "progress", "progress"),
    get("/doctor", "doctor", "doctor"),
    get("/key", "key_state", "key"),
    post("/lock", "lock", Home, ""),
    post("/dial", "dial", Home, "done"),
    get("/search", "search", "found"),
    // Groups, messages, boards.
    get("/groups", "groups", "groups"),
    post("/groups", "group_new", People, "group"),
    post("/groups/{group}/join", "group_join", Post, ""),
    get("/groups/{group}/messages", "log", "log"),
    post("/groups/{group}/messages", "post", Post, "posted"),
    post("/groups/{group}/import", "import", Post, "imported"),
    post("/groups/{group}/read", "mark_read", Post, "done"),
    put("/groups/{group}/muted", "roster/mute", Post, ""),
    get("/groups/{group}/board", "board", "board"),
    put("/groups/{group}/description", "describe", Post, "board"),
    post("/groups/{group}/pins", "pin", Post, "board"),
    delete("/groups/{group}/pins/{pin}", "unpin", Post, "board"),
    get("/groups/{group}/members", "roster/members", "roster/members"),
    post("/groups/{group}/members/{person}/vouch", "roster/vouch", People, ""),
    post("/groups/{group}/members/{person}/approve", "roster/approve", People, ""),
    put("/groups/{group}/rules", "roster/rules", People, ""),
    get("/directory", "team/directory", "team/directory"),
    put("/groups/{group}/listing", "team/list", People, "team/desk"),
    delete("/groups/{group}/listing", "team/unlist", People, "team/desk"),
    get("/groups/{group}/desk", "team/desk", "team/desk"),
    post("/groups/{group}/criteria", "team/criterion", People, "team/desk"),
    delete("/groups/{group}/criteria/{criterion}", "team/drop", People, "team/desk"),
    post("/groups/{group}/applications", "team/apply", Post, ""),
    post("/groups/{group}/applications/{person}/decline", "team/decline", People, "team/desk"),
    post("/groups/{group}/applications/{person}/admit", "team/admit", People, "team/desk"),
    post("/groups/{group}/members/{person}/credentials", "team/attest", People, "team/desk"),
    delete("/credentials/{id}", "team/retract", People, "team/desk"),
    post("/groups/{group}/members/{person}/suspend", "team/suspend", People, "team/desk"),
    post("/groups/{group}/members/{person}/lift", "team/lift", People, "team/desk"),
    get("/groups/{group}/reports", "roster/reports", "roster/reports"),
    get("/messages/{id}", "message", "log"),
    put("/messages/{id}", "edit_message", Post, "posted"),
    delete("/messages/{id}", "withdraw_message", Post, "posted"),
    put("/messages/{id}/hidden", "roster/hide", Post, ""),
    post("/messages/{id}/reports", "roster/report", Post, ""),
    post("/messages/{id}/take-down", "roster/take_down", People, ""),
    post("/messages/{id}/put-back", "roster/put_back", People, ""),
    // Requests for help.
    get("/requests", "requests", "requests"),
    get("/requests/mine", "mine", "mine"),
    post("/requests", "ask", Requests, "asked"),
    get("/requests/{id}", "request", "request"),
    post("/requests/{id}/acts", "act", Requests, "acted"),
    post("/requests/{id}/assignment", "assign", Desk, "acted"),
    put("/requests/{id}/facts/{field}", "edit_fact", Requests, "request"),
    post("/requests/{id}/checklist", "checklist_add", Requests, "request"),
    put("/requests/{id}/checklist/{item}", "checklist_tick", Requests, "request"),
    post("/requests/{id}/vault", "open_vault", Desk, "vaults"),
    post("/requests/{id}/vault/confide", "case/confide", Desk, ""),
    delete("/requests/{id}/vault", "erase", Desk, ""),
    get("/notices", "notices", "notices"),
    post("/notices/seen", "notices_seen", Requests, "done"),
    post("/cases", "case/ask", Requests, "asked"),
    post("/messages/{message}/request", "case/register", Requests, "asked"),
    post("/requests/{id}/deeds", "case/do", Requests, ""),
    post("/requests/{id}/visits", "case/visit", Requests, ""),
    post("/requests/{id}/attachments", "case/attach", Requests, ""),
    post("/requests/{id}/notes", "case/note", Desk, ""),
    post("/requests/{id}/postings", "case/post", Desk, "asked"),
    get("/requests/{id}/photos/{number}", "case/photo", "case/photo"),
    Route { scope: Desk, ..get("/desk", "case/desk", "case/desk") },
    get("/figures", "case/figures", "case/figures"),
    // Rides that recur.
    get("/series", "series/list", "series/list"),
    post("/series", "series/new", Requests, "series/planned"),
    get("/series/{series}", "series/show", "series/page"),
    put("/series/{series}/rota", "series/rota", Requests, ""),
    put("/series/{series}/rides/{date}", "series/edit", Requests, ""),
    post("/rides/{ride}/absence", "series/absent", Requests, "series/rides"),
    post("/rides/{mine}/swaps", "series/swap", Requests, "series/swap"),
    get("/rides", "series/week", "series/week"),
    // What people do together.
    get("/activities", "activity/list", "activity/list"),
    get("/activities/calendar", "activity/calendar", "activity/calendar"),
    post("/activities", "activity/new", Requests, "activity/planned"),
    get("/activities/{activity}", "activity/show", "activity/page"),
    post("/activities/{activity}/places", "activity/place", Requests, "activity/page"),
    post("/activities/{activity}/call-off", "activity/call_off", Requests, "activity/page"),
    post("/activities/{activity}/heard", "activity/heard", Requests, "activity/page"),
    put("/activities/{activity}/checks/{check}", "activity/tick", Requests, "activity/page"),
    get("/activities/{activity}/hours", "hours/sheet", "hours/sheet"),
    post("/activities/{activity}/marks", "hours/sign", Requests, ""),
    put("/activities/{activity}/marks/{mark}", "hours/correct", Requests, ""),
    post("/activities/{activity}/approvals", "hours/approve", Requests, "hours/sheet"),
    get("/hours", "hours/of", "hours/person"),
    get("/hours/totals", "hours/totals", "hours/totals"),
    post("/hours/certificates", "hours/certify", Desk, "hours/certificate"),
    get("/hours/certificates/{number}", "hours/certificate", "hours/certificate"),
    post("/hours/verify", "hours/verify", Read, "hours/certificate"),
    get("/looks/{about}", "look/show", "look"),
    post("/looks/{about}/places", "look/add", Requests, "look"),
    put("/looks/{about}/places/{place}", "look/looked", Requests, "look"),
    // Announcements and who is on duty.
    get("/news", "news/list", "news/list"),
    post("/news", "news/tell", Post, "news/told"),
    get("/alerts/unread", "news/unread", "news/list"),
    get("/news/{id}", "news/show", "news/one"),
    get("/news/{id}/photos/{number}", "news/photo", "news/photo"),
    get("/news/{id}/photos/{number}/original", "files/original", "files/original"),
    post("/news/{id}/photos/{number}/fetch", "files/fetch", Home, "files/original"),
    post("/news/{id}/photos/{number}/stop", "files/stop", Home, "files/original"),
    get("/files", "files/show", "files/page"),
    put("/files/policy", "files/policy", Home, "files/page"),
    get("/news/{id}/reach", "news/reached", "news/reached"),
    put("/place", "news/live", Home, ""),
    put("/news/{id}", "news/correct", Post, ""),
    delete("/news/{id}", "news/withdraw", Post, ""),
    post("/news/{id}/forwards", "news/forward", Post, ""),
    post("/news/{id}/mine", "news/mine", Post, ""),
    get("/faq", "news/faq", "news/list"),
    get("/faq/answers", "news/answered", "news/list"),
    get("/duty", "news/duty", "news/duty"),
    put("/duty/rota", "news/set_rota", Desk, ""),
    post("/duty/hand-overs", "news/hand_over", Desk, ""),
    // Votes.
    get("/votes", "vote/list", "vote/list"),
    post("/votes", "vote/open", Desk, "vote/opened"),
    get("/votes/{id}", "vote/show", "vote/one"),
    post("/votes/{id}/ballots", "vote/cast", Post, "vote/one"),
    post("/votes/{id}/paper", "vote/enter", Desk, "vote/one"),
    post("/votes/{id}/reports", "vote/report", Desk, "vote/one"),
    post("/votes/{id}/closing", "vote/close", Desk, "vote/one"),
    delete("/votes/{id}", "vote/cancel", Desk, "vote/one"),
    Route { scope: Desk, ..get("/votes/{id}/roll", "vote/roll", "vote/roll") },
    // Skills and thanks.
    get("/skills", "skill/find", "skill/list"),
    post("/skills", "skill/add", Post, "skill/added"),
    delete("/skills/{id}", "skill/withdraw", Post, "done"),
    get("/thanks", "thanks/list", "thanks/list"),
    post("/requests/{request}/thanks", "thanks/give", Post, "thanks/given"),
    post("/thanks/{id}/publish", "thanks/publish", Post, "done"),
    delete("/thanks/{id}", "thanks/withdraw", Post, "done"),
    // Between two neighbourhoods.
    post("/across/carry", "across/carry", Requests, "across/text"),
    post("/across/post", "across/post", Requests, "asked"),
    get("/across/outcome/{id}", "across/outcome", "across/text"),
    post("/across/take", "across/take", Requests, "request"),
    get("/across/homes", "across/homes", "across/homes"),
    post("/across/homes", "across/home_add", Home, "across/homes"),
    delete("/across/homes/{name}", "across/home_forget", Home, "across/homes"),
    // People.
    get("/me", "me", "me"),
    get("/papers", "paper/state", "paper"),
    put("/me/type", "elder", Home, "done"),
    get("/doors", "house/doors", "house/doors"),
    get("/inbox", "house/inbox", "house/inbox"),
    get("/only-here", "house/only_here", "house/only_here"),
    get("/people", "people", "people"),
    post("/people/{person}/meeting", "roster/meet", People, ""),
    Route { scope: People, ..get("/name", "name/mine", "name") },
    put("/name", "name/net", People, "name"),
    put("/name/real", "name/real", People, "name"),
    delete("/name/real", "name/forget", People, "name"),
    post("/people/{person}/name", "name/open", Desk, "name"),
    get("/people/{person}/why", "roster/why", "roster/why"),
    post("/people/{person}/roles", "roster/grant", People, ""),
    post("/people/{person}/removals", "roster/remove", People, ""),
    post("/people/{person}/rebinding", "roster/rebind", People, ""),
    post("/leave", "roster/leave", People, ""),
    get("/late", "roster/late", "roster"),
    post("/late/{removal}/admit", "roster/admit", People, ""),
    get("/devices", "roster/devices", "roster/devices"),
    post("/devices/{key}/revoke", "roster/revoke_key", People, ""),
    post("/devices/{key}/certify", "roster/certify_key", People, ""),
    get("/forks", "roster/forks", "roster/forks"),
    post("/forks/heal", "roster/heal", People, ""),
    get("/places", "roster/places", "roster/places"),
    post("/places", "roster/place_new", People, ""),
    get("/trouble", "roster/trouble", "roster/trouble"),
    post("/invitations", "invite", People, "invite"),
    post("/invitations/file", "roster/invite", People, ""),
    post("/invitations/relay", "invite_relay", People, "invite"),
    Route { scope: People, ..get("/approvals", "approvals", "approvals") },
    post("/approvals/approve", "approve", People, "done"),
    post("/approvals/deny", "deny", People, "done"),
];

/// Commands that have no address, and why.
pub const ELSEWHERE: &[(&str, &str)] = &[
    ("as", "a token says who acts"),
    ("strip", "GET /mesh says it, home by home"),
    ("once", "the header Idempotency-Key says it"),
    ("if_seen", "pages wrap a change in it; a program reads what there is before it writes"),
    ("found", "a node has no tokens before it is in a community"),
    ("recover", "no program is given the words of a paper"),
    ("join", "a node has no tokens before it is in a community"),
    ("knock", "a node has no tokens before it is in a community"),
    ("knocking", "a node has no tokens before it is in a community"),
    ("knock_stop", "a node has no tokens before it is in a community"),
    ("take_in", "bundles are files of any size; the command line reads them"),
    ("wait", "it holds a connection; events say the same"),
    ("set_passphrase", "no program is given a passphrase"),
    ("unlock", "no program is given a passphrase"),
    ("revoke_old", "no program is given the words of a paper"),
    ("paper/check", "no program is given the words of a paper"),
    ("resident_add", "no program is given the words of a paper"),
    ("roster/root", "no program is given the words of a paper"),
    ("phone/list", "the phones of a box are looked after at the box"),
    ("phone/revoke", "the phones of a box are looked after at the box"),
    ("phone/revoke_all", "the phones of a box are looked after at the box"),
    ("token/new", "a token must not make tokens"),
    ("token/list", "a token must not know of others"),
    ("token/revoke", "tokens are taken back at the box"),
    ("token/check", "it is how a token is looked at"),
];
