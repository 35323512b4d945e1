# 一起找东西。
look = 一起找
look-left = { $n ->
    [0] 每个地方都找过了。
   *[other] 还有 { $n } 个地方没找。
}
look-found = 找到了：{ $name }。不用再找了。
look-nothing-by = { $name } 找过，没有
look-found-by = { $name } 在这里找到了
look-nothing = 找过了，没有
look-here = 在这里找到了
look-not-after-all = 其实不是
look-more = 再加几个地方，一行一个
look-add = 加到清单里
told-found = 要找的找到了：“{ $title }”。不用再找了。
thing-look-places = 地方的清单
error-checked-before = “{ $text }”是开始前就要检查的。
    .hint = 在检查单上打勾就行，不用再列成要找的地方。
error-looked-already = “{ $text }”{ $name } 已经去看过了，没有找到。
    .hint = 这条记录还在，不用再记一次。如果你在那里找到了，请点“在这里”。
look-see = 看看是谁找到的
