{{/* What the schema can't express, or not in a sentence: each message says what was expected and what was found. */}}
{{- define "tweet-sentiment.checks" -}}
{{- $v := .Values -}}
{{- $sha := "^([0-9a-f]{40}|[0-9a-f]{64})$" -}}
{{- if not (regexMatch $sha (toString $v.modelCommit)) -}}
{{- fail (printf "modelCommit: expected the full git commit SHA of a version, 40 or 64 lower-case hexadecimal digits, found %q" (toString $v.modelCommit)) -}}
{{- end -}}
{{- with $v.canary.compareWith -}}
{{- if not (regexMatch $sha .) -}}
{{- fail (printf "canary.compareWith: expected the full git commit SHA of a version, 40 or 64 lower-case hexadecimal digits, found %q" .) -}}
{{- end -}}
{{- if not $v.model.store -}}
{{- fail "canary.compareWith: expected model.store to be set, since an image contains one version only" -}}
{{- end -}}
{{- end -}}
{{- include "tweet-sentiment.kindChecks" . -}}
{{- include "tweet-sentiment.nameChecks" . -}}
{{- include "tweet-sentiment.secretChecks" . -}}
{{- include "tweet-sentiment.volumeChecks" . -}}
{{- include "tweet-sentiment.canaryChecks" . -}}
{{- if eq (toString $v.service.port) (toString $v.service.grpcPort) -}}
{{- fail (printf "service.grpcPort: expected another port than service.port, found %v" $v.service.port) -}}
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
{{- range $name, $path := dict "input" .input "output" .output -}}
{{- if has ".." (splitList "/" $path) -}}
{{- fail (printf "batch.%s: expected a path inside the claim, found %s" $name $path) -}}
{{- end -}}
{{- end -}}
{{- range .args -}}
{{- if regexMatch "^--(no-)?(shard|output|resume|json|workers|model-[a-z-]+)(=|$)" . -}}
{{- fail (printf "batch.args: expected options that the chart does not set itself, found %s" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Of the objects, of labels and annotations: the chart's own are never replaced. */}}
{{- define "tweet-sentiment.nameChecks" -}}
{{- $v := .Values -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" .Release.Name) -}}
{{- fail (printf "the name of the release: expected lower-case letters, digits and inner hyphens, a letter first, as names of Services have; found %q" .Release.Name) -}}
{{- end -}}
{{- $labels := dict "podLabels" $v.podLabels "serviceMonitor.labels" $v.serviceMonitor.labels
      "prometheusRule.labels" $v.prometheusRule.labels "dashboard.labels" $v.dashboard.labels -}}
{{- range $where, $given := $labels -}}
{{- range $label, $_ := $given -}}
{{- if regexMatch "^(app|app\\.kubernetes\\.io/(name|instance|component|version|managed-by)|helm\\.sh/chart|(rollouts-)?pod-template-hash)$" $label -}}
{{- fail (printf "%s: expected labels that the chart does not set itself, found %s" $where $label) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name, $_ := $v.podAnnotations -}}
{{- if hasPrefix "tweet-sentiment/" $name -}}
{{- fail (printf "podAnnotations: expected annotations that the chart does not set itself, found %s" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Variables are no place for credentials. */}}
{{- define "tweet-sentiment.secretChecks" -}}
{{- range $name, $_ := .Values.model.env -}}
{{- if regexMatch "(ACCESS_KEY|KEY_ID|TOKEN|PASSWORD)$" $name -}}
{{- fail (printf "model.env: expected credentials in a file of model.credentialsSecret, found %s" $name) -}}
{{- end -}}
{{- if and (eq $name "AWS_SHARED_CREDENTIALS_FILE") $.Values.model.credentialsSecret -}}
{{- fail "model.env: expected AWS_SHARED_CREDENTIALS_FILE or model.credentialsSecret, found both" -}}
{{- end -}}
{{- end -}}
{{- range $where := list "settings" "model.env" -}}
{{- range $name, $value := (eq $where "settings" | ternary $.Values.settings $.Values.model.env) -}}
{{- if regexMatch "://[^/?#]*@" (toString $value) -}}
{{- fail (printf "%s.%s: expected an address without user and password, since they could be read; found one with" $where $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "tweet-sentiment.volumeChecks" -}}
{{- $names := list "tmp" "cache" "aws" "secrets" "tls" -}}
{{- range .Values.extraVolumes -}}
{{- if has .name $names -}}
{{- fail (printf "extraVolumes: expected names that no other volume has, found %s" .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- $paths := list "/app" "/tmp" "/var/cache/tweet-sentiment" -}}
{{- range list "aws" "secrets" "tls" -}}
{{- $paths = append $paths (printf "/etc/tweet-sentiment/%s" .) -}}
{{- end -}}
{{- range .Values.extraVolumeMounts -}}
{{- if not (has .name $names) -}}
{{- fail (printf "extraVolumeMounts: expected a name of extraVolumes, found %s" .name) -}}
{{- end -}}
{{- $path := clean .mountPath -}}
{{- range $paths -}}
{{- if hasPrefix (printf "%s/" (trimSuffix "/" $path)) (printf "%s/" .) -}}
{{- fail (printf "extraVolumeMounts: expected a path that hides nothing of %s, found %s" . $path) -}}
{{- end -}}
{{- end -}}
{{- $paths = append $paths $path -}}
{{- end -}}
{{- end -}}

{{- define "tweet-sentiment.canaryChecks" -}}
{{- $v := .Values -}}
{{- if and (eq $v.canary.traffic "HTTPRoute") (not $v.httpRoute.enabled) -}}
{{- fail "canary.traffic: expected httpRoute.enabled with HTTPRoute, found false" -}}
{{- end -}}
{{- $last := 0 -}}
{{- range $v.canary.steps -}}
{{- if le (int .) $last -}}
{{- fail (printf "canary.steps: expected each to be more than the one before, found %v after %d" . $last) -}}
{{- end -}}
{{- $last = int . -}}
{{- end -}}
{{- $seconds := mul $v.canary.intervalSeconds $v.canary.successes -}}
{{- if lt (int64 $v.canary.waitSeconds) $seconds -}}
{{- fail (printf "canary.waitSeconds: expected at least intervalSeconds * successes (%d), or no version could be promoted; found %d" $seconds (int $v.canary.waitSeconds)) -}}
{{- end -}}
{{- if ne $v.rollout.kind "Deployment" -}}
{{- if not (include "tweet-sentiment.canaryJudgements" (dict "context" . "new" "" "stable" "") | fromYaml).judgements -}}
{{- fail (printf "canary.thresholds: expected one at least with %s, or every version would be promoted; found none" $v.rollout.kind) -}}
{{- end -}}
{{- end -}}
{{- if and (eq $v.rollout.kind "Flagger") (or $v.service.grpcPort (ne $v.service.type "ClusterIP")) -}}
{{- fail "service: expected type ClusterIP and no grpcPort with Flagger, which makes the Services itself" -}}
{{- end -}}
{{- end -}}

{{/* Helm deletes the object of the kind before, and its pods, before those of the new kind are ready. Without a cluster,
as with `helm template`, nothing is looked up. */}}
{{- define "tweet-sentiment.kindChecks" -}}
{{- $isArgo := eq .Values.rollout.kind "Argo" -}}
{{- $name := include "tweet-sentiment.fullname" . -}}
{{- $rollouts := "argoproj.io/v1alpha1" -}}
{{- $running := dict -}}
{{- if $isArgo -}}
{{- $running = lookup "apps/v1" "Deployment" .Release.Namespace $name -}}
{{- else if .Capabilities.APIVersions.Has (printf "%s/Rollout" $rollouts) -}}
{{- $running = lookup $rollouts "Rollout" .Release.Namespace $name -}}
{{- end -}}
{{- if $running -}}
{{- fail (printf "rollout.kind: %s %s runs, and Helm would end its pods before others are ready. Install the chart with rollout.kind %s as another release, move the traffic to it, then uninstall this one" $running.kind $name .Values.rollout.kind) -}}
{{- end -}}
{{- end -}}
