# 搜索。
search = 搜索
search-label = 要找的字词
search-hint = 输入一个或几个词，会在您能看到的所有内容里找，新的在前。
search-in-group = 只在一个群里找。
search-none = 没有找到，请换短一点、少一点的词。
search-older = 再往前找
found-message = 消息
found-request = 求助单
found-board = 公告板
found-question = 常见问题
found-vote = 投票
found-series = 定期接送
thing-words = 要找的词
thing-before = 接着找的位置
