-- Advances the clock of a namespace and records it for each target.
--
-- KEYS[1]   the clock
-- KEYS[2]   the targets (same slot)
-- ARGV[1]   the history to start if there is none
-- ARGV[2…]  the targets
-- Returns   { history, previous clock, clock, floor }, the numbers as strings
--
-- include clock.lua
local history, previous, floor = read_clock(KEYS[1], KEYS[2], ARGV[1])
local time = redis.call('TIME')
local clock = math.max(previous + 1, time[1] * 1000000 + time[2])
for index = 2, #ARGV do
  redis.call('ZADD', KEYS[2], clock, ARGV[index])
end
redis.call('SET', KEYS[1], string.format('%s %.0f %.0f', history, clock, floor))
return { history, string.format('%.0f', previous), string.format('%.0f', clock), string.format('%.0f', floor) }
