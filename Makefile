# Every word here works on a fresh Debian machine with Python 3.11+; it installs what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export OMP_THREAD_LIMIT := 1
TRAIN := .venv-train
WORK := var/training
SHARED := ../shared/data
SETS := $(wildcard $(addprefix $(SHARED)/,handwriting-kalapa handwriting-cinnamon decree-scan gazette)) \
	$(addprefix var/cuts/,typed-seen typed-unseen hand digits-comb)
LINES := 400000

.PHONY: help demo serve stop test check fix bench bench-quick bench-lines train train-quick cuts lock clean setup \
	setup-test servers

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

demo: setup  ## set everything up, run the main job on invented people, leave the service running
	$(BIN)/digitizer demo

serve: setup  ## the embedded service in the foreground: API, workers, private Redis, SQLite, ./var
	$(BIN)/digitizer up

stop:  ## end what `make demo` left running
	@if [ -x $(BIN)/digitizer ]; then $(BIN)/digitizer down; else echo "nothing is installed here"; fi

test: setup-test servers check  ## every test, on real servers that the tests start and end themselves
	$(BIN)/python -m pytest

check: setup-test  ## style, types, house rules
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/house

fix: setup-test  ## repair what a tool can repair
	$(BIN)/ruff check --fix .

bench: setup-test  ## the measured table: us, stock Tesseract and OCRmyPDF on the same files
	$(BIN)/digitizer bench

bench-quick: setup-test  ## the same on few documents
	$(BIN)/digitizer bench --quick

bench-lines: setup-test $(WORK)/fonts/.done  ## the same for cropped lines: our recogniser, stock Tesseract, the base that ours was made from
	$(BIN)/python -m bench.lines

# --- the recogniser's weights: an environment of its own, as PyTorch is large and no part of the product needs it -------

train: $(TRAIN)/.done cuts  ## teach the recogniser: from nothing, or on from the last checkpoint, to scored weights
	$(TRAIN)/bin/python -m training train --lines $(LINES) --sets $(SETS) --out $(WORK)/run $(if $(START),--start $(START))
	$(TRAIN)/bin/python -m training release --checkpoint $(WORK)/run/last.pt --sets $(SETS)

train-quick: $(TRAIN)/.done  ## the same loop in minutes; its weights stay under var/
	$(TRAIN)/bin/python -m training train --lines 3000 --every 1 --limit 30 --sets $(SETS) --out $(WORK)/quick
	$(TRAIN)/bin/python -m training release --checkpoint $(WORK)/quick/last.pt --out $(WORK)/quick/recogniser.onnx

cuts: setup-test $(WORK)/fonts/.done  ## answers cut from filled real blanks, to measure with; nothing without ../shared
	$(BIN)/python -m bench.lines --cuts-only

$(TRAIN)/.done: requirements/train.lock requirements/uv.lock pyproject.toml $(WORK)/fonts/.done
	scripts/system-packages.sh train
	test -x $(TRAIN)/bin/python || $(PYTHON) -m venv $(TRAIN)
	$(TRAIN)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.lock
	$(TRAIN)/bin/uv pip install -q --python $(TRAIN)/bin/python --require-hashes -r requirements/train.lock
	$(TRAIN)/bin/uv pip install -q --python $(TRAIN)/bin/python --no-deps --no-build-isolation -e .
	@touch $@

$(WORK)/fonts/.done: training/fonts/package.json
	scripts/system-packages.sh train
	mkdir -p $(WORK)/fonts && cp $< $(WORK)/fonts/
	cd $(WORK)/fonts && npm install --no-audit --no-fund --ignore-scripts --silent
	@touch $@

lock:  ## write the lock files anew from pyproject.toml
	$(BIN)/uv pip compile -q --generate-hashes --python-version 3.11 --no-emit-index-url --no-emit-find-links \
		--extra fast pyproject.toml -o requirements/run.lock
	$(BIN)/uv pip compile -q --generate-hashes --python-version 3.11 --no-emit-index-url --no-emit-find-links \
		--extra fast --group dev -c requirements/run.lock pyproject.toml -o requirements/dev.lock
	$(BIN)/uv pip compile -q --generate-hashes --python-version 3.11 --no-emit-index-url --no-emit-find-links \
		--extra train -c requirements/run.lock pyproject.toml -o requirements/train.lock

clean:  ## remove the environment and everything kept under ./var
	rm -rf $(VENV) var build *.egg-info

setup: $(VENV)/.run
setup-test: $(VENV)/.dev

$(VENV)/.run: requirements/run.lock requirements/uv.lock pyproject.toml
	scripts/system-packages.sh run
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/run.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.lock
	scripts/system-packages.sh test
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/dev.lock
	@touch $@

servers: setup-test  ## build the S3 servers that the tests run against (cached outside the checkout)
	$(BIN)/python -m tests.build_servers
