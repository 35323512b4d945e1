//! Who is at the other end: signed cookies, and the token that every form carries.
//!
//! A cookie is a kind, a random id, whose phone it is if that was said, and a keyed hash over these.
//! Which ids were let in stands in [`Phones`](crate::phones::Phones): a signature alone opens nothing
//! on the LAN. The token of a form is another keyed hash over the same id, so that a page of somebody else, which
//! can make a browser send our cookie but never read it, cannot make up the token.
//!
//! # Rules
//!
//! 1. A **visitor** may only see the pairing form. **Paired** sees everything.
//! 2. Whoever pairs gets a new id: an id planted before pairing is worth nothing after it.
//! 3. The cookie's name carries our port, because cookies do not know ports and several nodes may
//!    run on one machine.
//! 4. Comparison is of BLAKE3 hashes, whose `==` takes the same time wherever they differ.

use crdt::id::{PersonId, from_hex, to_hex};

use crate::phones::ID_BYTES;

const MAC_BYTES: usize = 32;

/// Seconds that a browser keeps the cookie: a season; paired phones stay paired.
const COOKIE_SECONDS: u32 = 90 * 24 * 3600;

/// How far somebody has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Has not paired yet.
    Visitor,
    /// Sits at this box, or has paired.
    Paired,
}

impl Kind {
    const fn letter(self) -> char {
        match self {
            Self::Visitor => 'v',
            Self::Paired => 'p',
        }
    }
}

/// One browser's session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// How far it has come.
    pub kind: Kind,
    /// Who of the people on this box has the phone, once that was said.
    pub person: Option<PersonId>,
    id: [u8; ID_BYTES],
}

impl Session {
    /// A new one.
    ///
    /// # Errors
    ///
    /// Where the operating system has no randomness to give.
    pub fn draw(kind: Kind) -> Result<Self, getrandom::Error> {
        let mut id = [0; ID_BYTES];
        getrandom::fill(&mut id)?;
        Ok(Self { kind, person: None, id })
    }

    /// What names this browser in the list of phones.
    pub const fn id(&self) -> &[u8; ID_BYTES] {
        &self.id
    }

    /// The same phone in the hands of this person.
    pub fn of(self, person: PersonId) -> Self {
        Self { person: Some(person), ..self }
    }

    /// The same phone, and nobody has said whose it is.
    pub fn of_nobody(self) -> Self {
        Self { person: None, ..self }
    }
}

/// What signs cookies and tokens.
pub struct Seal {
    cookies: [u8; 32],
    tokens: [u8; 32],
}

impl Seal {
    /// Two keys from one secret, so that a token is never a cookie.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self {
            cookies: blake3::derive_key("linli/1 page cookie", secret),
            tokens: blake3::derive_key("linli/1 page token", secret),
        }
    }

    /// What the cookie holds.
    pub fn cookie(&self, session: &Session) -> String {
        let person = session.person.map(|person| person.to_hex()).unwrap_or_default();
        let (kind, id) = (session.kind.letter(), to_hex(&session.id));
        format!("{kind}{id}{person}{}", self.mac(session).to_hex())
    }

    /// The session of a cookie that we signed.
    pub fn open(&self, cookie: &str) -> Option<Session> {
        let kind = match cookie.get(..1)? {
            "v" => Kind::Visitor,
            "p" => Kind::Paired,
            _ => return None,
        };
        let id = from_hex::<ID_BYTES>(cookie.get(1..1 + ID_BYTES * 2)?).ok()?;
        let rest = cookie.get(1 + ID_BYTES * 2..)?;
        let (person, mac) = rest.split_at_checked(rest.len().checked_sub(MAC_BYTES * 2)?)?;
        let person = match person {
            "" => None,
            person => Some(PersonId::from_bytes(from_hex(person).ok()?)),
        };
        let mac = from_hex::<MAC_BYTES>(mac).ok()?;
        let session = Session { kind, person, id };
        (self.mac(&session) == blake3::Hash::from_bytes(mac)).then_some(session)
    }

    /// What a form of this session must carry.
    pub fn token(&self, session: &Session) -> String {
        self.token_hash(session).to_hex().to_string()
    }

    /// Is `token` the one of this session?
    pub fn is_token(&self, session: &Session, token: &str) -> bool {
        from_hex::<MAC_BYTES>(token)
            .is_ok_and(|token| self.token_hash(session) == blake3::Hash::from_bytes(token))
    }

    fn token_hash(&self, session: &Session) -> blake3::Hash {
        // A page that another person of the household left open signs nothing in this one's name.
        let person = session.person.map(|person| *person.as_bytes()).unwrap_or_default();
        blake3::keyed_hash(&self.tokens, &[session.id.as_slice(), &person].concat())
    }

    fn mac(&self, session: &Session) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.cookies);
        hasher.update(&[session.kind as u8]).update(&session.id);
        if let Some(person) = session.person {
            hasher.update(person.as_bytes());
        }
        hasher.finalize()
    }
}

