{{/* The pod of the server: of Deployment and Rollout. */}}
{{- define "tweet-sentiment.serverPod" -}}
{{- $resources := include "tweet-sentiment.resources" (dict "workers" .Values.workers "memory" .Values.memory) -}}
metadata:
  labels:
    {{- include "tweet-sentiment.podLabels" (dict "context" . "component" "server") | nindent 4 }}
    app: {{ include "tweet-sentiment.fullname" . }}
  annotations:
    tweet-sentiment/model-commit: {{ .Values.modelCommit | quote }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- include "tweet-sentiment.podDefaults" . | nindent 2 }}
  terminationGracePeriodSeconds: {{ .Values.gracePeriodSeconds }}
  {{- with include "tweet-sentiment.scheduling" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- if .Values.topologySpread }}
  topologySpreadConstraints:
    {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - topologyKey: {{ . }}
      maxSkew: 1
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "tweet-sentiment.selectorLabels" (dict "context" $ "component" "server") | nindent 10 }}
      # Each version is spread by itself: pods that are about to end do not count.
      matchLabelKeys:
        - {{ ternary "rollouts-pod-template-hash" "pod-template-hash" (eq $.Values.rollout.kind "Argo") }}
    {{- end }}
  {{- end }}
  {{- if .Values.model.store }}
  initContainers:
    {{- include "tweet-sentiment.fetchContainer" (dict "context" . "resources" $resources) | nindent 4 }}
  {{- end }}
  containers:
    - name: server
      image: {{ include "tweet-sentiment.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      env:
        {{- include "tweet-sentiment.serverEnv" . | nindent 8 }}
      ports:
        - name: http
          containerPort: 8080
          protocol: TCP
        {{- if .Values.service.grpcPort }}
        - name: grpc
          containerPort: 8081
          protocol: TCP
        {{- end }}
        {{- if .Values.service.separateAdminPort }}
        - name: admin
          containerPort: 8082
          protocol: TCP
        {{- end }}
      startupProbe:
        {{- include "tweet-sentiment.probe" (dict "context" . "path" "/readyz") | nindent 8 }}
        periodSeconds: 2
        failureThreshold: {{ div (add .Values.startupSeconds 1) 2 }}
      readinessProbe:
        {{- include "tweet-sentiment.probe" (dict "context" . "path" "/readyz") | nindent 8 }}
        periodSeconds: 5
        failureThreshold: 2
      livenessProbe:
        {{- include "tweet-sentiment.probe" (dict "context" . "path" "/healthz") | nindent 8 }}
        periodSeconds: 10
        failureThreshold: 6
      # There is no preStop hook: after SIGTERM the server itself goes on to accept requests for DRAIN_DELAY_MS.
      resources:
        {{- $resources | nindent 8 }}
      securityContext:
        {{- include "tweet-sentiment.securityContext" . | nindent 8 }}
      volumeMounts:
        {{- include "tweet-sentiment.serverMounts" . | nindent 8 }}
  volumes:
    {{- include "tweet-sentiment.serverVolumes" . | nindent 4 }}
{{- end -}}

{{/* Arguments: context, path. */}}
{{- define "tweet-sentiment.probe" -}}
httpGet:
  path: {{ .path }}
  port: http
  scheme: {{ ternary "HTTPS" "HTTP" (ne .context.Values.tls.existingSecret "") }}
timeoutSeconds: 5
{{- end -}}

{{- define "tweet-sentiment.serverEnv" -}}
{{- $delayMs := mul .Values.gracePeriodSeconds 200 -}}
{{- include "tweet-sentiment.modelEnv" . }}
{{- with include "tweet-sentiment.comparedCommit" . }}
- name: SHADOW_COMMIT
  value: {{ . | quote }}
{{- end }}
- name: PORT
  value: "8080"
{{- if .Values.service.grpcPort }}
- name: GRPC_PORT
  value: "8081"
{{- end }}
{{- if .Values.service.separateAdminPort }}
- name: ADMIN_PORT
  value: "8082"
{{- end }}
- name: WORKERS
  value: {{ .Values.workers | quote }}
- name: DRAIN_DELAY_MS
  value: {{ $delayMs | quote }}
- name: DRAIN_TIMEOUT_MS
  value: {{ sub (mul .Values.gracePeriodSeconds 1000) (add $delayMs 7000) | quote }}
{{- range $key := .Values.secrets.keys }}
- name: {{ $key | replace "-" "_" | upper }}_FILE
  value: /etc/tweet-sentiment/secrets/{{ $key }}
{{- end }}
{{- if .Values.tls.existingSecret }}
- name: TLS_CERT
  value: /etc/tweet-sentiment/tls/tls.crt
- name: TLS_KEY
  value: /etc/tweet-sentiment/tls/tls.key
{{- end }}
{{- end -}}

{{- define "tweet-sentiment.serverMounts" -}}
{{- include "tweet-sentiment.modelMounts" . }}
{{- if .Values.secrets.keys }}
- name: secrets
  mountPath: /etc/tweet-sentiment/secrets
  readOnly: true
{{- end }}
{{- if .Values.tls.existingSecret }}
- name: tls
  mountPath: /etc/tweet-sentiment/tls
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "tweet-sentiment.serverVolumes" -}}
{{- include "tweet-sentiment.modelVolumes" . }}
{{- with .Values.secrets.keys }}
{{ include "tweet-sentiment.secretVolume" (dict "name" "secrets" "secret" (include "tweet-sentiment.secretName" $) "keys" .) }}
{{- end }}
{{- with .Values.tls.existingSecret }}
{{ include "tweet-sentiment.secretVolume" (dict "name" "tls" "secret" . "keys" (list "tls.crt" "tls.key")) }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Arguments: name, secret, keys: only these are mounted. */}}
{{- define "tweet-sentiment.secretVolume" -}}
- name: {{ .name }}
  secret:
    secretName: {{ .secret | quote }}
    # 0440
    defaultMode: 288
    items:
      {{- range .keys }}
      - key: {{ . }}
        path: {{ . }}
      {{- end }}
{{- end -}}
