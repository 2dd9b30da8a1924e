---@meta grapnel
-- What Lua hooks and plugins of Grapnel can use, for editors that read LuaCATS annotations (lua-language-server).
-- Nothing runs this file. In a hook, say what the arguments are and the editor knows the rest:
--
--     ---@type grapnel.Hooks
--     return {
--       pre_pull = function(deploy, agent) … end,
--     }
--
-- Every function may raise an error, which ends the hook as a failed one unless `pcall` catches it. What a function
-- needs has to be declared: needs = { "http", "exec" }.

-------------------------------------------------------------------------------------------------------------------
-- What hooks get

---What a service runs. For a script only `revision` is there, for everything else the other two.
---@class grapnel.Release
---@field image string?     such as "ghcr.io/me/web:1.2"
---@field digest string?    "sha256:…", which is what is pulled and run
---@field revision string?

---One attempt to move one service from its release to another.
---@class grapnel.Deploy
---@field id string
---@field service string
---@field driver "container"|"compose"|"swarm"|"script"
---@field trigger string          "poll", "webhook", "api", "command-line", "heal" or "resume"
---@field by string?              who or what asked for it
---@field attempt integer         counts from 1
---@field force boolean
---@field from grapnel.Release?   what ran when it began
---@field to grapnel.Release?     what is wanted; nil before it is known
---@field reason string?          why the old release is put back; nil as long as it is not
---@field container string?       the container's name, with the driver "container"

---Something that people may want to be told of.
---@class grapnel.Event
---@field at string               UTC, "2026-11-20T16:15:46.123Z"
---@field event "started"|"deployed"|"rolled-back"|"failed"|"aborted"|"deferred"|"blocked"|"unblocked"|"unchanged"|"followed"|"paused"|"resumed"|"waiting"|"recovered"|"available"|"journal-restored"
---@field service string?
---@field deploy string?          the deploy's id
---@field message string          one sentence for people
---@field from grapnel.Release?
---@field to grapnel.Release?

---What came to `/webhooks/NAME`, after its signature was checked.
---@class grapnel.Request
---@field name string                      of the webhook
---@field method string
---@field query table<string, string>
---@field headers table<string, string>    names in lower case; without those that prove who it was
---@field address string?                  who sent it
---@field body string
---@field payload any                      the body as a value; nil if it is not JSON

---A command that somebody wants to run.
---@class grapnel.Command
---@field name string
---@field arguments string[]
---@field trigger string
---@field by string?

---What `agent.abort(…)` and its like answer. It has to be returned: `return agent.abort("…")`.
---@class grapnel.Verdict

---@alias grapnel.Power "http"|"exec"|"docker"|"files"|"secrets"

---What a hook's file returns. All functions of one file share its values for as long as the deploy lasts.
---@class grapnel.Hooks
---@field needs grapnel.Power[]?
---@field idempotent boolean|table<string, boolean>|nil   may be run again when the agent was killed in the middle of it
---@field select_tag (fun(tags: string[], agent: grapnel.Agent): string?)?
---@field pre_pull (fun(deploy: grapnel.Deploy, agent: grapnel.Agent): grapnel.Verdict?)?
---@field verify (fun(deploy: grapnel.Deploy, agent: grapnel.Agent): grapnel.Verdict?)?
---@field pre_up (fun(deploy: grapnel.Deploy, agent: grapnel.Agent): grapnel.Verdict?)?
---@field post_up (fun(deploy: grapnel.Deploy, agent: grapnel.Agent): grapnel.Verdict?)?
---@field health (fun(deploy: grapnel.Deploy, agent: grapnel.Agent): boolean|grapnel.Verdict)?
---@field rollback fun(deploy: grapnel.Deploy, agent: grapnel.Agent)?
---@field notify (fun(event: grapnel.Event, agent: grapnel.Agent): string|grapnel.Verdict|nil)?
---@field webhook (fun(request: grapnel.Request, agent: grapnel.Agent): table?)?
---@field command (fun(command: grapnel.Command, agent: grapnel.Agent): string[]|grapnel.Verdict|nil)?

-------------------------------------------------------------------------------------------------------------------
-- What plugins are

---@class grapnel.Option
---@field type "string"|"url"|"boolean"|"integer"|"number"|"duration"|"list"|"map"
---@field required boolean?
---@field secret boolean?       it is never shown
---@field default any           what the plugin gets when the option is not given
---@field enum any[]?           all that it may be
---@field description string?

---What a file `plugins/<kind>/<name>.lua` returns.
---@class grapnel.Plugin
---@field api 1
---@field kind "tags"|"notify"|"webhook"|"registry"|"verify"
---@field name string           that of the file
---@field summary string        one line
---@field needs grapnel.Power[]?
---@field options table<string, grapnel.Option>?
---@field notify fun(event: grapnel.Event, options: table<string, any>, agent: grapnel.Agent)?   kind "notify"

