#!/bin/sh
# notify: Runs after each event, never in a deploy's way: telling people.
#
# message=TEXT sends that instead (several lines: several times), drop=true sends nothing
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
#   GRAPNEL_EVENT        what happened: deployed, rolled-back, failed ...
#   GRAPNEL_MESSAGE      one sentence about it
#   GRAPNEL_TIME         when
#   GRAPNEL_CONTAINER    the container; only for the driver container
# and of the agent's own, as far as they are set: PATH, LANG, LC_ALL, TZ, HOME, USER, LOGNAME, DOCKER_HOST
# The same as JSON on standard input. Standard error goes to the deploy's log.
set -eu

# That a deploy has started is no news.
if [ "$GRAPNEL_EVENT" = started ]; then
    echo "drop=true"
    exit 0
fi
echo "message=[$(uname -n)] $GRAPNEL_MESSAGE"
