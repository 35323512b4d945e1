# 密钥、口令、同住的人、备份。
error-sealed-shut = { $person }的封存密钥是锁着的，这件事要用到它。
    .hint = 值班时用 `linli unlock` 打开，再试一次。
error-copied = 另一台机器有和这台一样的密钥，而{ $person }的封存密钥锁着。
    .hint = 什么都没有丢。用 `linli unlock` 打开一次，就会自动换上新密钥。
error-wrong-passphrase = 口令不对。
    .hint = 请留意大小写和输入法。口令忘了，可以凭纸上的密钥用 `linli recover` 换新的。
error-weak-passphrase = 口令太短或太长。
    .hint = 至少 { $limit } 个字符；四个不相干的词好记又安全。
error-no-passphrase = 还没有设口令，不用解锁。
    .hint = 用 `linli passphrase` 设一个。
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
