#!/usr/bin/env bash
# Installs the packages of package-lock.json and builds the server: the next stages run `dist`.
. "$(dirname "$0")/common.sh"

npm ci
npm run --silent build
