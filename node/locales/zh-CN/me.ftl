# 谁在用这部手机、公告、替人登记、打印。
me-title = 谁在用这部手机
me-elder-more = 每一页都用大字大按钮，只对现在用这部手机的人。
me-elder-on = 大字版
me-elder-off = 普通字
me-who = 现在是谁在用？
me-who-more = 在这里写的，用这个人的钥匙签名。同一户的人都可以选任何一位：一户就是一家。
me-now = 现在
me-card = 我的页面和号码
home-me = { $name } · 大字、换人

home-question = 问红管家
home-question-more = 居委会给的答复，算数
home-news = 看公告
home-in-force = { $n } 条有效
home-doors = 我的楼
home-doors-read = “{ $text }”：{ $households } 户里 { $seen } 户已读。要去敲门的：
home-ride = 您的下一单

news = 公告
news-hold = 有效
news-all = 全部
news-none = 没有公告。
news-open = 打开

intake = 替居民登记
intake-hint = 四项就够。姓名、电话、门牌只有居委会和接单的人看得到。
intake-title = 需要什么？（大家都看得到）
intake-paper = 是纸条
intake-send = 登记

ask-question = 问红管家
ask-question-title = 您的问题
ask-to-desk = 只给值班台看（比如投诉）

print = 打印
print-pdf = PDF 文件
print-how = 用浏览器的“打印”，或者存成 PDF 文件。
paper-cut = 还有内容没印下：请分开印。
slip = 回执
slip-how = 打电话时报这个号，或出示：
slip-picture = 号码的二维码
building = 住户名单
building-door = 门牌开头是
building-show = 显示
building-home = 门牌
building-who = 住户
building-note = 已走访
building-more = ……还有 { $n } 户：请按门牌开头分开印。
sheet = 应急一张纸
sheet-duty = 值班
sheet-nobody = 还没有人说谁在值班。
sheet-cut = 没有网络的时候
sheet-1 = 盒子有电就能用：照常说话、求助，一连上别家就送出去。
sheet-2 = 有生命危险，打 110、119、120，或派人去喊。
sheet-3 = U 盘可以在两户之间带走全部内容：“linli bundle export”、“linli bundle import”。

phones = 能打开本机的手机
phones-more = 这些手机和浏览器能打开我家的页面。丢了哪部，在这里请它出去；它要再进来，得用盒子上的新配对码。
phones-none = 还没有手机配对。坐在这台机器前的人不用配对。
phones-unnamed = 一部手机或浏览器
phones-this = 就是这部
phones-nobody = 还没说是谁的
phones-when = { $paired }配对，最近一次是{ $seen }
phones-revoke = 请它出去
phones-revoke-all = 全部请出去，这部也在内
error-unknown-phone = 没有编号是 { $id } 的手机。
    .hint = `linli phones` 会列出来。
