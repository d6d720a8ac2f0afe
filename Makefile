# `make run` serves the product with its sandbox; `make test` runs every test. Both set up what they need.
SHELL := /bin/bash
PY := .venv/bin/python
.DEFAULT_GOAL := help

.PHONY: help setup setup-dev run test bench lint format types licences sbom lock

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: .venv/run.stamp ## .venv, and .env with fresh keys
	@$(PY) scripts/make_env.py

setup-dev: setup .venv/dev.stamp

.venv/%.stamp: requirements/%.txt
	@scripts/install $*

run: setup ## the product with its sandbox, in the browser
	@ALLOW_LOOPBACK_HTTP=true HTTPS_ONLY=false DATABASE_URL="$${DATABASE_URL:-sqlite:///$(CURDIR)/demo.sqlite3}" \
	  $(PY) manage.py demo || [ $$? -eq 130 ]

test: setup-dev ## every test, on SQLite and on PostgreSQL (ARGS="-k name" for some)
	@scripts/install chromium
	@scripts/install postgresql
	@scripts/test $(ARGS)

bench: setup-dev ## one cancel beside curl, memory, a crowd (some minutes)
	@scripts/install postgresql
	@FSYNC=on scripts/with_postgresql $(PY) -m tests.bench $(ARGS)

lint: setup-dev ## style, templates, import contracts
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')
	.venv/bin/lint-imports

format: setup-dev ## put code and templates into the one form
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	.venv/bin/djade --target-version 5.2 $$(git ls-files 'templates/*.html')

types: setup-dev ## mypy, strict
	.venv/bin/mypy

licences: setup-dev ## every dependency's licence is permissive or weak copyleft
	@$(PY) scripts/dependencies.py licences

sbom: setup-dev ## build/sbom.cdx.json: every dependency, as CycloneDX
	@mkdir -p build && $(PY) scripts/dependencies.py sbom >build/sbom.cdx.json && echo build/sbom.cdx.json

lock: setup-dev ## requirements/*.txt anew from pyproject.toml
	@$(PY) -m pip install --quiet uv
	@scripts/lock
