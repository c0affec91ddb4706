#!/usr/bin/env bash
# Installs what package-lock.json names, and builds the server: the stages after it run `dist`.
. "$(dirname "$0")/common.sh"

npm ci
npm run --silent build
