//! What a page leaves out of an error's words: whoever reads a page has no command line before him.
//!
//! What stands in backquotes is to be typed. Brackets around it go, and so does a sentence that has it;
//! what else a hint says stays.

/// A hint without what is to be typed; empty where nothing else is said.
pub fn without_commands(text: &str) -> String {
    let text = without_brackets(text);
    let sentences = text.split_inclusive(['。', '！', '？']).flat_map(latin_sentences);
    let kept: String = sentences.filter(|sentence| !sentence.contains('`')).collect();
    kept.trim().to_owned()
}

/// A full stop ends a sentence where a space follows: `--keep all` and "3.5" hold none.
fn latin_sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = [". ", "? ", "! "].iter().filter_map(|it| rest.find(it)).min();
        let (sentence, after) = rest.split_at(end.map_or(rest.len(), |at| at + 2));
        rest = after;
        (!sentence.is_empty()).then_some(sentence)
    })
}

/// The same of brackets alone.
pub fn without_brackets(text: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    while let Some(open) = rest.find(['(', '（']) {
        let Some(close) = rest[open..].find([')', '）']).map(|at| open + at) else { break };
        let end = close + rest[close..].chars().next().map_or(0, char::len_utf8);
        let before = &rest[..open];
        if rest[open..close].contains('`') {
            left.push_str(before.strip_suffix(' ').unwrap_or(before));
        } else {
            left.push_str(&rest[..end]);
        }
        rest = &rest[end..];
    }
    left + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_typed_goes_and_the_rest_of_the_hint_stays() {
        let table = [
            ("Ask the owner.", "Ask the owner."),
            ("Say `linli up`.", ""),
            ("Ask the owner. `linli people` names him. Or wait.", "Ask the owner. Or wait."),
            ("Look at the page (`linli status`), then wait.", "Look at the page, then wait."),
            ("It takes 3.5 hours (or less).", "It takes 3.5 hours (or less)."),
            ("请找身份更高的人（`linli root`）。", "请找身份更高的人。"),
            ("先停下。用 `linli up` 启动。再试一次。", "先停下。再试一次。"),
            ("没有右括号（`linli up`", ""),
        ];
        for (text, left) in table {
            assert_eq!(without_commands(text), left);
        }
    }
}
