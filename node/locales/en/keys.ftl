# Keys, passphrases, people on one box, backups.
error-sealed-shut = The sealed key of { $person } is shut, and this needs it.
    .hint = Open it for your shift on the page “Sealed key” (or with `linli unlock`), and try again.
error-copied = Another box has the keys of this one, and the sealed key of { $person } is shut.
    .hint = Nothing was lost. Open it once on the page “Sealed key” (or with `linli unlock`): fresh keys are then made by themselves.
error-wrong-passphrase = { $looks ->
        [words] The passphrase is wrong. If yours is made of words from the list: these are not in it, by their number: { $numbers }.
        [short] The passphrase is wrong: what was typed has fewer than { $numbers } characters, and none is so short.
        [capitals] The passphrase is wrong: what was typed has nothing but capital letters.
       *[other] The passphrase is wrong.
    }
    .hint = Look at the capital lock and at the keyboard's language. Spaces at the ends, double spaces and letters of full width make no difference. Which word is wrong nobody can tell: it would help whoever guesses. A passphrase that is lost is replaced with the paper key, on a new box.
error-weak-passphrase = The passphrase is too short or too long.
    .hint = Take at least { $limit } characters; four words that have nothing to do with each other are easy to remember.
error-no-passphrase = No passphrase is set, so there is nothing to unlock.
    .hint = Set one on the page “Sealed key” (or with `linli passphrase`).
error-not-here = Nobody called “{ $name }” lives on this box.
    .hint = Here live: { $candidates }. Another one moves in with `linli resident add NAME`.
error-house-full = { $limit } people live on this box, and that is the most.
    .hint = Set up a second box for the others.
error-name-taken = Somebody on this box is called “{ $name }” already.
    .hint = Add something that tells the two apart.
error-needs-invitation = You may not let anybody in.
    .hint = Ask one of these for an invitation and give it with `--link`: { $names }.
error-file-exists = { $file } is there already.
    .hint = Choose another name, or move the old file away; nothing was touched.
error-bad-backup = { $file } is no backup, or it is damaged.
    .hint = Try another copy of it; nothing was touched.
error-bad-paper = { $fault ->
        [count] Paper { $paper } does not have the right number of words: { $numbers }.
        [unknown] On paper { $paper } these are not words of the list: { $numbers }.
       *[other] The words of paper { $paper } do not belong together: one is wrong, or two are swapped.
    }
    .hint = Compare each word with the paper; the first four letters of a word are enough to tell it from all others.
error-foreign-backup = { $file } is a backup of a later release.
    .hint = Install the newer release, and try again.
error-bad-bundle = { $file } is no bundle, or its beginning is damaged.
    .hint = Try another copy of it; nothing was touched.
error-foreign-bundle = { $file } is a bundle of a later release.
    .hint = Install the newer release, and try again.
error-others-bundle = { $file } is a bundle of another community.
    .hint = Nothing was touched. Ask for a bundle that a home of your own community made.
error-damaged-bundle = Not all of { $file } could be read: it was cut off, or { $spoilt ->
        [0] its end is missing
       *[other] { $spoilt } of its sections are damaged
    }.
    .hint = What could be read is taken in and saved. Import another copy, or carry the stick once more; nothing comes in twice.
error-strange-bundle = { $file } holds more than { $limit } entries that nobody here vouches for.
    .hint = The rest of it was not read. Ask whoever gave it to you where it comes from.

paper-check = Check the paper key
paper-check-why = Type the words back from the paper, once: only then is it sure that they were written down rightly.
paper-unchecked = A paper key was not checked yet: type its 24 words back once.
paper-own-checked = Your own paper was checked.
paper-own-unchecked = Your own paper was not checked yet.
paper-roots-left = Papers of the neighbourhood that were not checked yet: { $n }. Type each by itself.
paper-words = The 24 words of one paper
paper-compare = Compare
paper-later = Later
paper-lost = If the paper is wrong or gone: this box works on without it. But once the box is lost you cannot come back as yourself: somebody invites you as a new person, and the office gives you your roles again.
joined-check = I have written them down; check them
error-other-paper = These words are a paper key, but neither yours nor one of this neighbourhood's.
    .hint = Look whether it is the right paper. Where several people live on one box, each checks his own.

mykey = Sealed key
mykey-more = Whoever works for the office signs its acts a second time with this key. A passphrase keeps it shut, so that a box that was stolen is worth little. You open it for your shift.
mykey-bare = The key has no passphrase: whoever has this box has it. Set one.
mykey-open = The key is open until { $until }.
mykey-shut = The key is shut.
mykey-copied = Another box has the same keys. Open the key once: fresh keys are then made, and you can write again.
mykey-public = On this connection anybody in the same network could read what you type, so no passphrase is asked for here.
mykey-public-how = Open this page over https, by this box's own name, or at the box itself. Whoever keeps the box can open the key at its screen, too.
mykey-passphrase = Passphrase
mykey-hours = For how many hours?
mykey-hours-wrong = A number of hours from 1 to { $n }
mykey-unlock = Open it for my shift
mykey-lock = Shut it: my shift is over
mykey-lock-hint = Shuts the keys of everybody on this box. Time shuts them, too, and so does switching the box off.
mykey-set = Set a passphrase
mykey-change = Change the passphrase
mykey-set-hint = At least 8 characters; words that have nothing to do with each other are easy to remember. Write it down and keep it away from the box: nobody can tell it to you.
mykey-drawn = Drawn for you just now, if you like it:
mykey-old = The passphrase so far
mykey-new = The new passphrase
mykey-again = The new passphrase once more
mykey-again-wrong = This is not the same as the line above
mykey-set-send = Set it
mykey-certify = Another key of mine
mykey-certify-hint = A box or installation that does not act for you yet. Take its whole key from its own screen, which you see yourself: whoever has that key then writes in your name.
mykey-key = The whole key
mykey-use = What it may do for you
mykey-certify-send = Let it act for me
mykey-lost = My other devices are lost
mykey-lost-hint = With the words of your paper every other key of yours loses its rights: lost phones, the box before this one. What they wrote until now stays; what they write from now on does not count. First wait until this box has what the others have.
mykey-lost-send = Take their rights
mykey-revoked = { $n ->
    [0] No other device of yours had any rights.
    [one] One key of an old device lost its rights.
   *[other] { $n } keys of old devices lost their rights.
}
