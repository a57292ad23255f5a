-- The invalidation clock of a namespace, as every script reads it. Included, not run.
--
-- The clock is a string "history clock floor server". The targets are a sorted set of what was invalidated, scored by the
-- clock of the last time; its first member, '' at 0, shows that it has not been lost. The workers are a sorted set, too,
-- scored by when each is no longer taken to be alive (µs); its member '' has, negated, the time since which the set is kept.
--
-- KEYS[1]   the clock
-- KEYS[2]   the targets
-- KEYS[3]   the workers
-- KEYS[4]   what they have reported: a hash, by worker, of "history clock" (all in one slot)
--
-- Losing any of this must never make an old entry valid again. So a new history, in which nothing old is valid, begins when
-- - the clock or the targets are gone or are not ours, as is a clock of 2^53, which one more would not advance;
-- - another server than the one that wrote the clock answers (its replication id): a replica that was promoted, or a restart,
--   may have lost the last invalidations. Where that may not be read it is '-', and this check is left out;
-- - a worker has seen a later clock of this history than there is now.
--
-- A replica is of no use: what it says may be old already.
local function replication_id()
  local info = redis.pcall('INFO', 'replication')
  if type(info) ~= 'string' then
    return '-'
  end
  if string.find(info, 'role:slave', 1, true) then
    error('READONLY This server is a replica.')
  end
  return string.match(info, 'master_replid:(%w+)') or '-'
end

-- Somebody may have put something of another type there.
local function drop_unless(kind, key)
  local found = redis.call('TYPE', key)['ok']
  if found ~= kind and found ~= 'none' then
    redis.call('DEL', key)
  end
end

local function read_clock(new_history, seen_history, seen_clock)
  drop_unless('string', KEYS[1])
  for index = 2, 3 do
    drop_unless('zset', KEYS[index])
  end
  drop_unless('hash', KEYS[4])
  local server = replication_id()
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local record = redis.call('GET', KEYS[1])
  if record and redis.call('ZSCORE', KEYS[2], '') then
    local history, clock, floor, written_by = string.match(record, '^(%S+) (%d+) (%d+) (%S+)$')
    local same_server = written_by == server or written_by == '-' or server == '-'
    local has_lost = history == seen_history and tonumber(clock) < tonumber(seen_clock)
    if history and same_server and not has_lost and tonumber(clock) < 9007199254740991 then
      return history, tonumber(clock), tonumber(floor), now, written_by
    end
  end
  redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
  redis.call('ZADD', KEYS[2], 0, '')
  redis.call('SET', KEYS[1], string.format('%s %.0f 0 %s', new_history, now, server))
  return new_history, now, 0, now, server
end

-- Workers may be missing from a set that has just begun. Returns since when this one is kept (µs).
local function workers_since(now)
  local since = redis.call('ZSCORE', KEYS[3], '')
  if since then
    return -tonumber(since)
  end
  redis.call('ZADD', KEYS[3], -now, '')
  return now
end
