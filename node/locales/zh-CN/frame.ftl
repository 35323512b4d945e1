# 每一页都有的话。
brand = 邻里
skip-to-content = 跳到正文
nav-label = 页面
nav-home = 首页
nav-groups = 群
nav-requests = 求助
nav-people = 邻居
nav-network = 网络

strip-whole = 已连接 { $n } 户
strip-near = 仅本楼：已连接 { $n } 户
strip-alone = 单机：现在连不上别家
strip-is-office = 这里就是居委会
strip-office-here = 居委会已连上
strip-office-heard = 居委会{ $ago }有消息
strip-office-never = 还没有联系上居委会
strip-arriving = 正在取以前的内容：{ $n } / { $all }
strip-unsent = 有 { $n } 条还只存在本机

saved = 已存本机
sent = 已送达
sent-all = 已送达：您家写的都已经传到别家
sent-some = 已存本机，还有 { $n } 条没传出去；一连上就会自动送达

somebody = 有人
somebody-else = 别的邻居
list-comma = 、
list-more = 等 { $n } 人
list-next = 再看一些
save = 保存
really = 确定：{ $name }
urgent = 紧急
official = 官方
me = 我

field-number = 这里要填数字。
field-empty = 这里还没有写。
field-too-long = 太长了，大约能写 { $n } 个字。
field-vouches = 请填 1 到 { $n } 之间的数。

time-unknown = 时间不明
time-day = { $month }月{ $day }日 { $weekday ->
    [1] 星期一
    [2] 星期二
    [3] 星期三
    [4] 星期四
    [5] 星期五
    [6] 星期六
   *[other] 星期日
}
time-day-year = { $year }年{ time-day }
ago-now = 刚刚
ago-minutes = { $n } 分钟前
ago-hours = { $n } 小时前
ago-days = { $n } 天前
