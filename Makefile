# Each line calls make.py, which says what it does; without make, type `python -m make serve` and so on.
PYTHON ?= python3
PORT ?= 8000
EDITION ?= class
ARGS ?=
NAME ?=

.PHONY: help setup serve site book print test

help:
	@echo "make serve [PORT=8000]   set everything up, build the book and serve it on this computer"
	@echo "make site [EDITION=...]  the book with notebooks in the browser as one folder, _build/site, for any web host"
	@echo "make test [ARGS=...]     set everything up and run all tests; ARGS goes to pytest"
	@echo "make book [EDITION=...]  set everything up and build the book: class (the default), open or instructor"
	@echo "make print [NAME=...]    set everything up and make PDFs for A4: the book, worksheets, Monday sheets, answers"
	@echo "make setup               make .venv with the packages in it, nothing more"
	@echo "make help                these lines"

serve:
	@$(PYTHON) make.py serve PORT=$(PORT) EDITION=$(EDITION)

site:
	@$(PYTHON) make.py site EDITION=$(EDITION)

test:
	@$(PYTHON) make.py test $(ARGS)

book:
	@$(PYTHON) make.py book EDITION=$(EDITION)

print:
	@$(PYTHON) make.py print $(NAME)

setup:
	@$(PYTHON) make.py setup
