# The commands of the project. `make` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:

HOST ?= 127.0.0.1
PORT ?= 8000
SERVE ?= 1
PYTHON ?= python3
export PYTHON

VENV := .venv/bin
READY := .venv/.ready node_modules/.ready build/fonts/.ready build/static/staticfiles.json

.PHONY: help setup system demo run test browser lint format check bench lock

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | while IFS=$$'\t' read -r name text; do printf '  make %-9s %s\n' "$$name" "$$text"; done

setup: system $(READY) ## install everything: system packages, .venv, browser packages, fonts, static files

demo: setup ## the main path on real data, PDFs in var/demo/, then serve the result (SERVE=0: end instead)
	@$(VENV)/python -m samples.demo --port "$(PORT)" $(if $(filter 0,$(SERVE)),--no-serve)

run: setup ## the embedded server: web, worker and schedule (HOST=127.0.0.1 PORT=8000)
	@exec $(VENV)/python -m config.serving --host "$(HOST)" --port "$(PORT)"

test: setup ## unit and integration tests, on SQLite and on PostgreSQL with Redis
	@scripts/test.sh

browser: setup ## journeys in Chromium
	@scripts/browser.sh

lint: setup ## ruff, djlint, mypy, import-linter, migrations, deployment settings
	@scripts/lint.sh

format: setup ## rewrite the code in the house's format
	@$(VENV)/ruff check --quiet --fix . || true
	$(VENV)/ruff format .

check: test lint browser ## everything CI runs, in CI's order

bench: setup ## benchmarks: name, figure, unit, what it is compared with
	@$(VENV)/python -m bench

lock: setup ## choose the newest allowed versions again, with their hashes
	@for name in uv node base dev; do
	  $(VENV)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header "requirements/$$name.in" -o "requirements/$$name.txt"
	done

system:
	@scripts/system-packages.sh

.venv/.ready: requirements/uv.txt requirements/dev.txt scripts/python-packages.sh | system
	@scripts/python-packages.sh
	touch $@

node_modules/.ready: package.json package-lock.json .npmrc scripts/browser-assets.sh | .venv/.ready
	@scripts/browser-assets.sh
	touch $@

build/fonts/.ready: scripts/make_fonts.py node_modules/.ready
	@$(VENV)/python scripts/make_fonts.py
	touch $@

build/static/staticfiles.json: .venv/.ready node_modules/.ready config/assets.py $(shell find static -type f)
	@echo "Collecting static files"
	$(VENV)/python manage.py collectstatic --noinput --verbosity 0
