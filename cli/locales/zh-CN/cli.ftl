# 命令行自己的话。和页面共用的词在 node/locales。

label-error = 错误：
label-hint = 提示：
done = 好了。

usage-missing-verb = 没有说要做什么
usage-unknown-verb = 没有“{ $what }”这个命令
usage-unknown-argument = 这里没有“{ $what }”这个选项
usage-missing-argument = 缺少：{ $what }
usage-bad-value = “{ $what }”不能用作 { $arg }
usage-conflict = “{ $what }”不能和其余的一起用
usage-other = 命令写得不对：{ $what }
usage-suggestion = 可以是：{ $guess }。
usage-hint = 用 `linli help` 查看能做什么，或在命令后面加 `--help`。

error-lost = 节点还没回答就断开了
    .hint = 不知道做成了没有：先启动节点，用 `linli log` 或 `linli requests` 看一看，再决定要不要重试。
error-stopped = 节点自己停了
    .hint = 上面日志的最后几行写了原因；常见的是磁盘满了。
error-no-node = 这一家的节点没有运行
    .hint = 在另一个窗口用 `linli up` 启动它。
error-no-data-folder = 这个用户没有可以存放数据的主目录
    .hint = 用 `--data 目录` 指定一个文件夹。
error-not-equal = 要有 { $wanted } 个节点一致，现在有 { $equal } 个
    .hint = 用 `linli status` 看谁不在；用 `linli up --dial 地址` 把缺的连上。
error-unhealthy = 有 { $failed } 项检查没有通过
    .hint = 上面每一项都写了查到什么；`linli rebuild` 可以修复列表。
error-cannot-read = 读不了文件 { $path }：{ $reason }
    .hint = 检查文件名，以及有没有读取权限。
error-no-text-column = 表格 { $path } 没有“text”这一列
    .hint = 第一行要写列名，其中一列叫“text”。
error-bad-line = 第 { $line } 行不能用：{ $reason }
    .hint = 它前面的都已经发出。改好这一行再导入一次：不会重复发送。
error-unknown-bench = 没有“{ $name }”这个测速
    .hint = 有这些：{ $names }。
error-unexpected = 节点的回答不在这个版本的意料之中
    .hint = 停掉节点再启动，让两边是同一个版本。
error-machinery = 程序启动不了：{ $reason }
    .hint = 可能是内存不够，或打开的文件太多。
error-output = 结果写不出去：{ $reason }
    .hint = 检查输出去了哪里；磁盘满了吗？

line-too-long = 超过 { $limit } 字节；是不是少了一个引号？
line-text-too-long = 文字有 { $bytes } 字节，一条消息最多 { $limit }
line-empty = 没有文字
line-not-utf8 = 不是 UTF-8 文字
line-not-json = 不是带“text”的对象（{ $reason }）
line-open-quote = 引号没有关上，文件余下的内容都在引号里
line-ragged = 有 { $found } 列，而表头有 { $wanted } 列

init-made = 已在 { $data } 生成这一家的密钥。
init-next-founded = 接下来：`linli up`，再用 `linli invite` 邀请每位邻居。
init-next-join = 接下来：`linli join 链接`，链接由邻居用 `linli invite` 生成。
paper-intro = 下面 { $count } 份纸上密钥只显示这一次，哪里都不保存。请把每一份的词抄在各自的纸上，核对好，分开放在不怕火也不怕偷的地方：谁拿到这些词，谁就能以你的名义行事。
paper-root = 社区密钥，第 { $number } 份，共 { $of } 份：管理员都失联时，任意 { $threshold } 份合起来可以挽救社区。
paper-person = 你自己的密钥：所有设备都丢了的时候，用它证明你是你。

up-address = 地址：{ $address }
invite-stopped = 这个链接里没有地址，因为本机的节点没有在运行。请先运行 `linli up`，再生成一次链接；或者让两台机器在同一个网络里，它们会自己找到对方。
invite-nowhere = 这个链接里还没有地址：本机的节点还没有监听任何地址。等 `linli up` 打印出地址以后，再生成一次。
up-page = 页面：{ $page }
up-name = 这台盒子在网络上的名字，信任它的手机用：{ $name }
up-code = 手机配对码（只能用一次）：{ $code }
up-running = 正在运行。按 Ctrl-C 停止。
up-arriving = 正在取以前的内容：{ $n } / { $all }。最新的先到，其他照常使用。
up-arrived = 全部取到了。
up-stopping = 正在停止。