-------------------------------------------------------------------------------------------------------------------
-- The last argument of every function

---@class grapnel.Agent
local agent = {}

---Ends the deploy with nothing changed.
---Only at pre-pull, verify, pre-up, command.
---@param reason string
---@return grapnel.Verdict
function agent.abort(reason) end

---Ends the deploy and tries it again later.
---Only at pre-pull, pre-up.
---@param delay string      such as "30m"
---@param reason string?
---@return grapnel.Verdict
function agent.defer(delay, reason) end

---Puts the old release back.
---Only at post-up, health.
---@param reason string
---@return grapnel.Verdict
function agent.rollback(reason) end

---Not healthy so far; it is asked again until the grace ends.
---Only at health.
---@param reason string?
---@return grapnel.Verdict
function agent.not_yet(reason) end

---Tells nobody.
---Only at notify.
---@return grapnel.Verdict
function agent.drop() end

---Writes to the deploy's log.
---@param message string
function agent.log(message) end

---A variable that an executable hook would be given here: PATH, HOME, TZ and their like, and `GRAPNEL_*`. Nothing else of
---the agent's own environment is shown; secrets are in `agent.secrets`.
---@param name string
---@return string?
function agent.env(name) end

---Runs a program and waits for it, as the user that `hooks.user` names. It starts in "/" with the environment that
---executable hooks get, and is ended with all that it started when its time or the hook's is over. A program that
---cannot be started is an error, one that fails is not.
---Needs "exec".
---@param argv string[]                 without a shell; for one, say { "sh", "-c", "…" }
---@param options grapnel.ExecOptions?
---@return grapnel.ExecResult
function agent.exec(argv, options) end

---@class grapnel.ExecOptions
---@field timeout string?               such as "5m"; otherwise what the hook has left
---@field input string?                 what it reads from its standard input
---@field directory string?             where it starts, an absolute path
---@field env table<string, string>?    added to its environment

---@class grapnel.ExecResult
---@field code integer        its exit code; 128 and the signal's number when a signal ended it, -1 when its time was over
---@field stdout string       its beginning, as far as the limit for output goes
---@field stderr string
---@field timed_out boolean
---@field signal integer?     the signal that ended it

-- The service's own container, for services with the driver "container"; an error for others. That is the one which has
-- the service's name at the moment of the call: the old one up to pre-up, the new one at post-up and health, and at
-- rollback the old one again. At notify a later deploy may already be under way.
agent.docker = {}

---@class grapnel.DockerInspectOptions
---@field env boolean?     with its environment, which mostly holds passwords
---@field raw boolean?     with all that the engine says of it; its environment only with `env`

---@class grapnel.DockerNetwork
---@field ip string?
---@field ipv6 string?
---@field aliases string[]

---@class grapnel.DockerPort
---@field port integer          in the container
---@field protocol string
---@field host_ip string?       where it is published; nil for one that is not
---@field host_port integer?

---@class grapnel.DockerContainer
---@field id string
---@field name string
---@field image string               the reference that it was made from
---@field image_id string
---@field digest string?             by what the repository calls its image, as in `deploy.to.digest`
---@field status string              "created", "running", "paused", "restarting", "exited", …
---@field running boolean
---@field health string?             "starting", "healthy" or "unhealthy"; nil without a health check
---@field health_output string?      what that has printed last
---@field exit_code integer?         nil while it runs
---@field restart_count integer
---@field created_at string          UTC, as the engine writes it
---@field started_at string?
---@field finished_at string?
---@field labels table<string, string>
---@field networks table<string, grapnel.DockerNetwork>
---@field ports grapnel.DockerPort[]
---@field env table<string, string>?
---@field raw table?

---Nil when there is no such container.
---Needs "docker".
---Only at select-tag, pre-pull, verify, pre-up, post-up, health, rollback, notify.
---@param options grapnel.DockerInspectOptions?
---@return grapnel.DockerContainer?
function agent.docker.inspect(options) end

---Runs a program in the container and waits for it. A program that cannot be started is an error, and so is a container
---that does not run; a program that fails is not. When its time or the hook's is over, it is ended with all that it
---started, if the engine is on this machine or the container has a shell; if not, `error` and the log say that it still
---runs.
---Needs "docker".
---Only at select-tag, pre-pull, verify, pre-up, post-up, health, rollback.
---@param options grapnel.DockerExecOptions
---@return grapnel.DockerExecResult
function agent.docker.exec(options) end

