# The front door: `make demo` shows FraiseQL, `make test` proves it. HACKING.md tells the rest.
# SAN=address|undefined|thread works in a build folder of its own, with that sanitizer in it.
# Meson does the building; what takes more than a line is a script.

BUILD ?= build$(if $(SAN),-$(SAN))
PREFIX ?= /usr/local
PORT ?= 8000
OPTIONS = $(if $(SAN),-Db_sanitize=$(SAN) -Db_lundef=false)

all: setup $(BUILD)/build.ninja
	@ninja -C $(BUILD)

$(BUILD)/build.ninja:
	meson setup $(BUILD) $(OPTIONS)

setup:
	@scripts/setup

# A blog on http://127.0.0.1:$(PORT), with a private PostgreSQL that ends with it.
demo: all
	$(BUILD)/fraiseql dev --dir examples/blog --port $(PORT)

# Everything that a change can break, with the counts at the end.
test:
	@scripts/setup --test
	@scripts/test $(BUILD) $(OPTIONS)

# Before each commit: unit tests, corpora, the house style, cppcheck.
check:
	@scripts/setup --test
	@scripts/check $(BUILD) $(OPTIONS)

# Other compilers, sanitizers, analysers, fuzzing: an hour.
check-all:
	@scripts/setup --test --check
	@scripts/check-all

asan: SAN_KIND = address,undefined
ubsan: SAN_KIND = undefined
tsan: SAN_KIND = thread
asan ubsan tsan:
	@$(MAKE) --no-print-directory check SAN=$(SAN_KIND)

fuzz bless: all
	@scripts/$@ $(BUILD)
bench: all
	@scripts/setup --bench
	@scripts/bench $(BUILD)

format:
	@tools/format --fix --changed

install: all
	@meson configure $(BUILD) -Dprefix=$(PREFIX)
	meson install -C $(BUILD) $(if $(DESTDIR),--destdir $(DESTDIR))
	@[ -n "$(DESTDIR)" ] || [ "$$(id -u)" -ne 0 ] || ldconfig # programs find the library at once

clean:
	rm -rf build build-* ui/node_modules tests/e2e/node_modules

.PHONY: all setup demo test check check-all asan ubsan tsan fuzz bless bench format install clean
