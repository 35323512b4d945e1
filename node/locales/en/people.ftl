# Roles, removals, devices, groups' doors, and why something does not count.
error-unknown-place = There is no place “{ $place }” here.
    .hint = `linli places` lists the areas and groups that are known; leave the place out for the whole community.
error-unknown-key = No key “{ $key }” is known here.
    .hint = `linli devices PERSON` lists the keys of a person; the first digits are enough.
error-unknown-removal = There is no removal “{ $id }” here.
    .hint = `linli late` lists the removals that have something behind them.
error-too-low = Your role is not above this one, or not over that place: { $role }.
    .hint = Ask somebody with a higher role; an administrator is made and removed by the paper keys alone (`linli root`).
error-has-no-role = { $name } has no such role there.
    .hint = `linli people --why PERSON` shows what somebody may do, and where.
error-has-role = { $name } has this role there already: { $role }.
    .hint = `linli people --why PERSON` shows where it comes from.
error-was-removed = { $name } was removed by { $by }.
    .hint = To let somebody in again, say so: `linli grant PERSON ROLE --again`. What a higher role removed, only that role gives back.
error-cuts-groups = With this the groups that the person founded would vanish for everybody: { $groups }.
    .hint = Keep what was written so far (`--keep all`), or say `--anyway`; a later `linli admit` brings them back.
error-nothing-late = Nothing has come in behind that cut.
    .hint = `linli late` shows the removals that have something behind them.
error-invitation-used = This invitation was for one person, and somebody has used it.
    .hint = Ask for a new one. If it was not you who used it, tell whoever invited you.
error-not-an-owner = Only whoever sees to the group “{ $group }” may do this.
    .hint = `linli group members GROUP` shows who that is.
error-not-forked = Nothing forks at “{ $id }”.
    .hint = `linli heal` lists the forks that are known here.
error-not-from-here = This cannot be done by you on this box: { $what }.
    .hint = Use another device of yours, your paper key (`linli recover`), or ask somebody whose role is higher.
error-foreign-paper = Paper { $paper } is a key, but not one of this community's.
    .hint = A person's own paper does not help here: the community's papers are numbered, “key 1 of 3”.
error-too-few-papers = { $have } of the community's papers are not enough, it takes { $need }.
    .hint = Bring them together in one place. With fewer papers left than that, administrators can never be replaced.
error-stop-first = This is done while the node is stopped.
    .hint = Stop it (Ctrl-C where `linli up` runs), give the command again, and start it.
error-turned-away = The others do not let this box in: its person was removed from the community.
    .hint = Talk to the office. If they let you in again they hand you a link: `linli join LINK`, with the node stopped.
error-not-yet-back = You were let in again, but this box has not heard of it from the others yet.
    .hint = Start the node and wait until it has met somebody: `linli up`, `linli wait`.

thing-remove-self = removing yourself (to leave, use `linli leave`)
thing-admit = admitting late items
thing-revoke = revoking somebody else's key
thing-revoke-self = revoking the key of this very box
thing-revoke-sealed = revoking your own sealed key, which only your paper key can
thing-certify-sealed = making a new sealed key, which only your paper key can
thing-vouch-self = vouching for yourself
thing-heal = choosing a branch for somebody else
thing-name-a-place = naming a place
thing-real-name = somebody else's real name, which his home and the desk alone read
thing-reason = The reason

reason-removed = The role was taken away.
reason-forged-place = Its place in the order is not what it says.
reason-no-grant = It names no role that it was written under.
reason-no-such-grant = The role that it was written under is not known here yet.
reason-not-a-grant = What it names is not a role.
reason-void-grant = The role that it was written under does not count.
reason-not-entitled = That role may not do this, or not here.
reason-wrong-scope = It was said in a place where those whom it concerns cannot read it.
reason-no-second-signature = The second signature is missing: the sealed key, or enough paper keys.
reason-not-certified = It was written by a device that nobody vouches for.
reason-revoked = It was written by a device that was revoked.
reason-cut = It came in from behind the cut of a removal. Somebody of the remover's rank can admit it.
reason-old-writer = It was written by a device from before a removal. Whoever is let in again needs a new writing key: join again with the new link.
reason-forked = Its author's device wrote two things in one place; he must choose one (`linli heal`).
reason-no-such-group = There is no such group.
reason-not-invited = Nobody invited this person; an owner can let him in.
reason-invitation-used = The invitation was for one person, who has used it.
reason-too-few-vouches = Too few members vouch for this person yet.
reason-no-such-removal = What it admits was never removed.
reason-stranger = It was written by somebody who is not in the community.
reason-broken-chain = Its author's chain does not fit together here.
reason-foreign-citation = It cites something from another group.
reason-forged-lamport = Its place in the order is forged.
reason-waits = It waits for something that it builds on and that is not here yet.
reason-newer = It was written by a newer release, or for others; it is carried unread.
reason-malformed = It is not what it says it is; only its header was kept.
reason-too-long = It is longer than is allowed; only its header was kept.
reason-gate = The change did not fit into its document; only its header was kept.

fate-pending = waiting
fate-quarantined = not counted
fate-poison = harmful
fate-sealed = not readable here
met = Have you met?
met-introduced = introduced
met-nobody = Came in by a link or was let in; nobody has stood before this person and said so yet.
met-by = { $n ->
    [one] One neighbour has met this person.
   *[other] { $n } neighbours have met this person.
}
met-by-me = { $n ->
    [one] You have met this person.
   *[other] You and others have met this person: { $n } in all.
}
met-type = Do you stand before this person now? Type the number on that phone or box
met-type-hint = 25 digits, under “People” and there the own name. Do not take them from a message or a call.
met-say = We have met
met-number = Your number
met-number-more = Whoever stands before you reads or scans it and knows that you are you. It is no secret.
