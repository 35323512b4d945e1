# 求助单的一生：每一种处理、缺什么、为什么现在不行。
error-say-what = “{ $verb }”还缺一样：{ $lacks }。
    .hint = 写法见 `linli help` 加命令名。
lack-reason = 理由，或转到哪里（--reason）
lack-person = 是谁（姓名）
lack-request = 另一张是哪一张（编号）
lack-offer = 对方就这两单向您提出的换单
lack-team = 一个队伍的群，不是求助单自己所在的群

refusal-ask-somebody-else = 这一步由别人来做，求助单上写着谁可以。
refusal-wait-until-published = 要先由居委会发到群里。
refusal-reopen-first = 已经结束了，求助人可以重新打开。
refusal-acknowledge-cancelling = 正在撤回：请说知道了，不用去了。
refusal-hold-already = 这单已经是您的。
refusal-wait-behind-another = 前面有人：请等一等，或者退回。
refusal-claim-first = 您还没有认领，请先认领。
refusal-said-already = 已经说过了。
refusal-cannot-undo-pickup = 人已经接到，发生了的事收不回。
refusal-cancel-instead = 还没有人认领：不需要了就撤回。
refusal-still-going = 还没有结束，不用重新打开。
refusal-ask-the-subject = 是本人撤回的，只有本人能重新打开。
refusal-not-on-hold = 没有挂起。
refusal-not-resolved-yet = 还没有人说办好了。
refusal-too-early = 求助人有七天时间回话，可以先打电话回访。
refusal-nobodys-place = 这个人没有认领这单。

button-register = 受理
button-publish = 发到群里
button-hold = 挂起
button-resume = 恢复办理
button-refer = 转办
button-decline = 不予受理
button-duplicate = 并案
button-offer = 提出换单
button-accept = 同意换单
button-arrive = 我到了
button-pickup = 接到了
button-grant = 派单
button-revoke = 撤换
button-resolve = 标为已解决
button-close = 默认结案
button-attach = 补充照片或文件
button-visit = 记一次走访
button-note = 代录
button-post = 发给队伍

did-visit = 走访了
did-attach = 补充了照片或文件
did-note = 代录了电话里的话
did-post = 不具名发给了队伍

thing-places = 名额（1 到 1000）
thing-urgency = 紧急程度（1 到 4）
thing-until = 时间段的结束
thing-promise = 承诺
thing-outcome = 走访结果
thing-intake = 替来电的人登记
thing-desk = 看值班台的清单
