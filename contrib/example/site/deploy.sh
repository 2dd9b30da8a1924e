#!/bin/sh
# Moves the site to the release $GRAPNEL_TO. Its output is kept with the deploy.
set -eu
[ -d "releases/$GRAPNEL_TO" ] || { echo "there is no release $GRAPNEL_TO" >&2; exit 1; }
echo "moving from ${GRAPNEL_FROM:-nothing} to $GRAPNEL_TO"
# A new link and a rename: at no moment is there no site.
ln -sfn "releases/$GRAPNEL_TO" next
mv -T next current
