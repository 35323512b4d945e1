# What stands around every page.
brand = Linli
skip-to-content = Skip to the content
nav-label = Pages
nav-home = Home
nav-groups = Groups
nav-requests = Help
nav-people = People
nav-network = Homes

strip-whole = { $n ->
    [one] Connected to 1 home
   *[other] Connected to { $n } homes
}
strip-near = { $n ->
    [one] This building only: 1 home
   *[other] This building only: { $n } homes
}
strip-alone = On our own: no other home in reach
strip-is-office = this is the office
strip-office-here = the office is connected
strip-office-heard = office last heard { $ago }
strip-office-never = the office has not been heard yet
strip-arriving = Fetching what was written before: { $n } of { $all }
strip-unsent = { $n ->
    [one] 1 thing is saved only here so far
   *[other] { $n } things are saved only here so far
}

saved = Saved here
sent = Delivered
sent-all = Delivered: everything from this home has reached another home
sent-some = { $n ->
    [one] Saved here. 1 thing has not reached another home yet; it goes out by itself
   *[other] Saved here. { $n } things have not reached another home yet; they go out by themselves
}

somebody = somebody
somebody-else = somebody else
list-comma = , { "" }
list-more = {" "}and others ({ $n } in all)
list-next = Show more
save = Save
really = Yes: { $name }
urgent = Urgent
official = Official
me = me

field-number = This must be a number.
field-empty = Please write something here.
field-too-long = This is too long. About { $n } characters fit.
field-vouches = Please give a number from 1 to { $n }.

time-unknown = time unknown
time-day = { $weekday ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[other] Sunday
}, { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[other] December
}
time-day-year = { time-day } { $year }
ago-now = just now
ago-minutes = { $n ->
    [one] a minute ago
   *[other] { $n } minutes ago
}
ago-hours = { $n ->
    [one] an hour ago
   *[other] { $n } hours ago
}
ago-days = { $n ->
    [one] a day ago
   *[other] { $n } days ago
}
