# 值班台、个案、统计、送达。
desk = 值班台
desk-lists = 值班台的清单
desk-nothing = 这里没有要办的。
desk-more = 还有 { $n } 件
desk-late = 有 { $n } 件在移出之后才到：请看要不要算数
desk-cut = 断网期间（{ $since } – { $until }）：新增 { $new } 件，冲突 { $conflicts } 件，正在告知 { $told } 人别人已接手。
desk-silent = { $n ->
    [one] 联系不上：{ $home }，最后一次是{ $ago }。
   *[other] 联系不上 { $n } 户；最久的是 { $home }，最后一次是{ $ago }。
}
desk-list-unanswered = 待受理
desk-list-unclaimed = 无人认领
desk-list-overdue = 超时
desk-list-conflicts = 冲突待核
desk-list-call-backs = 待回访
desk-list-provisional = 待确认接手人

figures = 统计
figures-hint = 只有数目和时间，没有姓名。多快有人答复、多快办好、满不满意，是三件事。
figures-ever = 全部
figures-days = { $n } 天
figures-all = 合计
figures-compounds = 按小区
figures-buildings = 按楼
figures-groups = 按群
figures-name = 哪里
figures-whole = 全部
figures-asked = 求助
figures-unanswered = 还没答复
figures-half = 首次答复：半数在
figures-nine = 九成在
figures-resolved = 办好：半数在
figures-confirmed = 已确认
figures-by-default = 默认结案
figures-reopened = 重新打开
figures-plot = 首次答复要几小时，号码见下表：实心是半数以内，框线是九成以内。
figures-minutes = { $n } 分钟
figures-hours = { $n } 小时
figures-cut-off = 其中 { $n } 件被断网耽搁，半数不超过 { $half }；这段时间没有算在上面。
figures-skewed = 有 { $n } 件没有算进时间：它们的钟互相矛盾。
figures-noted-solved = 电话代录：{ $n } 件说已解决，
figures-noted-unsolved = { $n } 件说没有解决。

case-request = 求助单页面
case-origin = 来自这条消息
case-do = 要办的事
case-kind = 类别
case-area = 大致地点
case-window = 时间
case-needs = 需要
case-places = 需要几人
case-subject = 为谁
case-proxy = 代办人
case-person = 谁？（名字）
case-other = 哪一张求助单？（短号）
case-reason = 原因，或转到哪里？
case-outcome = 结果怎样？
case-promised = 答应了什么？（可以不填）
case-follow-up = 最晚什么时候回访（可以不填）
case-no-time = 这不是一个时间。
case-note-hint = 电话里说的由您代录；只有求助人自己能确认。
case-solved = 对方说已解决
case-words = 原话
case-post-hint = 队员只看到需要什么，看不到是谁。
case-team = 发给哪个队？
case-post-title = 换个说法（可以不填）
case-notes = 入户和电话
case-visit = { $time } · { $who } 到过。{ $outcome } { $promise }
case-promise = 答应：{ $what }，{ $due } 之前。
case-said-solved = { $time } · { $who } 电话代录：已解决。“{ $words }”
case-said-unsolved = { $time } · { $who } 电话代录：没有解决。“{ $words }”
case-postings = 已发到的队

ask-kind-question = 咨询
ask-kind-help = 求助
ask-kind-complaint = 投诉
ask-kind-report = 举报
ask-kind-suggestion = 建议

reach = 谁收到了
reach-everywhere = 整个社区
reach-place = 哪里
reach-reached = 已送达
reach-seen = 已读
reach-knock = 要去敲门的
reach-not-read = 已送到，没人看过
reach-not-there = 还没送到

thing-doors = 看一栋楼的门牌
doors-all = 全部门牌
doors-alert = 拍照发预警
doors-count = 共 { $n } 户
doors-urgent = 有急事：{ $n } 件没办完
doors-asks = 在求助：{ $n } 件没办完
doors-here = 现在连着
