# The whole life of a request: every act, what it lacks, why it is not possible now.
error-say-what = “{ $verb }” needs a word more: { $lacks }.
    .hint = See `linli help` and the command's name for how to say it.
lack-reason = why, or where to (--reason)
lack-person = whom (a name)
lack-request = which other request (its code)
lack-offer = an offer to you of exactly these two rides
lack-team = a team's group, not the one the request stands in

refusal-ask-somebody-else = It is for others to do: see who may in the request's page.
refusal-wait-until-published = The office opens it first.
refusal-reopen-first = It is over; whoever asked may open it again.
refusal-acknowledge-cancelling = It is being called off: say that you have read it, and do not go.
refusal-hold-already = You hold it already.
refusal-wait-behind-another = Somebody stands before you: wait, or give it back.
refusal-claim-first = You have no place on it: say first that you will help.
refusal-said-already = That has been said already.
refusal-cannot-undo-pickup = You have picked up: what has happened cannot be taken back.
refusal-cancel-instead = Nobody has taken it yet: call it off if it is not needed any more.
refusal-still-going = It is not over: there is nothing to open again.
refusal-ask-the-subject = The person in need called it off, and alone may open it again.
refusal-not-on-hold = It is not on hold.
refusal-not-resolved-yet = Nobody has said yet that it is done.
refusal-too-early = Whoever asked has a week to answer; call him meanwhile.
refusal-nobodys-place = That person has no place on it.

button-register = Take it up
button-publish = Open it to the group
button-hold = Put it on hold
button-resume = Take it up again
button-refer = Pass it on
button-decline = Decline
button-duplicate = Merge it into another
button-offer = Offer a swap
button-accept = Accept the swap
button-arrive = I am there
button-pickup = Picked up
button-grant = Give it to somebody
button-revoke = Take it back from somebody
button-resolve = Mark it as solved
button-close = Close it by default
button-attach = Add photos or files
button-visit = Write down a visit
button-note = Write down what was said on the phone
button-post = Post it to a team

did-visit = was there
did-attach = added photos or files
did-note = wrote down what was said on the phone
did-post = posted it to a team without a name

thing-places = How many are needed (1 to 1,000)
thing-urgency = The urgency (1 to 4)
thing-until = The end of the time window
thing-promise = The promise
thing-outcome = What came of it
thing-intake = taking down a request for whoever calls
thing-desk = seeing the desk's lists
