//! Who knocks at the page: a browser with its cookies, its language and its habits.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Response, StatusCode, header},
};
use jiff::tz::TimeZone;
use node::{
    handle::Handle,
    phones::Phones,
    web::{self, WebConfig},
};
use tower::ServiceExt as _;

use crate::fake::{self, Fake, NOW};

/// The port that the page believes to be on.
pub const PORT: u16 = 4180;

/// Codes that were printed, newest last.
pub type Codes = Arc<Mutex<Vec<String>>>;

/// The settings of every test: a fixed clock in China, codes into a list.
pub fn config(lan: bool) -> (WebConfig, Codes) {
    let codes = Codes::default();
    let printed = codes.clone();
    let config = WebConfig {
        lan,
        port: PORT,
        names: vec!["linli.local".into()],
        trust: None,
        phones: Phones::in_memory([7; 32]),
        clock: Arc::new(|| NOW),
        zone: TimeZone::fixed(jiff::tz::offset(8)),
        on_code: Arc::new(move |code| printed.lock().unwrap().push(code.to_owned())),
    };
    (config, codes)
}

/// Pages of `fake` on loopback.
pub fn at_home(fake: Fake) -> Router {
    web::router(fake::run(fake), config(false).0)
}

/// Pages of an existing node on loopback.
pub fn at_home_with(handle: Handle) -> Router {
    web::router(handle, config(false).0)
}

/// What came back.
pub struct Page {
    pub status: StatusCode,
    pub location: String,
    pub html: String,
    /// The same as it came.
    pub bytes: Vec<u8>,
    pub headers: axum::http::HeaderMap,
}

impl Page {
    /// The page says this.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.html.contains(words), "no `{words}` in ({}):\n{}", self.status, self.html);
        self
    }

    /// The page does not say this.
    #[track_caller]
    pub fn never_says(&self, words: &str) -> &Self {
        assert!(!self.html.contains(words), "`{words}` in:\n{}", self.html);
        self
    }

    /// The token of its forms.
    pub fn token(&self) -> String {
        let (_, rest) = self.html.split_once(r#"name="token" value=""#).expect("a form");
        rest.split('"').next().unwrap_or_default().to_owned()
    }
}

/// One browser. Headers that a test does not touch are those of an ordinary one.
pub struct Browser {
    pages: Router,
    pub host: String,
    pub origin: Option<String>,
    pub language: String,
    pub cookies: Vec<String>,
    pub token: String,
    /// Other headers: what it says it is, which page a form stands on.
    pub says: Vec<(header::HeaderName, String)>,
}

impl Browser {
    /// At the box itself.
    pub fn new(pages: &Router, language: &str) -> Self {
        let host = format!("127.0.0.1:{PORT}");
        Self {
            pages: pages.clone(),
            origin: Some(format!("http://{host}")),
            host,
            language: language.into(),
            cookies: vec![],
            token: String::new(),
            says: vec![],
        }
    }

    /// Opens a page and remembers the token of its forms.
    pub async fn get(&mut self, path: &str) -> Page {
        let page = self.send(self.request("GET", path).body(Body::empty()).unwrap()).await;
        if page.html.contains(r#"name="token""#) {
            self.token = page.token();
        }
        page
    }

    /// Sends a form of the page that was opened last.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.token.clone();
        let mut fields = fields.to_vec();
        fields.push(("token", &token));
        let form: Vec<_> =
            fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let mut request = self
            .request("POST", path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(origin) = &self.origin {
            request = request.header(header::ORIGIN, origin);
        }
        self.send(request.body(Body::from(form.join("&"))).unwrap()).await
    }

    /// Sends a form with files, as browsers do: an empty file where none was chosen.
    pub async fn upload(&mut self, path: &str, fields: &[(&str, &str)], photos: &[&[u8]]) -> Page {
        let token = self.token.clone();
        let mut body = Vec::new();
        for (name, value) in fields.iter().chain(&[("token", token.as_str())]) {
            let head = format!("--xYz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend(head.as_bytes());
            body.extend(format!("{value}\r\n").as_bytes());
        }
        for photo in [&b""[..]].iter().chain(photos) {
            body.extend(
                b"--xYz\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n",
            );
            body.extend(b"Content-Type: image/jpeg\r\n\r\n");
            body.extend(*photo);
            body.extend(b"\r\n");
        }
        body.extend(b"--xYz--\r\n");
        let mut request = self
            .request("POST", path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=xYz");
        if let Some(origin) = &self.origin {
            request = request.header(header::ORIGIN, origin);
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends a form and goes where it leads, as a browser without script does; the page's
    /// `location` is where that was.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
        let mut page = self.get(&answer.location).await;
        page.location = answer.location;
        page
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.host)
            .header(header::ACCEPT_LANGUAGE, &self.language)
            .header(header::COOKIE, self.cookies.join("; "));
        let says = self.says.iter();
        says.fold(request, |request, (name, value)| request.header(name, value))
    }

    async fn send(&mut self, request: Request<Body>) -> Page {
        let response: Response<Body> = self.pages.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            let name = cookie.split('=').next().unwrap().to_owned() + "=";
            self.cookies.retain(|kept| !kept.starts_with(&name));
            self.cookies.push(cookie);
        }
        let location = parts.headers.get(header::LOCATION);
        let location = location.map_or("", |to| to.to_str().unwrap()).to_owned();
        let html = to_bytes(body, 1 << 20).await.unwrap();
        let bytes = html.to_vec();
        Page {
            status: parts.status,
            location,
            html: String::from_utf8_lossy(&html).into_owned(),
            bytes,
            headers: parts.headers,
        }
    }
}

/// As browsers do: letters and digits as they are.
fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
