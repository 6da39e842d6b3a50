# One file, two images: `worker` (the default target: worker and starter.py, nothing that they do not need) and
# `simulators` (Atameken, REX and the mail sink, for the local profile of docker-compose.yml).
FROM python:3.11.13-slim-bookworm AS python
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PATH=/opt/venv/bin:$PATH
RUN python -m venv /opt/venv
WORKDIR /app
# Nobody's folder but the user's: a named volume put here takes over its owner.
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin rexv \
    && install --directory --owner=rexv --group=rexv /data /data/documents /data/heads /data/incoming /data/gateway /data/door-keys /data/link-key /data/mail

FROM python AS simulators
COPY requirements.lock ./
RUN pip install --require-hashes --requirement requirements.lock
COPY rules rules
COPY simulators simulators
USER 10001
CMD ["python", "-m", "simulators.atameken", "--host", "0.0.0.0", "--port", "8080"]

FROM python AS worker
COPY requirements-worker.lock ./
RUN pip install --require-hashes --requirement requirements-worker.lock
# The packages of OF_A_WORKER in runtime/packages.py.
COPY activities activities
COPY audit audit
COPY calendars calendars
COPY cases cases
COPY cli cli
COPY escalation escalation
COPY gateway gateway
COPY intake intake
COPY letters letters
COPY notifications notifications
COPY pages pages
COPY register register
COPY reports reports
COPY rules rules
COPY runtime runtime
COPY self_check self_check
COPY workflows workflows
# What `starter.py sample` prints.
COPY samples samples
COPY starter.py worker.py ./
USER 10001
CMD ["python", "worker.py"]
