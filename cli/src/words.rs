//! What the command line says of itself, in the reader's language.
//!
//! Only the CLI's own sentences stand in `cli/locales`; words that the page shares (refusals by the
//! node, statuses, roles) come from the node, so that no sentence exists twice. The language is that
//! of the surroundings (`LC_ALL`, `LC_MESSAGES`, `LANG`, the first that is set): Chinese where it
//! begins with `zh`, else English. Help texts are English only.

use std::{borrow::Cow, collections::HashMap};

pub use ::node::words::Lang;
use ::node::{
    api::{ApiError, FoundWord, GroupKindWord, Notice, RoleWord, ScopeWord},
    words::Words,
};
use fluent_templates::{LanguageIdentifier, Loader, langid};

/// What stands in a sentence's gaps: text or a number.
pub use fluent_templates::fluent_bundle::FluentValue as Value;

fluent_templates::static_loader! {
    static SENTENCES = {
        locales: "./locales",
        fallback_language: "en",
        // The marks around placeables garble copied text, and neither language needs them.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const EN: LanguageIdentifier = langid!("en");
const ZH_CN: LanguageIdentifier = langid!("zh-CN");

/// The language that the variables of the surroundings ask for.
pub fn lang_of_surroundings(variable: impl Fn(&str) -> Option<String>) -> Lang {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    let asked = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
    asked.and_then(|code| Lang::from_code(&code)).unwrap_or_default()
}

/// The sentences of one language.
#[derive(Clone, Copy, Debug)]
pub struct Speech {
    lang: Lang,
}

impl Speech {
    /// The sentences in `lang`.
    pub const fn of(lang: Lang) -> Self {
        Self { lang }
    }

    /// The sentence named `key`; an unknown key reads as itself.
    pub fn text(self, key: &str, args: &[(&'static str, Value<'_>)]) -> String {
        let lang = match self.lang {
            Lang::En => &EN,
            Lang::ZhCn => &ZH_CN,
        };
        let args: HashMap<Cow<'static, str>, Value<'_>> =
            args.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect();
        SENTENCES.try_lookup_with_args(lang, key, &args).unwrap_or_else(|| key.to_owned())
    }

    /// What the node refused, and what to do next.
    pub fn refusal(self, refused: &ApiError) -> (String, String) {
        self.shared().error(refused)
    }

    /// A request's status, as people say it.
    pub fn status(self, status: &str) -> String {
        self.shared().status(status)
    }

    /// What kind of thing was found, as people say it.
    pub fn found(self, kind: FoundWord) -> String {
        self.shared().found(kind)
    }

    /// What a token allows, as people say it.
    pub fn scope(self, scope: ScopeWord) -> String {
        self.shared().scope(scope)
    }

    /// A role, as people say it.
    pub fn role(self, role: RoleWord) -> String {
        self.shared().role(role)
    }

    /// A sentence that the page says too.
    pub fn shared_text(self, key: &str, args: &[(&'static str, Value<'_>)]) -> String {
        self.shared().text(key, args)
    }

    /// A code of some family, as people say it.
    pub fn code(self, family: &str, code: &str) -> String {
        self.shared().code(family, code)
    }

    /// A group's name, in the reader's language where it is everybody's.
    pub fn group_name(self, name: &str) -> String {
        self.shared().group_name(name)
    }

    /// Who may enter a group, as people say it.
    pub fn group_kind(self, kind: GroupKindWord) -> String {
        self.shared().group_kind(kind)
    }

    /// What somebody did in a request's life, without his name.
    pub fn did(self, verb: &str) -> String {
        self.shared().did(verb)
    }

    /// A field of a request's facts.
    pub fn field(self, field: &str) -> String {
        self.shared().code("field", field)
    }

    /// A line that a duty officer must read.
    pub fn remark(self, remark: &str) -> String {
        self.shared().code("remark", remark)
    }

    /// Why something does not count.
    pub fn reason(self, code: &str) -> String {
        self.shared().reason(code)
    }

    /// What became of something that does not count.
    pub fn fate(self, code: &str) -> String {
        self.shared().fate(code)
    }

    /// What somebody must be told, once.
    pub fn told(self, notice: &Notice) -> String {
        self.shared().told(&notice.reason, &notice.title, notice.holder.as_deref())
    }

    /// The words that the page has too.
    pub const fn shared(self) -> Words {
        Words::of(self.lang)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_first_variable_that_is_set_decides_the_language() {
        let with = |set: &'static [(&str, &str)]| {
            lang_of_surroundings(move |name| {
                set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(with(&[("LANG", "zh_CN.UTF-8")]), Lang::ZhCn);
        assert_eq!(with(&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")]), Lang::En);
        assert_eq!(with(&[("LC_ALL", ""), ("LC_MESSAGES", "zh_TW")]), Lang::ZhCn);
        assert_eq!(with(&[]), Lang::En);
    }

    /// A sentence that cannot be made reads as its key: `line-too-long`.
    #[test]
    fn every_sentence_can_be_said_once_its_gaps_are_filled() {
        let file = include_str!("../locales/en/cli.ftl");
        let names = file.split("{ $").skip(1).filter_map(|gap| gap.split([' ', '}']).next());
        let args: Vec<(&'static str, Value<'_>)> = names.map(|name| (name, 7.into())).collect();
        let keys = file.lines().filter(|line| !line.starts_with(' '));
        for key in keys.filter_map(|line| line.split_once(" =")).map(|(key, _)| key) {
            for lang in [Lang::En, Lang::ZhCn] {
                assert_ne!(Speech::of(lang).text(key, &args), key, "{lang:?}");
            }
        }
    }

    #[test]
    fn both_languages_have_the_same_sentences() {
        let keys = |text: &'static str| -> BTreeSet<&'static str> {
            text.lines().filter_map(|line| line.split_once(" =")).map(|(key, _)| key).collect()
        };
        let en = keys(include_str!("../locales/en/cli.ftl"));
        assert_eq!(en, keys(include_str!("../locales/zh-CN/cli.ftl")));
        assert!(en.len() > 40);
    }
}
