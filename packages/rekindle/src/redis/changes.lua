-- What was invalidated in a namespace after a clock. Starts a history if there is none.
--
-- KEYS[1]   the clock
-- KEYS[2]   the targets (same slot)
-- ARGV[1]   the history to start if there is none
-- ARGV[2]   after which clock
-- Returns   { history, clock, floor, { target, its clock, … } }, the numbers as strings
--
-- include clock.lua
local history, clock, floor = read_clock(KEYS[1], KEYS[2], ARGV[1])
local targets = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[2], '+inf', 'WITHSCORES')
return { history, string.format('%.0f', clock), string.format('%.0f', floor), targets }
