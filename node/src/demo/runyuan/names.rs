//! What the people of Runyuan are called, where they live and what they say: all made up.

use super::{COMPOUNDS, Plan};

const FAMILY: [&str; 24] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗", "梁", "宋", "郑", "谢",
];

const GIVEN: [&str; 31] = [
    "桂香", "建国", "淑芬", "志强", "小雨", "伟", "敏", "静", "秀英", "晨", "子涵", "国庆", "玉兰",
    "海", "丽", "浩然", "思琪", "文斌", "春梅", "凯", "佳", "明远", "巧云", "立新", "欣怡", "宏",
    "阿婆", "雪", "俊杰", "惠", "一诺",
];

const LINES: [&str; 16] = [
    "三栋电梯修好了，谢谢师傅",
    "谁家有梯子，借用半小时",
    "食堂今天有绿豆汤，老人免费",
    "东门路口积水，开车慢一点",
    "捡到一串钥匙，放在门卫室了",
    "周末一起大扫除，自带手套",
    "充电桩空出来一个",
    "药店还有退烧药，要的在群里说",
    "Does anyone have a spare folding bed for two nights?",
    "孩子的书包落在滑梯边了，谁看到了",
    "晚上八点后请把音乐关小一点",
    "快递放在架子上了，记得来拿",
    "小花猫在我家，谁家的",
    "我去菜场，要带菜的说一声",
    "地下车库 B2 的灯坏了，已经报修",
    "Thank you all for the soup yesterday",
];

const WISHES: [(&str, &str, &[&str]); 8] = [
    ("去医院透析，需要接送", "周二周四上午，回来也要接", &["扶上车"]),
    ("老人买药", "降压药两盒，单子在家", &[]),
    ("搬一张床下楼", "没有电梯，两个人就够", &["两个人"]),
    ("水管漏了", "厨房，已经关了总阀", &[]),
    ("接孩子放学", "这周三，老人带不动", &["有儿童座椅"]),
    ("去复查，视力不好", "上午九点到医院就行", &["视障", "陪同"]),
    ("轮椅坏了一个轮子", "借一辆两天也行", &[]),
    ("送两箱水上五楼", "腰不好，提不动", &[]),
];

/// Title, place, role, what is looked at before.
const ACTIVITIES: [(&str, &str, &str, &[&str]); 8] = [
    ("楼道大扫除", "各楼一层", "打扫", &["扫帚和手套", "垃圾袋"]),
    ("老人免费理发", "百合花园活动室", "接送与陪同", &["理发师到了", "轮椅"]),
    ("防汛沙袋演练", "梧桐花园地库口", "搬沙袋", &["沙袋", "水泵试过"]),
    ("爱心食堂帮厨", "社区食堂", "帮厨", &["健康证", "围裙"]),
    ("量血压", "风尚水郡东门", "登记", &["血压计", "登记表"]),
    ("旧衣物整理", "百合花园车棚", "分类", &[]),
    ("儿童读书会", "梧桐花园图书角", "领读", &["书"]),
    ("河边捡垃圾", "河滨步道", "捡拾", &["夹子", "水"]),
];

/// Which home is where.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    per_building: usize,
}

impl Names {
    /// For buildings of so many homes.
    pub fn of(per_building: usize) -> Self {
        Self { per_building: per_building.max(1) }
    }

    /// The compound of a home, and its building's name.
    pub fn building(self, plan: &Plan, home: usize) -> (usize, String) {
        let (compound, within) = place(plan, home);
        (compound, format!("{}{}号楼", COMPOUNDS[compound].0, within / self.per_building + 1))
    }

    /// The compound of a home, and what its door says.
    pub fn door(self, plan: &Plan, home: usize) -> (usize, String) {
        let (compound, within) = place(plan, home);
        let (building, at) = (within / self.per_building + 1, within % self.per_building);
        let short: String = COMPOUNDS[compound].0.chars().take(2).collect();
        (compound, format!("{short}{building}-{}0{}", at / 4 + 1, at % 4 + 1))
    }

    /// Who lives in a home; at least one.
    pub fn people(self, plan: &Plan, home: usize) -> Vec<String> {
        let upto = |home: usize| home * plan.people / plan.households;
        let family = FAMILY[home * 13 % FAMILY.len()];
        let one = |at: usize| format!("{family}{}", GIVEN[(home * 5 + at * 7) % GIVEN.len()]);
        (0..(upto(home + 1) - upto(home)).max(1)).map(one).collect()
    }

    /// A line that somebody says; the number keeps two of them apart.
    pub fn line(self, number: usize) -> String {
        let line = LINES[number * 7 % LINES.len()];
        if number < LINES.len() { line.to_owned() } else { format!("{line}（{number}）") }
    }

    /// What people do together: title (the number keeps two of them apart), place, role, what is looked
    /// at before.
    pub fn activity(
        self,
        number: usize,
    ) -> (String, &'static str, &'static str, &'static [&'static str]) {
        let (title, place, role, checks) = ACTIVITIES[number % ACTIVITIES.len()];
        let round = number / ACTIVITIES.len() + 1;
        (format!("{title}（第 {round} 次）"), place, role, checks)
    }

    /// What somebody asks for: title, details, needs.
    pub fn wish(self, number: usize) -> (&'static str, &'static str, &'static [&'static str]) {
        WISHES[number * 3 % WISHES.len()]
    }
}

/// The compound of a home, and its number within it.
fn place(plan: &Plan, home: usize) -> (usize, usize) {
    let (mut first, mut parts) = (0, 0);
    for (compound, (_, share)) in COMPOUNDS.iter().enumerate() {
        parts += share;
        let end = if compound + 1 == COMPOUNDS.len() {
            plan.households
        } else {
            plan.households * parts / 100
        };
        if home < end {
            return (compound, home - first);
        }
        first = end;
    }
    (COMPOUNDS.len() - 1, home - first)
}