knock-looking = 正在这个网络上寻找社区……
knock-waiting = { $code }  请与{ $neighbourhood }的{ $home }当面或打电话核对这六位数字。对方用 `linli approve` 批准。
approvals-row = { $code }  { $home }，{ $person }，{ $minutes ->
        [0] 刚到
       *[other] 已等 { $minutes } 分钟
    }
approved = 已批准；链接已发到对方的机器。
denied = 已回绝。
join-done = 已加入 { $community }。
join-again = 您又进来了。这台机器以后写的，和别家连上之后就算数。
join-next-up = 接下来：`linli up`。
join-syncing = 正在取别人已有的内容。按 Ctrl-C 也没关系：节点会继续。
join-equal = 全部到齐。
join-alone = 暂时谁也连不上。节点会继续尝试；可用 `linli status` 查看。

directory-joined = 您在群里
groups-row = { $name }  { $kind }  { $members } 人，{ $messages } 条消息{ $unread ->
        [0] {""}
       *[other] ，{ $unread } 条未读
    }
group-made = 已建群“{ $name }”。
group-joined = 你已在群“{ $name }”里。

mark-official = 官方
mark-edited = 改过
mark-removed = 已被移出的人写的
mark-withdrawn = （已撤回）

import-done = 发出 { $new } 条，{ $known } 条早已有了。

ask-done = 已求助。打电话时可以报这个号码：
requests-none = 没有人在等。
holder = 由 { $holder } 负责
holder-provisional = 由 { $holder } 负责，尚未确认
conflicts = （断开时两边都改了 { $count } 项内容）
request-by = 求助人：{ $requester }
request-waitlist = 排在后面：{ $names }
request-awaiting = 还没答应：{ $names }
act-status = 现在：{ $status }
act-rivals = 还有 { $count } 人也认领了；按规则定，每个节点结果都一样。
notice-next = 还没人认领：{ $request }

status-home = { $home }，在 { $community }
status-alone = { $home }，还没有加入社区
status-group = { $name }：{ $messages } 条消息，{ $unread } 条未读，状态 { $state }
status-unsent = { $count ->
        [0] 这里写的，别的节点都有了。
       *[other] 这里写的有 { $count } 件，别的节点还没有。
    }
peer-connected = 已连接
peer-away = 不在
peer-never-compared = 还没比对过
peer-equal = { $seconds } 秒前比对一致
peer-apart = 这边缺 { $here }，那边缺 { $there }，{ $seconds } 秒前

doctor-ok = 正常：{ $name }（{ $found }）
doctor-bad = 不正常：{ $name }（{ $found }）

demo-page = 四户人家已启动：打开 { $page }，剪断一根线试试。
demo-runyuan = 润园 3134 户已入住：打开 { $page }，看看居委会的一天。
demo-running = 按 Ctrl-C 结束演示，并清除它写下的一切。
demo-stopping = 正在停止演示。

asked-passphrase = 口令（不会显示）：
asked-old-passphrase = 现在的口令（不会显示）：
asked-new-passphrase = 新口令（不会显示）：
asked-again = 再输一遍：
asked-paper = 您纸上密钥的 24 个词，写在一行里（不会显示）：
passphrase-set = 设好了。您的封存密钥已经锁上；值班时用 `linli unlock` 打开。
lock-done = 这台机器上的封存密钥都锁上了。
key-bare = { $person }：封存密钥没有口令，谁拿到这台机器谁就有它。用 `linli passphrase` 设一个。
key-open = { $person }：封存密钥开着，到 { $until } 为止
key-shut = { $person }：封存密钥锁着
key-copied = { $person }：另一台机器有一样的密钥；打开一次封存密钥（`linli unlock`）就能再写
resident-added = { $name }也住在这里了：用 `--as { $name }` 以这个称呼写。
bundle-written = 已把 { $count } 条写进 { $file }。捡到的人读不了里面的任何消息。
bundle-read = 新收 { $new } 条，{ $known } 条早已有了，拒收 { $refused } 条，{ $pending } 条在等别的或不算数。
backup-done = 备份写进了 { $file }。请放到另一块盘上；没有口令谁也打不开，您自己也一样。
restore-done = 恢复好了：{ $home }，机器的密钥是新的。
restore-shut = { $person }现在能看，用过 `linli unlock` 之后就能写。
recover-next = 下一步：`linli up`，等它和别家一样（`linli wait`），再运行 `linli recover --revoke-old`。
recover-revoked = { $count ->
        [0] 您没有别的设备还有权限。
       *[other] 旧设备的 { $count } 把密钥不再有权限。
    }
