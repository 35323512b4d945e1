//! How codes, times and what a browser wants are said.

use crdt::time::ClaimedTime;
use jiff::tz::{TimeZone, offset};

use super::*;

#[test]
fn codes_in_an_error_are_said_in_words() {
    let args = [("verb", "claim".to_owned()), ("status", "cancelled".to_owned())];
    let error = ApiError::new(ErrorKind::NotNow, args);
    let (sentence, _) = Words::of(Lang::ZhCn).error(&error);
    assert_eq!(sentence, "现在不能“抢单，我来帮”，这张求助单的状态是：已撤回。");
}

#[test]
fn whoever_was_not_drawn_is_told_kindly() {
    let told = Words::of(Lang::ZhCn).told("lost", "送奶奶去医院", Some("陈师傅"));
    assert_eq!(told, "“送奶奶去医院”这次没抢中，由陈师傅去。谢谢您的热心，您留作候补。");
}

#[test]
fn the_language_of_a_browser_is_found_by_its_weights() {
    for (header, lang) in [
        ("", Lang::En),
        ("zh-CN,zh;q=0.9,en;q=0.8", Lang::ZhCn),
        ("en-GB,en;q=0.9,zh;q=0.8", Lang::En),
        ("de,fr;q=0.9,zh-TW;q=0.2", Lang::ZhCn),
        ("en;q=0.3, zh;q=0.7", Lang::ZhCn),
        ("zh;q=0", Lang::En),
        ("zh;q=nonsense", Lang::En),
        ("*", Lang::En),
    ] {
        assert_eq!(Lang::preferred(header), lang, "{header}");
    }
    assert_eq!(Lang::from_code("zh_CN.UTF-8"), Some(Lang::ZhCn));
    assert_eq!(Lang::from_code("C.UTF-8"), None);
}

#[test]
fn times_are_said_as_people_say_them() {
    let zone = TimeZone::fixed(offset(8));
    let now = ClaimedTime(1_795_429_800_000);
    let (en, zh) = (Words::of(Lang::En), Words::of(Lang::ZhCn));
    let yesterday = ClaimedTime(now.0 - 24 * 3600 * 1000);
    let last_year = ClaimedTime(now.0 - 365 * 24 * 3600 * 1000);
    assert_eq!(zh.moment(now, now, &zone), "18:30");
    assert_eq!(zh.moment(yesterday, now, &zone), "11月22日 星期日 18:30");
    assert_eq!(en.moment(yesterday, now, &zone), "Sunday, 22 November 18:30");
    assert_eq!(zh.day(last_year, now, &zone), "2025年11月23日 星期日");
    assert_eq!(en.day(last_year, now, &zone), "Sunday, 23 November 2025");
    assert_eq!(zh.moment(ClaimedTime(u64::MAX), now, &zone), "时间不明");
    assert_eq!(en.ago(59_000), "just now");
    assert_eq!(en.ago(60_000), "a minute ago");
    assert_eq!(zh.ago(7_200_000), "2 小时前");
    assert_eq!(zh.ago(u64::MAX / 2), "106751991167 天前");
}
