# 身份、移出、设备、进群，以及为什么有些内容不算数。
error-unknown-place = 这里没有“{ $place }”这个地方。
    .hint = `linli places` 列出了已知的片区和群；不写地方就是整个社区。
error-unknown-key = 这里没有“{ $key }”这把钥匙。
    .hint = `linli devices 人` 列出一个人的钥匙，写开头几位就够了。
error-unknown-removal = 这里没有“{ $id }”这次移出。
    .hint = `linli late` 列出后面还有内容的移出。
error-too-low = 您的身份不比它高，或者管不到那里：{ $role }。
    .hint = 请找身份更高的人；管理员只能由社区的纸钥匙任免（`linli root`）。
error-has-no-role = { $name } 在那里没有这个身份。
    .hint = `linli people --why 人` 说明一个人在哪里能做什么。
error-has-role = { $name } 在那里已经是：{ $role }。
    .hint = `linli people --why 人` 说明这个身份从哪里来。
error-was-removed = { $name } 被 { $by } 移出过。
    .hint = 要重新接纳，请写明：`linli grant 人 身份 --again`。更高身份移出的，只有那个身份能恢复。
error-cuts-groups = 这样一来，这个人建的群大家都看不到了：{ $groups }。
    .hint = 请保留已经写下的（`--keep all`），或者写明 `--anyway`；以后可以用 `linli admit` 补回来。
error-nothing-late = 那次移出之后没有迟到的内容。
    .hint = `linli late` 列出后面还有内容的移出。
error-invitation-used = 这个邀请只给一个人用，已经有人用过了。
    .hint = 请再要一个。如果不是您用的，请告诉邀请您的人。
error-not-an-owner = 只有管“{ $group }”群的人能做这件事。
    .hint = `linli group members 群` 说明是谁在管。
error-not-forked = “{ $id }”那里没有分岔。
    .hint = `linli heal` 列出了已知的分岔。
error-not-from-here = 这件事不能由您在这台机器上做：{ $what }。
    .hint = 请用您的另一台设备、您的纸钥匙（`linli recover`），或者请身份更高的人来做。
error-bad-paper = { $fault ->
        [count] 第 { $paper } 张纸上的词数不对：{ $numbers }。
        [unknown] 第 { $paper } 张纸上这些词不在词表里：{ $numbers }。
       *[other] 第 { $paper } 张纸上的词对不上：有一个写错了，或者有两个换了位置。
    }
    .hint = 请对着纸一个一个核对；每个词看前四个字母就能认出来。
error-foreign-paper = 第 { $paper } 张纸是一把钥匙，但不是这个社区的。
    .hint = 个人的纸钥匙在这里没有用；社区的纸上写着“第几把，共几把”。
error-too-few-papers = 社区的纸钥匙只有 { $have } 张不够，要 { $need } 张。
    .hint = 请把它们凑到一起。剩下的纸少于这个数，就再也换不了管理员了。
error-stop-first = 这件事要在节点停着的时候做。
    .hint = 先停下（在运行 `linli up` 的地方按 Ctrl-C），再执行一次命令，然后启动。
error-turned-away = 别家不让这台机器进来：它的主人已被移出社区。
    .hint = 请和居委会谈谈。如果重新接纳您，会给您一个链接：停下节点，用 `linli join 链接`。
error-not-yet-back = 您已被重新接纳，但这台机器还没有从别家得到消息。
    .hint = 启动节点，等它和别家连上：`linli up`、`linli wait`。

thing-remove-self = 移出自己（想离开请用 `linli leave`）
thing-admit = 收下迟到的内容
thing-revoke = 吊销别人的钥匙
thing-revoke-self = 吊销这台机器自己的钥匙
thing-revoke-sealed = 吊销您自己的封存钥匙，只有您的纸钥匙能做
thing-certify-sealed = 做一把新的封存钥匙，只有您的纸钥匙能做
thing-vouch-self = 为自己担保
thing-heal = 替别人选分支
thing-name-a-place = 给地方起名
thing-reason = 理由

reason-removed = 这个身份被收回了。
reason-forged-place = 它的先后位置和它说的不一样。
reason-no-grant = 它没有写明凭什么身份写的。
reason-no-such-grant = 它凭的那个身份还没有传到这里。
reason-not-a-grant = 它凭的不是一个身份。
reason-void-grant = 它凭的那个身份不算数。
reason-not-entitled = 那个身份不能做这件事，或者不能在这里做。
reason-wrong-scope = 它写在了当事人读不到的地方。
reason-no-second-signature = 少了第二个签名：封存钥匙，或者足够的纸钥匙。
reason-not-certified = 写它的设备没有人担保。
reason-revoked = 写它的设备已经被吊销。
reason-cut = 它是移出之后才传到的。和移出者同级的人可以收下。
reason-old-writer = 写它的是移出以前的设备。重新进来的人要换一把新的书写钥匙：请用新的链接再加入一次。
reason-forked = 作者的设备在同一个位置写了两样，要由本人选一个（`linli heal`）。
reason-no-such-group = 没有这个群。
reason-not-invited = 没有人邀请他；管群的人可以让他进来。
reason-invitation-used = 这个邀请只给一个人，已经用过了。
reason-too-few-vouches = 担保的人还不够。
reason-no-such-removal = 它要收下的内容从来没有被移出。
reason-stranger = 写它的人不在社区里。
reason-broken-chain = 作者前后写的东西在这里接不上。
reason-foreign-citation = 它引用了别的群里的内容。
reason-forged-lamport = 它的先后位置是假的。
reason-waits = 它在等一样还没有传到的东西。
reason-newer = 是更新的版本写的，或者是给别人的；原样转交，不拆开。
reason-malformed = 它不是它说的那种东西；只留下了信封。
reason-too-long = 它超过了允许的长度；只留下了信封。
reason-gate = 这处修改放不进它的文档；只留下了信封。

fate-pending = 在等
fate-quarantined = 不算数
fate-poison = 有害
fate-sealed = 这里读不了
