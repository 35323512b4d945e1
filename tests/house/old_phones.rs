//! Old phones: all that this box serves is read by browsers of 2017, and what one does not know hides nothing.
//!
//! # Rules
//!
//! 1. Scripts are ECMAScript 2017: a browser that meets one younger word runs nothing of the whole file, and drafts
//!    and what arrives meanwhile are lost with it. Methods that are younger are called by none.
//! 2. A rule of style whose selector a browser does not know is dropped whole. So a young selector stands alone,
//!    and may hide something, never bring to light what another rule hides.
//!
//! Scripts are read by a parser (`tree-sitter-javascript`): a word in a comment or a text is no syntax.

use std::{fs, iter};

use tree_sitter::{Node, Parser};

use super::{check, files};

/// Methods and functions that came later.
const YOUNG_CALLS: [&str; 18] = [
    "allSettled",
    "any",
    "at",
    "finally",
    "findLast",
    "flat",
    "flatMap",
    "fromEntries",
    "hasOwn",
    "matchAll",
    "randomUUID",
    "replaceAll",
    "replaceChildren",
    "structuredClone",
    "toSorted",
    "toggleAttribute",
    "trimEnd",
    "trimStart",
];

/// Selectors that came later.
const YOUNG_SELECTORS: [&str; 6] =
    [":has(", ":is(", ":where(", ":focus-visible", ":user-invalid", "&"];

/// Rules around rules that came later: what stands within would be missing altogether.
const YOUNG_RULES: [&str; 5] = ["@container", "@layer", "@scope", "@starting-style", "@supports"];

/// What a script has that is younger than 2017, by line.
fn young(script: &str) -> Vec<String> {
    let mut parser = Parser::new();
    let language = tree_sitter_javascript::LANGUAGE.into();
    parser.set_language(&language).expect("a grammar of this parser's version");
    let tree = parser.parse(script, None).expect("neither bounded in time nor stopped");
    let (mut found, mut left) = (Vec::new(), vec![tree.root_node()]);
    while let Some(node) = left.pop() {
        if is_young(node, script) {
            let line = node.start_position().row + 1;
            let begins = script[node.byte_range()].lines().next().unwrap_or_default();
            found.push(format!("line {line}: {}: {begins}", node.kind()));
        }
        left.extend(node.children(&mut node.walk()));
    }
    found
}

fn is_young(node: Node<'_>, script: &str) -> bool {
    let text = |node: Node<'_>| &script[node.byte_range()];
    let field = |name| node.child_by_field_name(name);
    let has = |kind| node.children(&mut node.walk()).any(|it| it.kind() == kind);
    match node.kind() {
        _ if node.is_error() || node.is_missing() => true,
        "optional_chain"
        | "field_definition"
        | "private_property_identifier"
        | "class_static_block"
        | "decorator"
        | "meta_property"
        | "namespace_export" => true,
        "binary_expression" => field("operator").is_some_and(|it| text(it) == "??"),
        "augmented_assignment_expression" => {
            field("operator").is_some_and(|it| ["&&=", "||=", "??="].contains(&text(it)))
        }
        "catch_clause" => field("parameter").is_none(),
        "object" => has("spread_element"),
        "object_pattern" => has("rest_pattern"),
        "for_in_statement" => has("await"),
        "generator_function" | "generator_function_declaration" => has("async"),
        "method_definition" => has("async") && has("*"),
        "await_expression" => !is_within_a_function(node),
        "number" => text(node).ends_with('n') || text(node).contains('_'),
        "regex_flags" => text(node).contains(['s', 'd', 'v']),
        "regex_pattern" => ["(?<", "\\p{"].iter().any(|it| text(node).contains(it)),
        "call_expression" => field("function").is_some_and(|it| {
            let called = text(it.child_by_field_name("property").unwrap_or(it));
            called == "import" || YOUNG_CALLS.contains(&called)
        }),
        _ => false,
    }
}

