//! A real browser: Debian's Chromium, spoken to by WebDriver.
//!
//! Each test starts a `chromedriver` of its own on a free port, opens as many windows as it has
//! people, and ends both. A window has a size, a language and either runs our script or does not;
//! whatever a page writes into the console at level "severe" (a broken policy, a missing file, an
//! exception) is kept until the test asks for it.
//!
//! # Deliberately absent
//!
//! Sleeping: one waits for what a person would wait for, a sentence on the page, and the test fails
//! with the whole page when it does not come.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource as _, KeyAction, KeyActions},
    elements::Element,
    error::CmdError,
    key::Key,
    wd,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How long one waits for a sentence: four nodes and two browsers share the machine.
const WITHIN: Duration = Duration::from_secs(60);

/// How often one looks whether it is there.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Stops of the tabulator on one page, before one is tired.
const STOPS_MAX: usize = 60;

/// How a window looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// 390 × 844 CSS pixels, by touch.
    Phone,
    /// 1280 × 900.
    Desktop,
    /// The same enlarged to 200 %: 640 × 450 CSS pixels of twice the size.
    Enlarged,
}

impl Size {
    /// What people have in their hands and on their desks.
    pub const BOTH: [Self; 2] = [Self::Phone, Self::Desktop];
}

/// A `chromedriver` that runs.
pub struct Driver {
    child: Child,
    address: String,
    /// What each Chromium is started with besides.
    arguments: Vec<String>,
    /// Where its windows keep their profiles; gone with it.
    _profiles: tempfile::TempDir,
}

/// Tries to start a driver.
const DRIVER_TRIES: usize = 3;

/// Starts one on a free port, and hears which; none where it ended without a word.
fn said_port(home: Option<&Path>, profiles: &Path) -> Option<(Child, String)> {
    let mut command = Command::new("chromedriver");
    command.env("TMPDIR", profiles);
    if let Some(home) = home {
        command.env("HOME", home);
    }
    command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("chromedriver runs (Debian: chromium-driver)");
    let said = BufReader::new(child.stdout.take().expect("it was piped"));
    let port = said.lines().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.split_once("successfully on port ")?;
        Some(port.trim_end_matches('.').to_owned())
    });
    if port.is_none() {
        child.wait().expect("it ended");
    }
    port.map(|port| (child, port))
}

impl Driver {
    /// Starts one on a free port.
    pub fn start() -> Self {
        Self::start_with(None, &[])
    }

    /// The same for browsers of somebody who prefers a dark screen.
    pub fn start_in_the_dark() -> Self {
        Self::start_with(None, &["--blink-settings=preferredColorScheme=0"])
    }

    /// The same for browsers that are at home in this folder, with these arguments of Chromium's.
    pub fn start_at(home: &Path, arguments: &[&str]) -> Self {
        Self::start_with(Some(home), arguments)
    }

    fn start_with(home: Option<&Path>, arguments: &[&str]) -> Self {
        let profiles = tempfile::tempdir().expect("a folder for the profiles");
        // The port that it was told is free may be taken a moment later.
        let started = (0..DRIVER_TRIES).find_map(|_| said_port(home, profiles.path()));
        let (child, port) = started.expect("chromedriver says its port");
        let address = format!("http://127.0.0.1:{port}");
        let arguments = arguments.iter().map(|it| (*it).to_owned()).collect();
        Self { child, address, arguments, _profiles: profiles }
    }

    /// Opens a window that shows the pages at `page`.
    pub async fn open(&self, page: &str, size: Size, language: &str) -> Window {
        self.open_as(page, size, language, true).await
    }

    /// The same in a browser in which no page may run a script; at a desk, since `chromedriver` waits
    /// for ever when a finger taps there.
    pub async fn open_without_script(&self, page: &str, language: &str) -> Window {
        self.open_as(page, Size::Desktop, language, false).await
    }

