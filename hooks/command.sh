#!/bin/sh
# command: Runs before a command's script starts: checking remote commands.
#
# argument=TEXT, once for each, changes the arguments; exit 0 go on, anything else abort; reason=TEXT says why
#
# Its environment:
#   GRAPNEL_HOOK         the hook point, as argv[1]
#   GRAPNEL_DEPLOY       the id of what runs
#   GRAPNEL_COMMAND      the command's name
#   GRAPNEL_TRIGGER      webhook, api or command-line
#   GRAPNEL_BY           who exactly; may be empty
# and of the agent's own, as far as they are set: PATH, LANG, LC_ALL, TZ, HOME, USER, LOGNAME, DOCKER_HOST
# As JSON on standard input: {"hook", "command": {"name", "arguments", "trigger", "by"}}.
# Standard error goes to the log.
set -eu

if [ "$(id -u)" -eq 0 ] && [ -e /etc/nologin ]; then
    echo "reason=the machine is being shut down"
    exit 1
fi
