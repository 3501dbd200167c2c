"""The token bucket of `core/bucket.py`, line by line, as a script that runs within Redis.

Its clock is that of Redis. Its arguments are what to do (``take``, ``look`` or ``slow``), the rate,
the burst, and what that method of the bucket takes. It returns a turn, 0 for none, and seconds.
"""

from __future__ import annotations

from typing import Final

from integrations_sdk.core.bucket import LEAST, LONGEST_PAUSE, RECOVERY, SOON

CLOCK: Final = "redis.call('TIME')"

SCRIPT: Final = f"""
local what, full, burst = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = {CLOCK}
local now = clock[1] + clock[2] / 1000000
local was = redis.call('HMGET', KEYS[1], 'taken', 'earned', 'at', 'rate', 'paused_until', 'cut_at')
local taken, earned = tonumber(was[1]) or 0, tonumber(was[2]) or burst
local at, rate = tonumber(was[3]) or now, math.min(tonumber(was[4]) or full, full)
local paused_until, cut_at = tonumber(was[5]) or 0, tonumber(was[6]) or 0
local slope = full / {RECOVERY}

local passed = now - math.max(at, paused_until)
if passed > 0 then
  local rising = math.min(passed, (full - rate) / slope)
  earned = earned + rising * (rate + rising * slope / 2) + (passed - rising) * full
  earned = math.min(earned, taken + burst)
  rate = math.min(full, rate + rising * slope)
end

local function time_for(missing)
  if missing <= 0 then return 0 end
  local rising = (full - rate) / slope
  local while_rising = rising * (rate + rising * slope / 2)
  if missing > while_rising then return rising + (missing - while_rising) / full end
  return 2 * missing / (rate + math.sqrt(rate * rate + 2 * slope * missing))
end

local function seconds_until(turn)
  local wait = math.max(0, paused_until - now) + time_for(turn - earned)
  return wait > {SOON} and wait or 0
end

local turn, wait = 0, 0
if what == 'take' then
  wait = seconds_until(taken + 1)
  if wait == 0 or wait < tonumber(ARGV[4]) then
    taken = taken + 1
    turn = taken
  end
elseif what == 'look' then
  turn = tonumber(ARGV[4])
  if turn > taken then turn = 0 end -- it is from before Redis lost what it knew
  wait = seconds_until(turn)
else
  paused_until = math.max(paused_until, now + math.min(tonumber(ARGV[4]), {LONGEST_PAUSE}))
  earned = math.min(earned, taken)
  if now - ARGV[5] >= cut_at then
    cut_at = now
    rate = math.max(rate / 2, full * {LEAST})
  end
end

local function exact(number) return string.format('%.17g', number) end
redis.call('HSET', KEYS[1], 'taken', exact(taken), 'earned', exact(earned), 'at', exact(now),
  'rate', exact(rate), 'paused_until', exact(paused_until), 'cut_at', exact(cut_at))
local rest = math.max(0, paused_until - now) + time_for(taken + burst - earned) + {RECOVERY}
redis.call('EXPIRE', KEYS[1], math.ceil(math.min(rest, 1000000000)))
return {{turn, exact(wait)}}
"""
