# The handful of commands a contributor needs. Everything runs in .venv, which `make setup` makes.
PYTHON ?= python3
BIN := .venv/bin
T ?=
B ?=
S ?= 600
# no address of an index gets into a lock: whoever installs has one, and the hashes say what is meant
LOCK := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links

.PHONY: setup test fix check snapshots cassettes rule docs reliability site mutants bench fuzz lock audit sbom

setup: .venv/ready

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@

test: setup ## make test T=kubenet
	$(BIN)/python -m pytest -n auto -k "$(T)"

fix: setup ## sort imports, format, mend what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

check: setup ## everything CI checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.make_docs --check
	$(BIN)/python -m pytest -n auto

snapshots: setup ## accept the reporters' output, then read the diff
	$(BIN)/python -m pytest tests/reporters --snapshot-update

cassettes: setup ## record cassettes/ and the demo anew from the ARM stand-in
	$(BIN)/python -m tests.record_cassettes

docs: setup ## write docs/rules/ and the examples that explain shows
	$(BIN)/python -m tests.make_docs

reliability: setup ## run every fault of the matrix and write docs/reliability.md of what was seen
	$(BIN)/python -m tests.reliability

site: setup ## build the pages of docs/ into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

rule: setup ## make rule NAME=kubenet/route-table-missing
	$(BIN)/python -m tests.new_rule $(NAME)

mutants: setup ## make mutants F=outbound: does a test notice each small change to rules/ and analysis/? all of it takes long
	$(BIN)/python -m pip install --quiet --group mutation
	$(BIN)/python -m tests.mutants $(F)

bench: setup ## the budgets of speed and size, each held against what it says; make bench B=clusters for one
	$(BIN)/python -m benchmarks $(B)

fuzz: setup ## make fuzz T=inventory S=600: hostile bytes for a reader; without T all of them, in S seconds together
	$(BIN)/python -m pip install --quiet --group fuzz
	$(BIN)/python -m tests.fuzz $(or $(T),all) $(S)

lock: setup ## pin the development dependencies, and the lowest versions that are tested, with hashes
	mkdir -p build
	$(BIN)/$(LOCK) --group dev --generate-hashes --upgrade --output-file requirements-dev.lock
	$(BIN)/$(LOCK) --resolution lowest-direct --output-file build/lowest.txt
	$(BIN)/$(LOCK) --group quick --constraint build/lowest.txt --generate-hashes --upgrade --output-file requirements-lowest.lock

audit: setup ## known vulnerabilities of what is locked
	$(BIN)/python -m tests.advisories --strict

sbom: setup ## dist/aks-audit.cdx.json: what a user's installation is made of, as CycloneDX
	$(PYTHON) -m venv --clear --without-pip build/sbom
	$(BIN)/python -m pip --python build/sbom install --quiet .
	mkdir -p dist
	$(BIN)/cyclonedx-py environment build/sbom --pyproject pyproject.toml --output-reproducible --of JSON -o dist/aks-audit.cdx.json
