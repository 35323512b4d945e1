//! Two real homes that no network connects, and the stick that is carried between them.

use node::{
    api::{Command, Reply, RoleWord},
    bundle::{Sections, Wanted, export},
    home::{self, Roots},
    run::{self, Running},
};
use tempfile::TempDir;

use crate::actors::{Browser, at_home_with};

/// An office that founded the neighbourhood, and a home that walked in with a link.
pub struct Two {
    folder: TempDir,
    pub office: Running,
    pub home: Running,
}

impl Two {
    pub async fn homes() -> Self {
        let folder = TempDir::new().unwrap();
        let (office, home) = (folder.path().join("office"), folder.path().join("home"));
        home::init(&office, "居委会", Some("李梅"), Some("润园"), Roots::TWO_OF_THREE).unwrap();
        let office = run::open(&office).await.unwrap();
        let invite = Command::Invite { role: RoleWord::Member, group: None };
        let Reply::Invite { link } = office.handle.ask(invite).await.unwrap() else {
            panic!("a link")
        };
        home::join(&home, &link, Some("王家"), Some("王强")).unwrap();
        let home = run::open(&home).await.unwrap();
        let two = Self { folder, office, home };
        // The home shows that it walked in; the office answers with the keys.
        two.heal().await;
        two
    }

    /// Everything that either has, to the other.
    pub async fn heal(&self) {
        for (from, to) in [("home", &self.office), ("office", &self.home), ("home", &self.office)] {
            let other = if from == "home" { &self.home } else { &self.office };
            // Whoever looks finds everything in the database.
            other.handle.ask(Command::Status).await.unwrap();
            let file = self.folder.path().join("stick.linli");
            export(&self.folder.path().join(from), &file, Wanted::default()).unwrap();
            let there = if from == "home" { "office" } else { "home" };
            let mut sections = Sections::open(&self.folder.path().join(there), &file).unwrap();
            while let Some(section) = sections.next_section().unwrap() {
                to.handle.ask(Command::TakeIn { section }).await.unwrap();
            }
            std::fs::remove_file(&file).unwrap();
        }
    }

    /// Browsers at the office and at the home.
    pub fn browsers(&self) -> (Browser, Browser) {
        let at = |node: &Running| Browser::new(&at_home_with(node.handle.clone()), "zh-CN");
        (at(&self.office), at(&self.home))
    }

    /// The address of everybody's group.
    pub async fn everybody(&self) -> String {
        let Reply::Groups { groups } = self.office.handle.ask(Command::Groups).await.unwrap()
        else {
            panic!("groups")
        };
        format!("/groups/{}", groups[0].id.to_hex())
    }

    pub async fn stop(self) {
        self.office.stop().await;
        self.home.stop().await;
    }
}