roots-one = 一把社区密钥：谁有这张纸，谁就能换掉所有管理员；纸丢了，管理员就再也换不了。几户邻居用，这就够了。
roots-several = { $of } 把社区密钥，要有 { $threshold } 把一起签：丢一张没关系，偷走一张也没用。剩下的不到 { $threshold } 张时，管理员就再也换不了。
paper-title = 纸上的密钥
paper-page = 要打印的页面在 { $file }。打印出来，核对好，再把文件删掉。
papers-next = 抄好以后请核对：`linli paper check`（同一台机器上别人的，加 `--as 名字`）。
papers-checked = 您自己的纸核对过了。
papers-unchecked = 您自己的纸还没有核对：`linli paper check`。
papers-roots-left = 社区的纸还有 { $count } 张没有核对：`linli paper check` 每次核对一张。

error-nothing-typed = 什么都没有输入
    .hint = 问到时输入，或者从标准输入给出，一行一个。
error-typed-differently = 两次输入的不一样
    .hint = 什么都没有改，请再试一次。
error-cannot-write = { $path } 无法写入：{ $reason }
    .hint = 请换一个地方；已有的文件不会被覆盖。
mark-taken-down = （被管群的人撤下）

people-devices = { $count ->
        [0] 没有设备
       *[other] { $count } 台设备
    }
why-root = 由社区的纸钥匙任命
why-given = 由 { $by } 以“{ $role }”的身份给予
why-invited = 由 { $by } 以“{ $role }”的身份邀请
why-vouched = 由 { $by } 担保
why-open = 进了 { $by } 以“{ $role }”的身份建的群
why-removed = { $role }：被 { $by } 收回
why-void = { $role }：不算数。{ $reason }
granted-again = 好了。这个人的机器要换一把新的书写钥匙：请在那台机器上用这个链接再加入一次。
removed = 好了。写下的 { $kept } 件保留{ $cut ->
        [0] {""}
       *[other] ，{ $cut } 件在界线之后
    }。以后传到的用 `linli late` 查看。
rebound-given = 已交给新的人：{ $role }
rebound-left = 您给不了，请管这个群的人让新的人进来：{ $role }
compare-nobody = 一户邻居也连不上：界线就划在这台机器现有的地方。
compare-done = 已和连得上的 { $linked } 户中的 { $equal } 户比对过。
late-none = 没有迟到的内容。
late-key = 被吊销的设备
late-row = { $person }，{ $role }，由 { $by } 移出：{ $items } 件迟到
late-admit = 用 `linli admit` 可以收下。
admitted = 现在有 { $items } 件算数了。
device-writer = 书写
device-box = 机器
device-sealed = 封存钥匙
device-here = 就是这台
device-live = 在用
device-revoked = 被 { $by } 吊销
device-void = 无效
forks-none = 没有分岔。
fork-chosen = （已选）
knocked-vouches = 已记下您想进“{ $name }”：{ $need } 人里已有 { $have } 人担保。群里的人用 `linli group vouch` 担保，够了您就进群了。
knocked-approval = 已记下您想进“{ $name }”。管群的人用 `linli group approve` 让您进来。
member-owner = 管群
member-leaving = 要离开
waits-vouches = { $name } 在等：{ $need } 人里已有 { $have } 人担保（{ $by }）
waits-other = { $name } 在等：{ $reason }
exception-row = { $person } 破例进群，{ $by } 决定：{ $reason }
report-row = { $by } 举报 { $author }：{ $reason }
exported = 已把 { $messages } 条消息和 { $requests } 张求助单写入 { $path }。
left = 已告诉大家。有权办理的人一读到，您就不在名单上了。
reported = 管群的人会看到。
place-area = 片区
place-group = 群
trouble-counts = 在等：{ $pending }，不算数：{ $quarantined }，有害：{ $poison }。
trouble-waits = 在等 { $ids }
root-papers = 请输入每张纸上的词，每张之后空一行，最后按 Ctrl-D。
erase-done = 这里已经删掉；其他家收到后也会删掉。
vault-name = 姓名：{ $text }
vault-phone = 电话：{ $text }
vault-door = 门牌：{ $text }
vault-details = 详情：{ $text }
vault-erased-contact = 姓名、电话、门牌已经删掉。
vault-erased-sensitive = 给居委会看的详情已经删掉。
vault-earlier = { $who } 以前还看过 { $times } 次
vault-opened = { $time }  { $who } 看过  { $more }
vault-released = { $time }  { $who } 把姓名、电话、门牌给了 { $more }
vault-released-unconfirmed = { $time }  { $who } 把姓名、电话、门牌给了尚未确认的 { $more }
vault-confided = { $time }  { $who } 让 { $more } 也能看只给居委会的内容
confide-done = { $person } 现在看得到了。家属会看到是谁让看的、为什么。
search-none = 没有找到，请换短一点、少一点的词。
people-introduced = 经介绍
people-met = { $count } 位见过
people-number = 您的号码：{ $number }
faq-none = 没有找到含这些字的答复。
duty-none = 还没有安排值班。
duty-row = { $name }，电话 { $phone }，至 { $until }；下一位 { $next }

