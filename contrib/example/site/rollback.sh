#!/bin/sh
# Puts the release $GRAPNEL_RESTORE back; without one there was no site before.
set -eu
if [ -n "$GRAPNEL_RESTORE" ]; then
    echo "going back to $GRAPNEL_RESTORE"
    ln -sfn "releases/$GRAPNEL_RESTORE" next
    mv -T next current
else
    rm -f current
fi
