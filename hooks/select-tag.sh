#!/bin/sh
# select-tag: Chooses the release, when the tags are known.
#
# answers  tag=TAG, or nothing for the next hook's choice; any other exit code than 0 fails the deploy
#
# Its environment:
#   GRAPNEL_HOOK         the hook point, as argv[1]
#   GRAPNEL_DEPLOY       the deploy's id
#   GRAPNEL_SERVICE      the service
#   GRAPNEL_DRIVER       container, compose, swarm or script
#   GRAPNEL_TRIGGER      poll, webhook, api, command-line, heal or resume
#   GRAPNEL_BY           who exactly; may be empty
#   GRAPNEL_ATTEMPT      1, or more for a retry
#   GRAPNEL_FORCE        1 if it was forced, else 0
#   GRAPNEL_FROM         the release that runs: digest or revision; may be empty
#   GRAPNEL_FROM_IMAGE   its image; empty for a script
#   GRAPNEL_FROM_DIGEST  its digest; empty for a script
#   GRAPNEL_TO           the release that is wanted
#   GRAPNEL_TO_IMAGE     its image; empty for a script
#   GRAPNEL_TO_DIGEST    its digest; empty for a script
#   GRAPNEL_REASON       why the old release is put back; else empty
#   GRAPNEL_CONTAINER    the container; only for the driver container
# and of the agent's own, as far as they are set: PATH, LANG, LC_ALL, TZ, HOME, USER, LOGNAME, DOCKER_HOST
# The same as JSON on standard input. Standard error goes to the deploy's log.
set -eu

# The tags are in the JSON on standard input. This takes the highest plain version.
tags=$(sed 's/.*"tags":\[\([^]]*\)\].*/\1/' | tr -d '"' | tr ',' '\n')
newest=$(printf '%s\n' "$tags" | grep -E '^[0-9]+\.[0-9]+\.[0-9]+$' | sort -V | tail -n 1)
[ -z "$newest" ] || echo "tag=$newest"
