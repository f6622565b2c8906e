# The server alone: PostgreSQL and Valkey are services of their own, as compose.yaml has them.

FROM node:24-slim AS playground
WORKDIR /build/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci
COPY web ./
RUN npm run build -- --logLevel error

FROM python:3.11-slim AS build
WORKDIR /build
RUN python -m venv /opt/armature
COPY requirements/build.txt requirements/server.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/build.txt
RUN /opt/armature/bin/pip install --no-cache-dir --require-hashes -r requirements/server.txt
COPY pyproject.toml README.md LICENSE ./
COPY armature armature
COPY --from=playground /build/web/dist armature/server/playground
RUN pip wheel --no-deps --no-build-isolation --no-index --wheel-dir wheels . \
    && /opt/armature/bin/pip install --no-deps --no-index wheels/*.whl

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin armature
COPY --from=build /opt/armature /opt/armature
ENV PATH="/opt/armature/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    ARMATURE_HOST=0.0.0.0 \
    ARMATURE_PORT=8000 \
    ARMATURE_LOG_FORMAT=json
USER armature
WORKDIR /tmp
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"]
ENTRYPOINT ["armature"]
CMD ["serve"]
