# Each line calls make.py, which says what it does; without make, type `python -m make serve` and so on.
PYTHON ?= python3
PORT ?= 8000
ARGS ?=

.PHONY: help setup serve book test

help:
	@echo "make serve [PORT=8000]   set everything up, build the book and serve it on this computer"
	@echo "make test [ARGS=...]     set everything up and run all tests; ARGS goes to pytest"
	@echo "make book                set everything up and build the book into _build/html"
	@echo "make setup               make .venv with the packages in it, nothing more"
	@echo "make help                these lines"

serve:
	@$(PYTHON) make.py serve PORT=$(PORT)

test:
	@$(PYTHON) make.py test $(ARGS)

book:
	@$(PYTHON) make.py book

setup:
	@$(PYTHON) make.py setup
