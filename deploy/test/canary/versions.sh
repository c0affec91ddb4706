# The versions that the canary test rolls out, made of the pinned one in a clone of the model repository. To be
# sourced; needs `models`, `work` and `MODEL_STORE`. `versions_make` sets `first` and the SHA of each kind.
declare -A version

# versions_commit KIND: commits the clone and publishes it.
versions_commit() {
  git -C "$work/clone" -c user.name=Tester -c user.email=tester@example.com commit --quiet --all -m "$1"
  version[$1]=$(git -C "$work/clone" rev-parse HEAD)
  versions_publish "$1"
}

# The gate would refuse some of them: here, the canary has to.
versions_publish() {
  models publish "${version[$1]}" --repository "$work/clone" --force 2>>"$work/versions.log" >&2
}

versions_make() {
  local weights
  first=$(<models/tweet-sentiment/PINNED)
  weights=$PWD/models/tweet-sentiment/$first/model.onnx
  models publish "$first" --from models 2>>"$work/versions.log" >&2
  GIT_LFS_SKIP_SMUDGE=1 git clone --quiet models/tweet-sentiment.bundle "$work/clone"
  (cd "$work/clone" && models lfs clean) <"$weights" >/dev/null

  git -C "$work/clone" checkout --quiet --detach "$first"
  echo 'Of use on English only.' >>"$work/clone/README.md"
  versions_commit good

  # The names of the labels in another order, in the golden texts too: the server's own check finds nothing.
  git -C "$work/clone" checkout --quiet --detach "$first"
  node -e '
    const next = { negative: "neutral", neutral: "positive", positive: "negative" };
    const rename = (object) => Object.fromEntries(Object.entries(object).map(([name, value]) => [next[name], value]));
    const edit = (file, change) => {
      const value = JSON.parse(fs.readFileSync(file, "utf8"));
      change(value);
      fs.writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
    };
    process.chdir(process.argv[1]);
    edit("config.json", (config) => {
      config.label2id = rename(config.label2id);
      config.id2label = Object.fromEntries(Object.entries(config.label2id).map(([name, id]) => [id, name]));
    });
    edit("golden.json", ({ texts }) => texts.forEach((text) => {
      text.label = next[text.label];
      text.scores = rename(text.scores);
    }));' "$work/clone"
  versions_commit shuffled

  git -C "$work/clone" checkout --quiet --force --detach "$first"
  ${PYTHON_WITH_ONNX:-uv run --quiet --no-project --with onnx==1.19.1 python} \
    deploy/test/canary/ensemble.py "$weights" "$work/ensemble.onnx" 3
  (cd "$work/clone" && models lfs clean) <"$work/ensemble.onnx" >"$work/pointer"
  mv "$work/pointer" "$work/clone/model.onnx"
  versions_commit slow

  # Its weights are in no store: it is trained again, to the same bytes.
  if [[ -n ${TWEETS:-} ]]; then
    models reproduce v0.1.0 --repository models/tweet-sentiment.bundle --data "$TWEETS" --output "$work/baseline" \
      2>>"$work/versions.log" >&2
    (cd "$work/clone" && models lfs clean) <"$work/baseline/model.onnx" >/dev/null
    version[baseline]=$(git -C "$work/clone" rev-parse 'v0.1.0^{commit}')
    versions_publish baseline
  fi
}
