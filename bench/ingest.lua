-- wrk script: page views as a busy site has them. Many visitors (X-Forwarded-For), three pageviews a visit, Zipf-like pages,
-- sixty user agents, half of the visits with a referrer, 30 % of the events with UTM tags.
local thread_count = 0
function setup(thread)
  thread:set("number", thread_count)
  thread_count = thread_count + 1
end

local agents, bodies, octets = {}, {}, {}
local sites = { "shop.example", "blog.example", "docs.example", "news.example" }
local referrers = { "", "", "https://www.google.com/", "https://duckduckgo.com/?q=x", "https://news.ycombinator.com/item?id=1", "https://t.co/abc",
  "https://www.reddit.com/r/selfhosted/", "https://lobste.rs/" }
local utm = { "utm_source=newsletter&utm_medium=email&utm_campaign=spring", "utm_source=google&utm_medium=cpc&gclid=abc", "utm_source=twitter&utm_campaign=launch" }

function init(args)
  math.randomseed(number + 1)
  for v = 100, 129 do
    agents[#agents + 1] = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" .. v .. ".0.0.0 Safari/537.36"
    agents[#agents + 1] = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_" .. v % 7 .. " like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17." .. v % 7 .. " Mobile/15E" .. v .. " Safari/604.1"
  end
  for i = 0, 255 do octets[i] = tostring(i) end
  for i = 1, 4000 do
    local site = sites[i % #sites + 1]
    local page = "/articles/" .. math.floor(400 * math.random() ^ 3)
    local query = math.random() < 0.3 and "?" .. utm[math.random(#utm)] or ""
    local body = '{"n":"load","l":"https://' .. site .. page .. query .. '","r":"' .. referrers[math.random(#referrers)] ..
      '","lt":' .. math.random(2000) .. ',"fb":' .. math.random(300) .. ',"sw":1920,"sh":1080,"pr":1,"pd":24,"tz":"Europe/Vienna"}'
    bodies[i] = "\r\nAccept-Language: de-AT,de;q=0.9\r\nOrigin: https://" .. site .. "\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
  end
end

local visit, left, site = 0, 0, 0
function request()
  if left == 0 then
    visit, left, site = visit + 1, 3, math.random(4)
  end
  left = left - 1
  local ip = octets[number * 64 + math.floor(visit / 16777216) % 64 + 11] .. "." .. octets[math.floor(visit / 65536) % 256] .. "." .. octets[math.floor(visit / 256) % 256] .. "." .. octets[visit % 256]
  return "POST /p HTTP/1.1\r\nHost: stats.example\r\nX-Forwarded-For: " .. ip .. "\r\nUser-Agent: " .. agents[visit % #agents + 1] ..
    bodies[(math.random(0, 999) * 4 + site - 1) % 4000 + 1]
end

function done(summary, latency)
  io.write(string.format("RESULT {\"requests\":%d,\"seconds\":%f,\"non2xx\":%d,\"socket_errors\":%d,\"p50_ms\":%f,\"p99_ms\":%f}\n", summary.requests,
    summary.duration / 1e6, summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
