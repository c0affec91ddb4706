{{/* `strategy.canary` of the Rollout. */}}
{{- define "tweet-sentiment.canaryStrategy" -}}
maxUnavailable: 0
maxSurge: 1
{{- if eq .Values.canary.traffic "HTTPRoute" }}
stableService: {{ include "tweet-sentiment.fullname" . }}
canaryService: {{ include "tweet-sentiment.fullname" . }}-canary
trafficRouting:
  plugins:
    argoproj-labs/gatewayAPI:
      httpRoute: {{ include "tweet-sentiment.fullname" . }}
      namespace: {{ .Release.Namespace }}
{{- end }}
steps:
  - setWeight: 50
  - pause:
      duration: 60s
{{- end -}}

{{/* The label of a pod, as Prometheus discovers it, that tells the versions of a rollout apart. */}}
{{- define "tweet-sentiment.revisionLabel" -}}
{{- $labels := dict "Deployment" "pod_template_hash" "Argo" "rollouts_pod_template_hash" "Flagger" "app" -}}
{{- printf "__meta_kubernetes_pod_label_%s" (get $labels .Values.rollout.kind) -}}
{{- end -}}