---@class grapnel.DockerExecOptions
---@field command string[]              without a shell; for one, say { "sh", "-c", "…" }
---@field user string?                  such as "postgres" or "1000:1000"; otherwise whom the container runs as
---@field env table<string, string>?    added to the container's
---@field workdir string?               an absolute path; otherwise the container's
---@field stdin string?                 what it reads from its standard input; over a unix socket only
---@field timeout string?               such as "5m"; otherwise what the hook has left
---@field on_line (fun(stream: "stdout"|"stderr", line: string))?     called with each line as it comes

---@class grapnel.DockerExecResult
---@field code integer         its exit code; -1 when its time was over
---@field stdout string        its beginning, as far as the limit for output goes
---@field stderr string
---@field truncated boolean    there was more than that, or `on_line` could not keep up
---@field timed_out boolean
---@field error string?        when its time was over: what became of it

---The lines of both streams, as far as the limit for output goes: the last of them. Its field `truncated` says whether
---some are missing. A log that the engine does not keep is an error.
---Needs "docker".
---Only at select-tag, pre-pull, verify, pre-up, post-up, health, rollback, notify.
---@param options grapnel.DockerLogOptions?
---@return string[]
function agent.docker.logs(options) end

---@class grapnel.DockerLogOptions
---@field tail integer?           so many from the end; otherwise 100, or all when there is `since`
---@field since string|number|nil     such as "10m", or seconds since 1970
---@field timestamps boolean?     each line begins with its moment
---@field follow boolean?         goes on with what is printed from now on, until the container stops, the time is over, or
---                               `on_line` returns false
---@field timeout string?         such as "30s"; otherwise what the hook has left
---@field on_line (fun(stream: "stdout"|"stderr", line: string): boolean?)?   with a terminal all is "stdout"

---Restarts it and waits until it runs. It has to be running: what was stopped stays stopped.
---Needs "docker".
---Only at post-up, rollback.
---@param options grapnel.DockerRestartOptions?
function agent.docker.restart(options) end

---@class grapnel.DockerRestartOptions
---@field timeout string?     for how long it is waited, such as "1m"; otherwise what the hook has left

agent.json = {}

---A table is written as a list or as an object; an empty one is an object.
---@param value any
---@return string
function agent.json.encode(value) end

---A null becomes nil.
---@param text string
---@return any
function agent.json.decode(text) end

agent.time = {}

---Seconds since 1970.
---@return integer
function agent.time.now() end

---UTC, "2026-11-20T16:15:46.123Z".
---@param seconds number?     since 1970; otherwise now
---@return string
function agent.time.iso(seconds) end

---The hour on this machine, 0 to 23.
---@return integer
function agent.time.local_hour() end

---The minute on this machine, 0 to 59.
---@return integer
function agent.time.local_minute() end

---The day on this machine, from 1 for Monday to 7 for Sunday.
---@return integer
function agent.time.weekday() end

agent.secrets = {}

---A secret from the section `secrets` of the settings. One that is not there is an error. What a hook logs, answers
---or fails with is kept free of it, unless it has fewer than four letters or was changed on the way.
---Needs "secrets".
---@param name string
---@return string
function agent.secrets.get(name) end

agent.http = {}

---@class grapnel.HTTPOptions
---@field headers table<string, string>?
---@field timeout string?     such as "10s", which then holds for the whole request; otherwise "30s"
---@field follow integer?     how many redirects are followed, 0 to 20; otherwise none
---@field json any            a value to send as JSON in place of a body

---@class grapnel.HTTPRequest: grapnel.HTTPOptions
---@field method string?      otherwise "GET"
---@field url string
---@field body string?

---@class grapnel.HTTPResponse
---@field status integer                   0 when there was no answer
---@field headers table<string, string>    names in lower case
---@field body string                      up to 4 MiB
---@field error string?                    why there was no answer

---No answer is no error: its status is 0. Link-local addresses, where clouds keep credentials, are refused.
---Needs "http".
---@param url string
---@param options grapnel.HTTPOptions?
---@return grapnel.HTTPResponse
function agent.http.get(url, options) end

---Needs "http".
---@param url string
---@param body string?
---@param options grapnel.HTTPOptions?
---@return grapnel.HTTPResponse
function agent.http.post(url, body, options) end

---Needs "http".
---@param request grapnel.HTTPRequest
---@return grapnel.HTTPResponse
function agent.http.request(request) end

agent.files = {}

---Up to 1 MiB. A file that is not there is an error.
---Needs "files".
---@param path string     absolute
---@return string
function agent.files.read(path) end

---Replaces the file in one step: whoever reads it finds the old text or the new one. Up to 1 MiB.
---Needs "files".
---@param path string     absolute
---@param text string
function agent.files.write(path, text) end

