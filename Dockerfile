# syntax=docker/dockerfile:1
# noshowd in a container that needs no root, no writable root file system and no open port:
#
#   docker build -t noshowd .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp \
#       -v noshowd-state:/var/lib/noshowd -v ./noshowd.toml:/etc/noshowd/noshowd.toml:ro noshowd
#
# docs/compose.yml has the same with PostgreSQL. Secrets are files: { file = "/run/secrets/google-key" }.
# The base is a build argument, so that it can be pinned by digest or taken from a registry of your own.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# For a build without a package index: --build-arg PIP_NO_INDEX=1 --build-arg PIP_FIND_LINKS=/wheels -v ./wheels:/wheels:ro
ARG PIP_NO_INDEX PIP_FIND_LINKS
WORKDIR /src
RUN python3 -m venv /opt/noshowd && python3 -m venv /opt/build
# The libraries first, those of all extras among them: they change less often than the code, and their layer is kept.
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN /opt/noshowd/bin/pip install --require-hashes -r requirements/runtime.txt \
    && /opt/build/bin/pip install --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY daemon daemon
COPY systemd systemd
RUN /opt/build/bin/python -m hatchling build -t wheel \
    && /opt/noshowd/bin/pip install --no-deps --no-index dist/*.whl \
    && /opt/noshowd/bin/python -m compileall -q /opt/noshowd/lib

FROM ${BASE}
LABEL org.opencontainers.image.title="noshowd" \
      org.opencontainers.image.description="Notices that somebody has not turned up to a phone or video meeting" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --home-dir /var/lib/noshowd --create-home --shell /usr/sbin/nologin noshowd
COPY --from=build /opt/noshowd /opt/noshowd
ENV PATH=/opt/noshowd/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001
WORKDIR /var/lib/noshowd
VOLUME /var/lib/noshowd
STOPSIGNAL SIGTERM
# A worker has been heard of within three minutes; troubles of vendors do not make it unhealthy.
HEALTHCHECK --interval=1m --timeout=20s --start-period=30s CMD ["noshowd", "status", "--alive"]
ENTRYPOINT ["noshowd"]
CMD ["run"]
