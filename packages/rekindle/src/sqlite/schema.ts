/** The tables. Namespaces share them. Times are milliseconds since 1970; the clock's are microseconds. */
export const schema = `
CREATE TABLE IF NOT EXISTS rekindle_pointers (
  namespace TEXT NOT NULL,
  id TEXT NOT NULL,
  pointer TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (namespace, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS rekindle_pointers_expiry ON rekindle_pointers (expires_at);

CREATE TABLE IF NOT EXISTS rekindle_blobs (
  namespace TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  blob TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  UNIQUE (namespace, fingerprint)
);
CREATE INDEX IF NOT EXISTS rekindle_blobs_expiry ON rekindle_blobs (expires_at);

CREATE TABLE IF NOT EXISTS rekindle_clocks (
  namespace TEXT PRIMARY KEY,
  history TEXT NOT NULL,
  clock INTEGER NOT NULL,
  floor INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS rekindle_targets (
  namespace TEXT NOT NULL,
  target TEXT NOT NULL,
  clock INTEGER NOT NULL,
  PRIMARY KEY (namespace, target)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS rekindle_targets_clock ON rekindle_targets (namespace, clock);

CREATE TABLE IF NOT EXISTS rekindle_workers (
  namespace TEXT NOT NULL,
  worker TEXT NOT NULL,
  history TEXT NOT NULL,
  clock INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (namespace, worker)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS rekindle_claims (
  namespace TEXT NOT NULL,
  id TEXT NOT NULL,
  claimant TEXT NOT NULL,
  history TEXT NOT NULL,
  clock INTEGER NOT NULL,
  waiting TEXT NOT NULL, -- JSON list of workers
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (namespace, id)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS rekindle_messages (
  id INTEGER PRIMARY KEY,
  namespace TEXT NOT NULL,
  worker TEXT NOT NULL,
  message TEXT NOT NULL,
  expires_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS rekindle_messages_worker ON rekindle_messages (namespace, worker);
`