series-none = 这里还没有定期的单。
series-planned = 排好了，编号：{ $code }
series-not-understood =   ! 这个版本看不懂这条规则，排不出单来。
series-rota =   轮值：{ $names }
series-driven =   { $person }跑了 { $legs } 程
swap-done = 换好了。
swap-offered = 已提出，对方照样说一遍就算同意。
rota-nothing = 轮值表上没有您的单。
rota-standby = 请您候补：
rota-offer = { $person }想用 { $theirs } 换您的 { $mine }；同意请用 `linli series swap { $mine } { $theirs }`
holder-stale = [久未确认]
slip-title = 事项：{ $title }
slip-name = 姓名：{ $name }
slip-code = 编号：{ $code }
request-area =   位置：{ $text }
request-window =   时间：{ $text }
request-needs =   需要：{ $text }
request-for =   为 { $text }
request-proxy =   由 { $text } 代办
request-to-desk =   只给值班台看，内容在隐私内容里
request-waits =   等居委会或求助的家里确认后再出发
request-early =   离开始还早，页面上暂时没有“出发”
request-unconfirmed =   认领人尚未确认，可以出发
request-by-default =   默认结案：求助人七天没有回话
request-visit =   走访 { $time } · { $who } · { $outcome }
request-promise =     承诺：{ $promise }，{ $time } 回访
request-added =   { $by } 补充 · { $time }：{ $count } 个（从第 { $from } 个起）
request-file =   文件 { $number }：{ $name }（{ $kb } kB）
request-noted-solved =   电话里说，{ $by } 代录：解决了。{ $words }
request-noted-unsolved =   电话里说，{ $by } 代录：没有解决。{ $words }
request-posting =   已发给{ $group }：{ $row }
desk-cut = 断网期间（自 { $since } 起）：新 { $new } 件，冲突 { $conflicts } 件，{ $told } 人已告知
desk-unanswered = 待受理：{ $count }
desk-unclaimed = 无人认领：{ $count }
desk-overdue = 超时：{ $count }
desk-conflicts = 冲突待核：{ $count }
desk-call-backs = 待回访：{ $count }
desk-provisional = 暂定待确认：{ $count }
figures-asked = 求助 { $asked } 件（还没有答复 { $unanswered } 件）
figures-response = 居委会首次答复：半数在 { $median } 内，九成在 { $p90 } 内（共 { $count } 件，时:分）
figures-cut-off = 另因断网耽搁：半数 { $median }，九成 { $p90 }（共 { $count } 件）
figures-resolution = 办好：半数在 { $median } 内，九成在 { $p90 } 内（共 { $count } 件）
figures-satisfaction = 本人确认 { $confirmed } · 重新打开 { $reopened } · 默认结案 { $silent } · 代录解决 { $solved }、未解决 { $unsolved }
figures-skewed = 时钟对不上的 { $count } 件，不计入以上时间
reached-everywhere = 整个社区
reached-row = { $place }：{ $households } 户中 { $seen } 户已读，{ $reached } 户已送达
missing-unread = { $home } { $name }：已送达，还没看
missing-unreached = { $home } { $name }：没有送达，请上门
token-made = “{ $name }”的令牌。只显示这一次，谁拿到它就能以您的身份操作。
tokens-none = 您还没有令牌。
token-revoked = 令牌“{ $name }”已失效。
photo-file = 文件
photo-whole = 已存原图。
photo-thumbnail = 只有缩略图：原图不在本机。
name-net = 邻居看到：{ $name }
name-real = 值班台看到：{ $name }
name-none = 值班台：没有登记真实姓名。
name-forgotten = 值班台：真实姓名已经永久删掉。
name-opened = { $time }  { $who } 看过真实姓名  { $more }
answered-before = 居委会以前答过，所以没有再问。加 --anyway 可以照样提问。
request-wardens = 这栋楼归谁管：{ $text }
files-held = 本机有原图 { $count } 张，共占 { $here } KB，上限 { $room } KB。
files-policy = 取原图：{ $fetch }。自动取：预警每张不超过 { $alerts } MB，其他通知不超过 { $news } MB；替邻居取：不超过 { $neighbours } MB。
files-coming = { $name }：已到 { $here } KB，共 { $all } KB
files-no-room = { $name }：已到 { $here } KB，共 { $all } KB，等空间
files-original = { $state }（{ $here } KB，共 { $all } KB）。
paired-none = 没有手机和本机的页面配对。
paired-revoked = 请出去了 { $n } 部。再进来要用新的配对码。
vote-opened = 投票开始了：{ $id }，名册上有 { $n } 户（人）。
vote-row = { $id }  [{ $state }] { $title }  截止 { $time }  已投 { $n } / { $all }
vote-aside-contradicting = { $n } 户投了两次而且不一样，先不算。
vote-aside-unconfirmed = { $n } 张纸票只录了一遍，或者两遍不一样，先不算。
vote-aside-spoilt = { $n } 张票没有选上任何一项。
vote-aside-outside = { $n } 张票不是名册上的人投的，不算。
vote-aside-late = { $n } 张票来晚了，不算。
vote-aside-missing = 报票里有 { $n } 张票还没传到这里。
vote-waits-for = 还没报票：{ $name }
vote-was-closed = { $name } 宣布不再等了。{ $why }
vote-void = 作废：{ $why }
skill-nobody = 没有找到。
skill-ask-desk = 请通过值班台联系
thanks-row = { $id }  { $time }  { $from } 谢谢 { $to }：{ $text }
thanks-row-waiting = { $id }  { $time }  [还没公开] { $from } 谢谢 { $to }：{ $text }
import-odd = 第 { $line } 行不像一条聊天记录，照原样导入了。
import-odd-more = 这样的还有 { $n } 行。

