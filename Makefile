# Every word here works on a fresh Debian machine with Python 3.11+; it installs what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export OMP_THREAD_LIMIT := 1

.PHONY: help demo serve stop test check fix bench bench-quick lock clean setup setup-test servers

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
