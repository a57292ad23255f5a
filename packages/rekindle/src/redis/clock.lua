-- The invalidation clock of a namespace, as both scripts read it. Included, not run.
--
-- The clock is a string "history clock floor". The targets are a sorted set of what was invalidated, scored by the clock of
-- the last time; its first member, '' at 0, shows that it has not been lost. A clock without its targets would declare
-- entries valid whose invalidation it has forgotten: such a namespace starts a new history.
local function read_clock(clock_key, targets_key, new_history)
  local record = redis.call('GET', clock_key)
  if record and redis.call('ZSCORE', targets_key, '') then
    local history, clock, floor = string.match(record, '^(%S+) (%d+) (%d+)$')
    if history then
      return history, tonumber(clock), tonumber(floor)
    end
  end
  local time = redis.call('TIME')
  local clock = time[1] * 1000000 + time[2]
  redis.call('DEL', targets_key)
  redis.call('ZADD', targets_key, 0, '')
  redis.call('SET', clock_key, string.format('%s %.0f 0', new_history, clock))
  return new_history, clock, 0
end
