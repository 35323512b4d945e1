-- What pages and lists show. Nothing here is truth: `linli rebuild` makes all of it again from
-- `truth.db`, and a file with another `user_version` is simply made anew.

CREATE TABLE applied (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    judged INTEGER NOT NULL -- the last verdict of truth.db that is in here
) STRICT;
INSERT INTO applied VALUES (1, 0);

CREATE TABLE groups (
    ref INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    scope BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    messages INTEGER NOT NULL, -- shown ones
    board BLOB,                -- what the board adds to the state, if anything
    state BLOB NOT NULL        -- fingerprint over what is visible
) STRICT;

-- What is pinned to a group's board, in its order.
CREATE TABLE pins (
    in_group INTEGER NOT NULL,
    place INTEGER NOT NULL,
    key TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (in_group, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
    ref INTEGER PRIMARY KEY,
    person BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    home TEXT NOT NULL,
    office INTEGER NOT NULL,
    place BLOB NOT NULL DEFAULT X'', -- where the home lies, the ids of its path
    lamport INTEGER NOT NULL, -- of the card that says so; the highest (lamport, id) holds
    card BLOB NOT NULL
) STRICT;
CREATE INDEX people_by_name ON people (name);

CREATE TABLE messages (
    row INTEGER PRIMARY KEY, -- the envelope's row in truth.db
    id BLOB NOT NULL,
    in_group INTEGER NOT NULL,
    author INTEGER NOT NULL,
    lamport INTEGER NOT NULL,
    claimed INTEGER NOT NULL,
    text TEXT NOT NULL,      -- as it reads now
    state INTEGER NOT NULL,  -- bits: 1 shown, 2 withdrawn, 4 edited, 8 official, 16 imported, 32 written here, 64 taken down, 128 only cited,
                             -- 256 an announcement, 512 a forward of one (reply_to), 1024 settled,
                             -- 2048 said to the desk
    reply_to BLOB
) STRICT;
-- With the id: where many wrote while they were apart, many stand at one moment of the logical clock.
CREATE INDEX messages_in_order ON messages (in_group, lamport, id) WHERE state & 1;
-- What came to a group since somebody last looked, and was not his own.
CREATE INDEX messages_by_arrival ON messages (in_group, row, author) WHERE state & 1;
CREATE INDEX messages_to_desk ON messages (claimed, id) WHERE state & 2048;
CREATE INDEX messages_by_question ON messages (reply_to) WHERE reply_to IS NOT NULL;

-- Where imported messages come from: of the same line of the same file the first is shown.
CREATE TABLE imports (
    row INTEGER PRIMARY KEY,
    in_group INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash BLOB NOT NULL,
    lamport INTEGER NOT NULL,
    id BLOB NOT NULL
) STRICT;
-- In the order in which copies come, so that a line imported ten thousand times costs no more.
CREATE INDEX imports_in_order ON imports (in_group, number, hash, lamport, id);

-- Edits and withdrawals, also of messages that are not here yet.
CREATE TABLE amendments (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    of BLOB NOT NULL,
    person BLOB NOT NULL,
    lamport INTEGER NOT NULL,
    text TEXT -- NULL: withdrawn
) STRICT;
-- In the order in which they hold, so that the ten thousandth edit costs no more than the first.
CREATE INDEX amendments_in_order
    ON amendments (of, person, (text IS NULL) DESC, lamport DESC, id DESC);

-- Removals and revocations that count: when one comes or goes, every request is folded again.
CREATE TABLE narrowings (
    row INTEGER PRIMARY KEY -- the statement's row in truth.db
) STRICT;

-- What was said about messages, about leaving, and about places; see remarks.rs for `does`.
CREATE TABLE remarks (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    in_group INTEGER NOT NULL,
    does INTEGER NOT NULL,
    author INTEGER NOT NULL,
    about BLOB NOT NULL,
    text TEXT NOT NULL,
    within BLOB NOT NULL,
    lamport INTEGER NOT NULL,
    counts INTEGER NOT NULL -- was its author entitled to it where he wrote it?
) STRICT;
CREATE INDEX remarks_by_subject ON remarks (about);
CREATE INDEX remarks_by_kind ON remarks (does);

-- What lies behind a cut and was written by somebody who once could: shown where what counts cites it.
CREATE TABLE hidden (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    in_group INTEGER NOT NULL,
    lamport INTEGER NOT NULL,
    shown INTEGER NOT NULL
) STRICT;
CREATE INDEX hidden_by_id ON hidden (id);
CREATE INDEX hidden_by_group ON hidden (in_group);

CREATE TABLE requests (
    ref INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    in_group INTEGER NOT NULL,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    is_over INTEGER NOT NULL,
    urgency INTEGER NOT NULL,
    holder BLOB,
    provisional INTEGER NOT NULL,
    requester BLOB NOT NULL,
    conflicts INTEGER NOT NULL,
    claimed INTEGER NOT NULL,
    lamport INTEGER NOT NULL,
    state BLOB NOT NULL -- what it adds to its group's state
) STRICT;
CREATE INDEX requests_open ON requests (is_over, urgency, lamport);
CREATE INDEX requests_by_code ON requests (code);
CREATE INDEX requests_by_status ON requests (status);
CREATE INDEX requests_by_requester ON requests (requester, urgency DESC, lamport, id) WHERE is_over = 0;
CREATE INDEX requests_by_holder ON requests (holder, urgency DESC, lamport, id) WHERE is_over = 0;

-- What the desk counts and measures of a request, beside its line. Times are claimed milliseconds.
CREATE TABLE cases (
    request BLOB PRIMARY KEY,
    row INTEGER NOT NULL,      -- of the envelope that founds it, in truth.db
    founder BLOB NOT NULL,     -- its id
    kind TEXT NOT NULL,
    area BLOB NOT NULL,        -- the ids of the area, one after the other; empty where none is named
    asked INTEGER NOT NULL,
    at_desk INTEGER NOT NULL,  -- the desk asked itself: nobody waited for a first answer
    answered INTEGER,          -- by a person of the office, the first time
    resolved INTEGER,          -- as it stands now
    resolution BLOB,           -- the act that says so
    ended INTEGER,
    outcome TEXT NOT NULL,     -- '', 'confirmed' or 'by_default'
    verdict INTEGER,           -- the last phone verdict: 1 solved, 0 not
    reopened INTEGER NOT NULL,
    skewed INTEGER NOT NULL,   -- clocks contradict one another
    until INTEGER,
    held INTEGER,              -- since when somebody holds it whom nobody confirmed
    follow_up INTEGER,         -- the next promise that nobody has looked after
    incidents INTEGER NOT NULL,
    told INTEGER NOT NULL,     -- people who must be told that they do not hold it
    posted BLOB,               -- the case that it is a posting of
    private INTEGER NOT NULL   -- for the desk alone
) STRICT, WITHOUT ROWID;
CREATE INDEX cases_posted ON cases (posted);

-- Rides that recur: the plan, and every ride that follows from it.
CREATE TABLE series (
    ref INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    in_group INTEGER NOT NULL,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    lamport INTEGER NOT NULL,
    state BLOB NOT NULL -- what it adds to its group's state
) STRICT;
CREATE TABLE rides (
    ref INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    of_series INTEGER NOT NULL,
    k INTEGER NOT NULL,      -- the how manieth original start
    leg INTEGER NOT NULL,    -- 0 out, 1 back
    start INTEGER NOT NULL,  -- the original one: minutes since 1970 by the wall clock of the zone
    begins INTEGER NOT NULL, -- when this leg begins now, in milliseconds
    code TEXT NOT NULL
) STRICT;
CREATE INDEX rides_by_series ON rides (of_series, k);
CREATE INDEX rides_by_time ON rides (begins);
CREATE INDEX rides_by_code ON rides (code);
-- Requests that an offer, its acceptance or a mark of a duplicate names together, both ways.
CREATE TABLE ties (
    request BLOB NOT NULL,
    other BLOB NOT NULL,
    PRIMARY KEY (request, other)
) STRICT, WITHOUT ROWID;

-- Who ever acted on a request: what he may do says how it comes out.
CREATE TABLE actors (
    person BLOB NOT NULL,
    request BLOB NOT NULL,
    PRIMARY KEY (person, request)
) STRICT, WITHOUT ROWID;

-- What a person of this box must be told. A row stays when it was seen, so that it is told once.
CREATE TABLE notices (
    ref INTEGER PRIMARY KEY,
    request BLOB NOT NULL,
    person BLOB NOT NULL,
    reason TEXT NOT NULL,
    is_due INTEGER NOT NULL, -- still so
    is_seen INTEGER NOT NULL,
    UNIQUE (request, person, reason)
) STRICT;

-- What can be found besides messages: requests, boards; see search.rs for `kind`.
CREATE TABLE texts (
    ref INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    id BLOB NOT NULL,
    in_group INTEGER NOT NULL,
    author INTEGER,          -- NULL: several
    claimed INTEGER NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (kind, id)
) STRICT;

-- The order in which things are found: by day, then as they came here.
CREATE TABLE found (
    place INTEGER PRIMARY KEY, -- day since 1970 << 24 | number within it
    thing INTEGER NOT NULL UNIQUE -- row in messages or texts << 4 | kind
) STRICT;

-- Which places hold a pair of characters or a word. It proposes and knows no text: what it proposes
-- is read where it stands.
CREATE VIRTUAL TABLE grams USING fts5 (
    gram, content = '', columnsize = 0, detail = none, tokenize = 'ascii'
);
-- Announcements as they read now. In its group's log each has its row in `messages` beside.
CREATE TABLE news (
    row INTEGER PRIMARY KEY, -- the envelope's row in truth.db
    id BLOB NOT NULL UNIQUE,
    in_group INTEGER NOT NULL,
    author INTEGER NOT NULL,
    official INTEGER NOT NULL, -- said under an office role
    lamport INTEGER NOT NULL,
    claimed INTEGER NOT NULL,
    until_ms INTEGER, -- as it was said
    text TEXT NOT NULL,
    until_now INTEGER, -- as it reads now
    read TEXT NOT NULL,
    answers BLOB,
    question TEXT,
    corrected INTEGER NOT NULL,
    withdrawn_by BLOB,
    reason TEXT NOT NULL,
    settled_by BLOB,
    told INTEGER NOT NULL, -- this home was told of it once
    class INTEGER NOT NULL -- as it was said; see news.rs for the numbers
) STRICT;
CREATE INDEX news_by_class ON news (class, author);
CREATE INDEX news_by_answer ON news (answers) WHERE answers IS NOT NULL;
CREATE INDEX news_by_question ON news (claimed) WHERE question IS NOT NULL;

-- Corrections, withdrawals and 我家的, also of what is not here yet; see news.rs for `does`.
CREATE TABLE news_said (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    of BLOB NOT NULL,
    in_group INTEGER NOT NULL,
    person BLOB NOT NULL,
    official INTEGER NOT NULL,
    does INTEGER NOT NULL,
    text TEXT NOT NULL,
    until_ms INTEGER,
    lamport INTEGER NOT NULL
) STRICT;
CREATE INDEX news_said_of ON news_said (of);

-- In which groups somebody showed an announcement of another.
CREATE TABLE forwards (
    row INTEGER PRIMARY KEY,
    of BLOB NOT NULL,
    in_group INTEGER NOT NULL
) STRICT;
CREATE INDEX forwards_of ON forwards (of);

-- Rotas and hand-overs of duty; what they say stands in the truth.
CREATE TABLE duty (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    place BLOB NOT NULL,
    lamport INTEGER NOT NULL,
    is_rota INTEGER NOT NULL,
    author BLOB NOT NULL
) STRICT;
CREATE INDEX duty_by_author ON duty (is_rota, author, lamport);

-- What came to whom, and what he opened: marks are 1 and 2.
CREATE TABLE receipts (
    row INTEGER NOT NULL,
    item BLOB NOT NULL,
    person BLOB NOT NULL,
    mark INTEGER NOT NULL,
    PRIMARY KEY (item, person, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX receipts_by_row ON receipts (row);

-- What the people of this box have not said yet; said together, a little later.
CREATE TABLE receipts_due (
    item BLOB NOT NULL,
    person BLOB NOT NULL,
    mark INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,
    haste INTEGER NOT NULL,
    PRIMARY KEY (item, person)
) STRICT, WITHOUT ROWID;

-- What counts of votes, and which of it opens one; what it comes to is read from the truth.
CREATE TABLE ballots (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    opens INTEGER NOT NULL,
    lamport INTEGER NOT NULL,
    poll BLOB
) STRICT;
CREATE INDEX ballots_of_a_vote ON ballots (poll, row);
CREATE INDEX ballots_that_open ON ballots (lamport DESC) WHERE opens;

-- What counts of skills and thanks; what is listed is read from the truth.
CREATE TABLE profiles (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    lamport INTEGER NOT NULL
) STRICT;
CREATE INDEX profiles_in_order ON profiles (lamport);

-- What was said of teams, by whom; what it comes to is read from the truth.
CREATE TABLE team_words (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    team BLOB NOT NULL,
    author INTEGER NOT NULL,
    lamport INTEGER NOT NULL
) STRICT;
CREATE INDEX team_words_of ON team_words (team, author, lamport);

-- Activities: plans, the requests that have their places, and which envelopes speak of them.
CREATE TABLE activities (
    id BLOB PRIMARY KEY,
    in_group INTEGER NOT NULL,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE activity_roles (
    activity BLOB NOT NULL,
    request BLOB NOT NULL,
    PRIMARY KEY (activity, request)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_roles_by_request ON activity_roles (request);
CREATE TABLE activity_said (
    row INTEGER PRIMARY KEY, -- the envelope's row in truth.db
    id BLOB NOT NULL,
    activity BLOB NOT NULL,
    does INTEGER NOT NULL -- 1: about calling it off
) STRICT;
CREATE INDEX activity_said_by_activity ON activity_said (activity, does);

-- Who came and went, line by line; how and kind as in hours.rs.
CREATE TABLE hours_marks (
    row INTEGER NOT NULL, -- the envelope's row in truth.db
    line INTEGER NOT NULL,
    id BLOB NOT NULL,
    activity BLOB NOT NULL,
    in_group INTEGER NOT NULL,
    person BLOB NOT NULL,
    by BLOB NOT NULL,
    how INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    at_min INTEGER NOT NULL,
    corrects BLOB,
    corrects_line INTEGER NOT NULL,
    PRIMARY KEY (row, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX hours_marks_by_person ON hours_marks (person);
CREATE INDEX hours_marks_by_activity ON hours_marks (activity, person);
CREATE TABLE hours_approvals (
    row INTEGER NOT NULL,
    line INTEGER NOT NULL,
    id BLOB NOT NULL,
    activity BLOB NOT NULL,
    in_group INTEGER NOT NULL,
    person BLOB NOT NULL,
    by BLOB NOT NULL,
    PRIMARY KEY (row, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX hours_approvals_by_person ON hours_approvals (person);
CREATE INDEX hours_approvals_by_activity ON hours_approvals (activity, person);
CREATE TABLE certificates (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    number TEXT NOT NULL,
    person BLOB NOT NULL
) STRICT;
CREATE INDEX certificates_by_number ON certificates (number);
CREATE INDEX certificates_by_person ON certificates (person);
