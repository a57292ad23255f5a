-- What was invalidated since a worker looked last, and that it is there. Starts a history if there is none.
--
-- KEYS[1]   the clock
-- KEYS[2]   the targets
-- KEYS[3]   the workers
-- KEYS[4]   what they have reported
-- ARGV[1]   the history to start if there is none
-- ARGV[2]   the history that the worker has seen last
-- ARGV[3]   and its clock
-- ARGV[4]   the worker; '' for a look without a report
-- ARGV[5]   for how many µs it is taken to be alive; 0: it leaves
-- Returns   { history, clock, floor, { target, its clock, … } }, the numbers as strings; of another history than the one
--           seen, all targets
--
-- include clock.lua
local history, clock, floor, now = read_clock(ARGV[1], ARGV[2], ARGV[3])
if ARGV[4] ~= '' then
  if ARGV[5] == '0' then
    redis.call('ZREM', KEYS[3], ARGV[4])
    redis.call('HDEL', KEYS[4], ARGV[4])
  else
    workers_since(now)
    redis.call('ZADD', KEYS[3], now + ARGV[5], ARGV[4])
    redis.call('HSET', KEYS[4], ARGV[4], ARGV[2] .. ' ' .. ARGV[3])
  end
  -- A few at a time: each worker comes by twice a second.
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], 0, string.format('%.0f', now), 'LIMIT', 0, 10)) do
    redis.call('ZREM', KEYS[3], gone)
    redis.call('HDEL', KEYS[4], gone)
  end
end
local since = history == ARGV[2] and ARGV[3] or '0'
local targets = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. since, '+inf', 'WITHSCORES')
return { history, string.format('%.0f', clock), string.format('%.0f', floor), targets }
