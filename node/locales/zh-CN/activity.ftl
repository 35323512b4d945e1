# 大家一起做的事。
activities = 活动
activities-coming = 将要举行
activities-all = 全部
activities-none = 还没有安排活动。
activity-by = { $name } 发起
activity-plan = 安排一次活动
activity-plan-send = 发布活动
activity-title = 做什么？
activity-place = 在哪里集合？
activity-from = 开始时间
activity-until = 结束时间
activity-roles = 有哪些岗位，各要几个人？
activity-roles-hint = 一行一个，人数写在最后：搬沙袋 10
activity-checks = 开始前要检查的
activity-checks-hint = 一行一条。全部打勾之前，活动不算准备好。
activity-taken = { $places } 个名额，已有 { $taken } 人{ $waiting ->
    [0] {""}
   *[other] ，{ $waiting } 人候补
}
activity-ready = 都准备好了
activity-not-ready = 还没检查完
activity-called-off = 取消，不举行了
activity-over = 已结束
activity-holders = 来的人：{ $names }
activity-awaiting = 递补上来、还没答应的：{ $names }
activity-waitlist = 候补（按顺序）：{ $names }
activity-standby = 有人还没出发。现在请候补的人来：{ $names }
activity-unaware = 还没看到取消的（{ $n } 人）：{ $names }
activity-join = 我来
activity-leave = 我来不了
activity-yes = 好，我来
activity-go = 我出发了
activity-heard = 我看到了
activity-grant = 把名额给某人
activity-person = 姓名
activity-tick = 检查好了
activity-untick = 还没好
activity-call-off = 取消活动
activity-reason = 为什么？大家都会看到。
place-holder = 您有名额
place-awaiting = 轮到您了，请答应一声
place-waiting = 您在候补
told-called-off = “{ $title }”取消了，不举行了。请点一下“我看到了”。
ask-kind-activity = 活动名额
envelope-activity = 活动
thing-roles = 岗位
