# `make help` prints what can be made. Every target ends with one verdict line and fails if it failed.
SHELL      := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS  += --no-print-directory
.DEFAULT_GOAL := help

VENV   := .venv
PYTHON := $(VENV)/bin/python
export PYTHONPATH := src
# mypy and ruff look at each place of ours that is there
CODE   := $(wildcard src tests seeds migrations bench claims docs clients hatch_build.py)

# said at the end of a target, and only if all before it went well
ok = @echo "ok: $@"

##@ Every day
.PHONY: help setup ui demo walk
help: ## print this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' Makefile
	@echo
	$(ok)

setup: ## make .venv with the package (editable) and everything that tests it
	@test -x $(PYTHON) || python3 -m venv $(VENV)
	@log=$$(mktemp); $(VENV)/bin/pip install -q -c constraints.txt -e '.[test,bench]' >"$$log" 2>&1 || { tail -n 40 "$$log"; rm -f "$$log"; exit 1; }; rm -f "$$log"
	$(ok)

ui: ## build the pages anew into the package; a running server shows them after its next start
	@$(PYTHON) hatch_build.py --again
	$(ok)

demo: ## serve the demonstration district on 127.0.0.1 (Ctrl-C ends it)
	@$(PYTHON) -m cloudnego demo
	$(ok)

URL ?= http://127.0.0.1:8000
STORY ?= plain
walk: ## carry one case over HTTP through a running server: URL=… STORY=plain|failed-ballot|…
	@$(PYTHON) -m cloudnego walk $(URL) --story $(STORY)
	$(ok)

##@ Before you hand something in
.PHONY: ci lint format types contracts test ui-check e2e lay shots
ci: ## all that .ci/run does, in a fresh environment
	@bash .ci/run
	$(ok)

lint: ## ruff: style, traps, banned calls, format
	@$(PYTHON) -m ruff check -q $(CODE)
	@$(PYTHON) -m ruff format -q --check $(CODE)
	$(ok)

format: ## let ruff lay the code out and mend what it safely can
	@$(PYTHON) -m ruff check -q --fix $(CODE)
	@$(PYTHON) -m ruff format -q $(CODE)
	$(ok)

types: ## mypy --strict
	@$(PYTHON) -m mypy $(CODE)
	$(ok)

contracts: ## who may import whom
	@$(VENV)/bin/lint-imports --no-cache
	$(ok)

test: ## pytest on two cores; ARGS= narrows it, for instance ARGS='tests/core -k ballot'
	@$(PYTHON) -m pytest -n 2 $(ARGS)
	$(ok)

ui-check: ## types and tests of frontend/
	@$(PYTHON) hatch_build.py check
	$(ok)

e2e: ## all that takes long: people at a real browser, every story, each bench in its smallest form; ARGS= narrows it
	@$(PYTHON) -m pytest -n 2 -m whole --whole $(ARGS)
	$(ok)

lay: ## three people without instruction find their way; what each act costs them, in presses and minutes
	@$(PYTHON) -m pytest tests/browser/test_laypeople.py --whole $(ARGS)
	$(ok)

SHOTS ?= shots
shots: ## every page at a phone and at a desk as pictures: SHOTS=folder
	@$(PYTHON) -m tests.browser.shots $(SHOTS)
	$(ok)

##@ Written by the code
.PHONY: docs schemas pictures client
docs: ## write docs/PROCEDURE.md and docs/schemas/ again from the code
	@$(PYTHON) docs/generate.py
	$(ok)

client: ## make the typed Python client out of the OpenAPI document, check it, build its wheel: build/client
	@$(PYTHON) clients/python/make.py
	$(ok)

pictures: ## take the README's pictures of the demonstration again
	@$(PYTHON) -m tests.browser.pictures
	$(ok)

schemas: docs ## the same: schemas and procedure are written together
	$(ok)

##@ Guarantees and figures, the long form
.PHONY: bench matrix claim-walks claim-pairs claim-reconnect claim-kill claim-kosoku claim-nodes claim-readers claim-swap claim-mutants claim-operator claim-webhooks claim-notices claim-imports claim-canonical outside
bench: ## every bench against its aims
	@$(PYTHON) -m bench all
	$(ok)

matrix: ## who may see and do what: every endpoint, kind of person, membership and step; names the cells that fail
	@$(PYTHON) -m tests.secrecy.matrix
	$(ok)

N ?=
SEED ?=
claim = $(PYTHON) -m claims $(1) $(if $(N),--n $(N)) $(if $(SEED),--seed $(SEED))
claim-walks: ## N seeded walks through the core; the verdict goes to claims/results.jsonl
	@$(call claim,walks)
	$(ok)

claim-pairs: ## N seeded histories run twice, differing in what an observer must not see: he receives the same bytes
	@$(call claim,pairs)
	$(ok)

claim-reconnect: ## N schedules of cuts, lost rings and dying nodes: whoever comes back ends with the log's own streams
	@$(call claim,reconnect)
	$(ok)

claim-kill: ## N times kill -9 under load and look for what was acknowledged
	@$(call claim,kill)
	$(ok)

claim-kosoku: ## Autobahn's websocket cases against an echo by our protocol and by uvicorn's own: nothing fails by us alone
	@$(call claim,kosoku)
	$(ok)

claim-nodes: ## N of those schedules on two processes and one PostgreSQL, with kill -9 and a bus that is cut off
	@$(call claim,nodes)
	$(ok)

claim-readers: ## N turns with ten who never read and without: the p99 of the others grows by less than a tenth
	@$(call claim,readers)
	$(ok)

claim-swap: ## N ballots twice over, two voters' choices exchanged: from all dumps nobody guesses which it was
	@$(call claim,swap)
	$(ok)

claim-mutants: ## N bits and truncations of an audit file, and every line of it: both verifiers refuse each, and no good file
	@$(call claim,mutants)
	$(ok)

claim-operator: ## N rewritings of each kind by an operator with the log's key: whoever holds a chief's key names each
	@$(call claim,operator)
	$(ok)

claim-webhooks: ## N tellers of webhooks, most killed between two steps: nothing is lost, told out of order or forged
	@$(call claim,webhooks)
	$(ok)

claim-notices: ## N senders of notices to people, most killed between two steps: none is lost, and none has two names
	@$(call claim,notices)
	$(ok)

claim-imports: ## N tables, right and wrong, in every encoding, and imports killed: each bad cell is named, nothing is half done
	@$(call claim,imports)
	$(ok)

claim-canonical: ## N random values are written as two other programs write them by RFC 8785
	@$(call claim,canonical)
	$(ok)

outside: ## what needs programs that only the system has
	@$(PYTHON) -m claims outside
	$(ok)
