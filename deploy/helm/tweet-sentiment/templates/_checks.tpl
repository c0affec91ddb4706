{{/* What the schema can't express, or not in a sentence: each message says what was expected and what was found. */}}
{{- define "tweet-sentiment.checks" -}}
{{- $v := .Values -}}
{{- $sha := "^([0-9a-f]{40}|[0-9a-f]{64})$" -}}
{{- if not (regexMatch $sha $v.modelCommit) -}}
{{- fail (printf "modelCommit: expected the full git commit SHA of a version, 40 or 64 lower-case hexadecimal digits, found %q" $v.modelCommit) -}}
{{- end -}}
{{- with $v.canary.compareWith -}}
{{- if not (regexMatch $sha .) -}}
{{- fail (printf "canary.compareWith: expected the full git commit SHA of a version, 40 or 64 lower-case hexadecimal digits, found %q" .) -}}
{{- end -}}
{{- if not $v.model.store -}}
{{- fail "canary.compareWith: expected model.store to be set, since an image contains one version only" -}}
{{- end -}}
{{- end -}}
{{- range list "AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY" "AWS_SESSION_TOKEN" -}}
{{- if hasKey $v.model.env . -}}
{{- fail (printf "model.env: expected credentials in a file of model.credentialsSecret, found %s" .) -}}
{{- end -}}
{{- end -}}
{{- range list "app" "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/version" -}}
{{- if hasKey $v.podLabels . -}}
{{- fail (printf "podLabels: expected labels that the chart does not set itself, found %s" .) -}}
{{- end -}}
{{- end -}}
{{- if and (eq $v.canary.traffic "HTTPRoute") (not $v.httpRoute.enabled) -}}
{{- fail "canary.traffic: expected httpRoute.enabled with HTTPRoute, found false" -}}
{{- end -}}
{{- if and $v.secrets.existingSecret $v.secrets.externalSecret.enabled -}}
{{- fail "secrets: expected existingSecret or externalSecret, found both" -}}
{{- end -}}
{{- $secret := include "tweet-sentiment.secretName" . -}}
{{- if and $v.secrets.keys (not $secret) -}}
{{- fail "secrets.keys: expected a Secret that has them (secrets.existingSecret or secrets.externalSecret), found none" -}}
{{- end -}}
{{- if and $secret (not $v.secrets.keys) -}}
{{- fail "secrets.keys: expected the keys that the Secret has, of api-keys, admin-token, feedback-key; found none" -}}
{{- end -}}
{{- with $v.secrets.externalSecret -}}
{{- if and .enabled (not (and .storeRef.name .remoteKey)) -}}
{{- fail "secrets.externalSecret: expected storeRef.name and remoteKey" -}}
{{- end -}}
{{- end -}}
{{- with $v.autoscaling -}}
{{- if .enabled -}}
{{- if gt (int .minReplicas) (int .maxReplicas) -}}
{{- fail (printf "autoscaling.maxReplicas: expected at least minReplicas (%d), found %d" (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- if and (eq .kind "KEDA") .queueLength (not .prometheusAddress) -}}
{{- fail "autoscaling.prometheusAddress: expected http://host:port, since KEDA reads queueLength from Prometheus; found none" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $v.ingress.enabled (not $v.ingress.host) -}}
{{- fail "ingress.host: expected a host name, found none" -}}
{{- end -}}
{{- if and $v.httpRoute.enabled (not $v.httpRoute.parentRefs) -}}
{{- fail "httpRoute.parentRefs: expected the gateway, as {name: …}; found none" -}}
{{- end -}}
{{- with $v.batch -}}
{{- if and .enabled (not (and .claim .input)) -}}
{{- fail "batch: expected claim and input" -}}
{{- end -}}
{{- end -}}
{{- end -}}
