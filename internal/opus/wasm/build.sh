#!/bin/sh
# Builds libopus.wasm anew out of the released source of libopus, the same to
# the byte with the same compiler:
#
#   build.sh opus-1.5.2.tar.gz
#
# It needs clang and lld 14, and wasi-libc, of which only memcpy and the like and
# the mathematics are linked (Debian 12: clang lld wasi-libc libclang-rt-dev-wasm32).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
archive=${1:?"which archive? get https://downloads.xiph.org/releases/opus/opus-1.5.2.tar.gz"}
echo "65c1d2f78b9f2fb20082c38cbe47c951ad5839345876e46941612ee87f9a7ce1  $archive" | sha256sum -c -

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar xzf "$archive" -C "$work" --strip-components=1
cp "$here/codec.c" "$work"
cd "$work"

# The lists of the release's own make files.
sources() { sed -e ':a' -e '/\\$/N; s/\\\n//; ta' "$1" | sed -n "s/^$2 *= *//p"; }
list="codec.c $(sources opus_sources.mk OPUS_SOURCES) $(sources opus_sources.mk OPUS_SOURCES_FLOAT)
$(sources celt_sources.mk CELT_SOURCES) $(sources silk_sources.mk SILK_SOURCES) $(sources silk_sources.mk SILK_SOURCES_FLOAT)"

# shellcheck disable=SC2086 # a list of names without spaces
clang --target=wasm32-wasi --sysroot=/usr -mexec-model=reactor -nostartfiles \
	-O3 -msimd128 -ffp-contract=off -DNDEBUG \
	-DOPUS_BUILD -DVAR_ARRAYS -DHAVE_LRINT -DHAVE_LRINTF -DFLOAT_APPROX \
	'-DPACKAGE_VERSION="1.5.2"' \
	-I. -Iinclude -Icelt -Isilk -Isilk/float -Isrc \
	-Wl,--no-entry -Wl,-z,stack-size=131072 -Wl,--strip-all -Wl,--gc-sections \
	$list -o "$here/libopus.wasm"
cp COPYING "$here/COPYING"
