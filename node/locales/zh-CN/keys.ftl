# 密钥、口令、同住的人、备份。
error-sealed-shut = { $person }的封存密钥是锁着的，这件事要用到它。
    .hint = 请在“封存密钥”页为值班打开（或用 `linli unlock`），再试一次。
error-copied = 另一台机器有和这台一样的密钥，而{ $person }的封存密钥锁着。
    .hint = 什么都没有丢。在“封存密钥”页打开一次（或用 `linli unlock`），就会自动换上新密钥。
error-wrong-passphrase = { $looks ->
        [words] 口令不对。如果您的口令是用词表里的词组成的：第 { $numbers } 个词不在词表里。
        [short] 口令不对：打进去的不到 { $numbers } 个字符，没有这么短的口令。
        [capitals] 口令不对：打进去的全是大写字母。
       *[other] 口令不对。
    }
    .hint = 请看看大写锁定和输入法。首尾的空格、连着的空格、全角字母都没关系。哪个词不对，谁也不能说：说了就帮了猜口令的人。口令忘了，可以在新机器上凭纸上的密钥换新的。
error-weak-passphrase = 口令太短或太长。
    .hint = 至少 { $limit } 个字符；四个不相干的词好记又安全。
error-no-passphrase = 还没有设口令，不用解锁。
    .hint = 请在“封存密钥”页设一个（或用 `linli passphrase`）。
error-not-here = 这台机器上没有叫“{ $name }”的人。
    .hint = 住在这里的有：{ $candidates }。要加人，用 `linli resident add 称呼`。
error-house-full = 这台机器上已经有 { $limit } 个人，不能再多了。
    .hint = 其他人请另装一台。
error-name-taken = 这台机器上已经有人叫“{ $name }”。
    .hint = 请加点什么好区分。
error-needs-invitation = 您不能邀请别人进来。
    .hint = 请向这些人要一个邀请，用 `--link` 写上：{ $names }。
error-file-exists = { $file } 已经有了。
    .hint = 换个名字，或者把旧文件移走；什么都没有动过。
error-bad-backup = { $file } 不是备份，或者坏了。
    .hint = 请换另一份试试；什么都没有动过。
error-bad-paper = { $fault ->
        [count] 第 { $paper } 张纸上的词数不对：{ $numbers }。
        [unknown] 第 { $paper } 张纸上这些词不在词表里：{ $numbers }。
       *[other] 第 { $paper } 张纸上的词对不上：有一个写错了，或者有两个换了位置。
    }
    .hint = 请对着纸一个一个核对；每个词看前四个字母就能认出来。
error-foreign-backup = { $file } 是更新的版本做的备份。
    .hint = 请安装更新的版本再试。
error-bad-bundle = { $file } 不是数据包，或者开头坏了。
    .hint = 换一份再试；什么都没有动过。
error-foreign-bundle = { $file } 是更新的版本做的数据包。
    .hint = 请先安装新版本，再试一次。
error-others-bundle = { $file } 是另一个社区的数据包。
    .hint = 什么都没有动过。请向本社区的人家要数据包。
error-damaged-bundle = { $file } 没能全部读出：文件被截断了，或者{ $spoilt ->
        [0] 结尾缺失
       *[other] 有 { $spoilt } 段坏了
    }。
    .hint = 能读的都已收下并保存。换一份再导入，或再带一次；同样的内容不会收两遍。
error-strange-bundle = { $file } 里有超过 { $limit } 条这里没有人担保的内容。
    .hint = 其余的没有读。请问问给您的人，它是从哪里来的。

paper-check = 核对纸上的密钥
paper-check-why = 请照着纸把词打一遍：这样才知道有没有抄错。
paper-unchecked = 抄在纸上的密钥还没有核对：请照着纸打一遍。
paper-own-checked = 您自己的纸核对过了。
paper-own-unchecked = 您自己的纸还没有核对。
paper-roots-left = 社区的纸还有 { $n } 张没有核对，请一张一张打。
paper-words = 一张纸上的 24 个词
paper-compare = 核对
paper-later = 以后再说
paper-lost = 纸抄错了、丢了怎么办：这台机器照样能用。可机器一丢，您就回不到原来的身份了：要让人请您作为新的人进来，再由居委会把职责重新给您。
joined-check = 抄好了，现在核对
error-other-paper = 这些词是一把纸上密钥，可不是您的，也不是本社区的。
    .hint = 请看看纸拿对了没有。一台机器上住几个人，各人核对各人的。

mykey = 封存密钥
mykey-more = 在居委会有职责的人，办事时要用这把密钥再签一次名。设了口令，密钥就锁着，机器被偷了也没多大用处；值班时再打开。
mykey-bare = 密钥没有口令：谁拿到这台机器，谁就有它。请设一个。
mykey-open = 密钥开着，到 { $until } 为止。
mykey-shut = 密钥锁着。
mykey-copied = 另一台机器有一样的密钥。请打开一次：会自动换上新密钥，就又能写了。
mykey-public = 用这个连接，同一个网络里的人能看到您打的字，所以这里不问口令。
mykey-public-how = 请用 https、按这台机器自己的名字打开这一页，或者就在机器上打开。管机器的人也可以在机器的屏幕上打开密钥。
mykey-passphrase = 口令
mykey-hours = 开几个小时？
mykey-hours-wrong = 请写 1 到 { $n } 个小时
mykey-unlock = 值班，打开
mykey-lock = 下班，锁上
mykey-lock-hint = 这台机器上所有人的密钥都会锁上。到了时间、关了机器，也会锁上。
mykey-set = 设一个口令
mykey-change = 换口令
mykey-set-hint = 至少 8 个字符；几个不相干的词好记又安全。请写下来，别和机器放在一起：忘了谁也没法告诉您。
mykey-drawn = 刚为您抽的一个，喜欢就用：
mykey-old = 现在的口令
mykey-new = 新口令
mykey-again = 再打一遍新口令
mykey-again-wrong = 和上面打的不一样
mykey-set-send = 设好
mykey-certify = 我的另一把钥匙
mykey-certify-hint = 一台还不能替您做事的机器或安装。请照着它自己的屏幕抄钥匙全文，要亲眼看着：谁有那把钥匙，谁就能用您的名义写。
mykey-key = 钥匙全文
mykey-use = 它能替您做什么
mykey-certify-send = 让它替我做事
mykey-lost = 我别的设备都丢了
mykey-lost-hint = 打上您纸上的词，您别的钥匙就都没有权限了：丢了的手机、以前的机器。它们到现在写的还在；以后写的不算数。请先等这台机器把别人有的都收齐。
mykey-lost-send = 收回它们的权限
mykey-revoked = { $n ->
    [0] 您没有别的设备还有权限。
   *[other] 旧设备的 { $n } 把密钥不再有权限。
}
