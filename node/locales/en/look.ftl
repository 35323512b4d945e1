# Looking for something together.
look = Look for it together
look-left = { $n ->
    [0] Everybody has looked everywhere.
    [one] One place is left to look.
   *[other] { $n } places are left to look.
}
look-found = Found: { $name }. You can stop looking.
look-nothing-by = { $name } looked and found nothing
look-found-by = { $name } found it here
look-nothing = Looked, nothing here
look-here = Found here
look-not-after-all = Not after all
look-more = More places to look, one a line
look-add = Add to the list
told-found = What you look for was found: “{ $title }”. You can stop looking.
thing-look-places = The list of places
error-checked-before = “{ $text }” is looked at before it begins.
    .hint = Tick it there; it is no place to look.
error-looked-already = { $name } has looked at “{ $text }” already and found nothing there.
    .hint = That stands, and nothing more has to be said. If you did find it there, say so.
look-see = See who found it
