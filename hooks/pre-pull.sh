#!/bin/sh
# pre-pull: Runs before anything is fetched: freezes, disk checks, approvals.
#
# exit 0 go on, 75 defer (delay=30m says for how long), anything else abort; reason=TEXT says why
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

# While this file exists nothing is deployed; what was wanted is tried again later.
freeze=/etc/grapnel/freeze
if [ -e "$freeze" ]; then
    echo "reason=frozen: $(head -n 1 "$freeze")"
    echo "delay=30m"
    exit 75
fi
free=$(df -Pk / | awk 'NR == 2 { print $4 }')
if [ "$free" -lt 102400 ]; then
    echo "reason=less than 100 MiB are free"
    exit 1
fi