fn is_within_a_function(node: Node<'_>) -> bool {
    let mut around = iter::successors(node.parent(), |it| it.parent());
    around.any(|it| it.kind().contains("function") || it.kind() == "method_definition")
}

/// What of a style an old browser would miss that it must not, by selector.
fn hides(style: &str) -> Vec<String> {
    let young_rules = YOUNG_RULES.iter().filter(|it| style.contains(**it));
    let mut found: Vec<String> = young_rules.map(|it| (*it).to_owned()).collect();
    let mut rest = style;
    while let Some((before, after)) = rest.split_once('{') {
        let selector = before.rsplit(['}', ';', '/']).next().unwrap_or_default().trim();
        let body = after.split(['{', '}']).next().unwrap_or_default();
        let lists = |it: &str| it.split(')').next().is_some_and(|inner| inner.contains(','));
        let of_lists = selector.split(":not(").skip(1).any(lists);
        let is_young = of_lists || YOUNG_SELECTORS.iter().any(|it| selector.contains(it));
        let shows = body.split("display:").skip(1).any(|it| !it.trim_start().starts_with("none"));
        let shows = shows || ["visibility:", "opacity:"].iter().any(|it| body.contains(it));
        if is_young && (of_lists || selector.contains(',') || shows) {
            found.push(selector.to_owned());
        }
        rest = after;
    }
    found
}

#[test]
fn every_script_and_style_that_is_served_is_one_that_browsers_of_2017_read() {
    let mut broken = Vec::new();
    let ours = |ending| {
        files(ending)
            .into_iter()
            .filter(|path| path.components().any(|it| it.as_os_str() == "node"))
    };
    for (ending, faults) in [(".js", young as fn(&str) -> Vec<String>), (".css", hides)] {
        let mut seen = 0;
        for path in ours(ending) {
            seen += 1;
            let text = fs::read_to_string(&path).expect("UTF-8");
            broken.extend(faults(&text).into_iter().map(|it| format!("{}: {it}", path.display())));
        }
        assert!(seen > 0, "no {ending} is looked at");
    }
    check(broken);
}

#[test]
fn a_young_word_is_seen_wherever_it_stands_and_an_old_one_is_let_be() {
    let table = [
        ("a?.b", "a ? .5 : b"),
        ("a ?? b", "a || b // ?? "),
        ("a ??= b", "a += b"),
        ("try {} catch {}", "try {} catch (a) {}"),
        ("({...a})", "f([...a], ...b)"),
        ("const {a, ...b} = c", "const [a, ...b] = c; const {d} = e"),
        ("class A { b = 1 }", "class A { b() {} }"),
        ("class A { static {} }", "class A { static b() {} }"),
        ("import('x')", "'import(x)'"),
        ("async function* a() {}", "function* a() {}"),
        ("async () => { for await (const a of b); }", "async () => { for (const a of b); }"),
        ("await a", "async () => { await a; }"),
        ("1_000", "1000 ** 2"),
        ("/a/s", "/a/uyi"),
        ("/(?<a>b)/", "/(?=a)(?:b)/"),
        ("[1].flat()", "({flat: 1}).flat"),
        ("a = `x", "a = `${x}`"),
    ];
    for (new, old) in table {
        assert!(!young(new).is_empty(), "{new} is let be");
        assert_eq!(young(old), Vec::<String>::new(), "{old}");
    }
}

#[test]
fn a_young_selector_stands_alone_and_brings_nothing_to_light() {
    let table = [
        (".a:has(b) .c { display: block; }", ".a:has(b) .c { display: none; }"),
        (".a, .b:focus-visible { outline: 0; }", ".b:focus-visible { outline: 0; }"),
        ("input:not(.a, .b) { width: 1rem; }", "input:not(.a):not(.b), .c { width: 1rem; }"),
        ("@supports (x: y) { a { color: red; } }", "@media print { a { display: block; } }"),
    ];
    for (new, old) in table {
        assert!(!hides(new).is_empty(), "{new} is let be");
        assert_eq!(hides(old), Vec::<String>::new(), "{old}");
    }
}
