# Every command works on a fresh machine with make and Python 3.11 or newer. `make help` lists them.

VENV := .venv
BIN := $(VENV)/bin
HOST := 127.0.0.1
PORT := 7860
ARGS :=
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

# Some hundred processes are started, three at once: each finds its modules compiled, and keeps to
# one core, since threads that wait for one stall.
unexport PYTHONDONTWRITEBYTECODE
ALONE := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help run setup test check soak fuzz bench curve scale weights adapters notebooks docs samples pictures screenshots clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/app.stamp ## the desk as a demo, with sample scans, on http://127.0.0.1:7860 (HOST=, PORT=)
	@$(BIN)/xray-app serve --demo --host $(HOST) --port $(PORT)

setup: $(VENV)/dev.stamp ## the environment with every extra, nothing else

test: $(VENV)/dev.stamp ## every test (ARGS="-k boxes" for some)
	@$(ALONE) $(BIN)/python -m pytest -n 4 --dist loadgroup $(ARGS); code=$$?; \
	if [ $$code -eq 5 ]; then echo "make test: pytest found no test at all" >&2; fi; exit $$code

check: $(VENV)/dev.stamp ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# At most half an hour on two cores with nothing else to do, on SQLite and on PostgreSQL, without
# which it fails. First side by side: on each, 25 kills of 6 s to start and 4 s to live, and 40
# officers: 5 min. Then one database after the other: start, capacity and a scan alone 0.3 min, warm
# up 1 min, at 60 % 10 min, at 300 % and back 0.8 min, check the chain 0.2 min: 2 × 12.3 = 25 min.
# SECONDS=60 KILLS=3 is a try of 7 min, which judges times and memory loosely.
SHOWN := -rP --show-capture=stdout
soak: $(VENV)/dev.stamp ## the service killed 50 times under load, loaded threefold, 40 officers
	@NO_SKIP=1 SOAK_KILLS=$(or $(KILLS),25) SOAK_CASES=$(or $(CASES),2000) \
	  $(BIN)/python -m pytest -n 3 --dist loadgroup $(SHOWN) tests/xray_app/test_killed.py \
	  tests/xray_app/cases/test_many_officers.py $(ARGS)
	@NO_SKIP=1 SOAK_SECONDS=$(or $(SECONDS),600) \
	  $(BIN)/python -m pytest $(SHOWN) tests/xray_app/test_load.py $(ARGS)

# 10,000 damaged files: 2 min; 1,000 of them through the service: 2 min; 10,000 broken sessions of
# DICOS: 7 min; the interface, on both databases: 5 min.
fuzz: $(VENV)/dev.stamp ## interface, readers and DICOS, fed with what nobody should send
	@NO_SKIP=1 FUZZ_EXAMPLES=$(or $(EXAMPLES),100) FUZZ_FILES=$(or $(FILES),10000) \
	  $(BIN)/python -m pytest $(SHOWN) tests/xray_app/api/test_fuzz.py \
	  tests/xray_app/api/test_fuzz_files.py tests/xray_app/dicos/test_fuzz.py $(ARGS)

bench: $(VENV)/dev.stamp runs/bench/peers.stamp ## speed against peers and limits (PAGE=1: into docs)
	@PAGE=$(PAGE) $(BIN)/python tests/bench/run.py

# ARGS="--counts 0,10 --seeds 1 --minutes 0.3" is a try of minutes; OUT names the folder. What is
# finished there is kept, so a run that was cut off goes on.
CURVE := $(or $(OUT),runs/learning-curve)
curve: $(VENV)/dev.stamp runs/bench/peers.stamp ## what few labelled scans are worth: 5 h (ARGS=, OUT=)
	@$(BIN)/xray-train learning-curve --out $(CURVE) $(ARGS)
	@$(BIN)/python tests/bench/learning.py $(CURVE)

# Ray is no part of the environment: .venv/bin/pip install -e '.[ray]' adds its rows.
scale: $(VENV)/dev.stamp ## rates of `xray batch`, and what a country needs, as docs/scale.md has it
	@$(BIN)/python tests/bench/scale.py

# The peers have an environment of their own, since ultralytics is AGPL: it borrows torch and
# onnxruntime from ours, and ours knows nothing of it. Without the network its rows say so.
runs/bench/peers.stamp: | $(VENV)/dev.stamp
	@mkdir -p runs/bench
	@$(BIN)/python -m venv runs/bench/peers
	@$(BIN)/python -c "import sysconfig; print(sysconfig.get_paths()['purelib'])" > \
	  $$(runs/bench/peers/bin/python -c "import sysconfig; print(sysconfig.get_paths()['purelib'])")/lent.pth
	@runs/bench/peers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  'ultralytics>=8.4,<9' && touch $@ || \
	  echo "ultralytics could not be installed: its rows will say so, and the next run tries again" >&2