    async fn open_as(&self, page: &str, size: Size, language: &str, script: bool) -> Window {
        let mut prefs = json!({ "intl.accept_languages": language });
        if !script {
            prefs["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        let mut options = json!({
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--hide-scrollbars", "--window-size=1280,900"],
            "prefs": prefs,
        });
        let list = options["args"].as_array_mut().expect("a list above");
        list.extend(self.arguments.iter().cloned().map(Value::from));
        let metrics = match size {
            Size::Phone => {
                Some(json!({ "width": 390, "height": 844, "pixelRatio": 2.0, "touch": true }))
            }
            Size::Enlarged => Some(json!({
                "width": 640, "height": 450, "pixelRatio": 2.0, "touch": false, "mobile": false
            })),
            Size::Desktop => None,
        };
        if let Some(metrics) = metrics {
            options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
        }
        let capabilities = json!({
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("an object above") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&self.address)
            .await
            .expect("Chromium opens a window");
        let page = page.trim_end_matches('/').to_owned();
        Window { client, page, taps: AtomicUsize::new(0) }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Asked to stop it ends its windows; merely killed it would leave them running.
        let host = self.address.trim_start_matches("http://");
        if let Ok(mut wire) = TcpStream::connect(host) {
            let _ = wire.set_read_timeout(Some(WITHIN));
            let ask =
                format!("GET /shutdown HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            let _ = wire.write_all(ask.as_bytes());
            let _ = wire.read_to_end(&mut Vec::new());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One window, of one person, on the pages of one home.
pub struct Window {
    client: Client,
    page: String,
    taps: AtomicUsize,
}

impl Window {
    /// Opens an address of this home.
    pub async fn go(&self, path: &str) {
        let address = format!("{}{path}", self.page);
        self.client.goto(&address).await.expect("the page opens");
    }

    /// The address that is open, without the home's own part.
    pub async fn path(&self) -> String {
        let address = self.client.current_url().await.expect("a page is open");
        address[url::Position::BeforePath..].to_owned()
    }

    /// Waits for words on the page.
    pub async fn sees(&self, words: &str) {
        let begun = tokio::time::Instant::now();
        while !self.text().await.contains(words) {
            if begun.elapsed() > WITHIN {
                panic!("“{words}” never comes on {}:\n{}", self.path().await, self.text().await);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// What a reader sees of the page now.
    pub async fn text(&self) -> String {
        // A page that is just being left has no body; the next look finds the new one.
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// The element that this selector names, once it is there.
    pub async fn find(&self, css: &str) -> Element {
        let found = self.client.wait().at_most(WITHIN).for_element(Locator::Css(css)).await;
        match found {
            Ok(element) => element,
            Err(error) => {
                panic!("no `{css}` on {}: {error}\n{}", self.path().await, self.text().await)
            }
        }
    }

    /// How often something was tapped in this window.
    pub fn taps(&self) -> usize {
        self.taps.load(Ordering::Relaxed)
    }

    /// Taps what this selector names.
    pub async fn tap(&self, css: &str) {
        self.tap_at(Locator::Css(css)).await;
    }

    /// Taps the button or link that says this.
    pub async fn tap_words(&self, words: &str) {
        let says = format!("contains(normalize-space(.), '{words}')");
        let path = format!("//*[self::a or self::button or self::summary][{says}]");
        self.tap_at(Locator::XPath(&path)).await;
    }

    async fn tap_at(&self, what: Locator<'_>) {
        let begun = tokio::time::Instant::now();
        loop {
            let tapped = match self.client.find(what).await {
                Ok(element) => self.tap_on(element).await,
                Err(error) => Err(error),
            };
            match tapped {
                Ok(()) => {
                    self.taps.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                // It may come, or the page just took over what is new.
                Err(_) if begun.elapsed() < WITHIN => tokio::time::sleep(LOOK_EVERY).await,
                Err(error) => {
                    let (path, text) = (self.path().await, self.text().await);
                    panic!("{what:?} cannot be tapped on {path}: {error}\n{text}")
                }
            }
        }
    }

    async fn tap_on(&self, element: Element) -> Result<(), CmdError> {
        // As a person scrolls before he taps: out from under the bars.
        let here = serde_json::to_value(&element).expect("an element has a name");
        let scroll = "arguments[0].scrollIntoView({ block: 'center' })";
        self.client.execute(scroll, vec![here]).await?;
        element.click().await
    }

    /// Puts a file into the field that this selector names, as if it had been chosen.
    pub async fn attaches(&self, css: &str, file: &Path) {
        let file = file.canonicalize().expect("a file");
        let file = file.to_str().expect("a plain path");
        self.find(css).await.send_keys(file).await.expect("a field that takes files");
    }

    /// What this selector names, as it looks.
    pub async fn looks(&self, css: &str) -> Vec<u8> {
        let element = self.find(css).await;
        element.screenshot().await.expect("Chromium takes a picture")
    }

    /// Types into the field that this selector names, in place of what stood there.
    pub async fn types(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.expect("a field");
        field.send_keys(text).await.expect("a field takes keys");
    }

    /// Presses keys where the focus is, as somebody without a mouse does.
    pub async fn presses(&self, keys: impl Iterator<Item = char>) {
        let mut pressed = KeyActions::new("keyboard".into());
        for value in keys {
            pressed = pressed.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        self.client.perform_actions(pressed).await.expect("keys can be pressed");
    }

    /// Goes forward by the tabulator until the focus is there; each stop must be seen.
    pub async fn tabs_to(&self, css: &str) {
        let stop = "const it = document.activeElement; const style = getComputedStyle(it); \
            return [it.matches(arguments[0]), style.outlineStyle !== 'none', \
            it.outerHTML.slice(0, 120)]";
        for _ in 0..STOPS_MAX {
            self.presses([char::from(Key::Tab)].into_iter()).await;
            let found = self.run(stop, vec![json!(css)]).await;
            if found[2].as_str().is_some_and(|html| html.starts_with("<body")) {
                continue;
            }
            assert_eq!(found[1], true, "nobody sees that the focus is on {}", found[2]);
            if found[0] == true {
                return;
            }
        }
        panic!("the tabulator never comes to `{css}` on {}", self.path().await);
    }

    /// Runs a script of the test, whatever the page's own policy is.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        match self.client.execute(script, arguments).await {
            Ok(value) => value,
            Err(error) => panic!("a script of the test on {}: {error}", self.path().await),
        }
    }

    /// The same for a script that calls back.
    pub async fn run_and_wait(&self, script: &str, arguments: Vec<Value>) -> Value {
        match self.client.execute_async(script, arguments).await {
            Ok(value) => value,
            Err(error) => panic!("a script of the test on {}: {error}", self.path().await),
        }
    }

    /// What the console says at level "severe" since the last time.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.client.issue_cmd(ReadLog).await.expect("chromedriver keeps a log");
        let entries = entries.as_array().cloned().unwrap_or_default();
        let severe = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        severe.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Keeps a picture of the window under this name, for whoever looks at the run afterwards.
    pub async fn picture(&self, name: &str) {
        let folder = std::env::var("LINLI_PICTURES").map_or_else(
            |_| concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tmp/pictures").into(),
            std::path::PathBuf::from,
        );
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        let picture = self.client.screenshot().await.expect("Chromium takes a picture");
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("room for a picture");
    }

    /// Shuts it.
    pub async fn shut(self) {
        self.client.close().await.expect("the window shuts");
    }
}

/// Reads the browser's console; not in the standard, so not in the library.
#[derive(Debug)]
struct ReadLog;

impl wd::WebDriverCompatibleCommand for ReadLog {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (hyper::Method, Option<String>) {
        (hyper::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
