# Looking for something.
search = Search
search-label = Words to look for
search-hint = Type one or more words. Everything that you may read is looked through, newest first.
search-in-group = Only in one group.
search-none = Nothing was found. Try fewer or shorter words.
search-older = Look further back
found-message = Message
found-request = Request
found-board = Board
found-question = Answered question
found-vote = Vote
found-series = Recurring rides
thing-words = What you look for
thing-before = The place to go on from
