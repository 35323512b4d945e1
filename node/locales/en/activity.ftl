# What people do together.
activities = Activities
activities-coming = To come
activities-all = All
activities-none = Nothing is planned.
activity-by = Planned by { $name }
activity-plan = Plan an activity
activity-plan-send = Plan it
activity-title = What is it?
activity-place = Where do we meet?
activity-from = It begins
activity-until = It ends
activity-roles = What is there to do, and how many are needed?
activity-roles-hint = One line each, with the number at the end: sandbags 10
activity-checks = To be looked at before it begins
activity-checks-hint = One line each. The activity is not ready until everything is ticked.
activity-taken = { $taken } of { $places } places taken{ $waiting ->
    [0] {""}
   *[other] , { $waiting } waiting
}
activity-ready = Everything is ready
activity-not-ready = Not everything has been looked at
activity-called-off = Does not take place
activity-over = Over
activity-holders = Who comes: { $names }
activity-awaiting = Moved up and has not said yes: { $names }
activity-waitlist = Waiting, in this order: { $names }
activity-standby = Somebody has not set off. Now wanted: { $names }
activity-unaware = Has not read it yet ({ $n }): { $names }
activity-join = I will come
activity-leave = I cannot come
activity-yes = Yes, I will come
activity-go = I am on my way
activity-heard = I have read it
activity-grant = Give a place to somebody
activity-person = Name
activity-tick = Looked at
activity-untick = Not after all
activity-call-off = Call it off
activity-reason = Why? Everybody reads it.
place-holder = You have a place
place-awaiting = A place came free for you: say yes
place-waiting = You are waiting
told-called-off = “{ $title }” does not take place. Please say that you have read it.
ask-kind-activity = Places at an activity
envelope-activity = Activity
thing-roles = What there is to do