---Needs "files".
---@param path string     absolute
---@return boolean
function agent.files.exists(path) end

---The names in a directory, sorted.
---Needs "files".
---@param path string     absolute
---@return string[]
function agent.files.list(path) end

-- Survives restarts. Each file has keys of its own.
agent.store = {}

---@param key string
---@return any
function agent.store.get(key) end

---Up to 64 KiB as JSON.
---@param key string      1 to 200 bytes
---@param value any       what JSON can hold, and not nil
function agent.store.set(key, value) end

---@param key string
function agent.store.delete(key) end

---Sorted.
---@return string[]
function agent.store.keys() end

-- Versions as tags have them: "1.2.3", also "v1.2.3" and "1.2".
agent.semver = {}

---@class grapnel.Version
---@field major integer
---@field minor integer
---@field patch integer
---@field prerelease string     empty for a release
---@field build string

---@param version string
---@return grapnel.Version?     nil for what is no version
function agent.semver.parse(version) end

---@param a string
---@param b string
---@return -1|0|1
function agent.semver.compare(a, b) end

---False for what is no version.
---@param version string
---@param range string          such as "^2" or ">=1.4 <2"
---@return boolean
function agent.semver.satisfies(version, range) end

---The tag of the highest version, as it is written; what is no version is passed over. Without a range, pre-releases are
---too.
---@param tags string[]
---@param range string?
---@return string?
function agent.semver.highest(tags, range) end

---What the functions of a plugin of the kind `registry` get. `credentials` returns nil, or username, password and, where they
---are lent, `expires` in seconds since 1970. `pushed` returns nil, or times by tags: seconds since 1970, or RFC 3339.
---@class grapnel.RegistryRequest
---@field host string           such as "ghcr.io"
---@field repository string     such as "me/web"
---@field url string?           pushed: where the registry is
---@field username string?      pushed: who we are there, if we have a password
---@field password string?

-- Choosing among the tags of a repository, as plugins of the kind `tags` do.
agent.tags = {}

---What such a plugin's function gets.
---@class grapnel.TagRequest
---@field tags string[]
---@field current string?       the tag that runs

---@class grapnel.RankOptions
---@field order "semver"|"numeric"|"alphabetical"|"calver"|"newest"
---@field range string?         semver: as npm writes it; all if there is none
---@field prerelease boolean?   semver: take pre-releases too
---@field variant string?       semver: such as "-alpine"; the current one's if there is none
---@field format string?        calver: such as "YYYY.0M.0D"
---@field glob string?          which tags; they are compared by what the first * stands for
---@field regex string?         which tags; they are compared by the first group, or by all that matched
---@field by string?            they are compared by this group, or by a text such as "$1.$2"
---@field current string?       what runs: nothing lower than that
---@field downgrade boolean?    something lower, too

---@class grapnel.TagChoice
---@field seen integer
---@field ranked string[]       the best one first, 100 at most
---@field dropped { reason: string, count: integer, examples: string[] }[]

---What such a plugin's function may return; it may also return a tag, a list of tags with the best one first, or nil.
---@param tags string[]
---@param options grapnel.RankOptions
---@return grapnel.TagChoice
function agent.tags.rank(tags, options) end

agent.crypto = {}

---@param text string
---@return string     hexadecimal
function agent.crypto.sha256(text) end

---@param key string
---@param text string
---@return string     hexadecimal
function agent.crypto.hmac_sha256(key, text) end

---A signature as JSON web tokens have it (RS256).
---@param key string     a private key in PEM
---@param text string
---@return string        hexadecimal
function agent.crypto.rs256_sign(key, text) end

---@class grapnel.AWSRequest
---@field method string
---@field url string
---@field headers table<string, string>?
---@field body string?
---@field region string
---@field service string
---@field access_key string
---@field secret_key string
---@field session_token string?

---The headers of a request to one of Amazon's services, with its signature (version 4).
---@param request grapnel.AWSRequest
---@return table<string, string>
function agent.crypto.aws_sign(request) end

---Takes as long wherever they differ.
---@param a string
---@param b string
---@return boolean
function agent.crypto.equal(a, b) end

---@param text string
---@return string
function agent.crypto.base64_encode(text) end

---What is not base64 is an error.
---@param text string
---@return string
function agent.crypto.base64_decode(text) end

---@param text string
---@return string
function agent.crypto.hex_encode(text) end

---What is not hexadecimal is an error.
---@param text string
---@return string
function agent.crypto.hex_decode(text) end

---Random bytes that nobody can guess.
---@param bytes integer     1 to 1024
---@return string           hexadecimal, two digits a byte
function agent.crypto.random(bytes) end
