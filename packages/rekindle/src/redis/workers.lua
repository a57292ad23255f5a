-- The workers of a namespace that are taken to be alive, and what each has reported.
--
-- KEYS[1]   the workers
-- KEYS[2]   what they have reported (same slot)
-- Returns   { worker, "history clock", … }
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000000 + time[2])
local reports = {}
for _, worker in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')) do
  local report = redis.call('HGET', KEYS[2], worker)
  if report then
    table.insert(reports, worker)
    table.insert(reports, report)
  end
end
return reports
