#!/bin/sh
# Builds the image where there is no container engine, with buildah and without privileges of a daemon.
#   scripts/build_image.sh [TAG] [OPTION OF buildah bud]...
# BASE names the base image; unless given, one is made of Debian's packages with debootstrap (as root).
set -eu
cd -- "$(dirname -- "$0")/.."
tag=${1:-clientele:0.1.0}
[ $# -eq 0 ] || shift
export STORAGE_DRIVER="${STORAGE_DRIVER:-vfs}" BUILDAH_ISOLATION=chroot

if [ -z "${BASE:-}" ]; then
    BASE=localhost/clientele-base:trixie
    if ! buildah inspect --type image "$BASE" >/dev/null 2>&1; then
        root=$(mktemp -d)
        trap 'rm -rf --one-file-system -- "$root"' EXIT
        debootstrap --variant=minbase --include=python3,python3-venv,python-is-python3,ca-certificates \
            trixie "$root" http://deb.debian.org/debian
        container=$(buildah from scratch)
        buildah copy --quiet "$container" "$root" /
        buildah commit --quiet --rm "$container" "$BASE"
    fi
fi
# The Docker format, since the other one has no place for a health check.
buildah bud --format docker --build-arg "BASE=$BASE" --tag "$tag" "$@" .
