//! Who speaks for a request: whoever asked, and whom he named as requester, subject or proxy.
//!
//! Several asks may found one request; everybody whom one of them names has his capacity. What somebody
//! writes in the desk's name without being duty staff names nobody.

use std::collections::{BTreeMap, BTreeSet};

use super::Given;
use crate::{
    body::Part,
    id::{PersonId, RequestId},
};

/// Who has a capacity on this request by having asked or having been named by somebody who asked.
/// `is_desk`: authority's word on who staffs the desk; what others write in its name says nothing.
pub fn family(
    request: &RequestId,
    given: &[Given<'_>],
    is_desk: &dyn Fn(&PersonId) -> bool,
) -> BTreeSet<(PersonId, Part)> {
    let given: Vec<&Given<'_>> = given.iter().collect();
    families(&given, is_desk).remove(request).unwrap_or_default()
}

pub(super) fn families(
    given: &[&Given<'_>],
    is_desk: &dyn Fn(&PersonId) -> bool,
) -> BTreeMap<RequestId, BTreeSet<(PersonId, Part)>> {
    let mut all: BTreeMap<RequestId, BTreeSet<(PersonId, Part)>> = BTreeMap::new();
    for given in given.iter().filter(|given| given.is_ask() && given.counts) {
        if given.part() != Part::Desk || is_desk(&given.who) {
            all.entry(given.request()).or_default().extend(given.names());
        }
    }
    all
}
