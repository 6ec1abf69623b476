# Stands in for localstack/localstack where no registry answers: the same release from the Python archive, S3 only.
ARG BASE_IMAGE=debian:trixie-slim
ARG BUILDER_IMAGE=debian:trixie-slim

FROM ${BUILDER_IMAGE} AS builder
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-pip python3-venv \
    && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir --disable-pip-version-check uv
ARG VERSION
ARG RELEASED
RUN /opt/uv/bin/uv venv --python /usr/bin/python3 /opt/localstack \
    && /opt/uv/bin/uv pip install --no-cache --python /opt/localstack/bin/python --exclude-newer "${RELEASED}" \
       "localstack-core[base-runtime]==${VERSION}"

FROM ${BASE_IMAGE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends openssl python3 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=builder /opt/localstack /opt/localstack
RUN mkdir -p /usr/lib/localstack /var/lib/localstack /tmp/localstack && touch /tmp/localstack/.marker
ENV PATH=/opt/localstack/bin:$PATH \
    SERVICES=s3 \
    GATEWAY_LISTEN=0.0.0.0:4566 \
    DNS_ADDRESS=0 \
    DISABLE_EVENTS=1 \
    SKIP_SSL_CERT_DOWNLOAD=1 \
    PYTHONUNBUFFERED=1
EXPOSE 4566
ENTRYPOINT ["localstack-supervisor"]
