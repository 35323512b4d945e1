//! WCAG 2.2 AA as far as a machine can tell, by Deque's axe-core, which lies beside in `vendor`.

use serde_json::json;

use crate::window::Window;

/// The library as its makers publish it; its licence (MPL-2.0) lies beside it.
const AXE: &str = include_str!("vendor/axe.min.js");

/// The rules of WCAG up to 2.2, levels A and AA.
const TAGS: [&str; 5] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/// What stays in place while the page is scrolled: what lies below it for a moment is not too small for a
/// finger, one scrolls on. Where it lies depends on the hundredth of a second. A sheet of the document's, since
/// a page that is live may have another strip the moment after.
const STAYS: &str = "const sheet = new CSSStyleSheet(); \
    sheet.replaceSync('.strip, .ways { position: static !important }'); \
    document.adoptedStyleSheets = arguments[0] ? [sheet] : []";

/// Everything on the open page that breaks a rule: the rule, and the elements.
pub async fn violations(window: &Window) -> Vec<String> {
    window.run(AXE, vec![]).await;
    window.run(STAYS, vec![json!(true)]).await;
    let script = "const [tags, done] = arguments; \
        axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }) \
        .then((found) => done(found.violations.map((it) => it.id + ': ' + \
        it.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | '))), \
        (error) => done(['axe itself: ' + error]))";
    let found = window.run_and_wait(script, vec![json!(TAGS)]).await;
    window.run(STAYS, vec![json!(false)]).await;
    let found = found.as_array().expect("a list of what is wrong");
    found.iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect()
}
