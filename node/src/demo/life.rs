//! What goes on in the neighbourhood while one watches: a few lines, a request, a pinned note, and
//! a new line from time to time.
//!
//! All of it is made up, and each line says the same in both languages, so that whoever watches
//! sees what crosses.

use std::{sync::atomic::Ordering, time::Duration};

use tokio::time::{MissedTickBehavior, interval};

use super::{
    Show,
    town::{CHEN, LI, OFFICE, Town, ZHANG},
};
use crate::api::{ApiError, Command};

/// How often one of the homes writes.
const TRICKLE_EVERY: Duration = Duration::from_secs(6);

/// Lines that are written by themselves: an hour's worth, then it is quiet.
const TRICKLE_MAX: usize = 600;

const OPENING: [(usize, &str); 4] = [
    (OFFICE, "明早八点到十点停水 · No water tomorrow from 8 to 10"),
    (ZHANG, "我后备厢还能放两箱菜 · Room for two boxes of vegetables in my car"),
    (CHEN, "谢谢小张昨天帮我提米 · Thank you for carrying the rice, Zhang"),
    (LI, "下午我去药店，谁要带药？ · To the chemist this afternoon: who needs anything?"),
];

const LINES: [(usize, &str); 12] = [
    (LI, "3 栋电梯修好了 · The lift in no. 3 works again"),
    (CHEN, "桂花开了，真香 · The osmanthus is in bloom"),
    (ZHANG, "门口路口积水，慢点开 · Water on the crossing: drive slowly"),
    (OFFICE, "食堂今天有绿豆汤 · Mung bean soup in the canteen today"),
    (ZHANG, "谁有十字螺丝刀？ · Has anyone a screwdriver?"),
    (LI, "我有，晚上给你 · I have; tonight"),
    (CHEN, "小花猫在我这儿 · The little cat is with me"),
    (OFFICE, "周六上午义诊 · Free check-ups on Saturday morning"),
    (LI, "给陈奶奶带了豆浆 · Soy milk for Granny Chen"),
    (CHEN, "收到啦，热乎的 · Got it, still warm"),
    (ZHANG, "充电桩空出一个 · A charging place is free"),
    (OFFICE, "快递放在门卫室 · Parcels are at the gate"),
];

/// Begins with a little history, then lets a line trickle in until the demo ends.
pub async fn live(show: std::sync::Arc<Show>) {
    tokio::select! {
        () = show.stop.cancelled() => (),
        lived = go_on(&show) => if let Err(error) = lived {
            tracing::warn!(%error, "The demo's neighbours fell silent");
        },
    }
}

async fn go_on(show: &Show) -> Result<(), ApiError> {
    begin(&show.town).await?;
    let mut ticks = interval(TRICKLE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    for (at, text) in LINES.into_iter().cycle().take(TRICKLE_MAX) {
        ticks.tick().await;
        while !show.trickle.load(Ordering::Relaxed) {
            ticks.tick().await;
        }
        show.town.post(at, text).await?;
    }
    Ok(())
}

async fn begin(town: &Town) -> Result<(), ApiError> {
    // Whoever has just walked in may write once the office's invitation has reached his node.
    town.agreed().await?;
    for (at, text) in OPENING {
        town.post(at, text).await?;
    }
    let (group, text) =
        ("all".to_owned(), "居委会 24 小时有人 · Office open day and night".to_owned());
    town.ask(OFFICE, Command::Pin { group, text }).await?;
    let title = "搬一张旧床下楼 · Carry an old bed downstairs".to_owned();
    let details = "周三上午 · Wednesday morning".to_owned();
    let id = town.ask_for_help(title, details).await?;
    for text in ["手套 · gloves", "绳子 · a rope", "两个人 · two people"] {
        let (id, text) = (id.to_hex(), text.to_owned());
        town.ask(CHEN, Command::ChecklistAdd { id, text }).await?;
    }
    Ok(())
}
