# The demo's page.
demo-title = Four homes, no server
demo-lead = Each box is a real node with its own data. Pull a cable and see what happens.
demo-split = Cut the neighbourhood in two
demo-heal = Heal everything
demo-story = Two drivers claim the same ride during a cut
demo-story-again = Watch it again
demo-trickle-stop = Stop new messages
demo-trickle-go = Let messages come
demo-cut-off = Cut off
demo-reconnect = Reconnect
demo-link-cut = Cut the cable between { $a } and { $b }
demo-link-heal = Heal the cable between { $a } and { $b }
demo-messages = { $n ->
    [one] message
   *[other] messages
}
demo-same = equal
demo-differs = not equal
demo-verdict-same = All four homes show the same
demo-verdict-differs = { $n } different versions
demo-ride-unheard = has not heard of the ride
demo-ride-open = The ride: nobody yet
demo-ride-held = The ride: { $holder }
demo-write = Write as { $person }
demo-send = Send
demo-own-page = Open this home's own page
demo-picture = The homes and their cables
demo-logs = What each home shows
demo-gone = The demo has ended. Start it again with: linli demo
demo-scissors = Cut
demo-step-asked = Granny Chen needs a ride to the clinic. All four homes know.
demo-step-cut = The cable through the middle breaks. Each half carries on.
demo-step-both = { $zhang } and { $li } both say yes. Each half believes its own driver.
demo-step-healed = The cable is back. The homes compare what they have.
demo-step-told = Everyone names { $holder }. { $loser } is told, and need not go.
demo-step-stuck = This took too long. Heal everything and start it again.
demo-told = { $loser } is told: { $notice }
