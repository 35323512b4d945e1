//! The rules of rides against another implementation: the crate `rrule`.
//!
//! Random rules of RFC 5545, as far as rides need them, come to the same starts there. That crate is
//! not in the core: it stands on a clock and reads the machine's zone.

use crdt::{
    limits::RIDES_PER_SERIES_MAX,
    rota::{LocalTime, Rule},
};
use proptest::prelude::*;
use rrule::RRuleSet;

/// Starts that are compared.
const COMPARED: u16 = 60;

/// The first starts by the other implementation; its text is a `DTSTART` and the rule, in UTC, so
/// that no zone comes in.
fn theirs(first: LocalTime, rule: &str) -> Vec<String> {
    let (year, month, day, hour, minute) = first.civil();
    let text = format!("DTSTART:{year:04}{month:02}{day:02}T{hour:02}{minute:02}00Z\nRRULE:{rule}");
    let set: RRuleSet = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    let starts = set.all(COMPARED).dates;
    starts.iter().map(|start| start.format("%Y-%m-%d %H:%M").to_string()).collect()
}

fn numbers(from: i64, to: i64) -> impl Strategy<Value = String> {
    let list = prop::collection::btree_set(from..=to, 1..4);
    list.prop_map(|list| {
        let list = list.iter().filter(|number| **number != 0);
        list.map(i64::to_string).collect::<Vec<_>>().join(",")
    })
}

fn weekdays() -> impl Strategy<Value = String> {
    let days = prop::sample::subsequence(vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"], 1..5);
    days.prop_map(|days| days.join(","))
}

/// Weekdays of which the so-many-th counts.
fn numbered_weekdays(most: i64) -> impl Strategy<Value = String> {
    let nth = (1..=most, any::<bool>()).prop_map(|(nth, back)| if back { -nth } else { nth });
    let day = prop::sample::select(vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"]);
    prop::collection::vec((nth, day), 1..3).prop_map(|days| {
        days.iter().map(|(nth, day)| format!("{nth}{day}")).collect::<Vec<_>>().join(",")
    })
}

fn part(key: &'static str, value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    prop::option::of(value).prop_map(move |value| match value {
        Some(value) if !value.is_empty() => format!(";{key}={value}"),
        _ => String::new(),
    })
}

fn rules() -> impl Strategy<Value = String> {
    let daily = (
        part("BYMONTH", numbers(1, 12)),
        part("BYMONTHDAY", numbers(-31, 31)),
        part("BYDAY", weekdays()),
    )
        .prop_map(|(months, days, weekdays)| format!("FREQ=DAILY{months}{days}{weekdays}"));
    let weekly = (part("BYMONTH", numbers(1, 12)), part("BYDAY", weekdays()))
        .prop_map(|(months, weekdays)| format!("FREQ=WEEKLY{months}{weekdays}"));
    let monthly = prop_oneof![
        part("BYMONTHDAY", numbers(-31, 31)),
        part("BYDAY", numbered_weekdays(4)),
        (weekdays(), numbers(-3, 3)).prop_map(|(days, places)| match places.as_str() {
            "" => format!(";BYDAY={days}"),
            places => format!(";BYDAY={days};BYSETPOS={places}"),
        }),
    ]
    .prop_map(|days| format!("FREQ=MONTHLY{days}"));
    let yearly = prop_oneof![
        (part("BYMONTH", numbers(1, 12)), part("BYMONTHDAY", numbers(-31, 31)))
            .prop_map(|(months, days)| format!("{months}{days}")),
        numbered_weekdays(40).prop_map(|days| format!(";BYDAY={days}")),
        (numbers(1, 12), numbered_weekdays(4))
            .prop_map(|(months, days)| format!(";BYMONTH={months};BYDAY={days}")),
    ]
    .prop_map(|days| format!("FREQ=YEARLY{days}"));
    let end = prop_oneof![
        Just(String::new()),
        (1..40u32).prop_map(|count| format!(";COUNT={count}")),
        (2031..2036u32, 1..=12u32)
            .prop_map(|(year, month)| format!(";UNTIL={year}{month:02}15T120000Z")),
    ];
    let start_of_week =
        part("WKST", prop::sample::select(vec!["MO", "SU", "WE"]).prop_map(str::to_owned));
    (prop_oneof![daily, weekly, monthly, yearly], 1..5u32, end, start_of_week)
        .prop_map(|(rule, interval, end, wkst)| format!("{rule};INTERVAL={interval}{end}{wkst}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn random_rules_come_to_the_same_starts(rule in rules(), day in 0..1_500u32, minute in 0..1_440u32) {
        // From 2026 on.
        let first = LocalTime::from_minutes((20_454 + day) * 1_440 + minute);
        let ours = rule.parse::<Rule>().unwrap_or_else(|why| panic!("{rule}: {why}")).starts(first);
        prop_assert!(ours.len() <= RIDES_PER_SERIES_MAX);
        let ours: Vec<String> = ours.iter().map(LocalTime::to_string).collect();
        let theirs = theirs(first, &rule);
        // Ours ends after ten years, theirs does not.
        let compared = theirs.len().min(ours.len()).min(usize::from(COMPARED));
        prop_assert_eq!(&ours[..compared], &theirs[..compared], "{} from {}", rule, first);
        let last = theirs.get(compared);
        let beyond = (20_454 + day) * 1_440 + 10 * 365 * 1_440;
        let limit = LocalTime::from_minutes(beyond).to_string();
        prop_assert!(last.is_none_or(|last| *last >= limit), "{rule} from {first}: {last:?} is missing");
        prop_assert!(ours.len() >= theirs.len() || compared == ours.len());
    }
}
