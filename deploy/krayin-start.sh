#!/bin/sh
# Prepare Krayin's database once, then serve. The settings come from the environment (compose.yaml).
set -eu
cd /var/www/krayin
[ -f .env ] || cp .env.example .env
sed -i "s#^APP_URL=.*#APP_URL=$APP_URL#; s#^DB_HOST=.*#DB_HOST=$DB_HOST#; s#^DB_DATABASE=.*#DB_DATABASE=$DB_DATABASE#;
        s#^DB_USERNAME=.*#DB_USERNAME=$DB_USERNAME#; s#^DB_PASSWORD=.*#DB_PASSWORD=$DB_PASSWORD#" .env
grep -q '^SANCTUM_STATEFUL_DOMAINS=' .env || echo 'SANCTUM_STATEFUL_DOMAINS=localhost' >> .env
if [ ! -f storage/prepared ]; then
  php artisan key:generate --force
  php artisan migrate --force --seed
  php artisan krayin-rest-api:install
  touch storage/prepared
fi
php artisan optimize:clear
exec apache2-foreground
