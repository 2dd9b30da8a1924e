#!/bin/sh
# webhook: Runs when a webhook arrives at its path: decoding payloads.
#
# service=NAME, once for each, tag=TAG, command=NAME and argument=TEXT, once for each, say what it means; nothing is nothing
#
# Its environment:
#   GRAPNEL_HOOK         the hook point, as argv[1]
#   GRAPNEL_DEPLOY       the id of what runs
#   GRAPNEL_WEBHOOK      the name in the path
#   GRAPNEL_ADDRESS      who sent it; may be empty
# and of the agent's own, as far as they are set: PATH, LANG, LC_ALL, TZ, HOME, USER, LOGNAME, DOCKER_HOST
# As JSON on standard input: {"hook", "request": {"name", "method", "query", "headers", "address", "body", "payload"}}.
# Standard error goes to the log.
set -eu

# A push to main deploys the service that is called like the repository.
jq -r '.request | select(.headers["x-github-event"] == "push" and .payload.ref == "refs/heads/main")
    | "service=" + (.payload.repository.full_name | split("/") | last)'
