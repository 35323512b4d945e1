# Skills and thanks.
skills = Who can help
skills-none = Nobody was found. The desk may know somebody.
skills-more = { $n ->
    [one] One more was found: say more words or a place.
   *[other] { $n } more were found: say more words or a place.
}
skill-kind = What sort
skill-any = all
skill-words = Words
skill-near = Near
skill-find = Find
skill-through-desk = Please ask the desk
skill-area = helps in { $name }
skill-withdraw = Take it off
skill-add = What I can do
skill-consent = Every home of the community can read it, with the network down too. You can take it off at any time; what somebody has read cannot be unread.
skill-text = In your own words
skill-place = Where you are willing to help (empty: anywhere)
skill-phone = A number that every neighbour may read (may stay empty)
skill-by-desk = Not by my name: ask me through the desk
skill-add-send = Say it
thanks = Thanks
thanks-say = Say thanks
thanks-none = No thanks are public yet.
thanks-line = { $from } thanks { $to }
thanks-consent = Written to whoever helped you. Only the two of you can read it, until the other one makes it public.
thanks-to = Whom (may stay empty where one helped)
thanks-text = Your words
thanks-send = Send thanks
thanks-waiting = Not public yet
thanks-waiting-hint = Only the two of you can read this.
thanks-publish = Let everybody read it
thanks-withdraw = Take it off
thing-thank = thank for this: only whoever asked thanks somebody who did it, once it is solved
thing-skills = so many skills (at most 12)
skill-law = lawyer, law
skill-nursing = nurse, nursing
skill-medicine = doctor
skill-veteran = veteran
skill-sign-language = sign language
skill-languages = languages
skill-electrics = electrician
skill-plumbing = plumber
skill-teaching = teacher
skill-counselling = counsellor
skill-computers = phones and computers
skill-other = other