activity-planned = 已安排。编号：{ $code }
activities-none = 还没有安排活动。
activity-called-off =   ✗ 取消，不举行了：{ $reason }
activity-unaware =     还没看到取消的：{ $names }
activity-holders =     来的人：{ $names }
activity-awaiting =     递补上来、还没答应的：{ $names }
activity-waitlist =     候补：{ $names }
activity-standby =     ! 有人还没出发；现在请：{ $names }

hours-person = { $name }：已计 { $hours } 小时；{ $pending } 小时等确认
hours-all = 共计 { $hours } 小时
hours-by-person = 每人
hours-by-team = 每队
hours-by-activity = 每次活动
hours-certificate = № { $number }：{ $name }，{ $hours } 小时，{ $from } – { $until }，{ $issuer } 出具（本机计 { $here }）
hours-valid = ✓ 有效：{ $issuer } 签的名。
hours-not-valid = ✗ 无效：{ $issuer } 没有权限出具。

look-found =   ✓ 找到了：{ $places }
printed = 已写入 { $file }，共 { $pages } 页。
inbox-knock = 要敲门（{ $count } 户）：{ $text }
inbox-door-away =   ○ { $home }  { $names }  没送到
inbox-door-unread =   ◐ { $home }  { $names }  送到了，没看
inbox-unanswered = 还没人回应：
inbox-bring = 要捎的话：
inbox-row =   { $code }  { $title }  { $whose }  { $state }
inbox-empty = 没有要转送的。
vote-you-saw = 结果变了；您上次看到的是 { $result }。
vote-had-called = { $name } 在断网的一边公布过 { $result }。
