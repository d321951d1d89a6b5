# The bot, and nothing else: no tests, no sandbox, no compiler. Configured by the environment alone (see README.md).
FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

WORKDIR /app
COPY requirements/runtime.lock requirements/runtime.lock
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore --require-hashes --only-binary :all: -r requirements/runtime.lock

COPY aws_ops aws_ops
COPY notifiers notifiers
COPY commands commands
COPY bot bot

RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin deskside
USER 10001

# Inside a container the public port has to listen on every interface; the admin port stays on loopback.
ENV HOST=0.0.0.0 PORT=3000
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]

CMD ["python", "-m", "bot"]
