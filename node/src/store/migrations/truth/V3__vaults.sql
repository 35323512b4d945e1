-- What must be forgotten, and what is sealed under the key of a vault.

CREATE INDEX envelopes_that_erase ON envelopes (kind) WHERE kind = 10;
CREATE INDEX envelopes_in_vaults ON envelopes (epoch_ref) WHERE kind = 12;
