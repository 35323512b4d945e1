-- The set of envelopes. Only this is truth; everything else on disk can be made from it.
--
-- No bytes are kept twice: an envelope's header is put together from columns, its scope, writer and
-- grant (which repeat) stand in small tables, its body's hash is kept only where the body is not.

CREATE TABLE about (
    key TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE scopes (
    ref INTEGER PRIMARY KEY,
    scope BLOB NOT NULL UNIQUE CHECK (length(scope) = 16)
) STRICT;

-- A writer acting under one grant in one scope. Authority is asked about these, so that a change of
-- the roster costs one question each and touches only the envelopes whose answer changed.
CREATE TABLE positions (
    ref INTEGER PRIMARY KEY,
    writer BLOB NOT NULL CHECK (length(writer) = 32),
    scope BLOB NOT NULL CHECK (length(scope) = 16),
    auth BLOB NOT NULL CHECK (length(auth) IN (0, 32)), -- empty where no grant is cited
    standing TEXT NOT NULL, -- what authority last said, to notice when it says something else
    UNIQUE (writer, scope, auth)
) STRICT;

CREATE TABLE reasons (
    ref INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE envelopes (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
    position_ref INTEGER NOT NULL,
    scope_ref INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    lamport INTEGER NOT NULL,
    claimed INTEGER NOT NULL,
    fate INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    sound INTEGER NOT NULL,
    judged INTEGER NOT NULL, -- grows with every verdict: what the views have not yet seen
    subject BLOB, -- the request of an act, the document of a change
    gone INTEGER, -- why there is no body
    cites BLOB NOT NULL, -- prev if seq > 1, then deps
    rest BLOB, -- header fields that most envelopes do not need
    signature BLOB NOT NULL CHECK (length(signature) = 64),
    body BLOB
) STRICT;

CREATE UNIQUE INDEX envelopes_by_verdict ON envelopes (judged);
CREATE INDEX envelopes_by_chain ON envelopes (position_ref, seq);
CREATE INDEX envelopes_by_bucket ON envelopes (scope_ref, bucket);
CREATE INDEX envelopes_by_subject ON envelopes (subject) WHERE subject IS NOT NULL;
CREATE INDEX envelopes_not_accepted ON envelopes (scope_ref, fate) WHERE fate <> 0;

CREATE TABLE fingerprints (
    scope_ref INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    value BLOB NOT NULL CHECK (length(value) = 40),
    PRIMARY KEY (scope_ref, bucket)
) STRICT, WITHOUT ROWID;

-- The ends of what can be cited: accepted envelopes that no other accepted one of their kind and
-- subject cites.
CREATE TABLE heads (
    scope_ref INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    subject BLOB NOT NULL, -- empty where the kind has none
    row INTEGER NOT NULL,
    PRIMARY KEY (scope_ref, kind, subject, row)
) STRICT, WITHOUT ROWID;

-- Who must be judged again when an envelope comes or becomes sound. `cited` is the first eight bytes
-- of its id: a mix-up costs one idle judgement.
CREATE TABLE waiting (
    cited INTEGER NOT NULL,
    row INTEGER NOT NULL,
    PRIMARY KEY (cited, row)
) STRICT, WITHOUT ROWID;

-- To be judged again, left over from a turn that had enough to do.
CREATE TABLE todo (
    row INTEGER PRIMARY KEY
) STRICT;

-- Chains outside the roster's scope that have two envelopes in one place.
CREATE TABLE forks (
    writer BLOB NOT NULL,
    scope BLOB NOT NULL,
    PRIMARY KEY (writer, scope)
) STRICT, WITHOUT ROWID;

-- What this node remembers for itself and never sends: addresses, what was read, invitations.
CREATE TABLE kept (
    key TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
