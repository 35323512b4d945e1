//! Private details on the page: to whom they are offered, what is said before they are shown, who is
//! seen to have opened them, and that what is destroyed is gone.

use axum::http::StatusCode;
use node::api::{
    ApiError, ErrorKind, OpeningRow, Private, Reply, RequestPage, VaultPage, VaultWord,
};

use crate::{
    actors::{Browser, at_home},
    fake::{Fake, NOW, id},
};

/// What the made-up node keeps about the request 41, for one reader.
#[derive(Default)]
pub struct Vault {
    classes: Vec<VaultWord>,
    erased: Vec<VaultWord>,
    /// The reader is of the office: he says why.
    office: bool,
    openings: Vec<OpeningRow>,
}

impl Vault {
    fn of_both(office: bool) -> Self {
        let classes = vec![VaultWord::Contact, VaultWord::Sensitive];
        Self { classes, office, ..Self::default() }
    }

    pub fn mark(&self, page: &mut RequestPage) {
        if page.row.id == id(41) {
            page.may_open.clone_from(&self.classes);
            let left = self.classes.iter().filter(|class| !self.erased.contains(class));
            page.may_erase = left.copied().collect();
        }
    }

    pub fn open(&mut self, reason: &str) -> Result<Reply, ApiError> {
        match (self.classes.is_empty(), self.office && reason.trim().is_empty()) {
            (true, _) => return Err(ApiError::new(ErrorKind::NoVault, [])),
            (_, true) => return Err(ApiError::new(ErrorKind::ReasonNeeded, [])),
            _ => (),
        }
        let has = |class| !self.erased.contains(&class);
        let mut private = Private::default();
        if has(VaultWord::Contact) {
            (private.name, private.phone) = ("王桂兰".into(), "139 0000 0000".into());
        }
        if has(VaultWord::Sensitive) {
            private.details = "dialysis".into();
        }
        self.openings.push(OpeningRow {
            class: VaultWord::Contact,
            who: if self.office { "赵主任" } else { "王桂兰" }.into(),
            reason: reason.into(),
            released_to: None,
            team: None,
            claimed_ms: NOW,
        });
        Ok(Reply::Vaults(Box::new(VaultPage {
            id: id(41),
            code: "400041".into(),
            private,
            openings: self.openings.clone(),
            earlier: Vec::new(),
            erased: self.erased.clone(),
            may_confide: self.office,
        })))
    }

    pub fn confide(&mut self, person: &str, reason: &str) -> Result<Reply, ApiError> {
        if reason.trim().is_empty() {
            return Err(ApiError::new(ErrorKind::ReasonNeeded, []));
        }
        self.openings.push(OpeningRow {
            class: VaultWord::Sensitive,
            who: "赵主任".into(),
            reason: reason.into(),
            released_to: Some(person.into()),
            team: None,
            claimed_ms: NOW,
        });
        Ok(Reply::Done)
    }

    pub fn erase(&mut self, class: Option<VaultWord>) -> Reply {
        self.erased.extend(class);
        Reply::Done
    }
}

const DESTROY: &str = "Destroy these details";

fn request() -> String {
    format!("/requests/{}", id(41).to_hex())
}

fn with(vault: Vault) -> axum::Router {
    at_home(Fake { vault, ..Fake::new() })
}

#[tokio::test]
async fn private_details_are_offered_to_nobody_whom_they_do_not_concern() {
    let pages = with(Vault::default());
    let mut browser = Browser::new(&pages, "en");
    browser.get(&request()).await.never_says("/private").never_says("Private details");
    for path in ["private", "private/erase"] {
        let page = browser.get(&format!("{}/{path}", request())).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        page.never_says("王桂兰").never_says(r#"name="reason""#).never_says(r#"name="class""#);
    }
    let page = browser.post(&format!("{}/private/erase", request()), &[("class", "contact")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn nothing_private_is_shown_before_the_button_and_the_office_says_why() {
    let pages = with(Vault::of_both(true));
    let mut browser = Browser::new(&pages, "en");
    let private = format!("{}/private", request());
    browser.get(&request()).await.says(&private).never_says("139 0000").never_says("dialysis");
    let page = browser.get(&private).await;
    page.says("written down").never_says("139 0000").never_says("dialysis").never_says("赵主任");
    let page = browser.post(&private, &[("reason", " ")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("a few words").never_says("--reason").never_says("139 0000").never_says("dialysis");
    let page = browser.post(&private, &[("reason", "she did not come")]).await;
    assert_eq!(page.headers["cache-control"], "no-store");
    page.says("139 0000").says("dialysis").says("赵主任 opened them. she did not come");
    browser.get(&private).await.never_says("139 0000").never_says("she did not come");
}

#[tokio::test]
async fn the_family_reads_without_a_reason_and_sees_who_has_read() {
    let mut vault = Vault::of_both(true);
    vault.open("she did not come").unwrap();
    vault.office = false;
    let pages = with(vault);
    let mut browser = Browser::new(&pages, "zh-CN");
    let private = format!("{}/private", request());
    browser.get(&private).await.never_says("赵主任");
    let page = browser.post(&private, &[("reason", "")]).await;
    page.says("139 0000").says("赵主任 看过").says("she did not come").says("王桂兰 看过");
}

#[tokio::test]
async fn the_office_names_whoever_must_know_and_says_why() {
    let pages = with(Vault::of_both(true));
    let mut browser = Browser::new(&pages, "en");
    let private = format!("{}/private", request());
    browser.get(&private).await.never_says("private/confide");
    browser.post(&private, &[("reason", "whom to ask")]).await.says("private/confide");
    let named = [("person", "Sun"), ("reason", "")];
    let page = browser.post(&format!("{private}/confide"), &named).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("a few words").says(r#"value="Sun""#);
    let named = [("person", "Sun"), ("reason", "she interprets")];
    browser.post(&format!("{private}/confide"), &named).await.says("Sun can read it now");
    let page = browser.post(&private, &[("reason", "once more")]).await;
    page.says("赵主任 let Sun (she interprets) read");
}

#[tokio::test]
async fn what_is_destroyed_is_named_confirmed_and_gone_afterwards() {
    let pages = with(Vault::of_both(false));
    let mut browser = Browser::new(&pages, "en");
    let private = format!("{}/private", request());
    let erase = format!("{private}/erase");
    browser.get(&private).await.says(&erase).says(DESTROY);
    let page = browser.get(&erase).await;
    page.says("Name, phone and door").says("only the office reads").says("cannot be taken back");
    page.never_says(" checked");
    let page = browser.post(&erase, &[]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("Choose what is to be destroyed");
    let page = browser.post(&erase, &[("class", "contact")]).await;
    page.says("Name, phone and door were erased").never_says("139 0000").says(&erase);
    let page = browser.post(&private, &[("reason", "")]).await;
    page.never_says("139 0000").says("Name, phone and door were erased").says("dialysis");
    let page = browser.get(&erase).await;
    page.says(" checked").never_says(r#"value="contact""#);
    browser.post(&erase, &[("class", "sensitive")]).await.never_says(DESTROY);
    browser.post(&private, &[("reason", "")]).await.never_says("dialysis").never_says(DESTROY);
    let page = browser.post(&erase, &[("class", "sensitive")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
}
