#!/usr/bin/env bash
# Makes the secrets that docker-compose.yml asks for, once: .env for compose, .secrets/ for what reads a file. Run again it adds what is
# missing and changes nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
umask 077

random() { head -c 24 /dev/urandom | base64 | tr '+/' '-_'; }

touch .env
for name in RABBITMQ_PASSWORD DATABASE_PASSWORD OPERATOR_PASSWORD VIEWER_PASSWORD GRAFANA_PASSWORD CARD_KEY CARRIER_SECRETS \
    PAYMENT_SECRETS ERLANG_COOKIE; do
    if ! grep -q "^ORDERWAY_$name=" .env; then
        printf 'ORDERWAY_%s=%s\n' "$name" "$(random)" >>.env
    fi
done

# Prometheus logs in as viewer. Its container has another user, who must be able to read the file; the folder is closed.
mkdir -p .secrets
sed -n 's/^ORDERWAY_VIEWER_PASSWORD=//p' .env | tr -d '\n' >.secrets/orderway_viewer_password
chmod 644 .secrets/orderway_viewer_password
chmod 711 .secrets
echo "The secrets are in .env and .secrets/. Log in as operator with the password after ORDERWAY_OPERATOR_PASSWORD= there."
