# An image for build stages only: the given one plus this machine's certificate authorities,
# for machines whose way to the package registries passes a proxy with an authority of its own.
ARG IMAGE
FROM ${IMAGE}
COPY host-ca.crt /usr/local/share/host-ca/host-ca.crt
ENV SSL_CERT_FILE=/usr/local/share/host-ca/host-ca.crt \
    CARGO_HTTP_CAINFO=/usr/local/share/host-ca/host-ca.crt \
    CURL_CA_BUNDLE=/usr/local/share/host-ca/host-ca.crt \
    GIT_SSL_CAINFO=/usr/local/share/host-ca/host-ca.crt \
    PIP_CERT=/usr/local/share/host-ca/host-ca.crt \
    REQUESTS_CA_BUNDLE=/usr/local/share/host-ca/host-ca.crt
