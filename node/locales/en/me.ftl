# Whose phone this is, announcements, taking down for somebody, what is to be had on paper.
me-title = Whose phone this is
me-elder-more = Large type and large buttons, on every page, for whoever is using this phone now.
me-elder-on = Large type
me-elder-off = Ordinary type
me-who = Who is using this phone?
me-who-more = What is written here is signed with that person's key. Everybody in this home could choose anybody: it is one household.
me-now = now
me-card = My own page and number
home-me = { $name } · large type, somebody else

home-question = Ask the steward desk
home-question-more = An answer that counts, from the office
home-news = Announcements
home-in-force = { $n } in force
home-doors = My doors
home-doors-read = “{ $text }”: { $seen } of { $households } homes have read it. To knock for:
home-ride = Your next ride

news = Announcements
news-hold = In force
news-all = All
news-none = Nothing is announced.
news-open = Open

intake = Take down for somebody
intake-hint = Four fields. Name, phone and door are read by the office and by whoever is given the request.
intake-title = What is needed? (everybody reads this)
intake-paper = It came on paper
intake-send = Take it down

ask-question = Ask the steward desk
ask-question-title = Your question
ask-to-desk = Only the desk may read it (a complaint, for example)

print = Print
print-pdf = As a PDF file
print-how = To print it, use your browser's “Print”, or keep it as a PDF file.
paper-cut = Not all of it had room: print it in parts.
slip = Slip
slip-how = Say this number on the phone, or show it:
slip-picture = The number as a QR code
building = List of homes
building-door = Doors that begin with
building-show = Show
building-home = Home
building-who = Who
building-note = Visited
building-more = … and { $n ->
    [one] one more home
   *[other] { $n } more homes
}: print them by the beginning of their doors.
sheet = For the day when nothing works
sheet-duty = On duty
sheet-nobody = Nobody has said who is on duty.
sheet-cut = When there is no network
sheet-1 = The box goes on as long as it has power: write and ask as always. It is sent as soon as another home can be reached.
sheet-2 = In danger of life call 110, 119, 120 or send somebody.
sheet-3 = A USB stick carries everything between two homes: “linli bundle export”, “linli bundle import”.

phones = Phones that are let in
phones-more = These phones and browsers open this home's page. Lost one? Turn it out here; it can come back only with a new code from the box.
phones-none = No phone is paired. Whoever sits at the box itself needs no pairing.
phones-unnamed = A phone or browser
phones-this = this one
phones-nobody = Nobody has said yet whose it is
phones-when = Paired on { $paired }, last here on { $seen }
phones-revoke = Turn it out
phones-revoke-all = Turn out all of them, this one too
error-unknown-phone = No paired phone has the id { $id }.
    .hint = `linli phones` lists them.
