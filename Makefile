PYTHON ?= python3.11
CORES ?= $(shell nproc)
BIN := .venv/bin
DEMO := input=demo/input output=demo/results private=demo/private

.PHONY: install containers sbom demo test cluster-test bench lint lock pins bench-lock documents clean

install: .venv/installed ## everything the workflow needs, pinned by hash

.venv/installed: requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	echo '$(CURDIR)/workflow' > "$$(echo .venv/lib/python3*/site-packages)/cleanroom.pth"
	touch $@

.venv/developed: .venv/installed tests/requirements.lock # what tests, lint and bench need as well
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r tests/requirements.lock
	touch $@

demo: install demo/input ## the main job on generated sample data
	$(BIN)/snakemake --cores $(CORES) --config $(DEMO)

demo/input: | install
	$(BIN)/python -m cleanroom sample demo/input

test: .venv/developed ## all tests; those on real scans need ../shared
	$(BIN)/pytest --numprocesses $(CORES) --dist loadfile

cluster-test: .venv/developed containers ## the demo in containers and under a SLURM of one node: root, Debian 12, .ci/cluster
	$(BIN)/pytest tests/cluster

lint: .venv/developed demo/input ## style, types, workflow
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check .
	$(BIN)/snakemake --lint --config $(DEMO)

bench: .venv/developed ## speed and memory, as ratios to a plain pydicom read and save
	PYTHONPATH=workflow:tests:. $(BIN)/python -m bench

containers: install ## an image for every environment: containers/install-apptainer brings Apptainer to Debian 12
	$(BIN)/python containers/build.py

sbom: install ## what is installed, as CycloneDX: sbom.json
	$(PYTHON) -m venv .sbom && .sbom/bin/pip install --quiet cyclonedx-bom==7.5.0
	.sbom/bin/cyclonedx-py environment .venv --output-reproducible --output-file sbom.json && rm -r .sbom

documents: install ## config.yaml, its schema and the docs table, from the config model
	$(BIN)/python -m cleanroom config

PIN := uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links

lock: ## new versions of all dependencies
	$(BIN)/pip install --quiet uv
	$(BIN)/$(PIN) --override requirements.override --custom-compile-command "make lock" requirements.in -o requirements.lock
	$(BIN)/$(PIN) --override requirements.override --custom-compile-command "make lock" --constraint requirements.lock \
	  tests/requirements.in -o tests/requirements.lock
	$(MAKE) pins

pins: ## the versions of requirements.lock into envs/, for conda
	PYTHONPATH=workflow $(BIN)/python -c "from cleanroom import environment; environment.write()"

bench-lock: ## new versions of the tools that the benchmark compares with
	for tool in dicom-anonymizer dicognito deid; do \
	  $(BIN)/$(PIN) \
	    --custom-compile-command "make bench-lock" bench/peers/$$tool.in -o bench/peers/$$tool.lock; done

clean: ## forget the demo
	rm -rf demo