/// The session cookie's name on this port; over https it is another one, which plain http never sees.
pub fn cookie_name(port: u16, secure: bool) -> String {
    format!("linli-{port}{}", if secure { "-s" } else { "" })
}

/// The `Set-Cookie` header for a session.
pub fn set_cookie(port: u16, secure: bool, value: &str) -> String {
    let name = cookie_name(port, secure);
    let and = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Strict{and}")
}

/// The value of one cookie in a `Cookie` header.
pub fn find_cookie<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(kind: Kind) -> Session {
        Session { kind, person: None, id: [7; ID_BYTES] }
    }

    #[test]
    fn a_cookie_opens_under_its_own_seal_and_no_other() {
        let (ours, other) = (Seal::new(&[1; 32]), Seal::new(&[2; 32]));
        let cookie = ours.cookie(&session(Kind::Paired));
        assert_eq!(ours.open(&cookie), Some(session(Kind::Paired)));
        assert_eq!(other.open(&cookie), None);
    }

    #[test]
    fn a_visitor_cannot_promote_himself() {
        let seal = Seal::new(&[1; 32]);
        let cookie = seal.cookie(&session(Kind::Visitor));
        assert_eq!(seal.open(&cookie.replacen('v', "p", 1)), None);
    }

    #[test]
    fn nobody_makes_himself_somebody_else_on_a_phone() {
        let seal = Seal::new(&[1; 32]);
        let (one, other) = (PersonId::from_bytes([1; 32]), PersonId::from_bytes([2; 32]));
        let mine = session(Kind::Paired).of(one);
        let cookie = seal.cookie(&mine);
        assert_eq!(seal.open(&cookie), Some(mine));
        assert_eq!(seal.open(&cookie.replace(&one.to_hex(), &other.to_hex())), None);
        assert_eq!(seal.open(&cookie.replace(&one.to_hex(), "")), None);
        // What a page that was left open carries is no good in another's name.
        assert_ne!(seal.token(&mine), seal.token(&session(Kind::Paired).of(other)));
    }

    #[test]
    fn mangled_cookies_open_nothing() {
        let seal = Seal::new(&[1; 32]);
        let good = seal.cookie(&session(Kind::Paired));
        for bad in ["", "p", "é", "p00", &good[..good.len() - 1], &format!("{good}0")] {
            assert_eq!(seal.open(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_token_belongs_to_one_session() {
        let seal = Seal::new(&[1; 32]);
        let (mine, yours) =
            (session(Kind::Paired), Session { id: [8; 16], ..session(Kind::Paired) });
        assert!(seal.is_token(&mine, &seal.token(&mine)));
        assert!(!seal.is_token(&yours, &seal.token(&mine)));
        assert!(!seal.is_token(&mine, ""));
    }

    #[test]
    fn one_cookie_among_several_is_found() {
        let header = "a=1; linli-80=x; linli-8080=y";
        assert_eq!(find_cookie(header, "linli-8080"), Some("y"));
        assert_eq!(find_cookie(header, "linli"), None);
    }
}
