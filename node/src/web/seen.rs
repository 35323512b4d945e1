//! Forms that change what stands there: what their author saw goes with them, so that nothing another wrote
//! meanwhile is lost unread.
//!
//! A change that is refused for it comes back with what was typed and with the mark of what stands there now:
//! pressing again is a decision.

use super::frame::{Visit, clip};
use crate::api::{ApiError, Command, ErrorKind};

/// Characters of what somebody else wrote, beside the field; its own page shows all of it.
const NOW_CHARS_MAX: usize = 600;

/// The change, only where it still says what its author saw; a form without a mark, as another program may send
/// it, changes it as it is.
pub fn if_seen(seen: String, change: Command) -> Command {
    match seen.is_empty() {
        true => change,
        false => Command::IfSeen { seen, command: change.into() },
    }
}

/// Sentence and hint beside the field.
pub fn beside(visit: &Visit, error: &ApiError) -> String {
    let mut error = error.clone();
    if error.kind == ErrorKind::Changed
        && let Some(now) = error.args.get_mut("now")
    {
        *now = clip(now, NOW_CHARS_MAX);
    }
    super::group::one_line(visit, &error)
}
