{{/* Who the processes of a pod are. 1000 is the user of the image. */}}
{{- define "tweet-sentiment.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "tweet-sentiment.securityContext" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 1000
capabilities:
  drop:
    - ALL
{{- end -}}

{{/* Of all pods: server, batch, test. */}}
{{- define "tweet-sentiment.podDefaults" -}}
serviceAccountName: {{ include "tweet-sentiment.serviceAccountName" . | quote }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "tweet-sentiment.podSecurityContext" . | nindent 2 }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Where the pods of server and batch run. */}}
{{- define "tweet-sentiment.scheduling" -}}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Argument: a variable's value. Helm reads numbers of files as floats: 33554432 is not to become 3.3e+07. */}}
{{- define "tweet-sentiment.variable" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) -}}
{{- . | int64 | toString | quote -}}
{{- else -}}
{{- . | toString | quote -}}
{{- end -}}
{{- end -}}

{{/* Which version, and from where; and the settings. They are in the pod, not in a ConfigMap: a pod of the version before
that restarts during a rollout keeps its own. Kubernetes would replace $(NAME) in a value; $$ is a $ to it. */}}
{{- define "tweet-sentiment.modelEnv" -}}
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ include "tweet-sentiment.variable" $value | replace "$" "$$" }}
{{- end }}
- name: MODEL_NAME
  value: {{ .Values.modelName | quote }}
- name: MODEL_COMMIT
  value: {{ .Values.modelCommit | quote }}
{{- with .Values.model }}
{{- if .store }}
- name: MODEL_STORE
  value: {{ .store | replace "$" "$$" | quote }}
- name: MODEL_CACHE
  value: /var/cache/tweet-sentiment
{{- if .credentialsSecret }}
- name: AWS_SHARED_CREDENTIALS_FILE
  value: /etc/tweet-sentiment/aws/credentials
{{- end }}
{{- range $name, $value := .env }}
- name: {{ $name }}
  value: {{ include "tweet-sentiment.variable" $value | replace "$" "$$" }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "tweet-sentiment.modelMounts" -}}
- name: tmp
  mountPath: /tmp
{{- if .Values.model.store }}
- name: cache
  mountPath: /var/cache/tweet-sentiment
{{- if .Values.model.credentialsSecret }}
- name: aws
  mountPath: /etc/tweet-sentiment/aws
  readOnly: true
{{- end }}
{{- end }}
{{- end -}}

{{- define "tweet-sentiment.modelVolumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- with .Values.model }}
{{- if .store }}
- name: cache
  {{- if .cache.existingClaim }}
  persistentVolumeClaim:
    claimName: {{ .cache.existingClaim | quote }}
  {{- else }}
  emptyDir:
    sizeLimit: {{ .cache.sizeLimit | quote }}
  {{- end }}
{{- if .credentialsSecret }}
{{ include "tweet-sentiment.secretVolume" (dict "name" "aws" "secret" .credentialsSecret "keys" (list "credentials")) }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Arguments: context, resources. Copies the version into the cache; one that is there already needs no network. */}}
{{- define "tweet-sentiment.fetchContainer" -}}
- name: fetch-model
  image: {{ include "tweet-sentiment.image" .context | quote }}
  imagePullPolicy: {{ .context.Values.image.pullPolicy }}
  command: [node, dist/main.js, models, fetch]
  env:
    {{- include "tweet-sentiment.modelEnv" .context | nindent 4 }}
  resources:
    {{- .resources | nindent 4 }}
  securityContext:
    {{- include "tweet-sentiment.securityContext" .context | nindent 4 }}
  volumeMounts:
    {{- include "tweet-sentiment.modelMounts" .context | nindent 4 }}
{{- end -}}
