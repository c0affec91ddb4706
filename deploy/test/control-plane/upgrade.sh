# Another SHA, one whose pods never become ready, and back.

test_upgrade() {
  local pods
  deploy "$first"
  watch_endpoints
  check 'an upgrade to another SHA' deploy "$second"
  is 'all pods run it' "2 $second" "$(commits)"
  is 'two pods were ready at any time, and four in all' '2 4' "$(end_watch)"

  pods=$(pod_names)
  check 'the same upgrade again' deploy "$second"
  is 'replaces no pod' "$pods" "$(pod_names)"
  check 'a changed setting' deploy "$second" --set settings.LOG_LEVEL=debug
  check 'replaces the pods' test "$pods" != "$(pod_names)"
  check 'and reaches them' grep -q 'LOG_LEVEL=debug' <<<"$(field deployment/"$release" \
    '{range .spec.template.spec.containers[0].env[*]}{.name}={.value}{"\n"}{end}')"

  test_bad_upgrade
  watch_endpoints
  check 'helm rollback' quietly helm rollback "$release" 1 --wait --timeout 120s
  is 'all pods run the first SHA' "2 $first" "$(commits)"
  is 'two pods were ready at any time, and four in all' '2 4' "$(end_watch)"
}

test_bad_upgrade() {
  local pods
  pods=$(pod_names)
  watch_endpoints
  check 'an upgrade whose pods never become ready fails' \
    fails deploy "$never_ready" --set settings.LOG_LEVEL=debug --atomic --timeout 20s
  check 'because they are not ready in time' grep -q 'context deadline exceeded' "$plane/output"
  is 'it was tried' "Rollback to 4" "$(helm history "$release" -o json | json '.at(-1).description')"
  is 'the version before runs' "2 $second" "$(commits)"
  is 'in the same pods' "$pods" "$(pod_names)"
  is 'which were ready all the time' '2 2' "$(end_watch)"
}
