# syntax=docker/dockerfile:1
# noshowd in a container that needs no root, no writable root file system and no open port:
#
#   docker build -t noshowd .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges \
#       -v noshowd-state:/var/lib/noshowd -v ./noshowd.toml:/etc/noshowd/noshowd.toml:ro noshowd
#
# The base is a build argument, so that it can be pinned by digest or taken from a registry of your own.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/noshowd && python -m venv /opt/build
# The libraries first: they change less often than the code, and their layer is kept.
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
RUN useradd --system --uid 10001 --home-dir /var/lib/noshowd --create-home --shell /usr/sbin/nologin noshowd
COPY --from=build /opt/noshowd /opt/noshowd
ENV PATH=/opt/noshowd/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001
WORKDIR /var/lib/noshowd
VOLUME /var/lib/noshowd
STOPSIGNAL SIGTERM
ENTRYPOINT ["noshowd"]
CMD ["run"]
