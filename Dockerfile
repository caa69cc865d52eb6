# o11n as an image: one static binary, no shell, no user but a number.
#
#   docker build -t o11n .
#   docker run --rm -v "$PWD:/workspace" -e O11N_PIPELINE=regression -e JOB_NAME=nightly -e BUILD_ID=4711 o11n
#
# With a static binary at hand, and without the network: docker build --target prebuilt --file Dockerfile FOLDER, where FOLDER
# holds the binary. The stages stand in this order so that such a build ends before the one that needs a Rust image.

# What every image of o11n is, wherever its binary comes from.
FROM scratch AS base
WORKDIR /workspace
USER 65532:65532
ENTRYPOINT ["/o11n"]

FROM base AS prebuilt
ARG BINARY=o11n
COPY --chmod=0555 ${BINARY} /o11n

# What the binary is compiled from: all that .dockerignore lets through.
FROM scratch AS source
COPY . /

# Alpine's Rust links statically by itself, and brings the C compiler that mimalloc needs.
FROM docker.io/library/rust:1.95-alpine AS compiled
COPY --from=source / /source
WORKDIR /source
RUN cargo build --release --locked --bin o11n

FROM base
COPY --from=compiled --chmod=0555 /source/target/release/o11n /o11n
