# What tests in shell share: they print a line for each check, and their number at the end.
checks=0 failures=0

# check WHAT COMMAND…: ok if COMMAND succeeds.
check() {
  local what=$1
  shift
  checks=$((checks + 1))
  if "$@"; then
    echo "ok $checks - $what"
  else
    echo "not ok $checks - $what"
    failures=$((failures + 1))
  fi
}

# is WHAT EXPECTED FOUND
is() {
  check "$1" test "$2" = "$3"
  [[ $2 == "$3" ]] || printf '  expected: %s\n  found:    %s\n' "$2" "$3"
}

# within SECONDS COMMAND…: runs COMMAND until it succeeds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

# json PATH: a part of the JSON on standard input; nothing where there is none.
json() { node -pe "JSON.parse(require('fs').readFileSync(0, 'utf8'))$1" 2>/dev/null; }

# Ends a test: in failure where a check has failed.
summary() {
  echo "# $checks checks, $failures failed"
  ((failures == 0))
}
