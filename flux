#!/bin/sh
# The command line of FluxRouter, by the Node that the workspace brings: ./flux request req_…
here=$(dirname "$0")
exec "$here/node_modules/.bin/node" "$here/cli/src/main.ts" "$@"
