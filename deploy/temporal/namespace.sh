#!/bin/sh
# The namespace of the cases; may run again. Address and name come from TEMPORAL_* in the environment.
set -eu

# Closed cases stay visible for 90 days; the register keeps them for good.
RETENTION=90d

until temporal operator cluster health; do
    echo "waiting for Temporal at $TEMPORAL_ADDRESS"
    sleep 2
done
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
