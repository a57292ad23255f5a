-- The invalidation clock of a namespace, as every script reads it. Included, not run.
--
-- The clock is a string "history clock floor server". The targets are a sorted set of what was invalidated, scored by the
-- clock of the last time; its first member, '' at 0, shows that it has not been lost.
--
-- Losing any of this must never make an old entry valid again. So a new history, in which nothing old is valid, begins when
-- - the clock or the targets are gone or are not ours;
-- - another server than the one that wrote the clock answers (its replication id): a replica that was promoted, or a restart,
--   may have lost the last invalidations. Where that may not be read it is '-', and this check is left out;
-- - a worker has seen a later clock of this history than there is now.
local function replication_id()
  local info = redis.pcall('INFO', 'replication')
  return type(info) == 'string' and string.match(info, 'master_replid:(%w+)') or '-'
end

local function read_clock(clock_key, targets_key, new_history, seen_history, seen_clock)
  local server = replication_id()
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local record = redis.call('GET', clock_key)
  if record and redis.call('ZSCORE', targets_key, '') then
    local history, clock, floor, written_by = string.match(record, '^(%S+) (%d+) (%d+) (%S+)$')
    local same_server = written_by == server or written_by == '-' or server == '-'
    local has_lost = history == seen_history and tonumber(clock) < tonumber(seen_clock)
    if history and same_server and not has_lost then
      return history, tonumber(clock), tonumber(floor), now, written_by
    end
  end
  redis.call('DEL', targets_key)
  redis.call('ZADD', targets_key, 0, '')
  redis.call('SET', clock_key, string.format('%s %.0f 0 %s', new_history, now, server))
  return new_history, now, 0, now, server
end