# Into runs/weights, never over what is shipped: a new model goes into weights/ when it beats the
# old. With VERSION= as its card should say. Ends with an error where a figure lies outside the old
# card's interval. SMOKE=1 runs every step but that comparison, on next to nothing.
RUNS := runs$(if $(SMOKE),/smoke)
VERSION := 0.0.0
# Folders of scenes, and how many in each; each is drawn from as often as it is named.
SCENES := staged:$(if $(SMOKE),64,15000) $(if $(SMOKE),,staged:15000 baggage:6000 parcel:6000)
MINUTES := $(if $(SMOKE),0.1,100)
LONGER := $(if $(SMOKE),0.1,150)
TUNE := $(if $(SMOKE),4,300)
COUNT := $(if $(SMOKE),4,600)
POOLS := $(foreach pool,$(SCENES),--pool $(RUNS)/pool/$(firstword $(subst :, ,$(pool))))
XRAY_TRAIN := $(BIN)/xray-train
SHIPPED := parcel-sim $(if $(XRAY_REAL_SCANS),$(if $(SMOKE),,parcel))
weights: $(VENV)/dev.stamp ## train parcel-sim, and parcel where XRAY_REAL_SCANS is set (SMOKE=1)
	$(if $(SMOKE),rm -rf $(RUNS))
	mkdir -p $(RUNS)/weights
	for pool in $(sort $(SCENES)); do $(BIN)/xray-data pool --out $(RUNS)/pool/$${pool%:*} \
	  --kind $${pool%:*} --count $${pool#*:} --workers 2 || exit 1; done
	$(XRAY_TRAIN) fit train/recipes/parcel-sim.toml --out $(RUNS)/parcel-sim \
	  --minutes $(MINUTES) $(POOLS)
	$(XRAY_TRAIN) export $(RUNS)/parcel-sim/last.pt $(RUNS)/parcel-sim.onnx
ifdef XRAY_REAL_SCANS
	$(XRAY_TRAIN) fit train/recipes/parcel.toml --out $(RUNS)/parcel \
	  --minutes $(LONGER) $(POOLS)
	$(XRAY_TRAIN) export $(RUNS)/parcel/last.pt $(RUNS)/parcel.onnx
else
	@echo "XRAY_REAL_SCANS is not set: parcel, which learns from real scans, is left out, and"
	@echo "parcel-sim is scored on simulated scans alone."
endif
	for name in $(SHIPPED); do $(if $(SMOKE),env -u XRAY_REAL_SCANS) $(XRAY_TRAIN) ship \
	  $(RUNS)/$$name.onnx --version $(VERSION) --weights $(RUNS)/weights --tune $(TUNE) \
	  --count $(COUNT) || exit 1; done
	$(if $(SMOKE),,code=0; for name in $(SHIPPED); do echo "$$name, against the one that ships:"; \
	  $(XRAY_TRAIN) compare $(RUNS)/weights/$$name.onnx $$name || code=1; done; exit $$code)

# supervision brings PyAV, which carries FFmpeg (LGPL), so it is in no extra. The adapter needs
# nothing of that.
adapters: runs/adapters.stamp ## the adapter to roboflow's supervision, against the real one
	@PYTHONPATH=runs/adapters $(BIN)/python -m pytest tests/xray/test_supervision.py -rs $(ARGS)

runs/adapters.stamp: | $(VENV)/dev.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --target runs/adapters 'supervision>=0.31,<0.32' 'pydeprecate>=0.9,<0.14'
	@touch $@

notebooks: $(VENV)/dev.stamp ## the .ipynb of each notebook, without outputs, from its source
	@$(BIN)/jupytext --quiet --update --to ipynb notebooks/*.py

docs: $(VENV)/dev.stamp ## the site of docs/ in runs/site, to be opened from the disk
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "open runs/site/index.html; its search needs a server: $(BIN)/mkdocs serve"

samples: $(VENV)/dev.stamp ## the desk's sample scans, by the simulator
	$(BIN)/python app/make_samples.py

pictures: $(VENV)/dev.stamp ## the pictures in README and docs
	$(BIN)/python app/make_pictures.py
	$(BIN)/python datasets/make_pictures.py

screenshots: $(VENV)/dev.stamp ## the pictures of every page of the desk, for docs/desk.md
	$(BIN)/python app/make_screenshots.py

# One environment serves all: `run` asks for the desk alone (no torch), the rest for everything.
$(VENV)/app.stamp: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the desk into $(VENV) (600 MB on disk, a minute or two) ..."
	@$(PIP_INSTALL) -e '.[app]'
	@touch $@

$(VENV)/dev.stamp: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing every extra into $(VENV) (torch with it: 7 GB on disk) ..."
	@$(PIP_INSTALL) -e '.[dev]'
	@echo "Compiling the simulator's loops ..."
	@$(BIN)/python -c "import numpy as np; from xray_datasets.simulator import show, simulate; \
	  [show(simulate(kind, 0), np.random.default_rng(0)) for kind in ('parcel', 'container')]"
	@touch $@ $(VENV)/app.stamp

# A name on the path may be a stub that does not start, so each candidate is asked to run.
$(BIN)/python:
	@for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python); do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Making $(VENV) with $$($$python --version) ..."; \
	    $$python -m venv $(VENV) && exit 0; \
	    rm -rf $(VENV); \
	    echo "$$python cannot make an environment; on Debian: apt-get install python3-venv" >&2; \
	    exit 1; \
	  fi; \
	done; \
	echo "Python 3.11 or newer is needed; found: $$(python3 --version 2>&1 || echo none)." >&2; \
	echo "Install one, or say where it is: make PYTHON=/path/to/python3.12" >&2; exit 1

clean: ## away with the environment, caches and build results (runs/ stays: it holds training)
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
