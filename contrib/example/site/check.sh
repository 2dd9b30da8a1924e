#!/bin/sh
# Healthy when the page says so.
grep -q 'All is well' current/index.html || { echo "the page is broken" >&2; exit 1; }
