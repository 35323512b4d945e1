-- Which epoch a body is sealed under: 32 bytes that thousands of envelopes share.

CREATE TABLE epochs (
    ref INTEGER PRIMARY KEY,
    epoch BLOB NOT NULL UNIQUE CHECK (length(epoch) = 32)
) STRICT;

ALTER TABLE envelopes ADD COLUMN epoch_ref INTEGER; -- none where the body is plain

-- What waits for an epoch's secret, and where all secrets come from.
CREATE INDEX envelopes_sealed ON envelopes (epoch_ref) WHERE fate = 3;
CREATE INDEX envelopes_with_keys ON envelopes (kind) WHERE kind = 9;
